"""The quota stores that there are adapters for, as the conformance suite plays with them: one class each."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from bot.clock import SystemClock
from bot.limits import ADAPTERS, Access
from bot.store import Store
from tests.contract.given import NOW
from tests.edges.commands import until
from tests.fakes.clock import ManualClock
from tests.fakes.limits import FakeLimits
from tests.litellm import Proxy, free_port, name
from workflows.limits import Place, StoreRules, Wanted
from workflows.money import NANO, usd
from workflows.ports import Clock, LimitStore
from workflows.quotas import Quota

SEARCH = Quota("platform/search:usd/month", "platform/search", usd(100))


class Seat(ABC):
    """One kind of thing that has a limit, in some store."""

    least = 0  # the smallest limit that it keeps
    limited = False  # whether it always has a limit
    clock: Clock

    @abstractmethod
    def store(self) -> LimitStore:
        """The store, as a process that just started sees it."""

    @abstractmethod
    def quota(self, limit: int | None) -> Quota:
        """A new quota whose limit in the store is this, as somebody else set it there; None for no limit."""

    @abstractmethod
    def edit(self, quota: Quota, limit: int) -> None:
        """Somebody sets the limit by another door."""

    def reset(self, quota: Quota) -> None:
        """The store's own window ends, and it counts anew."""
        return  # most have none


class Remote(Seat):
    """A store that others run, over a network."""

    lists = False  # whether it lists those whom it knows: then a stranger reads as one without a limit

    @abstractmethod
    def nowhere(self) -> Quota:
        """A quota whose place is not there, though it might be."""

    @abstractmethod
    def at(self, url: str, key: str) -> LimitStore:
        """The store at another address, or with another key."""

    def gone(self) -> LimitStore:
        """The store when nobody answers."""
        return self.at(f"http://127.0.0.1:{free_port()}/", "none")


class Embedded(Seat):
    """Our own rows."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self.clock = store, clock
        self._numbers = count()

    def store(self) -> LimitStore:
        return self._store.limits

    def quota(self, limit: int | None) -> Quota:
        quota = replace(SEARCH, key=f"q{next(self._numbers)}:usd/month")
        if limit is not None:
            self.store().write(quota, Wanted(limit))
        return quota

    def edit(self, quota: Quota, limit: int) -> None:
        self.store().write(quota, Wanted(limit))


class Faked(Seat):
    """In memory."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self._fake = FakeLimits(self.clock)
        self._numbers = count()

    def store(self) -> LimitStore:
        return self._fake

    def quota(self, limit: int | None) -> Quota:
        quota = replace(SEARCH, key=f"q{next(self._numbers)}:usd/month")
        self._fake.edit(quota.key, limit)
        return quota

    def edit(self, quota: Quota, limit: int) -> None:
        self._fake.edit(quota.key, limit)


def dollars(amount: int | None) -> float | None:
    """As an administrator types it."""
    return None if amount is None else amount / NANO


class InLiteLLM(Remote):
    """One kind of thing in the real LiteLLM. `make` is what makes one: its name there, by its limit."""

    kind: str
    update: str  # where an administrator changes it

    def __init__(self, proxy: Proxy) -> None:
        self.proxy, self.clock = proxy, SystemClock()

    def store(self) -> LimitStore:
        return self.at(self.proxy.url, self.proxy.master)

    def at(self, url: str, key: str) -> LimitStore:
        return ADAPTERS["litellm"](Access(StoreRules(url + "/"), key, "LITELLM_API_KEY"), self.clock)

    def quota(self, limit: int | None) -> Quota:
        return self.placed(self.make(dollars(limit)))

    def placed(self, called: str) -> Quota:
        return replace(SEARCH, place=Place("litellm", self.parts(called)))

    def parts(self, called: str) -> tuple[tuple[str, str], ...]:
        return ((self.kind, called),)

    def nowhere(self) -> Quota:
        return self.placed(name())

    @abstractmethod
    def make(self, limit: float | None, **more: Any) -> str: ...

    def edit(self, quota: Quota, limit: int) -> None:
        self.change(quota, max_budget=dollars(limit))

    def change(self, quota: Quota, **what: Any) -> None:
        self.proxy.post(self.update, **{self.called: self.name(quota)}, **what)

    called = "user_id"

    def name(self, quota: Quota) -> str:
        assert quota.place
        return quota.place.parts[-1][1]

    def reset(self, quota: Quota) -> None:
        """Its window is over within a second, and LiteLLM looks every few: then it has another."""
        self.resetting(quota)
        first = self.store().read(quota).resets
        until(lambda: self.store().read(quota).resets not in (None, first))

    def resetting(self, quota: Quota) -> None:
        self.change(quota, budget_duration="1s")


class Team(InLiteLLM):
    kind, update, called = "team", "/team/update", "team_id"

    def make(self, limit: float | None, **more: Any) -> str:
        return str(self.proxy.post("/team/new", team_id=name(), max_budget=limit, **more)["team_id"])


class Key(InLiteLLM):
    kind, update, called = "key", "/key/update", "key"

    def make(self, limit: float | None, **more: Any) -> str:
        return self.proxy.key(max_budget=limit, **more)[1]

    def nowhere(self) -> Quota:
        return self.placed("ab" * 32)


class Member(InLiteLLM):
    kind, update = "member", "/team/member_update"

    def __init__(self, proxy: Proxy) -> None:
        super().__init__(proxy)
        self.team = Team(proxy).make(None)

    def parts(self, called: str) -> tuple[tuple[str, str], ...]:
        return (("team", self.team), ("member", called))

    def make(self, limit: float | None, **more: Any) -> str:
        who = Person(self.proxy).make(None)
        self.proxy.post("/team/member_add", team_id=self.team, member={"role": "user", "user_id": who}, max_budget_in_team=limit)
        return who

    def edit(self, quota: Quota, limit: int) -> None:
        self.change(quota, max_budget_in_team=dollars(limit))

    def change(self, quota: Quota, **what: Any) -> None:
        super().change(quota, team_id=self.team, **what)


class Person(InLiteLLM):
    kind, update = "user", "/user/update"

    def make(self, limit: float | None, **more: Any) -> str:
        who = f"{name('ada')}+x@acme.example"
        self.proxy.post("/user/new", user_id=who, max_budget=limit, auto_create_key=False, **more)
        return who


class Client(InLiteLLM):
    kind, update, least = "customer", "/customer/update", 10_000

    def make(self, limit: float | None, **more: Any) -> str:
        window = {} if limit is None else {"budget_duration": "1s"}
        return str(self.proxy.post("/customer/new", user_id=name("initech"), max_budget=limit, **window, **more)["user_id"])

    def resetting(self, quota: Quota) -> None:
        return  # its period cannot be changed, so all are made with it


class Label(InLiteLLM):
    kind, update, called = "tag", "/tag/update", "name"

    def make(self, limit: float | None, **more: Any) -> str:
        return str(self.proxy.post("/tag/new", name=name("rag/"), max_budget=limit, **more)["tag"]["name"])


LITELLM: Mapping[str, Callable[[Proxy], InLiteLLM]] = {
    f"litellm {each.kind}": each for each in (Team, Key, Member, Person, Client, Label)
}

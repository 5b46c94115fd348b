"""Further quota stores as the conformance suite plays with them: the real MLflow, and the hosted ones as loopback servers."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from bot.clock import SystemClock
from bot.limits import ADAPTERS, Access
from bot.limits.mlflow import marks_of
from tests.contract.given import NOW
from tests.contract.seats import SEARCH, Remote, dollars
from tests.fakes.clock import ManualClock
from tests.fakes.hosted import BASES, Hosted, Member, key
from tests.fakes.vendors import KEY
from tests.mlflow import Endpoint, Gateway
from workflows.limits import Place, StoreRules
from workflows.money import CENT
from workflows.ports import LimitStore
from workflows.quotas import Quota

NUMBERS = count(1)


class InMLflow(Remote):
    """Policies of an endpoint in the real MLflow."""

    parts, limited = ("alert", "reject"), True

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.clock = gateway, SystemClock()

    def store(self) -> LimitStore:
        return self.at(f"{self.gateway.url}/", "")

    def at(self, url: str, key: str) -> LimitStore:
        return ADAPTERS["mlflow"](Access(StoreRules(url), key, "MLFLOW_API_KEY"), self.clock)

    def quota(self, limit: int | None) -> Quota:
        endpoint = self.gateway.endpoint("http://127.0.0.1:9/v1")
        marks = marks_of(SEARCH, limit or 0)
        return self.placed({part: self.made(endpoint, part, marks[part]) for part in self.parts})

    def made(self, endpoint: Endpoint, part: str, mark: int) -> str:
        return endpoint.policy(part.upper(), dollars(mark) or 0.0)

    def placed(self, policies: Mapping[str, str]) -> Quota:
        return replace(SEARCH, place=Place("mlflow", tuple(policies.items())))

    def nowhere(self) -> Quota:
        return self.placed({part: f"bp-{part}" for part in self.parts})

    def edit(self, quota: Quota, limit: int) -> None:
        assert quota.place
        for part, policy in quota.place.parts:
            self.gateway.set(policy, dollars(marks_of(quota, limit)[part]) or 0.0)


class InHosted(Remote):
    """A vendor that holds limits in whole cents."""

    store_name: str
    part: str
    shape = "{}"

    def __init__(self, hosted: Hosted, url: str) -> None:
        self.hosted, self.url, self.clock = hosted, url, ManualClock(NOW)

    def store(self) -> LimitStore:
        return self.at(f"{self.url}{BASES[self.store_name]}", KEY)

    def at(self, url: str, key: str) -> LimitStore:
        return ADAPTERS[self.store_name](Access(StoreRules(url), key, "KEY"), self.clock)

    def quota(self, limit: int | None) -> Quota:
        made = self.placed()
        self.set(self.name(made), None if limit is None else limit // CENT)
        return made

    def nowhere(self) -> Quota:
        return self.placed()

    def placed(self) -> Quota:
        return replace(SEARCH, place=Place(self.store_name, ((self.part, self.shape.format(next(NUMBERS))),)))

    def name(self, quota: Quota) -> str:
        assert quota.place
        return quota.place.parts[0][1]

    def edit(self, quota: Quota, limit: int) -> None:
        self.set(self.name(quota), limit // CENT)

    @abstractmethod
    def set(self, name: str, cents: int | None) -> None:
        """What is there, as somebody else makes or changes it."""


class Project(InHosted):
    store_name, part, shape, least = "openai", "project", "proj_{}", CENT

    def set(self, name: str, cents: int | None) -> None:
        self.hosted.projects[name] = cents


class Seated(InHosted):
    store_name, part, shape = "claude", "user", "user_{}"
    lists = True

    def set(self, name: str, cents: int | None) -> None:
        self.hosted.members[name] = Member(f"{name}@acme.example", cents)


class Metered(InHosted):
    store_name, part, shape = "openrouter", "key", "{:064x}"

    def set(self, name: str, cents: int | None) -> None:
        self.hosted.keys[name] = key(name, None if cents is None else cents / 100)


HOSTED: Mapping[str, type[InHosted]] = {
    "openai project": Project,
    "claude member": Seated,
    "openrouter key": Metered,
}

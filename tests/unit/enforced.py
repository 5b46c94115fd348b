"""A quota that a gateway enforces, in memory: overrides are granted, time passes, the gateway fails, people change its limits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from tests.fakes.limits import FakeLimits, Fault
from tests.fakes.memory import Memory
from workflows import beginning, enforcing, switch, waking
from workflows.cases import Case, Impact, Term
from workflows.effects import Do
from workflows.keeping import Act, Kit, attempt, keep_override, keep_request
from workflows.limits import Edits, Place, StoreRules
from workflows.money import Unit
from workflows.overrides import Override, Reason, Status
from workflows.people import PersonId
from workflows.policy import Organization, Policy, Timing
from workflows.ports import Rejected, Unavailable, UnitOfWork
from workflows.quotas import Quota
from workflows.refusals import Refused
from workflows.requests import Request, State
from workflows.rules import Data, Limit
from workflows.seats import Route

T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACE = Place("litellm", (("team", "search"),))
TEAM = Quota("team", "platform/search", 10_000, place=PLACE)
WITHIN = timedelta(hours=6)


class Gateway:
    """The quota, its gateway, and us."""

    def __init__(self, *, names: bool = True, edits: Edits = Edits.ADOPT, found: int | None = 10_000) -> None:
        self.memory, self.clock = Memory(), ManualClock(T0)
        self.limits = FakeLimits(self.clock, names=names)
        self.limits.edit(TEAM.key, found)
        self.quota, self.edits, self.count = TEAM, edits, 0
        self.uses(TEAM)
        self.starts()

    def uses(self, *quotas: Quota) -> None:
        """App.yaml says so from now on."""
        rules = {"litellm": StoreRules("http://gateway", edits=self.edits)}
        policy = Policy(Organization("Acme"), quotas, timing=Timing(activate_within=WITHIN), stores=rules)
        self.kit = Kit(policy, self.clock, self.memory.units, self.memory.reads, FakeDirectory(()), self.limits)

    def starts(self) -> None:
        enforcing.sync_all(self.kit)
        self.works()

    def works(self) -> None:
        """What is due is done once; what fails stays to be done."""
        waking.wake(self.kit)
        for do, key in [name for name in self.memory.data.outbox if name[0] == Do.SYNC_LIMIT]:
            queued = self.memory.data.outbox.pop((do, key))
            try:
                enforcing.sync(self.kit, key)
            except (Unavailable, Rejected) as error:
                failed = replace(queued.errand, error=f"{type(error).__name__}: {error}")
                self.memory.data.outbox.setdefault((do, key), replace(queued, errand=failed))

    def rests(self) -> None:
        """The gateway is well again, and everything is done that can be."""
        self.limits.down = False
        self.limits.faults.clear()
        self.limits.settle()
        enforcing.queue(self.memory.units, [self.quota.key], self.clock.at)
        for _ in range(4):
            self.works()

    def passes(self, time: timedelta) -> None:
        self.clock.forward(time)
        self.works()

    def grants(self, amount: int, hours: float = 4, *, since: datetime | None = None, **said: object) -> str:
        """An override of so much; its id."""
        self.count += 1
        name = f"{self.count:03}"
        term = Term(span=hours * HOUR, since=since)
        now = self.clock.at
        due = max(now, since or now)
        base = Override(f"O-{name}", f"R-{name}", self.quota.key, amount, Unit.USD, PersonId("ada"), term, now, due + WITHIN)
        override = replace(base, **said)  # type: ignore[arg-type]

        case = Case(self.quota.key, amount, Unit.USD, term, "the launch", Impact("tickets", 4, "the board"), Data.INTERNAL)
        asked = Request(f"R-{name}", PersonId("ada"), case, Route(), Limit.SOFT, now, now, state=State.APPROVED, decided=now)

        def grant(unit: UnitOfWork) -> None:
            keep_request(unit, asked, Act("ada", "asked", now))
            keep_override(unit, override, Act("bob", "granted", now))
            beginning.begin_by(self.kit, unit, override, now)
            beginning.supersede(self.kit, unit, override, now)

        attempt(self.memory.units, grant)
        self.works()
        return override.id

    def stops(self, name: str, why: Reason = Reason.RETURNED) -> None:
        def stop(unit: UnitOfWork) -> Override | Refused | None:
            override = unit.overrides.get(name)
            return override and beginning.stop(self.kit, unit, override, why, act=Act("ada", "returned", self.clock.at))

        attempt(self.memory.units, stop)
        self.works()

    def pauses(self, on: bool) -> None:
        attempt(self.memory.units, lambda unit: switch.turn(unit, on, Act("pat", "paused", self.clock.at), "to look"))
        enforcing.queue(self.memory.units, [self.quota.key], self.clock.at)
        self.works()

    def edits_limit(self, limit: int | None) -> None:
        """Somebody sets the limit in the gateway."""
        self.limits.edit(self.quota.key, limit)
        enforcing.queue(self.memory.units, [self.quota.key], self.clock.at)
        self.works()

    def fails(self, *faults: Fault) -> None:
        self.limits.faults.extend(faults)

    @property
    def limit(self) -> int | None:
        """What the gateway enforces."""
        return self.limits.limits.get(self.quota.key)

    @property
    def base(self) -> int:
        """What counts as the quota's own limit."""
        with self.memory.reads() as unit:
            holding = unit.holdings.get(self.quota.key)
        return holding.base(self.kit.policy.by_key[self.quota.key].limit) if holding else self.quota.limit

    def override(self, name: str) -> Override:
        with self.memory.reads() as unit:
            found = unit.overrides.get(name)
        assert found is not None
        return found

    def status(self, name: str) -> Status:
        return self.override(name).status(self.clock.at)

    def told(self, do: Do) -> list[str]:
        return [key for kind, key in self.memory.data.outbox if kind == do]

"""A request for several quotas is active when the store enforces all of it, and each part ends or fails by itself."""

from datetime import UTC, datetime, timedelta

from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from tests.fakes.limits import FakeLimits
from tests.fakes.memory import Memory
from workflows import enforcing, requesting, reviewing, waking
from workflows.ballots import Verdict, Vote
from workflows.effects import Do
from workflows.explaining import Card, card
from workflows.keeping import Kit
from workflows.money import usd
from workflows.overrides import Override, Reason, Status
from workflows.people import Person, PersonId
from workflows.policy import Organization, People, Policy
from workflows.quotas import Quota
from workflows.requests import Request
from workflows.rules import Ask, Rule

ADA, BOB = PersonId("U0ADA"), PersonId("U0BOB")
NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
SEARCH, TOP = "platform/search:usd/month", "platform:usd/month"
POLICY = Policy(
    Organization("Acme"),
    (Quota(TOP, "platform", usd(10_000)), Quota(SEARCH, "platform/search", usd(1_000))),
    (Rule("leads", ask=(Ask("leads"),)),),
    People(groups={"leads": (BOB,)}, fallback="leads"),
)
TYPED = {
    "quota": SEARCH,
    "amount": "400",
    "duration": "days:3",
    "justification": "Re-ranking the help centre.",
    "metric": "queries",
    "quantity": "12",
    "evidence": "The dashboard",
    "data": "internal",
    "also": (f"{TOP} {usd(300)}",),
}


class Office:
    """The use cases in memory, with a store of limits that can be kept from enforcing one quota."""

    def __init__(self) -> None:
        self.memory, self.clock = Memory(), ManualClock(NOW)
        self.limits = FakeLimits(self.clock)
        people = FakeDirectory(Person(who, who) for who in (ADA, BOB))
        self.kit = Kit(POLICY, self.clock, self.memory.units, self.memory.reads, people, self.limits)
        self.stuck: set[str] = set()
        enforcing.sync_all(self.kit)
        self.works()

    def works(self) -> None:
        """What is due is done, except on quotas that are stuck."""
        waking.wake(self.kit)
        for do, key in [name for name in self.memory.data.outbox if name[0] == Do.SYNC_LIMIT]:
            if key not in self.stuck:
                del self.memory.data.outbox[do, key]
                enforcing.sync(self.kit, key)

    def approved(self) -> Request:
        asked = requesting.submit(self.kit, ADA, TYPED, token="form")
        assert isinstance(asked, Request), asked
        done = reviewing.vote(self.kit, asked.id, Vote(BOB, Verdict.APPROVE, self.clock.now()))
        assert isinstance(done, Request)
        self.works()
        return done

    def card(self, request: Request) -> Card:
        with self.memory.reads() as unit:
            return card(unit, POLICY, request, self.clock.now())

    def given(self, request: Request) -> dict[str, Override]:
        with self.memory.reads() as unit:
            return {override.quota: override for override in unit.overrides.every(request.id)}

    def told(self) -> list[str]:
        """The news that is to be told."""
        return sorted(key.partition("/")[2] for do, key in self.memory.data.outbox if do == Do.TELL_THREAD)

    def passes(self, **span: float) -> None:
        self.clock.at += timedelta(**span)
        self.works()


def test_every_part_is_granted_by_one_approval() -> None:
    office = Office()
    given = office.given(office.approved())
    assert {key: override.amount for key, override in given.items()} == {SEARCH: usd(400), TOP: usd(300)}
    assert office.limits.limits == {SEARCH: usd(1_400), TOP: usd(10_300)}
    assert office.told() == ["active"]


def test_it_is_called_active_only_when_the_last_part_is_verified() -> None:
    office = Office()
    office.stuck = {TOP}
    request = office.approved()
    assert office.limits.limits[SEARCH] == usd(1_400)
    assert office.card(request).status is Status.ACTIVATING
    assert office.told() == []
    office.stuck = set()
    office.passes(minutes=10)
    told = office.card(request)
    assert (told.status, [beside.status for beside in told.also]) == (Status.ACTIVE, [Status.ACTIVE])
    assert office.told() == ["active"]


def test_a_part_that_the_store_never_enforced_is_said_and_the_others_go_on() -> None:
    office = Office()
    office.stuck = {TOP}
    request = office.approved()
    office.passes(hours=2)
    told = office.card(request)
    assert (told.status, [beside.reason for beside in told.also]) == (Status.ACTIVE, [Reason.UNAPPLIED])
    given = office.given(request)
    assert given[SEARCH].status(office.clock.now()) is Status.ACTIVE
    assert office.told() == ["active", f"unapplied/{given[TOP].id}"]


def test_the_first_part_may_be_the_one_that_fails() -> None:
    office = Office()
    office.stuck = {SEARCH}
    request = office.approved()
    office.passes(hours=2)
    given = office.given(request)
    assert given[TOP].status(office.clock.now()) is Status.ACTIVE
    assert office.told() == [f"active/{given[TOP].id}", "unapplied"]


def test_each_part_ends_by_itself_and_one_check_in_is_sent() -> None:
    office = Office()
    request = office.approved()
    office.stuck = {TOP}
    office.passes(days=3)
    given = office.given(request)
    assert given[SEARCH].status(office.clock.now()) is Status.ENDED
    assert given[TOP].status(office.clock.now()) is Status.ENDING
    office.stuck = set()
    office.passes(minutes=1)
    assert office.limits.limits == {SEARCH: usd(1_000), TOP: usd(10_000)}
    checkins = [key for do, key in office.memory.data.outbox if do == Do.SHOW_CHECKIN]
    assert checkins == [given[SEARCH].id]

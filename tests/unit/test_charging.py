"""Whatever happens to whichever request: people are charged what those requests hold, and never more than they may."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from tests.fakes.limits import FakeLimits
from tests.fakes.memory import Memory
from workflows import reviewing, waking
from workflows.authority import Authority, Cap
from workflows.aways import Away
from workflows.ballots import Verdict, Vote
from workflows.cases import Case, Impact, Part, Term
from workflows.effects import Alarm, Wake
from workflows.events import Edit, Event, Lose, Reopen, Undo, Withdraw
from workflows.keeping import Act, Kit, keep_request
from workflows.money import Unit, usd
from workflows.people import Person, PersonId
from workflows.policy import Organization, People, Policy
from workflows.quotas import Quota
from workflows.requests import Request, State, Way
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage
from workflows.times import Period

START = datetime(2026, 11, 27, 9, tzinfo=UTC)  # a Friday: weeks, and soon the month, begin anew
HOUR = timedelta(hours=1)
BOB, CY, DI, PAT = APPROVERS = tuple(map(PersonId, ("bob", "cy", "di", "pat")))
ASKERS = tuple(map(PersonId, ("ada", "eve", "lin")))
CAPS = Authority({BOB: Cap(usd(9), Period.WEEK)}, {"finance": Cap(usd(14), Period.MONTH)})
POLICY = Policy(
    Organization("Acme", "Europe/Berlin"),
    (Quota("q", "platform", usd(1_000)), Quota("t", "platform", 1_000, Unit.TOKENS)),
    people=People(groups={"finance": (CY, DI)}, authority=CAPS),
)
ROUTE = Route((Stage("manager", (BOB,), rungs=((PAT,),)), Stage("finance", (CY, DI), rungs=((PAT,),))))


def case(amount: int, unit: Unit = Unit.USD) -> Case:
    words = ("why", Impact("tickets", 1, "there"), Data.INTERNAL)
    key, also = ("q", ()) if unit is Unit.USD else ("t", (Part("q", usd(amount), Unit.USD),))
    return Case(key, usd(amount) if unit is Unit.USD else amount, unit, Term(span=HOUR), *words, also=also)


def way() -> Way:
    return Way(ROUTE, Limit.SOFT)


class Office:
    """A request of each asker, a clock and whoever acts."""

    def __init__(self, amounts: list[int], units: list[Unit]) -> None:
        self.memory, self.clock = Memory(), ManualClock(START)
        people = FakeDirectory(Person(who, who) for who in (*APPROVERS, *ASKERS))
        self.kit = Kit(POLICY, self.clock, self.memory.units, self.memory.reads, people, FakeLimits(self.clock))
        with self.memory.units() as unit:
            for who, amount, kind in zip(ASKERS, amounts, units, strict=True):
                asked = Request(f"R-{who}", who, case(amount, kind), ROUTE, Limit.SOFT, START, START + timedelta(days=5))
                keep_request(unit, asked, Act(who, "submitted", START))
                unit.agenda.set(Alarm(Wake.LAPSE, asked.id, asked.deadline))
            unit.commit()

    @property
    def requests(self) -> list[Request]:
        return list(self.memory.data.requests.values())

    def does(self, asker: PersonId, event: Event) -> None:
        reviewing.change(self.kit, f"R-{asker}", event, getattr(event, "by", BOB))

    def stands_in(self, person: PersonId, delegate: PersonId) -> None:
        """Somebody is away for some hours, and named who decides in their place."""
        with self.memory.units() as unit:
            unit.aways.put(Away(person, self.clock.now(), self.clock.now() + 3 * HOUR, delegate))
            unit.commit()

    def request(self, asker: PersonId) -> Request:
        return self.memory.data.requests[f"R-{asker}"]

    def consistent(self) -> None:
        wanted = Counter[tuple[PersonId, datetime]]()
        for vote in (v for r in self.requests if r.state in (State.PENDING, State.APPROVED) for v in r.votes):
            if vote.charge is not None:
                wanted[vote.seat, vote.charge.start] += vote.charge.amount
        charged = {key: row.used for key, row in self.memory.data.charges.items() if row.used}
        assert charged == {key: amount for key, amount in wanted.items() if amount}
        for (who, _), used in charged.items():
            cap = CAPS.cap(who, POLICY.people.groups)
            assert cap is not None and used <= cap.limit


askers, approvers = st.sampled_from(ASKERS), st.sampled_from(APPROVERS)
amounts = st.sampled_from([1, 5, 8])
acts = st.one_of(
    st.tuples(st.just("yes"), askers, approvers, st.none() | amounts),
    st.tuples(st.just("yes"), askers, approvers, st.none()),
    st.tuples(st.just("for"), askers, approvers, approvers),
    st.tuples(st.just("no"), askers, approvers, st.none()),
    st.tuples(st.just("undo"), askers, approvers, st.none()),
    st.tuples(st.just("edit"), askers, st.none(), amounts),
    st.tuples(st.just("reopen"), askers, st.none(), amounts),
    st.tuples(st.just("withdraw"), askers, st.none(), st.none()),
    st.tuples(st.just("lose"), askers, approvers, st.none()),
    st.tuples(st.just("time"), askers, st.none(), st.sampled_from([1, 70, 121])),
)


Acted = tuple[str, PersonId, PersonId | None, int | PersonId | None]


def act(office: Office, acted: Acted) -> None:
    """What, to whose request, by whom, and how much or in whose place."""
    what, asker, who, number = acted
    request, now = office.request(asker), office.clock.now()
    cast = Vote(who or BOB, Verdict.APPROVE, now, request.revision)
    less = usd(number) if isinstance(number, int) else None
    match what:
        case "yes":
            office.does(asker, replace(cast, amount=less if request.case.unit is Unit.USD else None))
        case "for":
            office.stands_in(PersonId(str(number)), cast.by)
            office.does(asker, cast)
        case "no":
            office.does(asker, replace(cast, verdict=Verdict.DENY, reason="No."))
        case "undo":
            office.does(asker, Undo(who or BOB, 100 * HOUR))
        case "edit":
            changed = replace(request.case, amount=less or 1, justification=f"why {number}")
            office.does(asker, Edit(asker, changed, way(), request.revision))
        case "reopen":
            office.does(asker, Reopen(asker, replace(request.case, justification=f"new {number}"), way()))
        case "withdraw":
            office.does(asker, Withdraw(asker))
        case "lose":
            office.does(asker, Lose(frozenset({who or BOB})))
        case "time":
            office.clock.forward(int(str(number)) * HOUR)
            waking.wake(office.kit)


ADA, EVE, _ = ASKERS
TWICE: list[Acted] = [("yes", ADA, CY, None), ("no", ADA, DI, None), ("yes", EVE, CY, None), ("undo", ADA, DI, None)]


@settings(max_examples=300, deadline=None)
@example([8, 8, 1], [Unit.USD] * 3, TWICE)  # what a denial gave back is spent when the denial is undone
@given(
    st.lists(amounts, min_size=3, max_size=3),
    st.lists(st.sampled_from([Unit.USD, Unit.USD, Unit.TOKENS]), min_size=3, max_size=3),
    st.lists(acts, max_size=25),
)
def test_people_are_charged_what_their_requests_hold_and_never_more_than_they_may(
    amounts: list[int], units: list[Unit], acted: list[Acted]
) -> None:
    office = Office(amounts, units)
    for one in acted:
        act(office, one)
        office.consistent()


def test_a_request_for_tokens_alone_charges_nobody() -> None:
    office = Office([5, 5, 5], [Unit.TOKENS] * 3)
    bare = replace(office.request(ASKERS[0]).case, also=(), justification="only tokens")
    office.does(ASKERS[0], Edit(ASKERS[0], bare, way(), 1))
    for who in (BOB, CY):
        act(office, ("yes", ASKERS[0], who, None))
    assert office.request(ASKERS[0]).state is State.APPROVED
    assert not office.memory.data.charges


def test_a_request_for_several_quotas_counts_by_the_most_dollars_on_one() -> None:
    office = Office([5, 5, 5], [Unit.TOKENS] * 3)
    act(office, ("yes", ASKERS[0], CY, None))
    assert [row.used for row in office.memory.data.charges.values()] == [usd(5)]
    assert case(7).dollars() == usd(7)
    assert replace(case(7), also=(Part("q", usd(9), Unit.USD),)).dollars(usd(3)) == usd(5)

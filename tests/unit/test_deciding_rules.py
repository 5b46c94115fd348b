"""Whatever happens to a request, in any order: the rules hold after every step, and nobody gets more than was agreed to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflows.automatic import Automatic, Mode
from workflows.ballots import Verdict, Vote
from workflows.cases import Case, Impact, Term
from workflows.decisions import LEGAL, decide
from workflows.events import (
    Answer,
    Ask,
    Clear,
    Edit,
    Escalate,
    Event,
    Lapse,
    Lose,
    Nudge,
    Pass,
    Reassign,
    Reopen,
    Review,
    Revoke,
    Undo,
    Withdraw,
)
from workflows.money import Unit, usd
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Glass, Request, State, Way
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage, seated

ADA, BOB, CY, DI, SAM, PAT, LIN, NOOR, EVE = CAST = tuple(
    PersonId(name) for name in ("ada", "bob", "cy", "di", "sam", "pat", "lin", "noor", "eve")
)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CASE = Case(
    quota="platform/search:usd/month",
    amount=usd(500),
    unit=Unit.USD,
    term=Term(span=2 * DAY),
    justification="The evaluation of the new index.",
    impact=Impact("tickets resolved", 40, "the dashboard"),
    data=Data.INTERNAL,
)
NEWS = replace(CASE, justification="The launch is on Monday now.")
PANEL = Route(
    (
        Stage("manager", (BOB,), rungs=((PAT,), (LIN, NOOR))),
        Stage("finance", (CY, DI), 2, rungs=((LIN, NOOR),)),
    )
)
ASKED = Request("R-1", ADA, CASE, PANEL, Limit.SOFT, submitted=NOW, deadline=NOW + 5 * DAY, excluded=(EVE,))
OTHER = Way(Route((Stage("security", (SAM,), rungs=((PAT, NOOR),)),)), Limit.HARD, policy="new", excluded=(EVE, LIN))

people = st.sampled_from(CAST)
happenings = st.one_of(
    st.builds(
        Vote,
        people,
        st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, Verdict.APPROVE, Verdict.DENY]),
        st.just(NOW),
        reason=st.just("No."),
        amount=st.none() | st.integers(1, 6).map(lambda n: usd(100 * n)),
        term=st.none() | st.integers(1, 3).map(lambda n: Term(span=n * DAY)),
        acting_for=st.none() | people,
        over=st.sampled_from([False, False, True]),
    ),
    st.builds(Pass, people),
    st.builds(Reassign, people, people),
    st.builds(Ask, people, st.just("Why?")),
    st.builds(Answer, st.just(ADA), st.integers(0, 2), st.just("So.")),
    st.builds(Undo, people, st.sampled_from([HOUR, 9 * DAY])),
    st.builds(Edit, st.just(ADA), st.sampled_from([NEWS, CASE, replace(CASE, amount=usd(600))]), st.just(OTHER), st.just(1)),
    st.builds(Reopen, st.just(ADA), st.sampled_from([NEWS, replace(CASE, amount=usd(700))]), st.just(Way(PANEL, Limit.SOFT))),
    st.builds(Withdraw, st.just(ADA)),
    st.builds(Nudge, st.just(ADA), st.just(HOUR)),
    st.builds(Lose, st.frozensets(people, max_size=2)),
    st.builds(Review, people, st.booleans(), st.just("Why not.")),
    st.builds(Revoke, people, st.just("It is over.")),
    st.just(Clear()),
    st.just(Escalate()),
    st.just(Lapse()),
)
lives = st.sampled_from(
    [
        ASKED,
        ASKED,
        replace(ASKED, auto=Automatic("routine", Mode.ON)),
        replace(ASKED, state=State.APPROVED, decided=NOW, glass=Glass((SAM,), NOW + DAY)),
    ]
)


def seen(event: Event, request: Request, now: datetime) -> Event:
    """The event of somebody who looks at the request as it is now, and takes another's seat only where their own is no use."""
    if isinstance(event, Vote):
        stages, filled = request.route.stages, request.approved_by()
        own = seated(stages, (*filled, event.by)) > seated(stages, filled)
        return replace(event, at=now, revision=request.revision, acting_for=None if own else event.acting_for)
    return replace(event, revision=request.revision) if isinstance(event, Edit) else event


@given(lives, st.lists(st.tuples(happenings, st.integers(0, 20)), max_size=14))
def test_whatever_happens_in_any_order_keeps_the_rules(request: Request, life: list[tuple[Event, int]]) -> None:
    now = NOW
    for happening, hours in life:
        now += hours * HOUR
        event = seen(happening, request, now)
        decided = decide(request, event, now=now)
        if isinstance(decided, Refused):
            continue
        moves_as_it_may(request, event, decided)
        shows_what_is_decided(request, decided)
        counts_people(decided)
        asks_somebody(decided)
        request = decided


def moves_as_it_may(before: Request, event: Event, after: Request) -> None:
    """I1, I7: and what no longer counts is kept."""
    assert after.state in LEGAL[before.state][type(event)]
    assert after.version == before.version + 1
    assert (after.decided is None) == (after.state is State.PENDING)
    if before.state is not State.PENDING:
        again = isinstance(event, Undo | Reopen)
        assert again or isinstance(event, Review | Revoke)
        assert (after.state, after.round) == ((State.PENDING, before.round + 1) if again else (before.state, before.round))
    if not isinstance(event, Reopen):
        assert after.deadline == before.deadline
    kept = (*after.voided, *after.votes)
    assert all(vote in kept for vote in (*before.voided, *before.votes))


def shows_what_is_decided(before: Request, after: Request) -> None:
    """I6: nobody votes on less or more than they saw, and nothing grows by being approved."""
    changed = (after.case, after.offered()) != (before.case, before.offered())
    assert after.revision == before.revision + (changed and after.state is State.PENDING)
    amount, term = after.offered()
    assert 0 < amount <= after.case.amount
    assert term.length(NOW) <= after.case.term.length(NOW)


def counts_people(after: Request) -> None:
    """I3: distinct humans, nobody concerned, and each seat once."""
    assert not after.concerned() & {*after.route.approvers(), *after.voted()}
    humans, seats = [vote.by for vote in after.votes], [vote.seat for vote in after.votes]
    assert len(humans) == len(set(humans))
    assert len(seats) == len(set(seats))
    if after.state is State.APPROVED and not after.by_policy and after.glass is None:
        assert after.complete()
        assert len(after.yes()) >= sum(stage.quorum for stage in after.route.stages)


def asks_somebody(after: Request) -> None:
    """I4: while it is open, and nobody who passed, voted or is concerned."""
    assert not set(after.passed) & set(after.route.approvers())
    if after.state is State.PENDING:
        assert after.waiting_on()
        assert not set(after.waiting_on()) & (after.voted() | after.concerned())


starts = st.integers(0, 100).map(lambda n: NOW + n * HOUR)
terms = st.integers(1, 60).map(lambda n: Term(span=n * HOUR)) | st.integers(1, 110).map(lambda n: Term(until=NOW + n * HOUR))


@given(terms, st.lists(st.tuples(st.integers(0, 30), terms), min_size=1, max_size=3), starts)
def test_a_grant_is_over_when_the_first_is_that_anybody_agreed_to(
    wanted: Term, said: list[tuple[int, Term]], start: datetime
) -> None:
    request = replace(ASKED, case=replace(CASE, term=wanted), route=Route((Stage("many", (BOB, CY, DI, SAM), 4),)))
    agreed = [wanted]
    for who, (hours, term) in zip((BOB, CY, DI), sorted(said, key=lambda one: one[0]), strict=False):
        cast = Vote(who, Verdict.APPROVE, NOW + hours * HOUR, request.revision, term=term)
        decided = decide(request, cast, now=cast.at)
        if isinstance(decided, Request):
            request = decided
            agreed.append(term)
    reset = NOW + 1000 * HOUR
    assert request.offered()[1].end(start, reset) == min(term.end(start, reset) for term in agreed)

"""A request ends once, by what was voted and not by when it arrived, and no click of a stranger moves it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from workflows.ballots import Verdict, Vote
from workflows.cases import Case, Impact, Part, Term
from workflows.decisions import LEGAL, decide
from workflows.events import Event, Lapse, Reopen, Review, Revoke, Withdraw
from workflows.money import Unit, usd
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.requests import Glass, Request, State, Way
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage, filled

ADA, BOB, CY, DI, SAM, EVE = CAST = tuple(PersonId(name) for name in ("ada", "bob", "cy", "di", "sam", "eve"))
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DEADLINE = NOW + timedelta(days=5)
HOUR = timedelta(hours=1)

CASE = Case(
    quota="platform/search:usd/month",
    amount=usd(500),
    unit=Unit.USD,
    term=Term(span=timedelta(days=2)),
    justification="The evaluation of the new index.",
    impact=Impact("tickets resolved", 40, "the dashboard"),
    data=Data.INTERNAL,
)


def asks(*stages: Stage) -> Request:
    """Ada's request, as it is submitted."""
    return Request("R-1", ADA, CASE, Route(stages), Limit.HARD, submitted=NOW, deadline=DEADLINE)


def yes(who: PersonId, revision: int = 1) -> Vote:
    return Vote(who, Verdict.APPROVE, NOW, revision)


def no(who: PersonId, reason: str = "Use the small model.") -> Vote:
    return Vote(who, Verdict.DENY, NOW, reason=reason)


def after(request: Request, *events: Event, now: datetime = NOW) -> Request:
    """The request after events, those refused left out."""
    for event in events:
        decided = decide(request, event, now=now)
        request = request if isinstance(decided, Refused) else decided
    return request


def why(decided: Request | Refused) -> Why:
    assert isinstance(decided, Refused)
    return decided.why


MANAGER = asks(Stage("manager", (BOB,)))
PANEL = asks(Stage("manager", (BOB,)), Stage("finance", (CY, DI), 2), Stage("security", (SAM, CY)))

people = st.sampled_from(CAST)
stages = st.lists(
    st.builds(Stage, st.sampled_from("abc"), st.lists(people, min_size=1, max_size=4, unique=True).map(tuple), st.integers(1, 2)),
    min_size=1,
    max_size=3,
)
ballots = st.lists(
    st.builds(lambda who, ok: yes(who) if ok else no(who), people, st.sampled_from([True, True, True, False])), max_size=4
)


# What the votes decide.


@given(stages, ballots)
@example(list(PANEL.route.stages), [yes(BOB), yes(CY), yes(DI), yes(SAM)])
@example(list(PANEL.route.stages), [yes(BOB), no(CY), yes(DI), yes(SAM)])
def test_the_votes_that_count_decide_in_any_order(asked: list[Stage], votes: list[Vote]) -> None:
    counted = after(asks(*asked), *votes)
    ends = {after(asks(*asked), *order).state for order in permutations(counted.votes)}
    assert ends == {counted.state}


@given(stages, ballots.map(lambda votes: [v for v in votes if v.verdict is Verdict.APPROVE]))
def test_approvals_alone_end_the_same_in_any_order_of_arrival(asked: list[Stage], votes: list[Vote]) -> None:
    assert len({after(asks(*asked), *order).state for order in permutations(votes)}) == 1


@given(stages, ballots)
def test_a_denial_that_arrives_while_it_is_open_denies_whatever_came_before_and_whatever_comes_after(
    asked: list[Stage], votes: list[Vote]
) -> None:
    request = after(asks(*asked), *(v for v in votes if v.verdict is Verdict.APPROVE))
    assume(request.state is State.PENDING)
    denied = [v for v in votes if v.verdict is Verdict.DENY and not isinstance(decide(request, v, now=NOW), Refused)]
    for denial in denied:
        assert after(request, denial, *votes).state is State.DENIED


@given(stages, ballots)
def test_orders_differ_only_when_the_approvals_alone_would_do(asked: list[Stage], votes: list[Vote]) -> None:
    votes = list({v.by: v for v in votes}.values())  # one vote a person: whose second vote counts is their first
    ends = {after(asks(*asked), *order).state for order in permutations(votes)}
    alone = after(asks(*asked), *(v for v in votes if v.verdict is Verdict.APPROVE)).state
    if len(ends) > 1:
        assert ends == {State.APPROVED, State.DENIED}
        assert alone is State.APPROVED


def test_a_denial_after_the_last_approval_is_too_late_and_is_told_so() -> None:
    approved = after(PANEL, yes(BOB), yes(CY), yes(DI), yes(SAM))
    late = decide(approved, no(SAM), now=NOW + HOUR)
    assert late == Refused(Why.ALREADY_DECIDED, {"state": State.APPROVED, "by": SAM, "at": NOW})


@given(stages, ballots)
def test_the_state_is_a_function_of_the_set_of_votes(asked: list[Stage], votes: list[Vote]) -> None:
    request = after(asks(*asked), *votes)
    approvals = request.approved_by()
    full = filled(asked, approvals) == tuple(stage.quorum for stage in asked)
    expected = State.DENIED if request.denial() else State.APPROVED if full else State.PENDING
    assert request.state is expected


@given(stages, ballots)
def test_quorum_counts_distinct_people_who_were_asked_and_never_the_requester(asked: list[Stage], votes: list[Vote]) -> None:
    request = after(asks(*asked), *votes, *votes)
    voters = [vote.by for vote in request.votes]
    assert len(voters) == len(set(voters))
    assert ADA not in voters
    assert set(voters) <= set(request.route.approvers())
    if request.state is State.APPROVED:
        assert len(set(request.approved_by())) >= sum(stage.quorum for stage in asked)


def test_one_person_takes_one_seat_even_in_two_stages() -> None:
    both = asks(Stage("manager", (BOB,)), Stage("owner", (BOB, CY)))
    once = after(both, yes(BOB))
    assert once.state is State.PENDING
    assert after(once, yes(CY)).state is State.APPROVED
    assert after(both, yes(CY), yes(BOB)).state is State.APPROVED


def test_as_many_yeses_as_seats_are_not_enough_when_they_are_of_one_stage() -> None:
    two = asks(Stage("manager", (BOB,)), Stage("finance", (CY, DI)))
    assert after(two, yes(CY), yes(DI)).state is State.PENDING
    assert after(two, yes(CY), yes(DI), yes(BOB)).state is State.APPROVED


def test_a_stage_of_two_needs_two() -> None:
    finance = asks(Stage("finance", (CY, DI, SAM), 2))
    assert after(finance, yes(CY), yes(CY)).state is State.PENDING
    assert after(finance, yes(CY), yes(SAM)).state is State.APPROVED


# The table of states and events.

EVENTS: dict[str, Event] = {"vote": yes(BOB), "deny": no(BOB), "withdraw": Withdraw(ADA), "lapse": Lapse()}
REACHED = {
    State.PENDING: MANAGER,
    State.APPROVED: after(MANAGER, yes(BOB)),
    State.DENIED: after(MANAGER, no(BOB)),
    State.WITHDRAWN: after(MANAGER, Withdraw(ADA)),
    State.LAPSED: after(MANAGER, Lapse(), now=DEADLINE),
}
NEXT = {"vote": State.APPROVED, "deny": State.DENIED, "withdraw": State.WITHDRAWN, "lapse": State.LAPSED}


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(LEGAL) == set(State) == set(REACHED)
    assert {state: request.state for state, request in REACHED.items()} == {state: state for state in State}
    assert set(LEGAL[State.PENDING]) == set(get_args(Event)) - {Reopen, Review, Revoke}
    assert [state for state in State if not LEGAL[state]] == [State.WITHDRAWN, State.LAPSED]


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", State)
def test_a_state_changes_only_as_the_table_says(state: State, event: str) -> None:
    request, happens = REACHED[state], EVENTS[event]
    decided = decide(request, happens, now=DEADLINE if event == "lapse" else NOW)
    if type(happens) in LEGAL[state]:
        assert isinstance(decided, Request)
        assert decided.state in LEGAL[state][type(happens)]
        assert (decided.state, decided.version) == (NEXT[event], request.version + 1)
    else:
        assert why(decided) is Why.ALREADY_DECIDED


@given(stages, st.lists(ballots | st.just([Withdraw(ADA)]) | st.just([Lapse()]), max_size=4), st.integers(0, 200))
def test_a_life_follows_the_table_and_every_change_is_a_version(
    asked: list[Stage], batches: list[list[Event]], hours: int
) -> None:
    request = asks(*asked)
    for event in (event for batch in batches for event in batch):
        decided = decide(request, event, now=NOW + hours * HOUR)
        if isinstance(decided, Refused):
            continue
        assert decided.state in LEGAL[request.state][type(event)]
        assert decided.version == request.version + 1
        assert (decided.decided is None) == (decided.state is State.PENDING)
        assert (decided.deadline, decided.case, decided.route, decided.revision) == (DEADLINE, CASE, request.route, 1)
        assert decided.votes[: len(request.votes)] == request.votes
        request = decided


@pytest.mark.parametrize(
    ("state", "by"), [(State.APPROVED, BOB), (State.DENIED, BOB), (State.WITHDRAWN, ADA), (State.LAPSED, None)]
)
def test_who_comes_too_late_is_told_who_decided_and_a_lapse_is_nobodys_doing(state: State, by: PersonId | None) -> None:
    request = REACHED[state]
    refused = decide(request, yes(BOB), now=NOW + HOUR)
    assert refused == Refused(Why.ALREADY_DECIDED, {"state": state, "by": by, "at": request.decided})


# Clicks that change nothing.


def test_a_requester_never_votes_on_their_own_request_even_when_the_route_names_them() -> None:
    own = asks(Stage("manager", (ADA, BOB)))
    assert why(decide(own, yes(ADA), now=NOW)) is Why.OWN_REQUEST
    assert why(decide(own, no(ADA), now=NOW)) is Why.OWN_REQUEST
    assert own.waiting_on() == (BOB,)


def test_somebody_who_was_not_asked_changes_nothing() -> None:
    assert decide(MANAGER, yes(EVE), now=NOW) == Refused(Why.NOT_ASKED, {"waiting": (BOB,)})
    assert why(decide(MANAGER, Withdraw(EVE), now=NOW)) is Why.NOT_YOURS
    assert why(decide(MANAGER, Withdraw(BOB), now=NOW)) is Why.NOT_YOURS


def test_a_second_vote_of_a_person_is_refused_and_the_first_stands() -> None:
    once = after(PANEL, yes(CY))
    second = decide(once, no(CY), now=NOW + HOUR)
    assert second == Refused(Why.ALREADY_VOTED, {"at": NOW, "verdict": Verdict.APPROVE, "by": CY, "mine": True})


def test_a_vote_on_an_older_case_is_refused() -> None:
    edited = replace(MANAGER, revision=2)
    assert why(decide(edited, yes(BOB, revision=1), now=NOW)) is Why.CHANGED_SINCE
    assert why(decide(edited, yes(BOB, revision=3), now=NOW)) is Why.CHANGED_SINCE
    assert isinstance(decide(edited, yes(BOB, revision=2), now=NOW), Request)


@pytest.mark.parametrize("reason", ["", "  ", "\n\t"])
def test_a_denial_says_why(reason: str) -> None:
    assert decide(MANAGER, no(BOB, reason), now=NOW) == Refused(Why.REASON_MISSING, place="reason")


@given(st.integers(-10, 10))
def test_at_every_moment_it_can_be_voted_on_or_lapse_and_never_both(seconds: int) -> None:
    now = DEADLINE + timedelta(seconds=seconds)
    vote, lapse = decide(MANAGER, yes(BOB), now=now), decide(MANAGER, Lapse(), now=now)
    if now < DEADLINE:
        assert isinstance(vote, Request)
        assert why(lapse) is Why.NOT_DUE
    else:
        assert vote == Refused(Why.DEADLINE_PASSED, {"deadline": DEADLINE})
        assert isinstance(lapse, Request)


def test_a_request_can_be_withdrawn_with_votes_and_after_its_deadline_until_it_lapsed() -> None:
    assert after(PANEL, yes(BOB), Withdraw(ADA)).state is State.WITHDRAWN
    assert after(PANEL, Withdraw(ADA), now=DEADLINE).state is State.WITHDRAWN


# Who is asked now.


def test_stages_are_asked_in_their_order_and_only_those_who_did_not_vote() -> None:
    assert PANEL.waiting_on() == (BOB,)
    assert after(PANEL, yes(BOB)).waiting_on() == (CY, DI)
    assert after(PANEL, yes(BOB), yes(CY)).waiting_on() == (DI,)
    assert after(PANEL, yes(BOB), yes(CY), yes(DI)).waiting_on() == (SAM,)
    assert after(PANEL, yes(DI), yes(SAM)).waiting_on() == (BOB,)


@pytest.mark.parametrize("state", [s for s in State if s is not State.PENDING])
def test_nobody_is_asked_about_a_request_that_is_decided(state: State) -> None:
    assert REACHED[state].open_stage() is None
    assert REACHED[state].waiting_on() == ()


def test_when_the_only_person_of_a_stage_voted_for_an_earlier_one_the_others_of_that_one_are_asked() -> None:
    crossed = asks(Stage("manager", (BOB, CY)), Stage("owner", (BOB,)))
    once = after(crossed, yes(BOB))
    assert once.open_stage() == crossed.route.stages[0]
    assert once.waiting_on() == (CY,)
    assert after(once, yes(CY)).state is State.APPROVED


def test_a_stage_that_has_its_yes_is_left_alone_while_the_next_has_people_of_its_own() -> None:
    both = asks(Stage("manager", (BOB, CY)), Stage("owner", (BOB, DI)))
    assert after(both, yes(BOB)).waiting_on() == (DI,)


def test_nobody_is_asked_whose_yes_would_fill_no_seat() -> None:
    crossed = asks(Stage("manager", (BOB, EVE)), Stage("finance", (CY, DI)), Stage("owner", (CY,)))
    once = after(crossed, yes(BOB), yes(CY))
    assert once.waiting_on() == (DI,)
    assert after(once, yes(EVE)).state is State.PENDING
    assert after(once, yes(DI)).state is State.APPROVED


def can_be_approved(asked: Sequence[Stage]) -> bool:
    everyone = [p for stage in asked for p in stage.approvers if p != ADA]
    return filled(asked, everyone) == tuple(stage.quorum for stage in asked)


@given(stages, st.lists(people.map(yes), max_size=5))
@example([Stage("a", (BOB, CY)), Stage("b", (BOB,))], [yes(BOB)])
def test_while_it_is_open_somebody_is_asked_whose_yes_helps(asked: list[Stage], votes: list[Vote]) -> None:
    assume(can_be_approved(asked))
    request = after(asks(*asked), *votes)
    if request.state is not State.PENDING:
        return
    stage, waiting = request.open_stage(), request.waiting_on()
    assert stage is not None
    assert waiting
    assert set(waiting) <= set(stage.approvers) - {vote.by for vote in request.votes} - {ADA}
    before = sum(filled(asked, request.approved_by()))
    assert all(sum(filled(asked, (*request.approved_by(), p))) == before + 1 for p in waiting)


@given(stages)
def test_asking_whoever_is_waited_on_ends_in_an_approval(asked: list[Stage]) -> None:
    assume(can_be_approved(asked))
    request = asks(*asked)
    for _ in range(sum(stage.quorum for stage in asked)):
        request = after(request, yes(request.waiting_on()[-1]))
    assert request.state is State.APPROVED


# What is read off the votes.


def test_only_a_yes_fills_a_seat_or_says_how_much() -> None:
    denied = after(PANEL, yes(BOB), replace(no(CY), amount=1, term=Term(span=HOUR)))
    assert (denied.approved_by(), denied.offered()) == ((BOB,), (CASE.amount, CASE.term))
    over = after(PANEL, replace(yes(BOB), over=True))
    assert over.approved_by() == ()


def test_a_part_in_another_unit_is_granted_as_it_was_asked_for() -> None:
    tokens = Part("platform:tokens/day", 2 * CASE.amount, Unit.TOKENS)
    assert replace(PANEL, case=replace(CASE, also=(tokens,))).parts()[1] == tokens


def test_a_part_of_which_nothing_is_left_is_not_granted() -> None:
    small = replace(PANEL, case=replace(CASE, also=(Part("above", usd(300), Unit.USD), Part("top", usd(300) + 1, Unit.USD))))
    less = after(small, replace(yes(BOB), amount=CASE.amount - usd(300)))
    assert [(part.quota, part.amount) for part in less.parts()[1:]] == [("top", 1)]


def test_who_voted_in_anothers_seat_is_not_waited_on_nor_is_the_other() -> None:
    both = asks(Stage("manager", (BOB, CY), rungs=((SAM,),)), Stage("finance", (DI, CY)))
    once = after(both, replace(yes(CY), acting_for=BOB, over=True))
    assert once.waiting_on() == (SAM,)
    assert once.voted() == {BOB, CY}
    assert after(once, yes(SAM)).waiting_on() == (DI,)


def test_a_request_says_nothing_that_nobody_said() -> None:
    plain = asks(Stage("manager", (BOB,)))
    assert (plain.policy, plain.origin, plain.version, plain.revision, plain.round) == ("", "", 1, 1, 1)
    assert Way(plain.route, Limit.SOFT).policy == ""
    assert Glass((BOB,), NOW).words == ""


def test_a_word_that_is_stored_stays_the_word() -> None:
    assert [*State] == ["pending", "approved", "denied", "withdrawn", "lapsed"]
    assert [*Verdict] == ["approve", "deny"]


def test_only_their_own_vote_can_be_taken_back_and_not_for_ever() -> None:
    both = after(PANEL, yes(BOB), replace(yes(CY), at=NOW + HOUR))
    assert both.undoable(CY, HOUR, NOW + 2 * HOUR - timedelta(seconds=1)) == both.votes[1]
    assert both.undoable(CY, HOUR, NOW + 2 * HOUR) is None
    assert both.undoable(BOB, HOUR, NOW + HOUR) is None
    assert both.undoable(SAM, HOUR, NOW) is None

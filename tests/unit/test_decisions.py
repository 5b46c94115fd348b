"""What can happen to a request beside votes: it is changed, asked about, left to others, taken back, opened again."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from tests.unit.test_requests import ADA, BOB, CASE, CY, DEADLINE, DI, EVE, HOUR, NOW, SAM, after, asks, no, why, yes
from workflows.automatic import Automatic, Mode
from workflows.ballots import Question, Vote
from workflows.cases import Case, Part, Term
from workflows.decisions import MOST_QUESTIONS, decide
from workflows.events import Answer, Ask, Edit, Escalate, Event, Lapse, Lose, Nudge, Pass, Reassign, Reopen, Undo, Withdraw
from workflows.money import Unit, usd
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.requests import Request, State, Way
from workflows.rules import Data, Facts, Limit
from workflows.seats import Route, Stage

PAT, LIN = PersonId("pat"), PersonId("lin")
TEN = timedelta(minutes=10)
LADDER = asks(Stage("manager", (BOB,), rungs=((PAT,), (LIN, SAM))))
PANEL = asks(Stage("manager", (BOB,), rungs=((PAT,),)), Stage("finance", (CY, DI), 2, rungs=((LIN,),)))
LARGER = Way(Route((Stage("manager", (BOB,)), Stage("finance", (CY,)))), Limit.HARD, policy="new", excluded=(EVE,))


def did(request: Request, event: Event, hours: float = 0) -> Request:
    decided = decide(request, event, now=NOW + hours * HOUR)
    assert isinstance(decided, Request), decided
    return decided


def less(who: PersonId, amount: int | None = None, days: int | None = None, revision: int = 1) -> Vote:
    term = None if days is None else Term(span=timedelta(days=days))
    return replace(yes(who, revision), amount=amount, term=term)


# Approving less or shorter.


def test_the_smallest_amount_and_the_shortest_term_that_anybody_agreed_to_are_granted_in_any_order() -> None:
    votes = [less(BOB, usd(300)), less(CY, usd(200), days=1), less(DI)]
    for order in permutations(votes):
        request = PANEL
        for vote in order:
            request = did(request, replace(vote, revision=request.revision, amount=_at_most(vote, request)))
        assert request.state is State.APPROVED
        assert request.offered() == (usd(200), Term(span=timedelta(days=1)))


def _at_most(vote: Vote, request: Request) -> int | None:
    return None if vote.amount is None else min(vote.amount, request.offered()[0])


def test_who_decides_after_a_smaller_yes_must_have_seen_it() -> None:
    smaller = did(PANEL, less(BOB, usd(300)))
    assert smaller.revision == 2
    assert why(decide(smaller, yes(CY), now=NOW)) is Why.CHANGED_SINCE
    assert did(smaller, yes(CY, revision=2)).revision == 2


@pytest.mark.parametrize("amount", [0, -1, usd(501)])
def test_nobody_grants_more_than_was_asked_for_or_nothing(amount: int) -> None:
    refused = decide(LADDER, less(BOB, amount), now=NOW)
    assert refused == Refused(Why.NOT_LESS, {"most": usd(500), "unit": Unit.USD}, place="amount")
    assert why(decide(LADDER, less(BOB, days=3), now=NOW)) is Why.NOT_SHORTER
    assert isinstance(decide(LADDER, less(BOB, usd(500), days=2), now=NOW), Request)


def test_a_smaller_yes_makes_every_part_in_its_unit_smaller() -> None:
    both = (Part("platform:usd/month", usd(500), Unit.USD), Part("platform:tokens/day", 7, Unit.TOKENS))
    request = did(replace(PANEL, case=replace(CASE, also=both)), less(BOB, usd(300)))
    assert [part.amount for part in request.parts()] == [usd(300), usd(300), 7]


def test_more_may_be_granted_on_a_part_than_on_the_first_and_nothing_where_nothing_is_left_of_it() -> None:
    both = (Part("platform/a:usd/month", usd(600), Unit.USD), Part("platform:usd/month", usd(200), Unit.USD))
    least = (Part("platform/b:usd/month", usd(200) + 1, Unit.USD),)
    asked = replace(PANEL, case=replace(CASE, also=both + least))
    assert [part.amount for part in asked.parts()] == [usd(500), usd(600), usd(200), usd(200) + 1]
    assert [part.amount for part in did(asked, less(BOB, usd(300))).parts()] == [usd(300), usd(400), 1]


# Authority.


def test_a_yes_over_ones_authority_asks_the_next_rung_and_fills_no_seat() -> None:
    raised = did(LADDER, replace(yes(BOB), over=True))
    assert raised.state is State.PENDING
    assert raised.waiting_on() == (PAT,)
    assert did(raised, yes(PAT)).state is State.APPROVED
    assert why(decide(raised, yes(BOB), now=NOW)) is Why.ALREADY_VOTED


def test_what_was_agreed_over_ones_authority_is_the_most_and_the_next_must_have_seen_it() -> None:
    raised = did(LADDER, replace(less(BOB, usd(300)), over=True))
    assert (raised.offered()[0], raised.revision) == (usd(300), 2)
    assert why(decide(raised, yes(PAT), now=NOW)) is Why.CHANGED_SINCE


def test_only_the_stages_of_who_lacks_authority_go_up() -> None:
    raised = did(PANEL, replace(yes(CY), over=True))
    assert [stage.approvers for stage in raised.route.stages] == [(BOB,), (CY, DI, LIN)]
    raised = did(PANEL, replace(yes(EVE), acting_for=BOB, over=True))
    assert [stage.approvers for stage in raised.route.stages] == [(BOB, PAT), (CY, DI)]


def test_a_yes_over_ones_authority_where_nobody_has_more_changes_nothing() -> None:
    assert why(decide(asks(Stage("manager", (BOB,))), replace(yes(BOB), over=True), now=NOW)) is Why.OVER_AUTHORITY


def test_a_delegate_fills_the_seat_of_who_is_away_and_neither_fills_another() -> None:
    request = did(PANEL, replace(yes(EVE), acting_for=CY))
    assert request.approved_by() == (CY,)
    assert why(decide(request, yes(CY), now=NOW)) is Why.ALREADY_VOTED
    assert why(decide(request, replace(yes(EVE), acting_for=DI), now=NOW)) is Why.ALREADY_VOTED
    assert why(decide(replace(PANEL, excluded=(EVE,)), replace(yes(EVE), acting_for=CY), now=NOW)) is Why.CONCERNED
    assert why(decide(PANEL, replace(yes(EVE), acting_for=SAM), now=NOW)) is Why.NOT_ASKED


# Changing a request.


def edit(request: Request, case: Case, by: PersonId = ADA) -> Edit:
    return Edit(by, case, LARGER, request.revision)


def test_asking_for_more_voids_the_votes_and_takes_the_new_way() -> None:
    voted = did(PANEL, yes(BOB))
    more = did(voted, edit(voted, replace(CASE, amount=usd(501))), hours=2)
    assert (more.votes, more.voided, more.revision, more.since) == ((), voted.votes, 2, NOW + 2 * HOUR)
    assert (more.route, more.policy, more.excluded) == (LARGER.route, "new", (EVE,))
    assert more.deadline == DEADLINE


def test_asking_for_less_keeps_the_votes_and_the_way() -> None:
    voted = did(PANEL, yes(BOB))
    lower = did(voted, edit(voted, replace(CASE, amount=usd(499), justification="Less will do.")))
    assert (lower.votes, lower.route, lower.policy) == (voted.votes, voted.route, "")
    assert lower.revision == 2
    assert why(decide(lower, yes(CY), now=NOW)) is Why.CHANGED_SINCE


def test_only_the_requester_changes_it_in_time_and_as_they_saw_it() -> None:
    other = replace(CASE, amount=usd(1))
    assert why(decide(LADDER, edit(LADDER, other, by=BOB), now=NOW)) is Why.NOT_YOURS
    assert why(decide(LADDER, edit(LADDER, CASE), now=NOW)) is Why.NOTHING_CHANGED
    assert why(decide(LADDER, Edit(ADA, other, LARGER, 2), now=NOW)) is Why.CHANGED_SINCE
    assert why(decide(LADDER, edit(LADDER, other), now=DEADLINE)) is Why.DEADLINE_PASSED


def test_an_end_that_was_moved_before_the_deadline_ends_the_deciding_too() -> None:
    soon = did(LADDER, edit(LADDER, replace(CASE, term=Term(until=NOW + HOUR))))
    assert soon.deadline == DEADLINE
    assert why(decide(soon, yes(BOB, revision=2), now=NOW + HOUR)) is Why.DEADLINE_PASSED


def test_another_case_has_all_of_its_new_way_and_nothing_of_the_old_one() -> None:
    known = Facts("platform/search", Limit.HARD, usd(501), Unit.USD, 6, timedelta(days=2), Data.INTERNAL)
    way = replace(LARGER, facts=known, auto=Automatic("routine", Mode.SHADOW))
    passed = did(replace(LADDER, limit=Limit.SOFT), Pass(BOB))
    more = did(passed, Edit(ADA, replace(CASE, amount=usd(501)), way, 1), hours=1)
    assert (more.limit, more.facts, more.auto, more.passed) == (Limit.HARD, known, way.auto, ())
    assert more.waiting_on() == (BOB,)


def test_votes_that_were_voided_before_stay_with_those_that_are_voided_now() -> None:
    once = did(PANEL, yes(BOB))
    more = did(once, edit(once, replace(CASE, amount=usd(501))))
    again = did(more, yes(CY, revision=2))
    most = did(again, edit(again, replace(CASE, amount=usd(502))))
    assert [vote.by for vote in most.voided] == [BOB, CY]
    assert did(did(most, yes(BOB, revision=3)), Undo(BOB, TEN)).voided == (*most.voided, yes(BOB, revision=3))


def test_the_same_people_are_asked_anew_about_another_case() -> None:
    same = Way(PANEL.route, Limit.HARD)
    more = did(PANEL, Edit(ADA, replace(CASE, amount=usd(501)), same, 1), hours=3)
    assert (more.waiting_on(), more.asked_since) == ((BOB,), NOW + 3 * HOUR)


def test_a_stage_is_asked_since_somebody_new_is_waited_on() -> None:
    once = did(PANEL, yes(BOB), hours=1)
    assert (PANEL.asked_since, once.asked_since) == (NOW, NOW + HOUR)
    assert did(once, yes(CY), hours=2).asked_since == NOW + HOUR
    assert did(once, Ask(CY, "Why?"), hours=2).asked_since == NOW + HOUR


# Questions.


def test_a_question_is_answered_once_by_the_requester() -> None:
    asked = did(PANEL, Ask(CY, "Which index?"))
    assert why(decide(asked, Answer(BOB, 0, "This."), now=NOW)) is Why.NOT_YOURS
    assert why(decide(asked, Answer(ADA, 1, "This."), now=NOW)) is Why.NO_SUCH_QUESTION
    answered = did(asked, Answer(ADA, 0, "The new one."), hours=1)
    assert (answered.questions[0].answer, answered.questions[0].answered) == ("The new one.", NOW + HOUR)
    assert why(decide(answered, Answer(ADA, 0, "No, the old one."), now=NOW)) is Why.QUESTION_ANSWERED
    assert (answered.revision, answered.deadline) == (1, DEADLINE)


def test_other_questions_stay_as_they_were() -> None:
    twice = after(PANEL, Ask(BOB, "Which index?"), Ask(EVE, "Whose data?", acting_for=CY))
    said = did(twice, Answer(ADA, 1, "Only ours."), hours=1)
    assert said.questions == (
        Question(BOB, NOW, "Which index?"),
        Question(EVE, NOW, "Whose data?", "Only ours.", NOW + HOUR),
    )


def test_only_those_who_are_asked_ask_and_not_for_ever() -> None:
    assert why(decide(PANEL, Ask(EVE, "Why?"), now=NOW)) is Why.NOT_ASKED
    assert why(decide(PANEL, Ask(ADA, "Why?"), now=NOW)) is Why.OWN_REQUEST
    full = after(PANEL, *[Ask(BOB, "Why?")] * MOST_QUESTIONS)
    assert why(decide(full, Ask(CY, "Why?"), now=NOW)) is Why.TOO_MANY_QUESTIONS


# Leaving it to others.


def test_who_passes_is_not_asked_and_the_next_rung_is_where_too_few_are_left() -> None:
    passed = did(LADDER, Pass(BOB), hours=1)
    assert (passed.waiting_on(), passed.since, passed.passed) == ((PAT,), NOW + HOUR, (BOB,))
    assert why(decide(passed, yes(BOB), now=NOW)) is Why.NOT_ASKED
    again = did(did(passed, Pass(PAT)), Pass(LIN))
    assert again.waiting_on() == (SAM,)
    assert why(decide(again, Pass(SAM), now=NOW)) is Why.LAST_APPROVER


def test_who_voted_or_is_not_asked_has_nothing_to_pass() -> None:
    assert why(decide(did(PANEL, yes(CY)), Pass(CY), now=NOW)) is Why.ALREADY_VOTED
    assert why(decide(PANEL, Pass(EVE), now=NOW)) is Why.NOT_ASKED
    assert why(decide(PANEL, Pass(ADA), now=NOW)) is Why.OWN_REQUEST


def test_an_approver_names_somebody_of_the_ladder_and_nobody_else() -> None:
    moved = did(LADDER, Reassign(BOB, SAM))
    assert moved.waiting_on() == (SAM,)
    assert why(decide(LADDER, Reassign(BOB, EVE), now=NOW)) is Why.NO_STAND_IN
    assert why(decide(LADDER, Reassign(BOB, ADA), now=NOW)) is Why.NO_STAND_IN
    assert why(decide(LADDER, Reassign(SAM, PAT), now=NOW)) is Why.NOT_ASKED


def test_who_passed_or_voted_is_not_asked_again_by_name_nor_by_a_ladder() -> None:
    both = asks(Stage("manager", (BOB,), rungs=((PAT,), (LIN,))), Stage("owner", (PAT, SAM)))
    passed, voted = did(both, Pass(PAT)), did(both, yes(PAT))
    for left in (passed, voted):
        assert decide(left, Reassign(BOB, PAT), now=NOW) == Refused(Why.NO_STAND_IN, {"who": PAT})
        for event in (Escalate(), replace(yes(BOB), over=True)):
            assert did(left, event).route.stages[0].approvers == (BOB, LIN)
        for gone in (Pass(BOB), Lose(frozenset({BOB})), Reassign(BOB, LIN)):
            assert did(left, gone).route.stages[0].approvers == (LIN,)
    assert did(both, Reassign(BOB, LIN)).passed == (BOB,)
    assert did(both, Lose(frozenset({BOB}))).passed == ()


def test_who_hands_a_seat_on_hands_on_all_of_theirs_and_nobody_elses() -> None:
    three = asks(
        Stage("manager", (BOB, EVE), rungs=((PAT,),)),
        Stage("owner", (BOB, DI), rungs=((PAT,), (LIN,))),
        Stage("finance", (CY,), rungs=((LIN,),)),
    )
    moved = did(three, Reassign(BOB, PAT))
    assert [stage.approvers for stage in moved.route.stages] == [(EVE, PAT), (DI, PAT), (CY,)]
    assert why(decide(three, Reassign(CY, PAT), now=NOW)) is Why.NO_STAND_IN


def test_who_is_named_sits_once_and_where_that_leaves_too_few_nobody_is_named() -> None:
    owned = (Stage("manager", (BOB,), rungs=((PAT,), (LIN,))), Stage("owner", (BOB, PAT, SAM)))
    moved = did(did(asks(*owned), Pass(SAM)), Reassign(BOB, PAT))
    assert ([stage.approvers for stage in moved.route.stages], moved.passed) == ([(PAT, LIN), (PAT,)], (SAM, BOB))
    tight = asks(Stage("manager", (BOB,), rungs=((PAT,),)), Stage("owner", (BOB, PAT)))
    assert why(decide(tight, Reassign(BOB, PAT), now=NOW)) is Why.LAST_APPROVER


def test_only_the_stage_that_is_open_goes_up() -> None:
    up = did(did(PANEL, yes(BOB)), Escalate())
    assert [stage.approvers for stage in up.route.stages] == [(BOB,), (CY, DI, LIN)]


def test_those_who_left_are_replaced_where_they_are_needed() -> None:
    three = asks(Stage("finance", (CY, DI, SAM), 2, rungs=((LIN,),)))
    assert did(three, Lose(frozenset({SAM}))).waiting_on() == (CY, DI)
    assert did(three, Lose(frozenset({SAM, DI}))).waiting_on() == (CY, LIN)
    assert why(decide(three, Lose(frozenset({CY, DI, SAM})), now=NOW)) is Why.LAST_APPROVER
    assert why(decide(three, Lose(frozenset({EVE})), now=NOW)) is Why.NOT_DUE


def test_a_vote_counts_although_its_voter_left() -> None:
    voted = did(PANEL, yes(BOB))
    assert why(decide(voted, Lose(frozenset({BOB})), now=NOW)) is Why.NOT_DUE


# Time.


def test_the_ladder_is_climbed_rung_by_rung_and_never_moves_the_deadline() -> None:
    once = did(LADDER, Escalate(), hours=1)
    assert (once.waiting_on(), once.since, once.deadline) == ((BOB, PAT), NOW + HOUR, DEADLINE)
    twice = did(once, Escalate())
    assert twice.waiting_on() == (BOB, PAT, LIN, SAM)
    assert why(decide(twice, Escalate(), now=NOW)) is Why.NO_RUNG


def test_nobody_climbs_who_may_not_decide() -> None:
    mine = replace(LADDER, excluded=(PAT,), passed=(LIN,))
    assert did(mine, Escalate()).waiting_on() == (BOB, SAM)


def test_a_nudge_waits_for_its_time() -> None:
    every = 4 * HOUR
    assert why(decide(LADDER, Nudge(BOB, every), now=NOW + every)) is Why.NOT_YOURS
    assert decide(LADDER, Nudge(ADA, every), now=NOW + HOUR) == Refused(Why.NUDGED_LATELY, {"again": NOW + every})
    nudged = did(LADDER, Nudge(ADA, every), hours=4)
    assert why(decide(nudged, Nudge(ADA, every), now=NOW + 2 * every - TEN)) is Why.NUDGED_LATELY
    assert did(nudged, Nudge(ADA, every), hours=8).nudged == NOW + 2 * every


# Taking back, and opening again.


def test_a_yes_is_taken_back_for_some_minutes_and_the_request_is_open_again() -> None:
    approved = did(LADDER, yes(BOB))
    back = did(approved, Undo(BOB, TEN), hours=0.1)
    assert (back.state, back.votes, back.voided, back.round) == (State.PENDING, (), approved.votes, 2)
    assert (back.decided, back.deadline, back.waiting_on()) == (None, DEADLINE, (BOB,))
    assert why(decide(approved, Undo(BOB, TEN), now=NOW + TEN)) is Why.TOO_LATE_TO_UNDO
    assert why(decide(approved, Undo(CY, TEN), now=NOW)) is Why.NO_VOTE
    assert why(decide(did(back, Lapse(), hours=120), Undo(BOB, TEN), now=DEADLINE)) is Why.ALREADY_DECIDED


def test_taking_back_a_yes_to_all_of_it_leaves_the_cards_of_the_others_right() -> None:
    once = after(PANEL, yes(BOB), yes(CY))
    back = did(once, Undo(CY, TEN))
    assert (back.revision, back.approved_by()) == (1, (BOB,))
    assert did(back, yes(CY)).approved_by() == (BOB, CY)


def test_only_who_cast_a_vote_takes_it_back_and_not_whom_they_acted_for() -> None:
    once = did(PANEL, replace(yes(EVE), acting_for=CY))
    assert why(decide(once, Undo(CY, TEN), now=NOW)) is Why.NO_VOTE
    assert did(once, Undo(EVE, TEN)).votes == ()


def test_a_vote_on_an_open_request_is_taken_back_too() -> None:
    back = did(did(PANEL, less(CY, usd(1))), Undo(CY, TEN))
    assert (back.round, back.offered()[0], back.revision) == (1, usd(500), 3)
    assert back.waiting_on() == (BOB,)


def test_a_denial_is_taken_back_by_who_denied_and_by_nobody_else() -> None:
    denied = after(PANEL, yes(BOB), no(CY))
    assert denied.state is State.DENIED
    assert why(decide(denied, Undo(BOB, TEN), now=NOW)) is Why.ALREADY_DECIDED
    back = did(denied, Undo(CY, TEN))
    assert (back.state, back.approved_by()) == (State.PENDING, (BOB,))


def test_a_yes_that_is_not_needed_takes_nothing_back() -> None:
    spare = asks(Stage("manager", (BOB, EVE)), Stage("finance", (CY,)))
    approved = after(spare, yes(BOB), yes(EVE), yes(CY))
    assert approved.state is State.APPROVED
    assert why(decide(approved, Undo(EVE, TEN), now=NOW)) is Why.STANDS_ANYWAY
    assert did(approved, Undo(CY, TEN)).state is State.PENDING


def test_a_denial_is_opened_again_once_with_new_facts_and_a_time_of_its_own() -> None:
    denied = did(LADDER, no(BOB))
    case = replace(CASE, justification="The customer signed; here is the contract.")
    assert why(decide(denied, Reopen(BOB, case, LARGER), now=NOW)) is Why.NOT_YOURS
    assert why(decide(denied, Reopen(ADA, CASE, LARGER), now=NOW)) is Why.NOTHING_NEW
    again = did(denied, Reopen(ADA, case, LARGER), hours=24)
    assert (again.state, again.round, again.revision, again.reopened) == (State.PENDING, 2, 2, NOW + 24 * HOUR)
    assert (again.case, again.votes, again.voided, again.route) == (case, (), denied.votes, LARGER.route)
    assert again.deadline == DEADLINE + 24 * HOUR
    twice = decide(did(again, replace(no(BOB), revision=2)), Reopen(ADA, CASE, LARGER), now=NOW)
    assert twice == Refused(Why.REOPENED_BEFORE, {"at": NOW + 24 * HOUR})


def test_what_is_opened_again_is_decided_before_the_time_it_asks_for_is_over() -> None:
    denied = did(LADDER, no(BOB))
    for until, deadline in ((NOW + 48 * HOUR, NOW + 48 * HOUR), (NOW + 480 * HOUR, NOW + 144 * HOUR)):
        again = did(denied, Reopen(ADA, replace(CASE, term=Term(until=until)), LARGER), hours=24)
        assert (again.deadline, again.asked_since) == (deadline, NOW + 24 * HOUR)


def test_what_is_withdrawn_or_lapsed_stays_so() -> None:
    for ended in (did(LADDER, Withdraw(ADA)), did(LADDER, Lapse(), hours=120)):
        assert why(decide(ended, Reopen(ADA, replace(CASE, amount=1), LARGER), now=NOW)) is Why.ALREADY_DECIDED
        assert why(decide(ended, Undo(BOB, TEN), now=NOW)) is Why.ALREADY_DECIDED

"""What is told of a change beside its card: questions, answers, decisions that do not hold; and until when one can be undone."""

from dataclasses import replace
from datetime import timedelta

from tests.unit.test_requests import ADA, BOB, CASE, CY, HOUR, NOW, after, asks, no, yes
from workflows.effects import Do, Effect
from workflows.events import Answer, Ask, Event, Reopen, Undo, Withdraw
from workflows.requests import Request, Way
from workflows.seats import Stage
from workflows.sequels import settles, told

ASKED = asks(Stage("manager", (BOB,)), Stage("finance", (CY,)))
TEN = timedelta(minutes=10)


def follows(before: Request, event: Event) -> list[Effect]:
    return told(after(before, event), before)


def test_a_question_its_answer_and_its_end_are_told_and_nothing_else() -> None:
    question = [Effect(Do.SHOW_QUESTION, "R-1/0")]
    asked = after(ASKED, Ask(BOB, "Why?"))
    assert follows(ASKED, Ask(BOB, "Why?")) == question
    assert follows(asked, Answer(ADA, 0, "So.")) == question
    assert follows(asked, Withdraw(ADA)) == question
    assert follows(asked, yes(BOB)) == []
    answered = after(asked, Answer(ADA, 0, "So."))
    assert follows(answered, Withdraw(ADA)) == []
    assert follows(answered, Ask(CY, "How?")) == [Effect(Do.SHOW_QUESTION, "R-1/1")]


def test_a_decision_that_is_taken_back_is_told_by_its_vote_and_a_vote_on_an_open_request_is_not() -> None:
    approved, half = after(ASKED, yes(BOB), yes(CY)), after(ASKED, yes(BOB))
    assert follows(approved, Undo(CY, TEN)) == [Effect(Do.TELL_AGAIN, "R-1/undone/0")]
    assert after(approved, Undo(CY, TEN)).voided[0].by == CY
    assert follows(half, Undo(BOB, TEN)) == []


def test_asking_again_is_told_by_its_round() -> None:
    denied = after(ASKED, no(BOB))
    again = Reopen(ADA, replace(CASE, justification="It is Thursday now."), Way(ASKED.route, ASKED.limit))
    assert follows(denied, again) == [Effect(Do.TELL_AGAIN, "R-1/reopened/2")]


def test_the_next_vote_that_settles_is_the_oldest_that_can_still_be_taken_back() -> None:
    late = replace(yes(CY), at=NOW + HOUR)
    voted = after(ASKED, yes(BOB), late, now=NOW + HOUR)
    assert settles(ASKED, TEN, NOW) is None
    assert settles(voted, TEN, NOW) == NOW + TEN
    assert settles(voted, TEN, NOW + TEN) == NOW + HOUR + TEN
    assert settles(voted, TEN, NOW + HOUR + TEN) is None
    assert settles(after(after(ASKED, yes(BOB)), Withdraw(ADA)), TEN, NOW) is None

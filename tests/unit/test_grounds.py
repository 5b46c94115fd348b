"""Whoever is refused is told why, and what they need to know: when, who, how much, until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.test_decisions import LARGER, LIN, PANEL, PAT, TEN, did, edit, less
from tests.unit.test_requests import ADA, BOB, CASE, CY, DEADLINE, DI, EVE, HOUR, NOW, SAM, asks, no, yes
from workflows.automatic import Automatic, Mode
from workflows.ballots import Verdict
from workflows.cases import Term
from workflows.decisions import MOST_QUESTIONS, decide
from workflows.events import (
    Answer,
    Ask,
    Clear,
    Event,
    Lapse,
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
from workflows.refusals import Refused, Why
from workflows.requests import Glass, Request, State
from workflows.seats import Stage
from workflows.voting import ending

LATER = NOW + HOUR
ONCE = did(PANEL, replace(yes(CY), at=LATER), hours=1)
FOR_CY = did(PANEL, replace(yes(EVE), acting_for=CY, at=LATER), hours=1)
ASKED = did(PANEL, Ask(BOB, "Which index?"))
ANSWERED = did(ASKED, Answer(ADA, 0, "The new one."), hours=1)
MINE = {"at": LATER, "verdict": Verdict.APPROVE, "by": CY, "mine": True}
SHORT = replace(PANEL, case=replace(CASE, term=Term(until=NOW + 2 * HOUR)))
LONG = replace(PANEL, case=replace(CASE, term=Term(until=DEADLINE + HOUR)))
DENIED = did(did(PANEL, yes(BOB)), replace(no(CY), at=LATER), hours=1)
REOPENED = did(did(DENIED, Reopen(ADA, replace(CASE, ticket="PLAT-1"), LARGER), hours=2), replace(no(BOB), revision=2), hours=3)
MANY = asks(Stage("many", (BOB, CY)))
FULL = PANEL
for _ in range(20):
    FULL = did(FULL, Ask(BOB, "Why?"))

BROKEN = replace(PANEL, state=State.APPROVED, decided=NOW, glass=Glass((SAM, DI), NOW + 24 * HOUR))
SEEN = did(BROKEN, Review(SAM, False, "It could have waited."), hours=1)
CLEARED = did(replace(PANEL, auto=Automatic("routine", Mode.ON)), Clear())
TAKEN = did(CLEARED, Revoke(BOB, "It is over."), hours=1)

TOLD: list[tuple[Request, Event, float, Refused]] = [
    (PANEL, yes(EVE), 0, Refused(Why.NOT_ASKED, {"waiting": (BOB,)})),
    (PANEL, Ask(EVE, "Why?"), 0, Refused(Why.NOT_ASKED, {"waiting": (BOB,)})),
    (ONCE, yes(CY), 0, Refused(Why.ALREADY_VOTED, MINE)),
    (ONCE, Pass(CY), 0, Refused(Why.ALREADY_VOTED, MINE)),
    (ONCE, Reassign(CY, LIN), 0, Refused(Why.ALREADY_VOTED, MINE)),
    (FOR_CY, yes(CY), 0, Refused(Why.ALREADY_VOTED, MINE | {"by": EVE, "mine": False})),
    (FOR_CY, Pass(CY), 0, Refused(Why.ALREADY_VOTED, MINE | {"by": EVE, "mine": False})),
    (FOR_CY, replace(yes(EVE), acting_for=DI), 0, Refused(Why.ALREADY_VOTED, MINE | {"by": EVE})),
    (FOR_CY, replace(yes(SAM), acting_for=CY), 0, Refused(Why.ALREADY_VOTED, MINE | {"by": EVE, "mine": False})),
    (PANEL, yes(BOB), 120, Refused(Why.DEADLINE_PASSED, {"deadline": DEADLINE})),
    (SHORT, yes(BOB), 2, Refused(Why.DEADLINE_PASSED, {"deadline": NOW + 2 * HOUR})),
    (LONG, yes(BOB), 120, Refused(Why.DEADLINE_PASSED, {"deadline": DEADLINE})),
    (PANEL, edit(PANEL, replace(CASE, amount=1)), 120, Refused(Why.DEADLINE_PASSED, {"deadline": DEADLINE})),
    (PANEL, no(BOB, " "), 0, Refused(Why.REASON_MISSING, place="reason")),
    (PANEL, less(BOB, usd(501)), 0, Refused(Why.NOT_LESS, {"most": usd(500), "unit": Unit.USD}, place="amount")),
    (PANEL, less(BOB, days=3), 0, Refused(Why.NOT_SHORTER, place="duration")),
    (PANEL, Withdraw(BOB), 0, Refused(Why.NOT_YOURS, {"requester": ADA})),
    (PANEL, edit(PANEL, CASE, by=BOB), 0, Refused(Why.NOT_YOURS, {"requester": ADA})),
    (PANEL, Nudge(BOB, HOUR), 9, Refused(Why.NOT_YOURS, {"requester": ADA})),
    (ASKED, Answer(BOB, 0, "This."), 0, Refused(Why.NOT_YOURS, {"requester": ADA})),
    (DENIED, Reopen(BOB, CASE, LARGER), 1, Refused(Why.NOT_YOURS, {"requester": ADA})),
    (ASKED, Answer(ADA, -1, "This."), 0, Refused(Why.NO_SUCH_QUESTION)),
    (ANSWERED, Answer(ADA, 0, "No."), 2, Refused(Why.QUESTION_ANSWERED, {"at": LATER})),
    (FULL, Ask(CY, "Why?"), 0, Refused(Why.TOO_MANY_QUESTIONS, {"most": 20})),
    (PANEL, Reassign(BOB, SAM), 0, Refused(Why.NO_STAND_IN, {"who": SAM})),
    (PANEL, Reassign(BOB, PersonId("")), 0, Refused(Why.NO_STAND_IN)),
    (ONCE, Undo(CY, TEN), 2, Refused(Why.TOO_LATE_TO_UNDO, {"within": TEN, "at": LATER})),
    (DENIED, Undo(BOB, 5 * HOUR), 2, Refused(Why.ALREADY_DECIDED, {"state": State.DENIED, "by": CY, "at": LATER})),
    (DENIED, yes(DI), 2, Refused(Why.ALREADY_DECIDED, {"state": State.DENIED, "by": CY, "at": LATER})),
    (BROKEN, Review(BOB, True), 0, Refused(Why.NO_REVIEW_OF_YOURS, {"waiting": (SAM, DI)})),
    (BROKEN, Review(SAM, False, " "), 0, Refused(Why.REASON_MISSING, place="words")),
    (SEEN, Review(DI, True), 2, Refused(Why.REVIEWED, {"by": SAM, "at": LATER, "fine": False})),
    (CLEARED, Revoke(EVE, "No."), 0, Refused(Why.NOT_ASKED, {"waiting": ()})),
    (CLEARED, Revoke(CY, " "), 0, Refused(Why.REASON_MISSING, place="reason")),
    (TAKEN, Revoke(CY, "No."), 2, Refused(Why.TAKEN_BACK, {"by": BOB, "at": LATER})),
    (REOPENED, Reopen(ADA, CASE, LARGER), 4, Refused(Why.REOPENED_BEFORE, {"at": NOW + 2 * HOUR})),
]


@pytest.mark.parametrize(("request_", "event", "hours", "told"), TOLD, ids=lambda each: type(each).__name__)
def test_a_refusal_says_what_its_reader_needs(request_: Request, event: Event, hours: float, told: Refused) -> None:
    assert decide(request_, event, now=NOW + hours * HOUR) == told


def test_who_is_of_the_reviewing_group_now_reviews_too_and_what_they_said_is_kept() -> None:
    called = did(BROKEN, Review(BOB, True, "Fine.", called=True), hours=1)
    assert called.glass == Glass((SAM, DI), NOW + 24 * HOUR, BOB, LATER, True, "Fine.")
    assert SEEN.glass == Glass((SAM, DI), NOW + 24 * HOUR, SAM, LATER, False, "It could have waited.")
    assert did(BROKEN, Review(DI, True)).glass == Glass((SAM, DI), NOW + 24 * HOUR, DI, NOW, True, "")


def test_a_yes_that_could_not_be_charged_any_more_is_void_when_a_denial_is_undone() -> None:
    denied = did(did(did(PANEL, yes(BOB)), yes(CY)), no(DI))
    back = did(denied, Undo(DI, HOUR, unpaid=frozenset({CY})))
    assert ([vote.by for vote in back.votes], [vote.by for vote in back.voided]) == ([BOB], [CY, DI])


def test_just_before_its_end_it_is_not_refused() -> None:
    for request, end in ((SHORT, NOW + 2 * HOUR), (LONG, DEADLINE), (PANEL, DEADLINE)):
        assert isinstance(decide(request, yes(BOB), now=end - timedelta(microseconds=1)), Request)
    assert isinstance(decide(PANEL, edit(PANEL, replace(CASE, amount=1)), now=DEADLINE - timedelta(microseconds=1)), Request)
    assert isinstance(decide(ONCE, Undo(CY, TEN), now=LATER + TEN - timedelta(microseconds=1)), Request)


def test_the_smallest_yes_is_a_yes_and_a_denial_may_name_any_amount() -> None:
    assert did(PANEL, less(BOB, 1)).offered()[0] == 1
    assert did(PANEL, replace(no(BOB), amount=usd(900), term=Term(span=9 * HOUR * 24))).state is State.DENIED


def test_a_lapse_and_what_policy_approves_are_nobodys_doing_although_some_voted() -> None:
    lapsed = did(ONCE, Lapse(), hours=120)
    assert ending(lapsed) == {"state": State.LAPSED, "by": None, "at": DEADLINE}
    assert ending(replace(PANEL, state=State.APPROVED, decided=NOW)) == {"state": State.APPROVED, "by": None, "at": NOW}
    assert ending(did(ONCE, Withdraw(ADA), hours=2)) == {"state": State.WITHDRAWN, "by": ADA, "at": NOW + 2 * HOUR}
    assert ending(DENIED)["by"] == CY
    assert MOST_QUESTIONS == 20
    assert PAT in PANEL.route.stages[0].rungs[0]

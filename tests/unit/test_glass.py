"""The review of a broken glass: once, by somebody who was asked to, never by whoever broke it, and a no has a reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.test_requests import ADA, BOB, CY, NOW, SAM, asks, why
from workflows.decisions import LEGAL, decide
from workflows.events import Review
from workflows.glass import BreakGlass
from workflows.money import usd
from workflows.refusals import Refused, Why
from workflows.requests import Glass, Request, State

DUE = NOW + timedelta(days=1)
BROKEN = replace(asks(), state=State.APPROVED, decided=NOW, glass=Glass((BOB, SAM), DUE))
RIGHT = Review(BOB, fine=True)
HOUR = timedelta(hours=1)


def reviewed(review: Review, request: Request = BROKEN) -> Request:
    decided = decide(request, review, now=NOW + HOUR)
    assert isinstance(decided, Request), decided
    return decided


@pytest.mark.parametrize("review", [RIGHT, Review(SAM, fine=False, words="It could wait."), Review(CY, fine=True, called=True)])
def test_a_review_says_who_when_and_what_and_changes_nothing_else(review: Review) -> None:
    after = reviewed(review)
    assert after.glass == Glass((BOB, SAM), DUE, review.by, NOW + HOUR, review.fine, review.words)
    assert replace(after, glass=BROKEN.glass, version=BROKEN.version) == BROKEN
    assert after.version == BROKEN.version + 1


REFUSED = [
    (BROKEN, Review(ADA, fine=True), Why.OWN_REQUEST),
    (BROKEN, Review(ADA, fine=True, called=True), Why.OWN_REQUEST),
    (BROKEN, Review(CY, fine=True), Why.NO_REVIEW_OF_YOURS),
    (BROKEN, Review(BOB, fine=False, words=" "), Why.REASON_MISSING),
    (reviewed(RIGHT), Review(SAM, fine=False, words="No."), Why.REVIEWED),
    (replace(BROKEN, glass=None), RIGHT, Why.NOT_BROKEN),
]


@pytest.mark.parametrize(("request_", "review", "reason"), REFUSED, ids=[reason for _, _, reason in REFUSED])
def test_a_review_that_may_not_be_changes_nothing(request_: Request, review: Review, reason: Why) -> None:
    assert why(decide(request_, review, now=NOW)) is reason


def test_who_reviews_second_is_told_who_was_first_and_when() -> None:
    late = decide(reviewed(RIGHT), Review(SAM, fine=True), now=NOW + 2 * HOUR)
    assert isinstance(late, Refused)
    assert late.facts == {"by": BOB, "at": NOW + HOUR, "fine": True}


@pytest.mark.parametrize("state", State)
def test_only_what_was_granted_can_be_reviewed(state: State) -> None:
    assert (Review in LEGAL[state]) == (state is State.APPROVED)


@pytest.mark.parametrize(
    ("longest", "offered"),
    [
        (timedelta(minutes=20), (20,)),
        (timedelta(hours=1), (30, 60)),
        (timedelta(hours=3), (30, 60, 120, 180)),
        (timedelta(days=7), (30, 60, 120, 240, 480, 1440, 4320, 10080)),
    ],
)
def test_the_times_to_choose_from_end_with_the_longest(longest: timedelta, offered: tuple[int, ...]) -> None:
    allowed = BreakGlass("oncall", usd(500), longest, "security")
    assert allowed.spans == tuple(timedelta(minutes=minutes) for minutes in offered)

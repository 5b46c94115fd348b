"""A button is shown to whom a press of it would count: whoever decides, whoever may take a vote back, whoever may ask again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_requests import ADA, BOB, CAST, CY, DI, NOW, SAM, after, asks, no, yes
from workflows.decisions import decide
from workflows.events import Undo
from workflows.hands import hand
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Request, State
from workflows.seats import Stage

WITHIN = timedelta(minutes=10)
TWO = asks(Stage("manager", (BOB,)), Stage("finance", (CY, DI)))


def dealt(request: Request, reader: PersonId, minutes: int = 0) -> tuple[bool, bool]:
    mine = hand(request, reader, within=WITHIN, now=NOW + timedelta(minutes=minutes))
    return mine.decides, mine.undoes is not None


@pytest.mark.parametrize(
    ("reader", "expected"), [(BOB, (False, True)), (CY, (True, False)), (ADA, (False, False)), (SAM, (False, False))]
)
def test_who_voted_may_take_it_back_and_who_did_not_decides(reader: PersonId, expected: tuple[bool, bool]) -> None:
    assert dealt(after(TWO, yes(BOB)), reader) == expected


def test_a_vote_can_be_taken_back_up_to_the_last_moment_and_not_at_it() -> None:
    voted = after(TWO, yes(BOB))
    assert hand(voted, BOB, within=WITHIN, now=NOW).undoes == NOW + WITHIN
    assert [dealt(voted, BOB, minutes)[1] for minutes in (9, 10, 11)] == [True, False, False]


def test_whoever_denied_takes_it_back_and_not_who_had_said_yes() -> None:
    denied = after(TWO, yes(BOB), no(CY))
    assert (dealt(denied, BOB), dealt(denied, CY)) == ((False, False), (False, True))


def test_a_denial_is_asked_again_once() -> None:
    denied = after(TWO, no(BOB))
    assert hand(denied, ADA, within=WITHIN, now=NOW).reopens
    assert not hand(replace(denied, reopened=NOW), ADA, within=WITHIN, now=NOW).reopens
    assert not hand(TWO, ADA, within=WITHIN, now=NOW).reopens


@given(st.permutations([BOB, CY, DI]), st.integers(0, 3), st.sampled_from(CAST), st.integers(0, 20))
def test_the_button_is_there_exactly_when_it_would_do_something(
    order: list[PersonId], many: int, reader: PersonId, minutes: int
) -> None:
    voted = after(TWO, *(yes(who) for who in order[:many]))
    now = NOW + timedelta(minutes=minutes)
    undone = decide(voted, Undo(reader, WITHIN), now=now)
    assert (hand(voted, reader, within=WITHIN, now=now).undoes is not None) == (not isinstance(undone, Refused))


def test_nothing_is_decided_on_what_is_over() -> None:
    assert after(TWO, yes(BOB), yes(CY)).state is State.APPROVED
    assert not dealt(after(TWO, yes(BOB), yes(CY)), DI)[0]

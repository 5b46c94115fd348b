"""A rehearsal says what a draft would ask, next to what was asked, what waiting it saves and what money nobody would look at."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.contract.given import NOW, case, request
from workflows.automatic import Automatic, Mode
from workflows.cases import Part
from workflows.money import Unit, usd
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.rehearsal import Change, Known, Rehearsal, Take, exposed
from workflows.requests import State
from workflows.rules import Data, Facts, Limit
from workflows.seats import Route, Stage

BOB = PersonId("U0BOB")
HOUR = timedelta(hours=1)
FACTS = Facts("platform/search", Limit.SOFT, usd(500), Unit.USD, 5, timedelta(days=2), Data.INTERNAL)
MANAGER, FINANCE, TWO = Stage("manager", (BOB,)), Stage("finance", (BOB,)), Stage("finance", (BOB,), 2)
APPROVES, SHADOW = Automatic("routine", Mode.ON), Automatic("routine", Mode.SHADOW)
OUTSIDE = Automatic("routine", Mode.ON, ("amount", "data"))


def take(*stages: Stage, auto: Automatic | None = None, was: tuple[Stage, ...] = (MANAGER,), **changes: Any) -> Take:
    return Take(Known(request(route=Route(was), **changes), FACTS), Route(stages), auto)


def whole(*takes: Take) -> Rehearsal:
    return Rehearsal(NOW - timedelta(days=90), NOW + 2 * HOUR, takes, (), (), {})


@pytest.mark.parametrize(
    ("now", "was", "change"),
    [
        ((MANAGER,), (MANAGER,), Change.SAME),
        ((FINANCE, MANAGER), (MANAGER, FINANCE), Change.SAME),
        ((MANAGER,), (MANAGER, FINANCE), Change.LESS),
        ((MANAGER, FINANCE), (MANAGER, TWO), Change.LESS),
        ((MANAGER, TWO), (MANAGER,), Change.MORE),
        ((FINANCE,), (MANAGER,), Change.OTHERS),
    ],
)
def test_whoever_would_be_asked_is_compared_with_whoever_was(
    now: tuple[Stage, ...], was: tuple[Stage, ...], change: Change
) -> None:
    assert take(*now, was=was).change is change


@pytest.mark.parametrize(
    ("auto", "change"), [(APPROVES, Change.APPROVED), (SHADOW, Change.SHADOW), (OUTSIDE, Change.SAME), (None, Change.SAME)]
)
def test_what_the_guardrails_let_pass_asks_nobody(auto: Automatic | None, change: Change) -> None:
    found = take(MANAGER, auto=auto)
    assert (found.change, found.alone) == (change, change in (Change.APPROVED, Change.SHADOW))


def test_what_is_refused_is_refused_whatever_the_guardrails_say() -> None:
    refused = replace(take(auto=APPROVES), route=Refused(Why.RULE_REFUSES))
    assert (refused.change, refused.alone) == (Change.REFUSED, False)


def test_whoever_was_asked_about_nothing_is_asked_more_when_anybody_is() -> None:
    assert take(MANAGER).change is Change.SAME
    spared = take(MANAGER, auto=None)
    spared = replace(spared, known=replace(spared.known, request=replace(spared.request, auto=APPROVES)))
    assert spared.change is Change.MORE
    assert replace(spared, known=replace(spared.known, request=replace(spared.request, auto=SHADOW))).change is Change.SAME


@pytest.mark.parametrize(
    ("state", "decided", "waited"),
    [
        (State.APPROVED, NOW + HOUR, HOUR),
        (State.LAPSED, NOW + HOUR, HOUR),
        (State.PENDING, None, 2 * HOUR),
        (State.DENIED, NOW + HOUR, timedelta()),
        (State.WITHDRAWN, NOW + HOUR, timedelta()),
    ],
)
def test_waiting_is_saved_for_what_got_a_yes_or_no_answer_and_not_for_what_got_a_no(
    state: State, decided: datetime | None, waited: timedelta
) -> None:
    assert whole(take(MANAGER, auto=APPROVES, state=state, decided=decided)).saved() == waited
    assert whole(take(MANAGER, auto=OUTSIDE, state=state, decided=decided)).saved() == timedelta()


def test_what_would_be_granted_without_a_person_is_added_up_by_unit_with_every_part() -> None:
    also = (Part("platform:usd/month", usd(100), Unit.USD), Part("platform:tokens/day", 2_000, Unit.TOKENS))
    with_parts = take(MANAGER, auto=APPROVES, case=case(also=also))
    denied = take(MANAGER, auto=SHADOW, state=State.DENIED, decided=NOW)
    found = whole(with_parts, denied, take(MANAGER), take(MANAGER, auto=OUTSIDE))
    assert exposed(found.alone()) == {Unit.USD: usd(1_100), Unit.TOKENS: 2_000}
    assert exposed(found.alone(State.DENIED)) == {Unit.USD: usd(500)}
    assert exposed(()) == {}


def test_every_guardrail_is_counted_for_each_request_that_it_keeps_from_it() -> None:
    outside = Automatic("routine", Mode.SHADOW, ("data",))
    assert whole(take(auto=OUTSIDE), take(auto=outside), take(auto=APPROVES), take()).kept() == {"amount": 1, "data": 2}


def test_every_way_to_be_answered_is_counted() -> None:
    counted = whole(take(MANAGER), take(MANAGER), take(FINANCE), take(MANAGER, auto=SHADOW)).counts()
    assert {change: count for change, count in counted.items() if count} == {Change.SAME: 2, Change.OTHERS: 1, Change.SHADOW: 1}
    assert list(counted) == list(Change)

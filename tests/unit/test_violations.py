"""Violations are counted with what became of their appeals."""

from datetime import UTC, datetime, timedelta

import pytest

from workflows.appeals import Broken
from workflows.cases import Case, Impact, Term
from workflows.money import Unit
from workflows.people import PersonId
from workflows.requests import State
from workflows.rules import Data
from workflows.violations import Violated, Violation, counted

NOW = datetime(2026, 11, 26, tzinfo=UTC)
CASE = Case("q", 1, Unit.USD, Term(span=timedelta(1)), "because it is needed", Impact("m", 1, "e"), Data.RESTRICTED)


def violation(appeal: str = "") -> Violation:
    return Violation("V", PersonId("U0ADA"), NOW, CASE, (Broken("wrong model", "No."),), appeal=appeal)


def test_nothing_is_counted_of_nothing() -> None:
    assert counted([], {}) == Violated()


def test_a_refusal_that_nobody_appeals_is_only_refused() -> None:
    assert counted([violation(), violation()], {"R1": State.APPROVED}) == Violated(2)


@pytest.mark.parametrize(
    ("end", "allowed", "upheld"),
    [
        (State.PENDING, 0, 0),
        (State.APPROVED, 1, 0),
        (State.DENIED, 0, 1),
        (State.WITHDRAWN, 0, 1),
        (State.LAPSED, 0, 1),
    ],
)
def test_an_appeal_is_allowed_or_the_refusal_is_upheld(end: State, allowed: int, upheld: int) -> None:
    assert counted([violation(), violation("R1")], {"R1": end}) == Violated(2, 1, allowed, upheld)

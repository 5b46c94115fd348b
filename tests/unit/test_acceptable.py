"""Acceptable use: which use cases a scope has, and what a high-risk workflow is on which day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from workflows.acceptable import Acceptable, Approval, Oversight, Risk, UseCase
from workflows.people import PersonId

DAY = timedelta(days=1)
MARCH = date(2027, 3, 31)
TRIAGE = UseCase("Support triage", ("platform/support",), Oversight.AUTOMATIC)
CONTRACTS = UseCase(
    "contracts", ("platform/legal", "platform/sales"), Oversight.REVIEWED, True, Approval(PersonId("U0SAM"), MARCH)
)
RULES = Acceptable(use_cases=(TRIAGE, CONTRACTS))


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("platform", ["Support triage", "contracts"]),
        ("platform/support", ["Support triage"]),
        ("platform/support/night", ["Support triage"]),
        ("platform/supportive", []),
        ("platform/sales", ["contracts"]),
        ("platform/search", []),
        ("plat", []),
    ],
)
def test_a_request_may_be_for_the_use_cases_of_its_scope_above_and_below_it(scope: str, names: list[str]) -> None:
    assert [use.name for use in RULES.on(scope)] == names


def test_a_use_case_is_found_by_its_name_whatever_its_capitals() -> None:
    assert RULES.use_case("support TRIAGE") is TRIAGE
    assert RULES.use_case("support") is None


@pytest.mark.parametrize(
    ("use", "day", "risk"),
    [
        (TRIAGE, MARCH, Risk.ORDINARY),
        (CONTRACTS, MARCH, Risk.APPROVED),
        (CONTRACTS, MARCH + DAY, Risk.ENDED),
        (replace(CONTRACTS, approval=None), MARCH, Risk.UNAPPROVED),
    ],
)
def test_an_approval_holds_to_the_end_of_its_last_day(use: UseCase, day: date, risk: Risk) -> None:
    assert use.risk(day) is risk

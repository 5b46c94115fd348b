"""Conduct: high-risk workflows as they are, and requests by how their use case runs."""

from dataclasses import is_dataclass, replace
from datetime import date
from typing import get_args, get_type_hints

from tests.unit.test_trials import request
from workflows.acceptable import Acceptable, Approval, Oversight, UseCase
from workflows.conduct import Conduct, conduct
from workflows.people import PersonId
from workflows.requests import Request
from workflows.trials import Apart
from workflows.violations import Violated

TODAY = date(2026, 11, 26)
SAM = PersonId("U0SAM")


def use(name: str, runs: Oversight = Oversight.REVIEWED, until: date | None = None, *, high: bool = False) -> UseCase:
    return UseCase(name, ("platform",), runs, high, Approval(SAM, until) if until else None)


RULES = Acceptable(
    use_cases=(
        use("triage", Oversight.AUTOMATIC),
        use("contracts", until=date(2027, 3, 31), high=True),
        use("hiring", until=date(2026, 11, 25), high=True),
        use("scoring", high=True),
    )
)


def asking(name: str) -> Request:
    asked = request()
    return replace(asked, case=replace(asked.case, use_case=name))


def test_a_week_is_told_in_counts() -> None:
    asked = [asking(name) for name in ("Triage", "triage", "contracts", "", "gone")]
    told = conduct(RULES, asked, TODAY, violated=Violated(3, 1))
    assert told == Conduct(Violated(3, 1), approved=1, ended=1, unapproved=1, automatic=2, reviewed=1, unnamed=2)
    assert (told.risky, told.asked, told.quiet) == (3, 5, False)


def test_a_week_in_which_nobody_asked_is_quiet() -> None:
    assert conduct(RULES, [], TODAY, violated=Violated()).quiet
    assert not conduct(RULES, [], TODAY, violated=Violated(1)).quiet


def parts(kind: object) -> set[object]:
    """Every type that a value of this type is made of."""
    inner = [*get_args(kind), *(get_type_hints(kind).values() if is_dataclass(kind) else ())]
    return {kind}.union(*map(parts, inner))


def test_there_is_no_room_for_a_person_in_it() -> None:
    assert Violated in parts(Conduct) and Apart in parts(Conduct)
    assert PersonId not in parts(Conduct)

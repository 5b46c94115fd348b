"""Violations: one of an id, found by their window, each appealed once."""

import pytest

from tests.contract.conftest import World
from tests.contract.given import ADA, HOUR, MONTH, NOW, case
from tests.contract.racing import race
from workflows.appeals import Broken
from workflows.ports import Stale
from workflows.rules import Data
from workflows.violations import Violation

RESTRICTED = case(data=Data.RESTRICTED, models=("claude-opus-*", "gpt-5"))
RULES = (Broken("wrong model", "Not this model."), Broken("weekend", "Not on a Sunday."))


def violation(name: str = "V1", **changes: object) -> Violation:
    given = {"by": ADA, "at": NOW, "case": RESTRICTED, "broken": RULES, "origin": "N1"}
    return Violation(name, **{**given, **changes})  # type: ignore[arg-type]


def test_a_violation_is_kept_once_as_it_was_first(world: World) -> None:
    first, again = violation(), violation(at=NOW + HOUR)
    with world.units() as unit:
        assert unit.violations.add(first)
        assert not unit.violations.add(again)
        unit.commit()
    with world.units() as unit:
        assert not unit.violations.add(again)
        assert unit.violations.get("V1") == first
        assert unit.violations.get("nothing") is None


def test_what_is_not_committed_is_not_kept(world: World) -> None:
    with world.units() as unit:
        unit.violations.add(violation())
    with world.units() as unit:
        assert unit.violations.get("V1") is None


def test_those_of_a_window_are_found_oldest_first(world: World) -> None:
    last, first, before, after = (
        violation("V1", at=MONTH.start + HOUR),
        violation("V2", at=MONTH.start),
        violation("V3", at=MONTH.start - HOUR),
        violation("V4", at=MONTH.end),
    )
    world.keep(lambda unit: [unit.violations.add(one) for one in (last, first, before, after)])
    with world.reads() as unit:
        assert unit.violations.within(MONTH) == [first, last]


def test_an_appeal_is_noted_once(world: World) -> None:
    world.keep(lambda unit: unit.violations.add(violation()))
    world.keep(lambda unit: unit.violations.appeal("V1", "R1"))
    with world.units() as unit:
        assert unit.violations.get("V1") == violation(appeal="R1")
        with pytest.raises(Stale):
            unit.violations.appeal("V1", "R2")
        with pytest.raises(Stale):
            unit.violations.appeal("V2", "R2")


def test_two_who_keep_the_same_submission_at_once_keep_one(world: World) -> None:
    def refused() -> bool:
        with world.units() as unit:
            new = unit.violations.add(violation())
            unit.commit()
            return new

    assert sorted(race(refused, refused)) == [False, True]

"""The record: chains that stay whole, one entry for a number."""

from dataclasses import replace

import pytest

from tests.contract.conftest import World
from tests.contract.given import HOUR, NOW
from tests.contract.racing import race
from workflows.audit import Entry, broken, entry
from workflows.ports import Stale, Units

AFTER = {
    "state": "pending",
    "at": NOW.isoformat(),
    "votes": [{"by": "U0BOB", "n": 2**70}],
    "words": "żółć \u0000 \u202e",
    "none": None,
}


def chain(subject: str, length: int) -> list[Entry]:
    entries: list[Entry] = []
    for n in range(length):
        last = entries[-1] if entries else None
        entries.append(entry(last, subject=subject, at=NOW + n * HOUR, by="U0ADA", did=f"step {n}", after=AFTER))
    return entries


def test_a_chain_comes_back_whole_and_in_order(world: World) -> None:
    entries = chain("R1", 3)
    world.keep(lambda unit: [unit.record.append(e) for e in [*entries, *chain("R2", 2)]])
    with world.units() as unit:
        assert unit.record.chain("R1") == entries
        assert broken(unit.record.chain("R1")) == ""
        assert unit.record.last("R1") == entries[-1]
        assert unit.record.subjects() == ["R1", "R2"]


def test_moments_and_tuples_in_an_entry_do_not_break_its_chain(world: World) -> None:
    written = entry(None, subject="R1", at=NOW, by="leeway", did="asked", after={"at": NOW, "people": ("U0ADA", "U0BOB")})
    world.keep(lambda unit: unit.record.append(written))
    with world.units() as unit:
        assert broken(unit.record.chain("R1")) == ""


def test_a_subject_without_entries_has_an_empty_chain(world: World) -> None:
    with world.units() as unit:
        assert unit.record.last("R9") is None
        assert unit.record.chain("R9") == []
        assert unit.record.subjects() == []


def test_a_number_is_given_once(world: World) -> None:
    [first] = chain("R1", 1)
    world.keep(lambda unit: unit.record.append(first))
    with world.units() as unit, pytest.raises(Stale):
        unit.record.append(replace(first, did="something else"))


def test_of_two_who_write_the_next_entry_one_is_stale(world: World) -> None:
    def write(units: Units, by: str) -> bool:
        with units() as unit:
            try:
                unit.record.append(entry(None, subject="R1", at=NOW, by=by, did="asked", after={}))
            except Stale:
                return False
            unit.commit()
            return True

    assert sorted(race(lambda: write(world.units, "U0ADA"), lambda: write(world.other, "U0BOB"))) == [False, True]

"""Whoever listens hears what this process committed of counters, overrides and limits in stores, as it is since."""

from dataclasses import replace

import pytest

from tests.contract.conftest import World
from tests.contract.given import HOUR, MONTH, NOW, SEARCH, SUPPORT, decided, notice, override
from workflows.holdings import Holding
from workflows.ports import Changed, Stale
from workflows.requests import State
from workflows.spend import Counter, Tally

ASKED = decided("R1", NOW, State.APPROVED)
GRANTED = override(ASKED)
SPENT = Tally({(SEARCH, MONTH): 3, (SUPPORT, MONTH): 5}, {})


@pytest.fixture
def heard(world: World) -> list[Changed]:
    found: list[Changed] = []
    world.listen(found.append)
    return found


def test_a_commit_is_heard_with_what_it_changed(world: World, heard: list[Changed]) -> None:
    world.keep(lambda unit: unit.meter.add(SPENT))
    world.keep(lambda unit: (unit.requests.add(ASKED), unit.overrides.add(GRANTED), unit.meter.add(SPENT)))
    begun = replace(GRANTED, version=2, starts=NOW, ends=NOW + HOUR)
    world.keep(lambda unit: unit.overrides.save(begun))
    once, twice = ((Counter(SEARCH, MONTH, 3 * n, n), Counter(SUPPORT, MONTH, 5 * n, n)) for n in (1, 2))
    assert heard == [Changed(once), Changed(twice, (GRANTED,)), Changed((), (begun,))]


def test_what_is_known_of_a_limit_in_its_store_is_heard(world: World, heard: list[Changed]) -> None:
    held = Holding(SEARCH, 5, adopted=7)
    world.keep(lambda unit: unit.holdings.save(held))
    assert heard == [Changed(holdings=(held,))]


def test_it_is_heard_when_it_is_there_for_everyone(world: World) -> None:
    found: list[int] = []

    def look(_: Changed) -> None:
        with world.reads() as unit:
            found.append(unit.meter.spent(SEARCH, MONTH))

    world.listen(look)
    world.keep(lambda unit: unit.meter.add(SPENT))
    assert found == [3]


def test_what_was_not_committed_is_not_heard(world: World, heard: list[Changed]) -> None:
    with world.units() as unit:
        unit.meter.add(SPENT)
        unit.requests.add(ASKED)
        unit.overrides.add(GRANTED)
    with pytest.raises(Stale), world.units() as unit:
        unit.overrides.save(replace(GRANTED, version=7))
        unit.commit()
    assert heard == []


def test_a_commit_of_anything_else_is_not_heard(world: World, heard: list[Changed]) -> None:
    world.keep(lambda unit: (unit.requests.add(ASKED), unit.meter.tell(notice(70))))
    assert heard == []

"""Who is away, and what people have approved: of each the last word, whoever writes at once."""

import pytest

from tests.contract.conftest import World
from tests.contract.given import ADA, BOB, DAY, NOW
from workflows.authority import Charged
from workflows.aways import Away, seats_of
from workflows.people import PersonId
from workflows.ports import Stale

CY, EVE = PersonId("U0CY"), PersonId("U0EVE")
AWAY = Away(BOB, NOW, NOW + DAY, EVE, "On holiday")


def test_somebody_is_away_from_the_first_moment_to_the_last_which_is_not_theirs(world: World) -> None:
    world.keep(lambda unit: unit.aways.put(AWAY))
    with world.reads() as unit:
        assert unit.aways.get(BOB) == AWAY
        assert unit.aways.among({ADA, BOB}, NOW) == [AWAY] == unit.aways.behind(EVE, NOW)
        assert unit.aways.among({BOB}, NOW + DAY) == [] == unit.aways.behind(EVE, NOW - DAY)
        assert unit.aways.among({ADA}, NOW) == [] == unit.aways.behind(BOB, NOW)


def test_what_somebody_says_later_takes_the_place_of_what_they_said(world: World) -> None:
    later = Away(BOB, NOW + DAY, NOW + 2 * DAY, None)
    world.keep(lambda unit: [unit.aways.put(AWAY), unit.aways.put(later)])
    with world.reads() as unit:
        assert unit.aways.get(BOB) == later
    world.keep(lambda unit: unit.aways.drop(BOB))
    with world.reads() as unit:
        assert unit.aways.get(BOB) is None


def test_of_two_who_charge_the_same_authority_one_is_stale(world: World) -> None:
    first = Charged(BOB, NOW, 100)
    world.keep(lambda unit: unit.charges.save(first))
    with world.units() as unit, pytest.raises(Stale):
        unit.charges.save(Charged(BOB, NOW, 200))
    world.keep(lambda unit: unit.charges.save(Charged(BOB, NOW, 300, version=2)))
    with world.units() as unit, pytest.raises(Stale):
        unit.charges.save(Charged(BOB, NOW, 400, version=2))
    with world.reads() as unit:
        assert unit.charges.get(BOB, NOW) == Charged(BOB, NOW, 300, version=2)
        assert unit.charges.get(BOB, NOW + DAY) is None


def test_somebody_decides_for_themselves_and_for_who_is_away_but_nobody_passes_it_on() -> None:
    chain = [AWAY, Away(EVE, NOW, NOW + DAY, CY)]
    assert seats_of(EVE, (BOB,), [AWAY], NOW) == (BOB,)
    assert seats_of(EVE, (BOB, EVE), [AWAY], NOW) == (EVE, BOB)
    assert seats_of(EVE, (BOB,), [AWAY], NOW + DAY) == ()
    assert seats_of(EVE, (BOB,), chain, NOW) == ()
    assert seats_of(CY, (BOB,), chain, NOW) == ()
    assert seats_of(BOB, (BOB,), [AWAY], NOW) == (BOB,)

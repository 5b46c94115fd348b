"""What quota stores hold of ours: the last word, whoever writes at once."""

from dataclasses import replace

import pytest

from tests.contract.conftest import World
from tests.contract.given import NOW, SEARCH, SUPPORT
from workflows.holdings import Holding
from workflows.limits import Place
from workflows.money import LARGEST
from workflows.ports import Stale

FIRST = Holding(SEARCH, LARGEST, written=(LARGEST, 0, 7), added=3)


def test_what_is_known_of_a_limit_comes_out_as_it_went_in(world: World) -> None:
    second = replace(
        FIRST, place=Place("litellm", (("team", "search"),)), adopted=-5, unlimited=True, edited=NOW, written=(), version=2
    )
    for holding in (FIRST, second):
        world.keep(lambda unit, holding=holding: unit.holdings.save(holding))
        with world.reads() as unit:
            assert unit.holdings.get(SEARCH) == holding
            assert unit.holdings.get(SUPPORT) is None


def test_of_two_who_looked_at_once_one_is_stale(world: World) -> None:
    world.keep(lambda unit: unit.holdings.save(FIRST))
    with world.units() as unit, pytest.raises(Stale):
        unit.holdings.save(FIRST)
    with world.units() as unit, pytest.raises(Stale):
        unit.holdings.save(replace(FIRST, version=3))


def test_edits_are_found_by_quota(world: World) -> None:
    adopted, unlimited = Holding(SUPPORT, 1, adopted=0), Holding("a", 1, unlimited=True)
    for holding in (FIRST, adopted, unlimited):
        world.keep(lambda unit, holding=holding: unit.holdings.save(holding))
    with world.reads() as unit:
        assert unit.holdings.edited() == [unlimited, adopted]

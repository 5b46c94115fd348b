"""The gate beside each database: what this process commits is known at once, what others do after the next look."""

from functools import partial

import pytest

from tests.contract.conftest import World
from tests.contract.given import HOUR, NOW, SEARCH, decided, override, usage
from tests.contract.racing import race
from workflows.admission import Estimate
from workflows.admitting import Gate
from workflows.metering import record, standing
from workflows.policy import Organization, Policy
from workflows.ports import Units
from workflows.quotas import Quota, Standing
from workflows.requests import State

TEAM = Quota(SEARCH, "platform/search", 1_000)
POLICY = Policy(Organization("Acme", "Europe/Warsaw"), (TEAM,))


@pytest.fixture
def gate(world: World) -> Gate:
    made = Gate(POLICY, world.reads)
    world.listen(made.hear)
    made.refresh(NOW)
    return made


def spend(units: Units, number: int, cost: int = 1) -> None:
    record([usage(str(number).encode(), cost=cost)], policy=POLICY, prices={}, units=units, now=NOW)


def known(gate: Gate) -> Standing:
    verdict = gate.check(TEAM.scope, "any", Estimate(), now=NOW)
    assert verdict is not None
    return verdict.findings[0].standing


def stored(world: World) -> Standing:
    with world.reads() as unit:
        return standing(unit, POLICY, TEAM, NOW)


def test_it_knows_what_this_process_committed(world: World, gate: Gate) -> None:
    spend(world.units, 1, 300)
    asked = decided("R1", NOW - HOUR, State.APPROVED)
    given = override(asked, starts=NOW, ends=NOW + HOUR, amount=50)
    world.keep(lambda unit: (unit.requests.add(asked), unit.overrides.add(given)))
    assert (known(gate).spent, known(gate).extra) == (300, 50)
    assert known(gate) == stored(world)


def test_it_knows_what_others_committed_once_it_looked(world: World, gate: Gate) -> None:
    spend(world.other, 1, 300)
    spend(world.units, 2, 20)
    gate.refresh(NOW)
    assert known(gate).spent == 320
    assert known(gate) == stored(world)


def test_however_commits_looks_and_lost_memory_fall_together_it_ends_at_what_is_stored(world: World, gate: Gate) -> None:
    def spends(units: Units, first: int) -> None:
        for number in range(first, first + 15):
            spend(units, number)

    def looks(forgets: bool) -> None:
        for _ in range(15):
            if forgets:
                gate.forget()
            gate.refresh(NOW)

    mine = (partial(spends, world.units, first) for first in (0, 100))
    race(*mine, partial(spends, world.other, 200), partial(looks, False), partial(looks, True))
    gate.refresh(NOW)
    assert known(gate).spent == 45
    assert known(gate) == stored(world)

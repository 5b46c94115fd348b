"""Recounting on every database: it stands where the same in memory stands, and usage that comes in meanwhile is counted once."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import open_store
from tests.contract.conftest import World
from tests.contract.racing import race
from tests.fakes.clock import ManualClock
from tests.fakes.memory import Memory
from tests.unit.test_recounting import NEW, NOW, OLD, call, calls, kit
from workflows import recounting
from workflows.keeping import Kit
from workflows.metering import record
from workflows.money import usd
from workflows.ports import Units
from workflows.quotas import Quota
from workflows.spend import Usage

WRITERS, EACH = 4, 20


def made(units: Units, quotas: Sequence[Quota]) -> Kit:
    like = kit(Memory(), quotas)
    return Kit(like.policy, like.clock, units, units, like.directory, like.limits)


def count(units: Units, quotas: Sequence[Quota], *usages: Usage) -> None:
    record(usages, policy=kit(Memory(), quotas).policy, prices={}, units=units, now=NOW)


def facts(units: Units) -> list[tuple[int, dict[date, int]]]:
    """What every quota stands at, and its days."""
    policy = kit(Memory(), NEW).policy
    with units() as unit:
        every = [(quota.key, policy.window(quota, NOW)) for quota in NEW]
        return [(unit.meter.spent(key, window), unit.meter.days(key, date(2026, 1, 1), NOW.date())) for key, window in every]


@settings(max_examples=15)
@given(st.lists(calls, max_size=20, unique_by=lambda usage: usage.key))
def test_sqlite_and_memory_agree(batch: list[Usage]) -> None:
    memory = Memory()
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'leeway.db'}", ManualClock(NOW))
        store.migrate()
        for units in (memory.units, store.units):
            for quotas in (OLD, NEW, OLD, NEW):
                count(units, quotas, *batch)
                recounting.recount(made(units, quotas))
        assert facts(memory.units) == facts(store.units)
        store.close()


def test_usage_that_comes_in_while_replicas_start_is_counted_once(world: World) -> None:
    """Each writer counts by the new file once it has started; another starts again and again meanwhile."""
    count(world.units, OLD, *(call(n, 1) for n in range(50)))

    def writer(number: int) -> Callable[[], None]:
        units = (world.units, world.other)[number % 2]

        def run() -> None:
            recounting.recount(made(units, NEW))
            for n in range(EACH):
                count(units, NEW, call(f"{number}/{n}", 1))

        return run

    def start() -> None:
        for _ in range(5):
            recounting.recount(made(world.other, NEW))

    race(*(writer(number) for number in range(WRITERS)), start)
    spent, days = facts(world.units)[1]
    assert (spent, days) == (usd(50 + WRITERS * EACH), {NOW.date(): usd(50 + WRITERS * EACH)})

"""Recounting on a database: it stands where the same in memory stands, and usage that comes in meanwhile is counted once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import Store, open_store
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


@contextmanager
def opened(folder: str | Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{Path(folder) / 'leeway.db'}", ManualClock(NOW))
    store.migrate()
    yield store
    store.close()


def made(units: Units, reads: Units, quotas: Sequence[Quota]) -> Kit:
    like = kit(Memory(), quotas)
    return Kit(like.policy, like.clock, units, reads, like.directory, like.limits)


def facts(units: Units, quotas: Sequence[Quota]) -> list[object]:
    policy = kit(Memory(), quotas).policy
    with units() as unit:
        spent = [unit.meter.spent(quota.key, policy.window(quota, NOW)) for quota in quotas]
        return [spent, [unit.meter.days(quota.key, NOW.date().replace(month=1), NOW.date()) for quota in quotas]]


@settings(max_examples=15)
@given(st.lists(calls, max_size=20, unique_by=lambda usage: usage.key))
def test_sqlite_and_memory_agree(batch: list[Usage]) -> None:
    memory = Memory()
    with TemporaryDirectory() as folder, opened(folder) as store:
        for units, reads in ((memory.units, memory.reads), (store.units, store.reads)):
            for quotas in (OLD, NEW, OLD, NEW):
                record(batch, policy=kit(Memory(), quotas).policy, prices={}, units=units, now=NOW)
                recounting.recount(made(units, reads, quotas))
        assert facts(memory.units, NEW) == facts(store.units, NEW)


@pytest.mark.parametrize("writers", [4])
def test_usage_that_comes_in_while_replicas_start_is_counted_once(tmp_path: Path, writers: int) -> None:
    """Each writer counts by the new file, as a replica does that has started; others start again and again meanwhile."""
    with opened(tmp_path) as store, opened(tmp_path) as other:
        record([call(n, 1) for n in range(50)], policy=kit(Memory(), OLD).policy, prices={}, units=store.units, now=NOW)

        def write(number: int) -> Callable[[], None]:
            units = (store, other)[number % 2].units

            def run() -> None:
                recounting.recount(made(units, units, NEW))
                for n in range(20):
                    record([call(f"{number}/{n}", 1)], policy=kit(Memory(), NEW).policy, prices={}, units=units, now=NOW)

            return run

        def start() -> None:
            for _ in range(5):
                recounting.recount(made(other.units, other.reads, NEW))

        race(*(write(number) for number in range(writers)), start)
        spent, (_, days, *_) = facts(store.units, NEW)
        assert (spent[1], days) == (usd(50 + writers * 20), {NOW.date(): usd(50 + writers * 20)})

"""Metering on SQLite: the same usage leaves the same counters, notices and effects as in memory, however it is cut."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import Store, open_store
from tests.edges.door import NOW, POLICY, PRICES, TEAM
from tests.fakes.clock import ManualClock
from tests.fakes.memory import Memory
from workflows.metering import Recorded, record, standings
from workflows.money import usd
from workflows.ports import Units
from workflows.quotas import window_of
from workflows.spend import Tokens, Usage


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'leeway.db'}", ManualClock(NOW))
    opened.migrate()
    yield opened
    opened.close()


def call(key: int, dollars: int, back: timedelta = timedelta(), **said: Any) -> Usage:
    return Usage(b"%d" % key, NOW - back, TEAM, "mini", Tokens(input=1), cost=usd(dollars))._replace(**said)


def count(units: Units, usages: Sequence[Usage]) -> Recorded:
    return record(usages, policy=POLICY, prices=PRICES, units=units, now=NOW)


def facts(units: Units) -> dict[str, Any]:
    """All that can be asked of a meter."""
    with units() as unit:
        windows = {q.key: window_of(q, POLICY.organization.zone, NOW) for q in POLICY.quotas}
        first, last = (NOW - timedelta(days=90)).date(), (NOW + timedelta(days=1)).date()
        return {
            "spent": [s.spent for s in standings(unit, POLICY, NOW)],
            "before": [unit.meter.spent(q.key, window_of(q, "Europe/Berlin", NOW - timedelta(days=30))) for q in POLICY.quotas],
            "days": [unit.meter.days(q.key, first, last) for q in POLICY.quotas],
            "latest": [unit.meter.latest(key, window) for key, window in windows.items()],
            "unpriced": unit.meter.unpriced(first, last),
            "total": unit.meter.total(first, last),
        }


calls = st.builds(
    call,
    key=st.integers(0, 25),
    dollars=st.integers(0, 40),
    back=st.integers(0, 60 * 24 * 34).map(lambda minutes: timedelta(minutes=minutes)),
    scope=st.sampled_from([TEAM, "platform"]),
    cost=st.sampled_from([None, usd(3), usd(50)]),
    model=st.sampled_from(["opus", "who-knows"]),
)


@settings(max_examples=15)
@given(st.lists(calls, max_size=20), st.data())
def test_sqlite_and_memory_agree(batch: list[Usage], data: st.DataObject) -> None:
    memory = Memory()
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'leeway.db'}", ManualClock(NOW))
        store.migrate()
        rest = batch
        while rest:
            size = data.draw(st.integers(1, len(rest)))
            assert count(memory.units, rest[:size]) == count(store.units, rest[:size])
            rest = rest[size:]
        assert facts(memory.units) == facts(store.units)
        store.close()


def test_writers_at_once_double_nothing_and_one_of_them_tells(store: Store) -> None:
    """Eight writers send the same 200 events of a dollar, each in another order; the limit is $100."""
    usages = [call(1_000 + n, 1) for n in range(200)]
    orders = [usages[k * 25 :] + usages[: k * 25] for k in range(8)]

    def write(order: list[Usage]) -> int:
        return sum(count(store.units, order[n : n + 10]).accepted for n in range(0, 200, 10))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, orders)) == 200
    with store.units() as unit:
        shown = [e.effect.key for e in unit.outbox.claim(NOW, NOW + timedelta(minutes=1), 50) if e.effect.key.startswith("team@")]
    thresholds = [key.split("@")[2] for key in shown]
    assert sorted(thresholds) == ["hard120", "soft100", "warning70", "warning90"]

"""Metering, stored: the same usage leaves the same counters, notices and effects as in memory, however it is cut."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store import Store, open_store
from tests.edges.door import NOW, POLICY, PRICES, TEAM
from tests.fakes.clock import ManualClock
from tests.fakes.memory import Memory
from tests.postgres import Server
from workflows.metering import Recorded, record, standings
from workflows.money import usd
from workflows.ports import Units
from workflows.quotas import window_of
from workflows.spend import Tokens, Usage

Opening = Callable[[], AbstractContextManager[Store]]


@pytest.fixture(params=["sqlite", "postgresql"])
def opening(request: pytest.FixtureRequest, server: Server) -> Opening:
    """Opens a database of each kind, each time a new one."""

    @contextmanager
    def opened() -> Iterator[Store]:
        with TemporaryDirectory() as folder, server.database() as name:
            url = server.url(name) if request.param == "postgresql" else f"sqlite:///{Path(folder) / 'leeway.db'}"
            store = open_store(url, ManualClock(NOW))
            store.migrate()
            yield store
            store.close()

    return opened


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


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(calls, max_size=20), data=st.data())
def test_a_database_and_memory_agree(opening: Opening, batch: list[Usage], data: st.DataObject) -> None:
    memory = Memory()
    with opening() as store:
        rest = batch
        while rest:
            size = data.draw(st.integers(1, len(rest)))
            assert count(memory.units, rest[:size]) == count(store.units, rest[:size])
            rest = rest[size:]
        assert facts(memory.units) == facts(store.units)


def test_writers_at_once_double_nothing_and_one_of_them_tells(opening: Opening) -> None:
    """Eight writers send the same 200 events of a dollar, each in another order; the limit is $100."""
    usages = [call(1_000 + n, 1) for n in range(200)]
    orders = [usages[k * 25 :] + usages[: k * 25] for k in range(8)]

    def write(store: Store, order: list[Usage]) -> int:
        return sum(count(store.units, order[n : n + 10]).accepted for n in range(0, 200, 10))

    with opening() as store:
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(partial(write, store), orders)) == 200
        with store.units() as unit:
            claimed = unit.outbox.claim(NOW, NOW + timedelta(minutes=1), 50)
    shown = [errand.effect.key for errand in claimed if errand.effect.key.startswith("team@")]
    assert sorted(key.split("@")[2] for key in shown) == ["hard120", "soft100", "warning70", "warning90"]

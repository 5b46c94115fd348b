"""Processes that write usage to one database at once: every event counts once, every crossing is told once, nobody is stuck."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.store import Store, open_store, tables
from bot.store.database import Database, connect
from tests.contract.conftest import STORED
from tests.contract.given import DAY, HOUR, NOW
from tests.contract.writing import OWN, POLICY, SHARED, count, events
from tests.fakes.clock import ManualClock
from tests.fakes.memory import Memory
from tests.postgres import Server
from workflows.ports import UnitOfWork
from workflows.spend import Series, Slice

ROOT = Path(__file__).parents[2]
WRITERS = range(2)
LONG = 40 * DAY


@dataclass(frozen=True)
class Written:
    """A database that two processes have written to, and how many events each was the first to bring."""

    store: Store
    database: Database
    first: Sequence[int]


@pytest.fixture(scope="module", params=STORED)
def written(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    with server.database() as name:
        file = tmp_path_factory.mktemp("written") / "leeway.db"
        url = server.url(name) if request.param == "postgresql" else f"sqlite:///{file}"
        store, database = open_store(url, ManualClock(NOW)), connect(url)
        store.migrate()
        yield Written(store, database, beside_each_other(url))
        store.close()
        database.engine.dispose()


def beside_each_other(url: str) -> Sequence[int]:
    """Has two processes write, batch beside batch; how many events each was the first to bring."""
    with ExitStack() as running:
        command = [sys.executable, "-m", "tests.contract.writing", url]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
        writers = [running.enter_context(subprocess.Popen([*command, str(n)], **pipes)) for n in WRITERS]
        first = dict.fromkeys(writers, 0)
        while writers:
            for writer in writers:
                tell(writer)
            said = {writer: hear(writer) for writer in writers}
            writers = [writer for writer in writers if said[writer] != "over"]
            first |= {writer: first[writer] + int(said[writer]) for writer in writers}
        return list(first.values())


def tell(writer: "subprocess.Popen[str]") -> None:
    """Tells a writer to write a batch."""
    assert writer.stdin
    writer.stdin.write("go\n")
    writer.stdin.flush()


def hear(writer: "subprocess.Popen[str]") -> str:
    """What a writer says of its batch."""
    assert writer.stdout
    return writer.stdout.readline().strip()


def alone() -> Memory:
    """The same usage, written by one process into memory."""
    memory = Memory()
    for writer in WRITERS:
        count(memory.units, events(writer))
    return memory


def sums(unit: UnitOfWork) -> dict[str, object]:
    """Everything that usage adds up to. Which event was the first beyond a base follows their order: that is left out."""
    first, last = (NOW - LONG).date(), (NOW + DAY).date()
    return {
        "counters": [(c.quota, c.window, c.spent) for at in (NOW, NOW - 30 * DAY, NOW - DAY) for c in unit.meter.counters(at)],
        "days": {quota.key: unit.meter.days(quota.key, first, last) for quota in POLICY.quotas},
        "slices": whatever_approved(unit.meter.slices(first, last)),
    }


def whatever_approved(slices: list[Slice]) -> dict[tuple[object, Series], tuple[int, ...]]:
    found: dict[tuple[object, Series], tuple[int, ...]] = {}
    for day, series, added in slices:
        key = day, series._replace(approval="")
        found[key] = tuple(map(sum, zip(found.get(key, (0,) * len(added)), added, strict=True)))
    return found


def notices(database: Database) -> dict[str, bool]:
    """Every notice by key, and whether it was shown."""
    with database.reading() as connection:
        rows = connection.execute(select(tables.notices.c.key, tables.notices.c.shown))
        return {row.key: row.shown for row in rows}


def test_every_event_counts_once_and_every_sum_is_exact(written: Written) -> None:
    assert sum(written.first) == SHARED + OWN * len(WRITERS)
    assert all(first > OWN for first in written.first)
    with alone().reads() as expected, written.store.reads() as unit:
        assert sums(unit) == sums(expected)


def test_every_crossing_is_told_at_least_once_and_at_most_once(written: Written) -> None:
    expected = {notice.key for notice, _ in alone().data.kept.notices.values()}
    found = notices(written.database)
    assert found.keys() == expected
    assert len(expected) > 12
    with written.store.units() as unit:
        told = unit.outbox.claim(NOW, NOW + HOUR, 99)
    assert {errand.effect.key for errand in told} == {key for key, shown in found.items() if shown}
    assert {errand.generation for errand in told} == {1}

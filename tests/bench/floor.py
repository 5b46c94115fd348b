"""The floor: raw sqlite3 in this process, doing what metering does with a batch, on the tables that the store makes.

Dedupe, four counters, crossings, daily sums and the events, answered after a commit that is as durable as the store's. Events
come as tuples that cost nothing to make.
"""

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from bot.clock import SystemClock
from bot.store import open_store
from tests.bench.company import QUOTAS

DAY_OF_OLD = tuple(range(20261026, 20261032)) + tuple(range(20261101, 20261125))
DAY, START, END, AT = 20261125, 1_793_487_600_000_000, 1_796_079_600_000_000, 1_795_600_000_000_000
SERIES, WHO, LIMIT = 77, ("u1@acme.example", "gateway"), 10**15
SEEN = "INSERT INTO seen (day, key, event) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
EVENT = f"INSERT INTO events VALUES ({', '.join('?' * 14)})"
COUNTER = (
    'INSERT INTO counters (quota, start, "end", spent, version) VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET'
    " spent = counters.spent + excluded.spent, version = counters.version + 1 RETURNING spent"
)
DAILY = "INSERT INTO days VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET spent = days.spent + excluded.spent"
NAMES = ("events", "requests", "input", "output", "cache_read", "cache_write", "cost", "latency", "clocked")
SLICE = f"INSERT INTO slices VALUES ({', '.join('?' * 11)}) ON CONFLICT DO UPDATE SET " + ", ".join(
    f"{name} = slices.{name} + excluded.{name}" for name in NAMES
)


@dataclass
class Floor:
    """A database made by the store, and how many events are in it."""

    database: sqlite3.Connection
    count: int = 0

    def rows(self, events: int) -> list[tuple[object, ...]]:
        mixed, first = 0x9E3779B97F4A7C15F39CC0605CEDC835, self.count
        self.count += events
        return [
            (n, (n * mixed % 2**128).to_bytes(16), AT + n, SERIES, *WHO, 1, 1, 1500 + n % 977, 200, 1000, 0, 7_500_000, 840)
            for n in range(first + 1, first + events + 1)
        ]

    def write(self, rows: list[tuple[object, ...]], day: int = DAY) -> None:
        """One batch, one commit."""
        run = self.database
        run.execute("BEGIN IMMEDIATE")
        run.executemany(SEEN, [(day, row[1], row[0]) for row in rows])
        if run.execute("SELECT changes()").fetchone()[0] > len(rows):
            raise AssertionError("the batch was not all new")
        cost = sum(row[12] for row in rows)  # type: ignore[misc]
        for quota in QUOTAS:
            (after,) = run.execute(COUNTER, (quota.key, START, END, cost)).fetchone()
            if after - cost < LIMIT <= after:
                raise AssertionError("the floor's limit was reached")
        run.executemany(DAILY, [(quota.key, day, cost) for quota in QUOTAS])
        run.executemany(EVENT, rows)
        sums = [sum(row[n] for row in rows) for n in (8, 9, 10, 11, 12, 13)]  # type: ignore[misc]
        run.execute(SLICE, (day, SERIES, len(rows), len(rows), *sums, len(rows)))
        run.execute("COMMIT")


def opened(folder: Path, name: str = "floor.db") -> Floor:
    """An empty store's tables, set up as the store sets a connection up."""
    path = folder / name
    store = open_store(f"sqlite:///{path}", SystemClock())
    store.migrate()
    store.close()
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -16000", "temp_store = MEMORY"):
        database.execute(f"PRAGMA {pragma}")
    last = database.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0]
    return Floor(database, last)


def rate(floor: Floor, *, batch: int, batches: int) -> float:
    """Events a second."""
    rows = [floor.rows(batch) for _ in range(batches)]
    began = time.perf_counter()
    for each in rows:
        floor.write(each)
    return batch * batches / (time.perf_counter() - began)

"""P1 on PostgreSQL: usage in over HTTP against raw psycopg doing the same, on a server in memory that syncs nothing, for both."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from tests.bench.company import QUOTAS
from tests.bench.floor import DAY, NAMES, SERIES
from tests.bench.ingest import BATCH, Numbers, Size, plan, sound
from tests.bench.processes import driven, served
from tests.bench.report import Compared, Report
from tests.postgres import server

START, END = datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC)
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
SEEN = "INSERT INTO seen SELECT * FROM unnest(%s::int[], %s::bytea[], %s::bigint[]) ON CONFLICT DO NOTHING"
KINDS = ("bigint", "bytea", "timestamptz", "bigint", "text", "text", "boolean", *["bigint"] * 7)
EVENT = f"INSERT INTO events SELECT * FROM unnest({', '.join(f'%s::{kind}[]' for kind in KINDS)})"
COUNTER = (
    'INSERT INTO counters (quota, start, "end", spent, version) SELECT q, %s, %s, %s, 1 FROM unnest(%s::text[]) q'
    ' ON CONFLICT (quota, start, "end") DO UPDATE SET spent = counters.spent + excluded.spent, version = counters.version + 1'
    " RETURNING spent"
)
DAILY = (
    "INSERT INTO days SELECT q, %s, %s FROM unnest(%s::text[]) q"
    " ON CONFLICT (quota, day) DO UPDATE SET spent = days.spent + excluded.spent"
)
SLICE = f"INSERT INTO slices VALUES ({', '.join(['%s'] * 11)}) ON CONFLICT (day, series) DO UPDATE SET " + ", ".join(
    f"{name} = slices.{name} + excluded.{name}" for name in NAMES
)


@dataclass
class Floor:
    """A connection to a database that the store made, and how many events are in it."""

    database: "psycopg.Connection[tuple[object, ...]]"
    count: int = 0

    def columns(self, events: int) -> list[list[object]]:
        mixed, first = 0x9E3779B97F4A7C15F39CC0605CEDC835, self.count
        self.count += events
        numbers = range(first + 1, first + events + 1)
        keys = ((n * mixed % 2**128).to_bytes(16) for n in numbers)
        times = (AT + timedelta(microseconds=n) for n in numbers)
        same = (SERIES, "u1@acme.example", "gateway", True, 1)
        used = (200, 1000, 0, 7_500_000, 840)
        rows = [(n, key, at, *same, 1500 + n % 977, *used) for n, key, at in zip(numbers, keys, times, strict=True)]
        return [list(column) for column in zip(*rows, strict=True)]

    def write(self, columns: list[list[object]]) -> None:
        """One batch, one commit."""
        run, size = self.database.cursor(), len(columns[0])
        run.execute(SEEN, ([DAY] * size, columns[1], columns[0]))
        cost, keys = sum(columns[12]), sorted(quota.key for quota in QUOTAS)  # type: ignore[arg-type]
        run.execute(COUNTER, (START, END, cost, keys)).fetchall()
        run.execute(DAILY, (DAY, cost, keys))
        run.execute(EVENT, columns)
        sums = [sum(column) for column in columns[8:]]  # type: ignore[arg-type]
        run.execute(SLICE, (DAY, SERIES, size, size, *sums, size))
        self.database.commit()


def rate(floor: Floor, *, batch: int, batches: int) -> float:
    """Events a second."""
    prepared = [floor.columns(batch) for _ in range(batches)]
    began = time.perf_counter()
    for each in prepared:
        floor.write(each)
    return batch * batches / (time.perf_counter() - began)


def p1(report: Report, folder: Path, size: Size) -> None:
    """Batches over HTTP against raw psycopg."""
    compared = Compared("P1", f"the same on PostgreSQL, batches of {BATCH}, against raw psycopg", "events/s")
    numbers = Numbers()
    with server() as running, running.database() as bare, running.database() as ours:
        url = running.url(ours)
        with psycopg.connect(running.url(bare)) as connection, served("leeway", url) as leeway:
            floor = Floor(connection)
            rate(floor, batch=BATCH, batches=20)
            sound(driven(plan(leeway, numbers, calls=20, batch=BATCH)))
            for _ in range(size.rounds):
                bottom = rate(floor, batch=BATCH, batches=size.batches)
                compared.add(bottom, sound(driven(plan(leeway, numbers, calls=size.batches, batch=BATCH))).rate(BATCH))
    report.add(compared)

"""P1, P2 and P7 of docs/performance.md: usage in over HTTP, answered when it is committed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from bot.clock import SystemClock
from tests.bench import floor
from tests.bench.load import Plan
from tests.bench.processes import Seen, Served, driven, served
from tests.bench.report import Compared, Measured, Report

BATCH = 100
NAMED = count(1)


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything: rounds of a comparison, calls in each, rows before (P2), seconds of P7, clicks of P8."""

    rounds: int = 5
    singles: int = 6_000
    batches: int = 800
    rows: int = 10_000_000
    seconds: int = 60
    clicks: int = 100


SHORT = Size(rounds=1, singles=300, batches=30, rows=20_000, seconds=2, clicks=5)


class Numbers:
    """Numbers of events that were not sent yet, so that nothing is a duplicate."""

    def __init__(self) -> None:
        self._next = 0

    def take(self, events: int) -> int:
        first, self._next = self._next, self._next + events
        return first


def plan(of: Served, numbers: Numbers, *, calls: int, batch: int = 1) -> Plan:
    at = SystemClock().now().isoformat()
    return Plan(of.port, "/v1/events", of.token, calls, batch=batch, first=numbers.take(calls * batch), at=at)


def sound(seen: Seen) -> Seen:
    """A figure of calls that were turned away says nothing."""
    if seen.odd:
        raise RuntimeError(f"not every call was answered with 200: {seen.odd}")
    return seen


def p1(report: Report, folder: Path, size: Size) -> None:
    """Batches against raw SQLite, singles against an endpoint that does nothing."""
    raw, numbers = floor.opened(folder), Numbers()
    batches = Compared("P1", f"ingest over HTTP, batches of {BATCH}, against raw SQLite doing the same", "events/s", ">= 60 %")
    singles = Compared("P1", "ingest over HTTP, single events, against a no-op endpoint", "events/s", ">= 70 %")
    with served("noop") as nothing, served("leeway", str(folder)) as leeway:
        sound(driven(plan(leeway, numbers, calls=200)))
        for _ in range(size.rounds):
            bare = floor.rate(raw, batch=BATCH, batches=size.batches)
            ours = sound(driven(plan(leeway, numbers, calls=size.batches, batch=BATCH))).rate(BATCH)
            batches.add(bare, ours)
            echoed = sound(driven(plan(nothing, numbers, calls=size.singles))).rate()
            singles.add(echoed, sound(driven(plan(leeway, numbers, calls=size.singles))).rate())
    report.add(batches)
    report.add(singles)


def p2(report: Report, folder: Path, size: Size) -> None:
    """The same into a database that holds many rows already, against an empty one."""
    full, empty = folder / "full", folder / "empty"
    full.mkdir()
    empty.mkdir()
    fill(full, size.rows)
    numbers = Numbers()
    grown = Compared("P2", f"ingest with {size.rows:,} rows there and random ids, against an empty store", "events/s", ">= 70 %")
    with served("leeway", str(empty)) as new, served("leeway", str(full)) as old:
        for each in (new, old):
            sound(driven(plan(each, numbers, calls=20, batch=BATCH)))
        for _ in range(size.rounds):
            rates = [sound(driven(plan(each, numbers, calls=size.batches, batch=BATCH))).rate(BATCH) for each in (new, old)]
            grown.add(*rates)
    report.add(grown)


def fill(folder: Path, rows: int, progress: Callable[[int], None] = lambda _: None) -> None:
    """Events of the last thirty days, as the floor writes them, with random keys, into the store's own file."""
    raw = floor.opened(folder, "leeway.db")
    for number, start in enumerate(range(0, rows, 10_000)):
        raw.write(raw.rows(min(10_000, rows - start)), day=floor.DAY_OF_OLD[number % len(floor.DAY_OF_OLD)])
        progress(start)
    raw.database.close()


def p7(report: Report, folder: Path, size: Size) -> None:
    """The largest programme reported, times ten, for a while: latency and memory."""
    numbers = Numbers()
    with served("leeway", str(folder)) as leeway:
        steady = replace(plan(leeway, numbers, calls=3_400 * size.seconds), rate=3_400, connections=64)
        seen = sound(driven(steady))
        report.add(Measured("P7", f"single events at 3,400/s for {size.seconds} s: reached", "events/s", seen.rate(), ">= 3,400"))
        report.add(Measured("P7", "… of which 99 in 100 within", "ms", seen.quantile(99) * 1000, "<= 50"))
        report.add(Measured("P7", "… resident memory at most", "MB", leeway.memory() / 2**20, "<= 300"))

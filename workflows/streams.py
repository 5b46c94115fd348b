"""Streams: usage that is told in more than one way, or as sums that only grow.

Many tools tell of the same calls twice: each call as an event (a log record or a span), and all of them as meters. Usage counts
once, so one signal tells of a session: the one that came first, until it has been silent for `SILENCE`. A meter counts what it
grew by since it was last read.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

SILENCE = timedelta(days=7)  # a week, so that who works on weekends or one day in five stays with the same signal


class Signal(StrEnum):
    """How usage is told."""

    EVENTS = "events"
    METRICS = "metrics"


class Part(StrEnum):
    """What a meter measures. CACHED and WRITTEN are tokens that a meter of INPUT has in its sum, too."""

    INPUT = "input"
    OUTPUT = "output"
    CACHE_READ = "cache_read"
    CACHE_WRITE = "cache_write"
    CACHED = "cached"
    WRITTEN = "written"
    COST = "cost"


class Reading(NamedTuple):
    """A meter as it stands: the `amount` of a part since the meter began, tokens or nano-dollars, and in how many calls.

    `stream` identifies the meter and its beginning, `at` is in nanoseconds since 1970, `calls` is 0 where nobody knows.
    """

    stream: bytes
    at: int
    part: Part
    amount: int
    calls: int = 0


class Via(NamedTuple):
    """How a usage was told: by which signal, of what, and what else it says.

    It counts if `signal` tells of `teller`; `marks` are then told of by events, too. Usages with the same `also` are one call.
    With a `reading`, what counts is what the meter grew by.
    """

    signal: Signal
    teller: bytes
    marks: tuple[bytes, ...] = ()
    also: bytes = b""
    reading: Reading | None = None


class Holder(NamedTuple):
    """Who tells of something, when it last did (UTC), and how many usages of the other signal were passed over."""

    signal: Signal
    last: date
    passed: int = 0


class Total(NamedTuple):
    """What was last read of a stream."""

    at: int
    amount: int
    calls: int


def told_by(held: Holder | None, signal: Signal, today: date) -> Holder:
    """Who tells of something after this signal spoke up."""
    if held is None or (held.signal is not signal and today - held.last > SILENCE):
        return Holder(signal, today, held.passed if held else 0)
    return held._replace(last=max(held.last, today)) if held.signal is signal else held


def grown(before: Total | None, reading: Reading) -> tuple[int, int]:
    """What a meter grew by, in amount and calls: nothing by a reading that is not newer, all of it by one that fell.

    A meter that fell began anew, though it did not say so.
    """
    if before is None:
        return reading.amount, reading.calls
    if reading.at <= before.at:
        return 0, 0
    if reading.amount < before.amount:
        return reading.amount, reading.calls
    return reading.amount - before.amount, max(0, reading.calls - before.calls)


def newest(before: Total | None, reading: Reading) -> Total:
    """What is kept of a stream after a reading."""
    return before if before is not None and reading.at <= before.at else Total(reading.at, reading.amount, reading.calls)


Holders = Mapping[bytes, Holder]
Totals = Mapping[bytes, Total]

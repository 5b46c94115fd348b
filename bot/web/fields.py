"""The fields of a usage event: what is right in each, and what a person is told when it is not.

Counts and dollars may be written as strings, because many producers cannot write a large or exact number otherwise. Nothing
passes through a float.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from workflows.money import NANO

HISTORY = timedelta(days=400)  # where a sender says that it brings history: a year, and the month that it is compared with
HISTORICAL = "history=1"
LATEST = timedelta(days=35)  # after this a month is closed for good; the peers that say a figure say this one
EARLIEST = timedelta(minutes=5)  # how far a sender's clock may be ahead
MOST_TOKENS = 10**12  # an event; the largest programme reported uses 60 times as many in a month
MOST_DOLLARS = 1_000_000  # an event; what costs more was sent in the wrong unit
MOST_HOURS = 1_000_000  # saved, by one report; five hundred people's year
LONGEST = 300  # characters in a name

_NANO = Decimal(1).scaleb(-9)


class Wrong(Exception):
    """A field cannot be read: its path in the event, and a sentence that goes after it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


class Unreadable(Exception):
    """The body is nothing that a door reads. `position` is the byte where reading failed, None when that is not known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


def count(field: str, value: int | str) -> int:
    """A whole number from 0 to MOST_TOKENS."""
    number = int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,40}", value) else value
    if isinstance(number, str):
        raise Wrong(field, f"must be a whole number, not {_quoted(number)}")
    if number < 0:
        raise Wrong(field, f"must not be negative, but is {number:,}")
    if number > MOST_TOKENS:
        raise Wrong(field, f"must not be over {MOST_TOKENS:,} in one event")
    return number


def nanos(field: str, value: Decimal | None) -> int | None:
    """Dollars as integer nano-dollars, half to even; None when there are none."""
    if value is None:
        return None
    if not value.is_finite():
        raise Wrong(field, f"must be a number, not {value}")
    if value < 0:
        raise Wrong(field, f"must not be negative, but is {_quoted(str(value))}")
    if value > MOST_DOLLARS:
        raise Wrong(field, f"must not be over ${MOST_DOLLARS:,} in one event; it is in dollars, not in cents or micro-dollars")
    return int(value.quantize(_NANO, ROUND_HALF_EVEN) * NANO)


def seconds(field: str, hours: Decimal) -> int:
    """Hours as whole seconds, half to even."""
    if not hours.is_finite() or not 0 <= hours <= MOST_HOURS:
        raise Wrong(field, f"must be from 0 to {MOST_HOURS:,}, not {_quoted(str(hours))}")
    return int((hours * 3600).to_integral_value(ROUND_HALF_EVEN))


OnTime = Callable[[datetime], bool]


def on_time_at(received: datetime, latest: timedelta = LATEST) -> OnTime:
    """Whether a moment needs no further look: in UTC, and neither too late nor ahead. It is asked for every event."""
    first, last = received - latest, received + EARLIEST

    def on_time(at: datetime) -> bool:
        return at.tzinfo is UTC and first <= at <= last

    return on_time


def moment(value: datetime | None, received: datetime, latest: timedelta = LATEST) -> datetime:
    """When it happened, in UTC; when it was received if the sender does not say. It may be `latest` ago."""
    if value is None:
        return received
    if value.tzinfo is None:
        raise Wrong("time", 'has no time zone; write it as "2026-11-26T17:05:00Z" or with an offset, "+01:00"')
    if value - received > EARLIEST:
        raise Wrong("time", f"is more than {_minutes(EARLIEST)} minutes in the future; is the sender's clock right?")
    if received - value > latest:
        hint = "" if latest == HISTORY else f", and with ?{HISTORICAL} in the address up to {HISTORY.days}"
        raise Wrong("time", f"is {(received - value).days} days ago; events are taken up to {latest.days} days late{hint}")
    return value.astimezone(UTC)


def name(field: str, value: str | None, *, needed: bool = False) -> str:
    """A short text of printable characters: a model, a scope, a person."""
    text = value or ""
    if needed and not text.strip():
        raise Wrong(field, "must not be empty")
    if len(text) > LONGEST:
        raise Wrong(field, f"has {len(text):,} characters; {LONGEST} are the most")
    if not text.isprintable():
        raise Wrong(field, "has characters that cannot be printed")
    return text


def names(*values: object) -> tuple[str, ...]:
    """Those of the values that are names, as they can be kept: what cannot be printed is left out, what is too long cut off.

    For words that others choose and that an event must not be refused for.
    """
    return tuple([name for value in values if isinstance(value, str) and (name := _kept(value))])


def first(*values: object) -> str:
    """The first of the values that is a name, "" when none is."""
    for value in values:
        if isinstance(value, str) and (name := _kept(value)):
            return name
    return ""


def _kept(text: str) -> str:
    whole = text if text.isprintable() else "".join(filter(str.isprintable, text))
    return whole.strip()[:LONGEST]


def word(field: str, value: str | None, words: Sequence[str]) -> str:
    """One of a few words, "" when there is none."""
    if value and value not in words:
        raise Wrong(field, f"must be {', '.join(words)}, not {_quoted(value)}")
    return value or ""


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)


def _quoted(text: str) -> str:
    shown = text if len(text) <= 40 else text[:39] + "…"
    return f'"{shown}"'

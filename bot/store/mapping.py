"""Values of the rules to rows, and rows to values. What goes in comes out equal.

Columns bear the names of fields, so most values map by name; a closed word is stored as its text, and `columns` keeps moments
and nested values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from workflows.amendments import Report
from workflows.audit import Entry
from workflows.authority import Charged
from workflows.aways import Away
from workflows.denials import Denied
from workflows.effects import Alarm, Do, Effect
from workflows.governed import Bill, Pull, Vendor
from workflows.holdings import Holding
from workflows.outcomes import Produced, Yield
from workflows.overrides import Outcome, Override
from workflows.ports import Errand, Post
from workflows.quotas import Crossing, Notice
from workflows.requests import Request
from workflows.spend import Costed, CostSource, Metered, Series, Slice, Sums, Tokens, Usage
from workflows.spikes import Spike
from workflows.times import Window
from workflows.violations import Violation

Row = RowMapping | Mapping[str, Any]


def _by_name(value: Any) -> dict[str, Any]:
    """Every field under its name, closed words as their text."""
    named = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: v.value if isinstance(v, Enum) else v for name, v in named.items()}


def request_row(request: Request) -> dict[str, Any]:
    """The quota stands in a column of its own, beside the case, because requests are looked for by it."""
    return _by_name(request) | {"quota": request.case.quota}


def request_of(row: Row) -> Request:
    return msgspec.convert(dict(row), Request)


def override_row(override: Override) -> dict[str, Any]:
    return _by_name(override)


def override_of(row: Row) -> Override:
    return msgspec.convert(dict(row), Override)


def outcome_row(outcome: Outcome) -> dict[str, Any]:
    return _by_name(outcome)


def outcome_of(row: Row) -> Outcome:
    return msgspec.convert(dict(row), Outcome)


def holding_row(holding: Holding) -> dict[str, Any]:
    return _by_name(holding)


def holding_of(row: Row) -> Holding:
    return msgspec.convert(dict(row), Holding)


def away_row(away: Away) -> dict[str, Any]:
    return _by_name(away)


def away_of(row: Row) -> Away:
    return msgspec.convert(dict(row), Away)


def charged_row(charged: Charged) -> dict[str, Any]:
    return _by_name(charged)


def charged_of(row: Row) -> Charged:
    return msgspec.convert(dict(row), Charged)


def entry_row(entry: Entry) -> dict[str, Any]:
    return _by_name(entry)


def entry_of(row: Row) -> Entry:
    return Entry(**row)


def alarm_row(alarm: Alarm) -> dict[str, Any]:
    return _by_name(alarm)


def alarm_of(row: Row) -> Alarm:
    return msgspec.convert(dict(row), Alarm)


def post_row(post: Post) -> dict[str, Any]:
    return _by_name(post)


def post_of(row: Row) -> Post:
    return Post(**row)


def errand_of(row: Row) -> Errand:
    effect = Effect(Do(row["do"]), row["key"])
    return Errand(effect, row["generation"], row["tries"], row["since"], row["error"])


def report_row(report: Report) -> dict[str, Any]:
    said = report.said
    return _by_name(report) | {"key": report.key, "channel": said.channel, "week": said.week}


def report_of(row: Row) -> Report:
    return Report(row["said"], row["shown"], row["version"])


def bill_rows(bill: Bill) -> list[dict[str, Any]]:
    """A row a line; a bill of nothing has one, so that it is known."""
    lines = bill.lines or {"": 0}
    day = {"vendor": bill.vendor.value, "day": bill.day, "as_of": bill.as_of}
    return [day | {"line": line, "amount": amount} for line, amount in lines.items()]


def bill_of(rows: Sequence[Row]) -> Bill:
    """The bill of one vendor and day from all its rows."""
    lines = {row["line"]: row["amount"] for row in rows if row["line"] or row["amount"]}
    return Bill(Vendor(rows[0]["vendor"]), rows[0]["day"], rows[0]["as_of"], lines)


def pull_row(pull: Pull) -> dict[str, Any]:
    return _by_name(pull)


def pull_of(row: Row) -> Pull:
    return msgspec.convert(dict(row), Pull)


def notice_row(notice: Notice, shown: bool) -> dict[str, Any]:
    window, crossing = notice.window, notice.crossing
    row = {"key": notice.key, "quota": notice.quota, "start": window.start, "end": window.end, "shown": shown}
    return row | _by_name(crossing) | {"spent": notice.spent, "at": notice.at}


def notice_of(row: Row) -> Notice:
    crossing = msgspec.convert({name: row[name] for name in ("level", "percent", "mark")}, Crossing)
    return Notice(row["key"], row["quota"], Window(row["start"], row["end"]), crossing, row["spent"], row["at"])


def metered_row(metered: Metered) -> dict[str, Any]:
    return _by_name(metered)


def metered_of(row: Row) -> Metered:
    return Metered(**row)


def denied_row(denied: Denied) -> dict[str, Any]:
    named = _by_name(denied)
    window = named.pop("window")
    return named | {"start": window.start, "end": window.end, "missed": False}


def denied_of(row: Row) -> Denied:
    return Denied(row["key"], row["quota"], row["scope"], Window(row["start"], row["end"]), row["at"], row["denial"])


def spike_row(spike: Spike) -> dict[str, Any]:
    return _by_name(spike)


def spike_of(row: Row) -> Spike:
    return Spike(**row)


def violation_row(violation: Violation) -> dict[str, Any]:
    """Quota and data class stand in columns of their own, beside the case, for whoever reads the table."""
    return _by_name(violation) | {"quota": violation.case.quota, "data": violation.case.data.word}


def violation_of(row: Row) -> Violation:
    return msgspec.convert(dict(row), Violation)


EVENT = (
    "id", "key", "at", "series", "user", "source", "timed", "requests",
    "input", "output", "cache_read", "cache_write", "cost", "latency",
)  # fmt: skip
SERIES = ("id", *Series._fields)
SLICE = ("day", "series", *Sums._fields)
PRODUCED = ("day", *Produced._fields)
YIELD = Yield._fields


def event_row(costed: Costed, number: int, series: int, at: object) -> tuple[object, ...]:
    """The columns of `EVENT`, `at` as the driver takes it. Written out, because it runs for every call that anybody makes."""
    use, cost, _ = costed
    return (
        number, use.key, at, series, use.user, use.source, use.timed, use.requests,
        *use.tokens, cost, use.latency,
    )  # fmt: skip


def slice_of(row: Row) -> Slice:
    return Slice(row["day"], series_of(row), Sums(*(row[name] for name in Sums._fields)))


def produced_of(row: Row) -> tuple[date, Produced]:
    return row["day"], Produced(**{name: row[name] for name in Produced._fields})


def series_of(row: Row) -> Series:
    named = {name: row[name] for name in Series._fields}
    return Series(**named | {"cost_source": CostSource(row["cost_source"])})


@lru_cache(maxsize=65_536)
def series_id(series: Series) -> int:
    """The id of a series: 63 bits of a hash over its parts, with their lengths, so that no two are spelled alike."""
    hashed = blake2b(digest_size=8)
    for part in series:
        text = part.encode("utf-8", "surrogatepass")
        hashed.update(len(text).to_bytes(4) + text)
    return int.from_bytes(hashed.digest()) >> 1


def event_of(row: Row) -> tuple[Costed, Series]:
    """A usage as it was counted, and its series; its own cost is known only where the sender reported it."""
    series = series_of(row)
    tokens = Tokens(row["input"], row["output"], row["cache_read"], row["cache_write"])
    reported = row["cost"] if series.cost_source is CostSource.REPORTED else None
    mine = {name: row[name] for name in ("key", "at", "requests", "user", "source", "timed", "latency")}
    shared = {name: getattr(series, name) for name in Series._fields if name in Usage._fields}
    return Costed(Usage(**mine, **shared, tokens=tokens, cost=reported), row["cost"], series.cost_source), series

"""Usage: what one call to a model used, what it cost, and how a batch adds up before it is written.

Tokens are in disjoint buckets (input without cache, cache read, cache write, output); doors normalise to them. Prices are integer
pico-dollars a token, costs integer nano-dollars, rounded half to even once per event. Spend is never priced again.

What is made for every call is a named tuple: making a frozen dataclass costs four times as much.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from workflows.money import Unit
from workflows.quotas import Quota, lineage
from workflows.streams import Via
from workflows.times import Period, Window, day_at, local_day, window_at

NEVER = datetime.min.replace(tzinfo=UTC)


class Tokens(NamedTuple):
    """Disjoint buckets of one call. Negative only where a correction takes something back."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def total(self) -> int:
        return self.input + self.output + self.cache_read + self.cache_write


class CostSource(StrEnum):
    """Where a cost comes from: said by the sender, from the price table, or from app.yaml's fallback."""

    REPORTED = "reported"
    PRICED = "priced"
    FALLBACK = "fallback"


class Ended(StrEnum):
    """How a call went, where the sender says so: "" is that it does not."""

    OK = "ok"
    ERROR = "error"
    REFUSED = "refused"  # by the gateway, because a budget was spent


class Denial(NamedTuple):
    """A call that a gateway stopped because a budget was spent, in the gateway's words.

    `who` is whose call it was, `kind` and `name` whose budget; `scope` is where that budget is in our tree, "" for nowhere.
    `limit` and `stands` are its nano-dollars, None when it does not say. What it holds back for calls that still run is in
    `stands`, so that is no spend.
    """

    who: str = ""
    kind: str = ""
    name: str = ""
    scope: str = ""
    limit: int | None = None
    stands: int | None = None


class Usage(NamedTuple):
    """One call to a model, as a door understood it. `key` identifies the event; `cost` is nano-dollars, None to be priced.

    `timed` is False when the sender gave no time and `at` is when the event was received. `latency` is in milliseconds, None
    when it is not known. `team`, `use_case` and `environment` are the sender's own words; `scope` is where they were found to
    belong. `denial` says more of a call that was refused, `via` of one that may be told in more than one way.
    """

    key: bytes
    at: datetime
    scope: str
    model: str
    tokens: Tokens
    cost: int | None = None
    requests: int = 1
    user: str = ""
    source: str = ""
    provider: str = ""
    timed: bool = True
    team: str = ""
    use_case: str = ""
    environment: str = ""
    ended: str = ""
    latency: int | None = None
    denial: Denial | None = None
    via: Via | None = None


class Costed(NamedTuple):
    """A usage with what it cost and how that is known."""

    usage: Usage
    cost: int
    source: CostSource


class Sort(NamedTuple):
    """What alike events of a batch have in common."""

    scope: str
    model: str
    provider: str
    team: str
    use_case: str
    environment: str
    ended: str
    cost_source: CostSource


class Sums(NamedTuple):
    """What events add up to. `latency` is milliseconds over the `clocked` of them whose latency is known."""

    events: int = 0
    requests: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cost: int = 0
    latency: int = 0
    clocked: int = 0

    def of(self, unit: Unit) -> int:
        """The amount that a quota of this unit counts."""
        match unit:
            case Unit.USD:
                return self.cost
            case Unit.TOKENS:
                return self.input + self.output + self.cache_read + self.cache_write
            case Unit.REQUESTS:
                return self.requests

    def plus(self, other: "Sums") -> "Sums":
        return Sums(*(one + two for one, two in zip(self, other, strict=True)))


NOTHING = Sums()


def summed(events: Sequence[Costed]) -> Sums:
    """What these add up to."""
    usages = [event[0] for event in events]
    tokens = [usage.tokens for usage in usages]
    latencies = [usage.latency for usage in usages if usage.latency is not None]
    used = Tokens(*map(sum, zip(*tokens, strict=True)))
    cost, requests = sum([event[1] for event in events]), sum([usage.requests for usage in usages])
    return Sums(len(events), requests, *used, cost, latency=sum(latencies), clocked=len(latencies))


class Group(NamedTuple):
    """Events of a batch that are alike: of one local day and one sort. `today` is that day's window."""

    today: Window
    day: date
    sort: Sort
    events: Sequence[Costed]
    sums: Sums


def grouped(batch: Iterable[Costed], zone: str) -> list[Group]:
    """A batch by local day and sort: windows and quotas are found once for each group, not for each event."""
    days: dict[Window, dict[Sort, list[Costed]]] = {}
    start = end = NEVER
    here: dict[Sort, list[Costed]] = {}
    for event in batch:
        usage, _, source = event
        if not start <= usage.at < end:
            today = day_at(zone, usage.at)
            start, end = today.start, today.end
            here = days.setdefault(today, {})
        sort = Sort(usage.scope, usage.model, usage.provider, usage.team, usage.use_case, usage.environment, usage.ended, source)
        alike = here.get(sort)
        if alike is None:
            here[sort] = [event]
        else:
            alike.append(event)
    return [
        Group(today, local_day(today.start, zone), sort, events, summed(events))
        for today, sorts in days.items()
        for sort, events in sorts.items()
    ]


class Series(NamedTuple):
    """What the daily sums are kept by. `approval` is `Approval`'s word, or the id of the override that covered them."""

    scope: str
    model: str
    provider: str
    team: str
    use_case: str
    environment: str
    ended: str
    cost_source: CostSource
    approval: str


class Booked(NamedTuple):
    """Events of one local day and one series, with what they add up to."""

    day: date
    series: Series
    events: Sequence[Costed]
    sums: Sums


class Slice(NamedTuple):
    """What was counted in one series on one local day."""

    day: date
    series: Series
    sums: Sums


class Sold(NamedTuple):
    """What the calls to one model of one provider cost on one UTC day. `provider` is the sender's word, "" when there is none."""

    day: date
    provider: str
    model: str
    cost: int


class Outlay(NamedTuple):
    """What a use case cost in a scope, and not below it, on one local day."""

    day: date
    scope: str
    use_case: str
    cost: int


class Counter(NamedTuple):
    """What was spent in one window of a quota. `version` grows with every change: of two readings the higher one is newer."""

    quota: str
    window: Window
    spent: int
    version: int


def sold(batch: Iterable[Booked]) -> dict[tuple[date, str, str], int]:
    """What a batch adds to each `Sold`, keys sorted: local days are ours, and providers bill by UTC days."""
    costs: dict[tuple[date, str, str], int] = {}
    for _, series, events, sums in batch:
        days = [event[0].at.date() for event in events]
        alike = len(set(days)) == 1  # nearly always, and then nothing need be added up again
        parts = [(days[0], sums.cost)] if alike else zip(days, (event[1] for event in events), strict=True)
        for day, cost in parts:
            key = day, series.provider, series.model
            costs[key] = costs.get(key, 0) + cost
    return dict(sorted(costs.items()))


@dataclass(frozen=True, slots=True)
class Metered:
    """That a quota is metered: since when, and how. What was counted in another way (models, zone) must be counted again."""

    quota: str
    since: datetime
    how: str


@dataclass(frozen=True, slots=True)
class Tally:
    """A batch, added up per (quota key, window) and per (quota key, local day), each in the quota's unit."""

    counters: Mapping[tuple[str, Window], int]
    days: Mapping[tuple[str, date], int]


Counting = Mapping[str, Sequence[Quota]]
"""Quotas by scope."""


def counting(sort: Sort | Series, quotas: Counting) -> list[Quota]:
    """The quotas in which these events count, leaf first."""
    return reached(sort.scope, sort.model, quotas)


def reached(scope: str, model: str, quotas: Counting) -> list[Quota]:
    """The quotas in which a call to a model counts, leaf first."""
    return [quota for name in lineage(scope) for quota in quotas.get(name, ()) if quota.counts(model)]


@lru_cache(maxsize=4096)
def window_on(period: Period, zone: str, today: datetime, fiscal_start: int) -> Window:
    """`window_at`, remembered: the same few days come with every batch."""
    return window_at(period, zone, today, fiscal_start)


def tally(groups: Iterable[Group], quotas: Counting, zone: str, fiscal_start: int = 1) -> Tally:
    """Adds a batch up, keys sorted so that two writers take rows in one order."""
    counters: dict[tuple[str, Window], int] = {}
    days: dict[tuple[str, date], int] = {}
    for group in groups:
        for quota in counting(group.sort, quotas):
            amount = group.sums.of(quota.unit)
            window = window_on(quota.period, zone, group.today.start, fiscal_start)
            counters[quota.key, window] = counters.get((quota.key, window), 0) + amount
            days[quota.key, group.day] = days.get((quota.key, group.day), 0) + amount
    return Tally(dict(sorted(counters.items(), key=_by_start)), dict(sorted(days.items())))


def _by_start(item: tuple[tuple[str, Window], int]) -> tuple[str, datetime]:
    (quota, window), _ = item
    return quota, window.start

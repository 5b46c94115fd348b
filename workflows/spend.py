"""Usage: what one call to a model used, what it cost, and how a batch adds up before it is written.

Tokens are in disjoint buckets (input without cache, cache read, cache write, output); doors normalise to them. Prices are integer
pico-dollars a token, costs integer nano-dollars, rounded half to even once per event. Spend is never priced again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from workflows.money import Unit
from workflows.quotas import Quota, lineage
from workflows.times import Window, local_day, window_at

PICO_PER_NANO = 1_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """Disjoint buckets of one call."""

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


@dataclass(frozen=True, slots=True)
class Usage:
    """One call to a model, as a door understood it. `key` identifies the event; `cost` is nano-dollars, None to be priced.

    `timed` is False when the sender gave no time and `at` is when the event was received.
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

    @property
    def sold_as(self) -> str:
        """The name under which it is priced: the same model has its price with each provider."""
        return f"{self.provider}/{self.model}" if self.provider else self.model


@dataclass(frozen=True, slots=True)
class Costed:
    """A usage with what it cost and how that is known."""

    usage: Usage
    cost: int
    source: CostSource


@dataclass(frozen=True, slots=True)
class Price:
    """Pico-dollars a token. `above` are the prices of long contexts, shortest first: (input tokens over which it holds, price).

    `request` is a fee in pico-dollars for each call, beside its tokens.
    """

    input: int
    output: int
    cache_read: int
    cache_write: int
    above: tuple[tuple[int, "Price"], ...] = ()
    request: int = 0


def cost(tokens: Tokens, price: Price, requests: int = 1) -> int:
    """Nano-dollars for one event, half to even. In an event of many requests each is taken to have the average context."""
    fee = requests * price.request
    context = tokens.input + tokens.cache_read + tokens.cache_write
    for start, dearer in price.above:
        if context > start * max(1, requests):
            price = dearer
    pico = tokens.input * price.input + tokens.output * price.output
    pico += tokens.cache_read * price.cache_read + tokens.cache_write * price.cache_write + fee
    nanos, rest = divmod(pico, PICO_PER_NANO)
    return nanos + (rest * 2 > PICO_PER_NANO or (rest * 2 == PICO_PER_NANO and nanos % 2 == 1))


def price_all(usages: Iterable[Usage], prices: Mapping[str, Price], fallback: Price) -> list[Costed]:
    """Every usage with its cost: as reported, else by the price of what it is sold as, else by the fallback. None is dropped."""
    return [_costed(usage, prices, fallback) for usage in usages]


def _costed(usage: Usage, prices: Mapping[str, Price], fallback: Price) -> Costed:
    if usage.cost is not None:
        return Costed(usage, usage.cost, CostSource.REPORTED)
    price = prices.get(usage.sold_as)
    if price is None:
        return Costed(usage, cost(usage.tokens, fallback, usage.requests), CostSource.FALLBACK)
    return Costed(usage, cost(usage.tokens, price, usage.requests), CostSource.PRICED)


def measure(costed: Costed, unit: Unit) -> int:
    """What one event adds to a counter of this unit."""
    match unit:
        case Unit.USD:
            return costed.cost
        case Unit.TOKENS:
            return costed.usage.tokens.total
        case Unit.REQUESTS:
            return costed.usage.requests


@dataclass(frozen=True, slots=True)
class Tally:
    """A batch, added up per (quota key, window) and per (quota key, local day), each in the quota's unit."""

    counters: Mapping[tuple[str, Window], int]
    days: Mapping[tuple[str, date], int]


def tally(batch: Iterable[Costed], quotas: Mapping[str, Sequence[Quota]], zone: str, fiscal_start: int = 1) -> Tally:
    """Adds a batch up, keys sorted so that two writers take rows in one order. `quotas` are by scope."""
    counters: dict[tuple[str, Window], int] = {}
    days: dict[tuple[str, date], int] = {}
    for costed in batch:
        usage = costed.usage
        day = local_day(usage.at, zone)
        for quota in (q for scope in lineage(usage.scope) for q in quotas.get(scope, ()) if q.counts(usage.model)):
            window = window_at(quota.period, zone, usage.at, fiscal_start)
            used = measure(costed, quota.unit)
            counters[quota.key, window] = counters.get((quota.key, window), 0) + used
            days[quota.key, day] = days.get((quota.key, day), 0) + used
    return Tally(dict(sorted(counters.items(), key=_by_start)), dict(sorted(days.items())))


def _by_start(item: tuple[tuple[str, Window], int]) -> tuple[str, datetime]:
    (quota, window), _ = item
    return quota, window.start

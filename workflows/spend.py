"""Usage: what one call to a model used, what it cost, and how a batch adds up before it is written.

Tokens are in disjoint buckets (input without cache, cache read, cache write, output); doors normalise to them. Prices are integer
pico-dollars a token, costs integer nano-dollars, rounded half to even once per event. Spend is never priced again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from workflows.money import Unit
from workflows.quotas import Quota, lineage
from workflows.times import Window, day_at, local_day, window_at

PICO_PER_NANO = 1_000
NEVER = datetime.min.replace(tzinfo=UTC)


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


@dataclass(frozen=True, slots=True)
class Tally:
    """A batch, added up per (quota key, window) and per (quota key, local day), each in the quota's unit."""

    counters: Mapping[tuple[str, Window], int]
    days: Mapping[tuple[str, date], int]


def tally(batch: Iterable[Costed], quotas: Mapping[str, Sequence[Quota]], zone: str, fiscal_start: int = 1) -> Tally:
    """Adds a batch up, keys sorted so that two writers take rows in one order. `quotas` are by scope."""
    counters: dict[tuple[str, Window], int] = {}
    days: dict[tuple[str, date], int] = {}
    for today, sums in _sums(batch, zone).items():
        day = local_day(today.start, zone)
        for (scope, model), used in sums.items():
            for quota in (q for s in lineage(scope) for q in quotas.get(s, ()) if q.counts(model)):
                window = window_at(quota.period, zone, today.start, fiscal_start)
                counters[quota.key, window] = counters.get((quota.key, window), 0) + used.of(quota.unit)
                days[quota.key, day] = days.get((quota.key, day), 0) + used.of(quota.unit)
    return Tally(dict(sorted(counters.items(), key=_by_start)), dict(sorted(days.items())))


@dataclass(slots=True)
class _Sum:
    usd: int = 0
    tokens: int = 0
    requests: int = 0

    def of(self, unit: Unit) -> int:
        match unit:
            case Unit.USD:
                return self.usd
            case Unit.TOKENS:
                return self.tokens
            case Unit.REQUESTS:
                return self.requests


def _sums(batch: Iterable[Costed], zone: str) -> dict[Window, dict[tuple[str, str], _Sum]]:
    """What a batch used by local day, scope and model: windows are found once for each of these, not for each event."""
    sums: dict[Window, dict[tuple[str, str], _Sum]] = {}
    today, here = Window(NEVER, NEVER), dict[tuple[str, str], _Sum]()
    for costed in batch:
        usage = costed.usage
        if not today.start <= usage.at < today.end:
            today = day_at(zone, usage.at)
            here = sums.setdefault(today, {})
        used = here.get((usage.scope, usage.model))
        if used is None:
            used = here[usage.scope, usage.model] = _Sum()
        used.usd += costed.cost
        used.tokens += usage.tokens.total
        used.requests += usage.requests
    return sums


def _by_start(item: tuple[tuple[str, Window], int]) -> tuple[str, datetime]:
    (quota, window), _ = item
    return quota, window.start

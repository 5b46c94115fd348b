"""Pricing: what a usage costs, in integers, by what was reported, by the price of its model, or by the fallback.

Prices are integer pico-dollars a token, costs integer nano-dollars, rounded half to even once per event.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from workflows.spend import Costed, CostSource, Tokens, Usage

PICO_PER_NANO = 1_000


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
    new, output, read, written = tokens
    fee = requests * price.request
    for start, dearer in price.above:
        if new + read + written > start * max(1, requests):
            price = dearer
    pico = new * price.input + output * price.output + read * price.cache_read + written * price.cache_write + fee
    nanos, rest = divmod(pico, PICO_PER_NANO)
    return nanos + (rest * 2 > PICO_PER_NANO or (rest * 2 == PICO_PER_NANO and nanos % 2 == 1))


PriceOf = Callable[[str, str], Price | None]
"""The price of a (provider, model); None when there is none."""


def price_all(usages: Iterable[Usage], price_of: PriceOf, fallback: Price) -> list[Costed]:
    """Every usage with its cost: as reported, else by the price of what it is sold as, else by the fallback. None is dropped."""
    found = cache(price_of)
    return [_costed(usage, found, fallback) for usage in usages]


def _costed(usage: Usage, price_of: PriceOf, fallback: Price) -> Costed:
    if usage.cost is not None:
        return Costed(usage, usage.cost, CostSource.REPORTED)
    price = price_of(usage.provider, usage.model)
    if price is None:
        return Costed(usage, cost(usage.tokens, fallback, usage.requests), CostSource.FALLBACK)
    return Costed(usage, cost(usage.tokens, price, usage.requests), CostSource.PRICED)

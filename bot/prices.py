"""The price list: genai-prices' offline data as integers, pico-dollars a token, made once at start.

A name is "provider/model" or "model"; a bare model is sold by whom genai-prices takes to have made it. Names that are not on the
list as such (aliases, dated versions) are matched by genai-prices' rules once and remembered. Not here: negotiated prices, which
the policy holds and which win.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from genai_prices.data import providers as bundled
from genai_prices.data_snapshot import find_provider_by_id
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices, TimeOfDateConstraint

from workflows.policy import FREE
from workflows.pricing import Price

PICO_PER_MILLION = 10**6  # dollars a million tokens -> pico-dollars a token
PICO_PER_THOUSAND = 10**9  # dollars a thousand calls -> pico-dollars a call
REMEMBERED = 4096  # names that are not on the list; senders choose them, so they must not fill the memory
TEXT = ("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok")


class PriceList(Mapping[str, Price]):
    """Prices by name, as they are at a moment. Make a new one each day: vendors announce changes ahead."""

    def __init__(self, now: datetime, providers: Sequence[Provider] = bundled) -> None:
        self._now = now
        self._providers = providers
        self._known = dict(_listed(providers, now))
        self._matched = lru_cache(REMEMBERED)(self._match)

    def __getitem__(self, name: str) -> Price:
        price = self._known.get(name) or self._matched(name)
        if price is None:
            raise KeyError(name)
        return price

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def _match(self, name: str) -> Price | None:
        ref = name.lower()
        seller, slash, model = ref.partition("/")
        provider = find_provider_by_id(list(self._providers), seller) if slash else None
        found = provider.find_model(model, all_providers=list(self._providers)) if provider else None
        if found is None:
            maker = _maker(ref, self._providers)
            found = maker.find_model(ref, all_providers=list(self._providers)) if maker else None
        return _price(found, self._now) if found else None


@lru_cache(REMEMBERED)
def maker(model: str) -> str:
    """Who sells a model that is named without its provider, or with it as "openai/gpt-5"; "" when that is not known."""
    seller, slash, _ = model.lower().partition("/")
    found = find_provider_by_id(list(bundled), seller) if slash else _maker(seller, bundled)
    return found.id if found else ""


def _listed(providers: Sequence[Provider], now: datetime) -> Iterator[tuple[str, Price]]:
    for provider in providers:
        for model in provider.models:
            if (price := _price(model, now)) is not None:
                yield f"{provider.id}/{model.id}", price
                if _maker(model.id.lower(), providers) is provider:
                    yield model.id, price


def _maker(ref: str, providers: Sequence[Provider]) -> Provider | None:
    return next((p for p in providers if p.model_match is not None and p.model_match.is_match(ref)), None)


def _price(model: ModelInfo, now: datetime) -> Price | None:
    """The price of a model at a moment; None when it is not known, or not by the token or the call (speech, pages)."""
    dollars = _current(model, now)
    if model.id.endswith(":free"):
        return FREE
    if all(getattr(dollars, name) is None for name in (*TEXT[:2], "requests_kcount")):
        return None
    parts = (getattr(dollars, name) for name in TEXT)
    starts = sorted({tier.start for part in parts if isinstance(part, TieredPrices) for tier in part.tiers})
    above = tuple((start, _at(dollars, start + 1)) for start in starts)
    base = _at(dollars, 0)
    return Price(base.input, base.output, base.cache_read, base.cache_write, above, base.request)


def _current(model: ModelInfo, now: datetime) -> ModelPrice:
    """What holds at a moment. Where the price depends on the hour, its dearest hour holds all day: spend is not understated."""
    by_hour = isinstance(model.prices, list) and any(isinstance(p.constraint, TimeOfDateConstraint) for p in model.prices)
    if not by_hour:
        return model.get_prices(now)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return max((model.get_prices(midnight + timedelta(hours=hour)) for hour in range(24)), key=_dearness)


def _dearness(dollars: ModelPrice) -> int:
    price = _at(dollars, 0)
    return price.input + price.output


def _at(dollars: ModelPrice, context: int) -> Price:
    """The price of a call with so many tokens of context. Cached tokens without a price of their own are input."""
    first, second, third, fourth = (_pico(getattr(dollars, name), context, PICO_PER_MILLION) for name in TEXT)
    paid = first or 0
    call = _pico(dollars.requests_kcount, context, PICO_PER_THOUSAND) or 0
    return Price(paid, second or 0, paid if third is None else third, paid if fourth is None else fourth, request=call)


def _pico(dollars: Decimal | TieredPrices | None, context: int, scale: int) -> int | None:
    if isinstance(dollars, TieredPrices):
        reached = [tier.price for tier in dollars.tiers if context > tier.start]
        dollars = reached[-1] if reached else dollars.base
    return None if dollars is None else int((dollars * scale).to_integral_value(ROUND_HALF_EVEN))

"""Cheaper ways: what a person could do instead of asking for as much, as facts with their numbers.

    wait       the quota begins anew soon
    smaller    less is expected to be lacking than is asked for
    model      an approved model costs less for the tokens that the scope's calls are made of

Nothing is said where it is not known: no forecast, no price, no calls to compare. Whether a model does the work as well is not
known here, so that is not said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import NamedTuple

from workflows.blocking import Wish
from workflows.forecast import Day, Outlook, lacking_by
from workflows.money import Unit
from workflows.pricing import PriceOf, cost
from workflows.quotas import two_digits
from workflows.spend import Sums, Tokens

NEAR = timedelta(days=3)  # a reset further away is no help to somebody who is stopped today
A_MILLION = 1_000_000
CLEARLY = (
    4,
    5,
)  # a cheaper model costs at most so much of the other: smaller differences are less than what a call happens to need


@dataclass(frozen=True, slots=True)
class Wait:
    """The quota begins anew at `reset`."""

    reset: datetime


@dataclass(frozen=True, slots=True)
class Smaller:
    """At the pace so far only `amount` more is expected to be lacking until `until`, to two digits; 0 is nothing."""

    amount: int
    unit: Unit
    until: datetime


@dataclass(frozen=True, slots=True)
class Model:
    """`instead` costs so many nano-dollars a million tokens where `model` costs `costs`, in the mix of the calls to `model`."""

    model: str
    instead: str
    costs: int
    costs_instead: int

    @property
    def saves(self) -> int:
        """Nano-dollars a million tokens."""
        return self.costs - self.costs_instead


Cheaper = Wait | Smaller | Model


class Named(NamedTuple):
    """A model and who sells it, as senders of usage call them."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Market:
    """What there is and what it costs. `mine` are the scope's calls by model, `instead` models that may be used for the data."""

    mine: Mapping[Named, Sums]
    instead: Iterable[Named]
    price: PriceOf


def ways(wish: Wish, outlook: Outlook, ahead: Sequence[Day], market: Market) -> tuple[Cheaper, ...]:
    """What is cheaper than a wish, as far as it is known; `outlook` is its quota's, without it."""
    found = (_wait(wish), smaller(wish, outlook, ahead), model(wish, market))
    return tuple(way for way in found if way is not None)


def _wait(wish: Wish) -> Wait | None:
    reset = wish.standing.window.end
    return Wait(reset) if reset - wish.standing.at <= NEAR else None


def smaller(wish: Wish, outlook: Outlook, ahead: Sequence[Day]) -> Smaller | None:
    """What is expected to be lacking until the override's end, if that is less than is asked for."""
    if not outlook.expected:
        return None
    until = min(wish.ends, wish.standing.window.end)
    amount = two_digits(lacking_by(outlook, ahead, until))
    return Smaller(amount, wish.quota.unit, until) if amount < wish.amount else None


def model(wish: Wish, market: Market) -> Model | None:
    """Of the models that cost clearly less than the one that is spent most on, for the same tokens, the next in price."""
    asked = {name: sums for name, sums in market.mine.items() if not wish.uses or _among(name, wish.uses)}
    if wish.quota.unit is not Unit.USD or not asked:
        return None
    most, mix = max(asked.items(), key=lambda each: (each[1].cost, each[0]))
    costs = _costs(most, mix, market)
    if not costs:
        return None
    others = {name: _costs(name, mix, market) for name in market.instead if not _among(name, (most.model, *wish.uses))}
    less = [(cost, name) for name, cost in others.items() if cost is not None and cost * CLEARLY[1] <= costs * CLEARLY[0]]
    price, instead = max(less, default=(0, None))
    return Model(most.model, instead.model, costs, price) if instead else None


def _among(name: Named, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name.model, pattern) for pattern in patterns)


def _costs(name: Named, mix: Sums, market: Market) -> int | None:
    """What a million tokens in this mix cost; None without a price or of a model that writes nothing where text is wanted."""
    price, tokens = market.price(*name), Tokens(mix.input, mix.output, mix.cache_read, mix.cache_write)
    if price is None or tokens.total <= 0 or (price.input and not price.output and tokens.output):
        return None
    return cost(tokens, price, mix.requests) * A_MILLION // tokens.total

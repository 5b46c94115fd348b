"""Loose ends: usage that no rule attributes, and usage of models without a price. Both count; here is how much, and from where.

Where it comes from is said in what a rule may test (team, use case, environment, model), in the order of names, and never by who.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.people import PersonId
from workflows.spend import Series, Sums
from workflows.times import Window


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A model without a price, and what it came to by the fallback, in nano-dollars."""

    model: str
    events: int
    cost: int


@dataclass(frozen=True, slots=True)
class Loose:
    """What was loose in a window. `strays` counted in `scope` because no rule claimed it, of the `whole` that was counted.

    `origins` are pairs of a word of a rule and what the sender said for it. `free` says that the fallback price is nothing.
    """

    window: Window
    scope: str
    owner: PersonId | None
    strays: Sums
    whole: Sums
    origins: tuple[tuple[str, str], ...]
    unpriced: tuple[Unpriced, ...]
    free: bool = False

    def __bool__(self) -> bool:
        return bool(self.strays.events or self.unpriced)

    @property
    def guessed(self) -> int:
        """What models without a price came to, in nano-dollars."""
        return sum(each.cost for each in self.unpriced)


def origins(every: Iterable[Series]) -> tuple[tuple[str, str], ...]:
    """Where these come from, each origin once."""
    return tuple(sorted({_origin(series) for series in every}))


def _origin(series: Series) -> tuple[str, str]:
    """The first thing that a sender said which tells teams apart; every call has a model."""
    said = {"team": series.team, "use_case": series.use_case, "environment": series.environment, "model": series.model}
    return next((word, value) for word, value in said.items() if value or word == "model")

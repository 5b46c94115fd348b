"""Blocking: what would keep an override from helping although it is granted. A call counts in more than one quota, and each must
let it through.

    short       with the override alone the quota itself is still past the mark at which calls are stopped
    stops       another quota stops the calls, and will until the override is over
    delays      another quota stops the calls until its reset, which comes before that
    runs out    another quota has less left than is asked for: it becomes the limit

The others are those of the same scope and of the scopes above. One that counts some models only is in the way of calls to those.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from workflows.admission import Estimate, judge
from workflows.quotas import Amount, At, AtSoft, Quota, Standing, lineage, suggestion, two_digits


class Way(StrEnum):
    """How a quota is in the way."""

    SHORT = "short"
    STOPS = "stops"
    DELAYS = "delays"
    RUNS_OUT = "runs_out"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: so much on a quota that will stand like this, from `begins` (None: at once) until `ends`.

    It is for these models, none: all of the quota's.
    """

    standing: Standing
    amount: int
    ends: datetime
    models: tuple[str, ...] = ()
    begins: datetime | None = None

    @property
    def quota(self) -> Quota:
        return self.standing.quota

    @property
    def uses(self) -> tuple[str, ...]:
        """The models that the calls are to; empty is every model."""
        return self.models or self.quota.models


@dataclass(frozen=True, slots=True)
class Barrier:
    """A quota that is in the way. `left` can be spent there before calls are stopped.

    `asks` is what to ask for there too so that all that is wished for can be used, to two digits; where it is counted in another
    unit, an amount to begin with. `models` are those of the wish that count there, empty when all do.
    """

    way: Way
    standing: Standing
    left: int
    asks: int
    models: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether no override on the quota that is asked for could take effect. (What is short may come with another's.)"""
        return self.way is Way.STOPS and not self.models


def barriers(wish: Wish, others: Iterable[Standing]) -> tuple[Barrier, ...]:
    """What is in the way of a wish: its own quota first, then the others in their order."""
    mine, scopes = wish.standing, lineage(wish.quota.scope)
    with_it = replace(mine, extra=mine.extra + wish.amount)
    short = [Barrier(Way.SHORT, mine, 0, two_digits(lift(mine, 1)))] if not judge(with_it, Estimate()).left else []
    near = (other for other in others if other.quota.scope in scopes and other.quota.key != wish.quota.key)
    return (*short, *_others(wish, near))


def _others(wish: Wish, others: Iterable[Standing]) -> Iterator[Barrier]:
    for other in others:
        models = tuple(model for model in wish.uses if other.quota.counts(model))
        if other.quota.models and not models:
            continue  # calls to other models do not count there; which are made where none is named, nobody knows
        left = judge(other, Estimate()).left
        way = _way(wish, other, left)
        if way is not None:
            yield Barrier(way, other, left, _asks(wish, other), () if models == wish.uses or not other.quota.models else models)


def _way(wish: Wish, other: Standing, left: int) -> Way | None:
    lasting = other.window.end >= wish.ends
    if not left:
        return Way.STOPS if lasting else Way.DELAYS
    counted_alike = other.quota.unit is wish.quota.unit
    return Way.RUNS_OUT if lasting and counted_alike and left < wish.amount else None


def _asks(wish: Wish, other: Standing) -> int:
    if other.quota.unit is wish.quota.unit:
        return two_digits(lift(other, wish.amount))
    return max(suggestion(other, 0), two_digits(lift(other, 1)))


def lift(standing: Standing, room: int) -> int:
    """The least by which the limit must rise so that `room` more can be spent before calls are stopped."""
    quota, mark = standing.quota, standing.spent + room
    levels = quota.thresholds
    stops = (levels.hard,) if quota.at_soft is AtSoft.ALLOW else (levels.soft, levels.hard)
    return max(0, *(_limit(at, mark, quota.limit) - standing.limit for at in stops))


def _limit(at: At, mark: int, written: int) -> int:
    """The least limit whose threshold lies at `mark` or above; `written` is app.yaml's."""
    return written + mark - at.size if isinstance(at, Amount) else (mark - 1) * 100 // at + 1

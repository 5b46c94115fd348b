"""Bounds: what may not be asked for at all, whoever would agree. Every bound that is broken is said at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflows.cases import Case
from workflows.money import Unit
from workflows.quotas import Standing
from workflows.refusals import Refused, Why


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one request may ask for, and how often.

    `amounts` are by unit, `percent` is of the base; `open` is how many requests may be open in a scope at once, 0 for any number;
    `rest` how long a person waits after a denial before they ask for the same quota again. An override may live through so many
    `resets` when that is asked for.
    """

    amounts: Mapping[Unit, int] = field(default_factory=dict)
    percent: int | None = None
    open: int = 0
    rest: timedelta = timedelta()
    resets: int = 0


UNBOUNDED = Bounds()


@dataclass(frozen=True, slots=True)
class Around:
    """What else is known of a request's scope: how many others are open, and when this person was last denied on this quota."""

    open: int = 0
    denied: datetime | None = None


def broken(case: Case, stands: Standing, bounds: Bounds, *, around: Around, now: datetime) -> tuple[Refused, ...]:
    """Every bound that a case breaks, each with its field."""
    return (*_sizes(case, stands, bounds), *_times(stands, bounds, around, now))


def _sizes(case: Case, stands: Standing, bounds: Bounds) -> Iterator[Refused]:
    most = bounds.amounts.get(case.unit)
    if most is not None and case.amount > most:
        yield Refused(Why.OVER_BOUND, {"most": most, "unit": case.unit}, place="amount")
    if bounds.percent is not None and case.amount * 100 > stands.base * bounds.percent:
        facts = {"percent": bounds.percent, "most": stands.base * bounds.percent // 100, "unit": case.unit}
        yield Refused(Why.OVER_SHARE, facts, place="amount")


def _times(stands: Standing, bounds: Bounds, around: Around, now: datetime) -> Iterator[Refused]:
    if 0 < bounds.open <= around.open:
        yield Refused(Why.TOO_MANY_OPEN, {"open": around.open, "scope": stands.quota.scope}, place="quota")
    if bounds.rest and around.denied is not None and now < around.denied + bounds.rest:
        yield Refused(Why.DENIED_LATELY, {"at": around.denied, "again": around.denied + bounds.rest}, place="quota")

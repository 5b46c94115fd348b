"""Outcomes: what use cases produced, as systems count it, and what one of it cost.

A use case is a scope, or a name that senders give below one that is not divided further. Its spend in a window stands next to
what it produced there. Where nothing was produced there is no cost of one: neither a zero nor an infinity.

Not here: the answer to an override's check-in (`overrides.Outcome`). That is what a person says came of an exception; this is
what systems counted. They are different claims, shown as such, and neither is added to the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from workflows.spend import Slice


class Produced(NamedTuple):
    """A report of something produced: so much of a `metric`, the `seconds` of work that it saved, its nano-dollars' `value`.

    `use_case` is "" where the scope is the use case. `corrects` is the key of the report that this one sets right; then all
    numbers are differences, of `reports` too: a report that is void is none.
    """

    key: bytes
    at: datetime
    scope: str
    metric: str
    quantity: int
    use_case: str = ""
    seconds: int = 0
    value: int = 0
    model: str = ""
    source: str = ""
    corrects: bytes = b""
    reports: int = 1


class Yield(NamedTuple):
    """What was produced on one local day by one use case in one metric, from so many `reports`."""

    day: date
    scope: str
    use_case: str
    metric: str
    reports: int
    quantity: int
    seconds: int
    value: int


@dataclass(frozen=True, slots=True)
class Made:
    """What a use case produced in a window, in one metric."""

    metric: str
    quantity: int
    seconds: int = 0
    value: int = 0


@dataclass(frozen=True, slots=True)
class Worth:
    """What a use case spent in a window, nano-dollars, next to what it produced: nothing where nothing was reported."""

    scope: str
    use_case: str
    spent: int
    made: tuple[Made, ...] = ()


def each(spent: int, quantity: int) -> int | None:
    """Nano-dollars for one, half to even; None when there is none that it could be of."""
    if quantity <= 0:
        return None
    whole, rest = divmod(spent, quantity)
    return whole + (rest * 2 > quantity or (rest * 2 == quantity and whole % 2 == 1))


def use_case_of(scope: str, said: str) -> str:
    """The name of a use case below a scope; "" when the scope is that use case. Capitals do not count."""
    name = said.casefold()
    return "" if name == scope.rpartition("/")[2].casefold() else name


def spent_by(slices: Iterable[Slice], scope: str, use_case: str = "") -> int:
    """Nano-dollars spent in a scope and all below it; with a use case only by what bears its name."""
    within = (each for each in slices if f"{each.series.scope}/".startswith(f"{scope}/"))
    return sum(s.sums.cost for s in within if not use_case or s.series.use_case.casefold() == use_case)


def worths(scopes: Sequence[str], slices: Sequence[Slice], yields: Sequence[Yield]) -> tuple[Worth, ...]:
    """Spend next to what was produced, in the order of `scopes`: of those with outcomes, and of leaves that spent without any."""
    made = _by_use_case(yields)
    found: list[Worth] = []
    for scope in scopes:
        cases = sorted(case for where, case in made if where == scope)
        found += [Worth(scope, case, spent_by(slices, scope, case), made[scope, case]) for case in cases]
        leaf = not any(other.startswith(f"{scope}/") for other in scopes)
        if leaf and not cases and (spent := spent_by(slices, scope)):
            found.append(Worth(scope, "", spent))
    return tuple(found)


def _by_use_case(yields: Sequence[Yield]) -> dict[tuple[str, str], tuple[Made, ...]]:
    """What each use case produced. A metric of which every report turned out void was not reported."""
    sums: dict[tuple[str, str, str], tuple[int, ...]] = {}
    for one in yields:
        key, more = one[1:4], one[4:]
        sums[key] = tuple(map(sum, zip(sums.get(key, (0, 0, 0, 0)), more, strict=True)))
    found: dict[tuple[str, str], tuple[Made, ...]] = {}
    for (scope, use_case, metric), (reports, *amounts) in sorted(sums.items()):
        if reports:
            found[scope, use_case] = (*found.get((scope, use_case), ()), Made(metric, *amounts))
    return found

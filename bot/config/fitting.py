"""Fitting: whether a quota can be reached at all, and whether those below one fit into it; and by how much not.

All of it is allowed, and perhaps not meant: not every team uses all it may. Periods are compared by how often they come in a
year, so an amount that is converted is "about" so much.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.config.place import Place
from workflows import money
from workflows.money import NANO, Unit
from workflows.quotas import Quota, lineage
from workflows.times import A_YEAR, Period

EXACT = {Period.MONTH, Period.QUARTER}  # months divide a quarter; weeks and days divide neither

Placed = tuple[Quota, Place]
Scopes = Mapping[str, Sequence[Placed]]
"""Quotas of one unit for the same models, by scope."""


class Most(NamedTuple):
    """The most that may be used in some period, in a unit; `about` where it was converted."""

    amount: int
    unit: Unit
    about: bool = False

    def __str__(self) -> str:
        return f"{'about ' if self.about else ''}{money.show(self.amount, self.unit)}"


def compare(found: Iterable[Placed]) -> None:
    """Notes where a quota is more than what it stands in."""
    alike: dict[tuple[Unit, tuple[str, ...]], dict[str, list[Placed]]] = defaultdict(lambda: defaultdict(list))
    for quota, place in found:
        alike[quota.unit, quota.models][quota.scope].append((quota, place))
    for (unit, models), scopes in alike.items():
        for parent, children in _below(scopes).items():
            for within in scopes[parent]:
                _add_up(within, scopes[parent], [scopes[child] for child in children])
        for quota, place in (placed for placed_here in scopes.values() for placed in placed_here):
            _reach(quota, place, _around(quota, scopes, alike[unit, ()] if models else {}))


def _below(scopes: Scopes) -> Mapping[str, list[str]]:
    """Which scopes a scope is the nearest one above; levels without a quota are skipped."""
    below: dict[str, list[str]] = defaultdict(list)
    for scope in scopes:
        parent = next((above for above in lineage(scope)[1:] if above in scopes), None)
        if parent is not None:
            below[parent].append(scope)
    return below


def _around(quota: Quota, own: Scopes, every: Scopes) -> Iterator[Quota]:
    """The quotas that bound this one: others of its scope, and for some models the nearest that is for all."""
    yield from (other for other, _ in own[quota.scope] if other is not quota)
    nearest = next((scope for scope in lineage(quota.scope) if scope in every), None)
    yield from (other for other, _ in every[nearest]) if nearest else ()


def _reach(quota: Quota, place: Place, around: Iterable[Quota]) -> None:
    if said := next((said for other in around if (said := _unreachable(quota, other))), ""):
        place.doubtful(said)


def _add_up(within: Placed, beside: Sequence[Placed], children: Sequence[Sequence[Placed]]) -> None:
    """Compares a quota with those below it, each alone and all together."""
    (quota, place), most = within, list[Most]()
    for child in children:
        bound = _bound(child, quota, [other.period for other, _ in beside])
        if bound is None:
            continue
        (lower, at), amount = bound
        most.append(amount)
        if amount.amount > quota.limit:
            at.doubtful(_unreachable(lower, quota) or f"comes to {amount} a {quota.period}, {_more(amount, quota)}")
    total = Most(sum(each.amount for each in most), quota.unit, any(each.about for each in most))
    if len(most) > 1 and total.amount > quota.limit:
        over = Most(total.amount - quota.limit, quota.unit, total.about)
        place.doubtful(f"the quotas below it add up to {total}, {over} more than this")


def _bound(child: Sequence[Placed], within: Quota, periods: Sequence[Period]) -> tuple[Placed, Most] | None:
    """The quota that bounds a child most in the parent's period; None where another of the parent's quotas is its match."""
    if not any(quota.period is within.period or quota.period not in periods for quota, _ in child):
        return None
    every = [(placed, _converted(placed[0], within.period)) for placed in child]
    return min(every, key=lambda bound: bound[1].amount)


def _unreachable(quota: Quota, other: Quota) -> str:
    """Why a quota can never be reached because of another; "" when it can."""
    shorter = A_YEAR[quota.period] >= A_YEAR[other.period]
    most = Most(other.limit, other.unit) if shorter else _converted(other, quota.period)
    if quota.limit <= most.amount:
        return ""
    return f"{_more(Most(quota.limit, quota.unit, most.about), other, most)}, so it can never be reached"


def _more(amount: Most, other: Quota, most: Most | None = None) -> str:
    """ "$3 more than "platform" has ($10 a day)"."""
    over = Most(amount.amount - (most.amount if most else other.limit), amount.unit, amount.about)
    return f'{over} more than "{other.scope}" has ({money.show(other.limit, other.unit)} a {other.period})'


def _converted(quota: Quota, period: Period) -> Most:
    """What a quota comes to in another period, in whole dollars, tokens or requests."""
    if quota.period is period:
        return Most(quota.limit, quota.unit)
    exact = {quota.period, period} <= EXACT
    step = 1 if exact or quota.unit is not Unit.USD else NANO
    return Most(-(-(quota.limit * A_YEAR[quota.period] / A_YEAR[period]) // step) * step, quota.unit, not exact)

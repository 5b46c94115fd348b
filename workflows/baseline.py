"""Baseline: budgets proposed from what was spent, each with the reason for its number. Nothing is decided here.

A budget is for what is usual. Weeks are seven days each, back from yesterday, so that every one has each weekday once; three of
four were at most the upper quarter, and a budget is so much for every day of its period, with headroom, rounded up. What was
spent under an override was an exception and is left out. With less than three weeks of history nothing is proposed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import ceil

from workflows.approvals import Approval
from workflows.money import NANO, Unit
from workflows.quotas import Amount, Quota, lineage
from workflows.spend import Slice
from workflows.times import Period

WEEK = 7
FEWEST = 3 * WEEK  # days; of fewer weeks three quarters are all of them
SPAN = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92}  # days, of the longest there is
USUAL, USUAL_DAY = Fraction(3, 4), Fraction(9, 10)  # of days more, because some weekday is always the busiest
CHANCE = 2706  # thousandths, 1.645²: what chance alone would call a trend in one of twenty pasts (Mann and Kendall)
ROOMY = Fraction(3, 2)  # times what is needed, above which a limit says nothing any more


class Verdict(StrEnum):
    """What is proposed for a quota."""

    NEW = "new"
    RAISE = "raise"
    LOWER = "lower"
    KEEP = "keep"
    LEAVE = "leave"  # as it is: there is too little to go by


@dataclass(frozen=True, slots=True)
class Past:
    """What was spent in one place on every day, in one unit, oldest first: within base, under its overrides, beyond its base."""

    base: list[int]
    excepted: list[int]
    beyond: list[int]

    @property
    def days(self) -> int:
        """How many, from the first on which anything was spent."""
        every = zip(self.base, self.excepted, self.beyond, strict=True)
        return len(self.base) - next((n for n, spent in enumerate(every) if any(spent)), len(self.base))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a past says. `usual` is the upper quarter of the weeks, of the days where the period is a day; `slope` is a week's
    rise, 0 where there is no trend; `level` is what is expected of a week, or a day.

    `excepted` and `beyond` are the exceptional spend in these weeks; with `counted` what was beyond the base is part of them.
    """

    days: int
    weeks: tuple[int, ...] = ()
    usual: int = 0
    slope: Fraction = Fraction(0)
    level: Fraction = Fraction(0)
    excepted: int = 0
    beyond: int = 0
    over_weeks: int = 0
    counted: bool = False

    @property
    def enough(self) -> bool:
        """Whether there is enough to propose anything from."""
        return bool(self.weeks) and self.level > 0

    @property
    def median(self) -> int:
        return at_rank(self.weeks, Fraction(1, 2))

    @property
    def busiest(self) -> int:
        return max(self.weeks)


def at_rank(amounts: Iterable[int], part: Fraction) -> int:
    """The least of these amounts that this part of them does not exceed."""
    ordered = sorted(amounts)
    return ordered[max(0, ceil(len(ordered) * part) - 1)]


def facts(past: Past, period: Period) -> Facts:
    """What a past says of a week, or of a day where the budget is for one."""
    days = past.days
    if days < FEWEST:
        return Facts(days)
    back = days // WEEK * WEEK
    base, excepted, beyond = past.base[-back:], past.excepted[-back:], past.beyond[-back:]
    over = sum(1 for week in _weeks(beyond) if week)
    counted = over * 2 > back // WEEK  # what happens in most weeks is no exception
    spent = [one + two for one, two in zip(base, beyond, strict=True)] if counted else base
    weeks = _weeks(spent)
    usual = at_rank(spent, USUAL_DAY) if period is Period.DAY else at_rank(weeks, USUAL)
    slope, ahead = (Fraction(0), Fraction(0)) if period is Period.DAY else _ahead(weeks, SPAN[period])
    level = max(Fraction(usual), ahead)
    return Facts(days, weeks, usual, slope, level, sum(excepted), sum(beyond), over, counted)


def _weeks(days: Sequence[int]) -> tuple[int, ...]:
    return tuple(sum(days[n : n + WEEK]) for n in range(0, len(days), WEEK))


def _ahead(weeks: Sequence[int], span: int) -> tuple[Fraction, Fraction]:
    """By how much a week rises, and what the week in the middle of the period ahead comes to at that; 0 for no trend.

    The slope is the median of those between any two weeks (Theil and Sen): one wild week does not tilt it.
    """
    pairs = [(i, j) for j in range(len(weeks)) for i in range(j)]
    slope = _median(Fraction(weeks[j] - weeks[i], j - i) for i, j in pairs)
    if slope <= 0 or not _rising(weeks):
        return Fraction(0), Fraction(0)
    now = _median(week + slope * (len(weeks) - 1 - n) for n, week in enumerate(weeks))
    return slope, now + slope * Fraction(span, 2 * WEEK)


def _rising(weeks: Sequence[int]) -> bool:
    """Whether later weeks are higher more often than chance would have it."""
    n = len(weeks)
    more = sum((weeks[j] > weeks[i]) - (weeks[j] < weeks[i]) for j in range(n) for i in range(j))
    return more > 0 and 18_000 * more**2 >= CHANCE * n * (n - 1) * (2 * n + 5)


def _median(values: Iterable[Fraction]) -> Fraction:
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A budget that is proposed for a quota that there is (`current` is its limit), or for one that there is not.

    `need` is what the facts call for with headroom, `below` what the quotas under it add up to; `limit` is at least both.
    """

    quota: Quota
    current: int | None
    facts: Facts
    need: int
    limit: int
    below: int = 0

    @property
    def pinned(self) -> bool:
        """Whether another limit is needed that its thresholds, which are amounts, might not fit."""
        fits = _settled(self.current, max(self.need, self.below), self.quota.unit) == self.current
        return self.current is not None and _in_amounts(self.quota) and not fits

    @property
    def verdict(self) -> Verdict:
        if self.current is None:
            return Verdict.NEW
        if self.limit == self.current:
            return Verdict.KEEP if self.facts.enough and not self.pinned else Verdict.LEAVE
        return Verdict.RAISE if self.limit > self.current else Verdict.LOWER


def proposed(quota: Quota, past: Past, headroom: int, *, new: bool = False) -> Proposal:
    """What a quota should be by its own past; `headroom` in percent. One without enough of a past stays as it is."""
    known = facts(past, quota.period)
    need = ceil(needed(known, quota.period) * (100 + headroom) / 100)
    current = None if new else quota.limit
    return Proposal(quota, current, known, need, _limit(quota, current, need))


def _limit(quota: Quota, current: int | None, floor: int) -> int:
    """What a limit should be that must not be below a floor; it stays where its thresholds are amounts, which are set with it."""
    return current if current is not None and _in_amounts(quota) else _settled(current, floor, quota.unit)


def _in_amounts(quota: Quota) -> bool:
    levels = quota.thresholds
    return any(isinstance(at, Amount) for at in (*levels.warnings, levels.soft, levels.hard))


def needed(known: Facts, period: Period) -> Fraction:
    """What is expected to be spent in a period, without headroom."""
    return known.level * Fraction(SPAN[period], 1 if period is Period.DAY else WEEK)


def _settled(current: int | None, need: int, unit: Unit) -> int:
    """A limit that does is left alone; else it is what is needed, rounded up to two digits."""
    if current is not None and (not need or need <= current <= need * ROOMY):
        return current
    return rounded(max(need, NANO if unit is Unit.USD else 1))


def rounded(amount: int) -> int:
    """Up to two digits: 7,440 is 7,500."""
    step: int = 10 ** max(0, len(str(amount)) - 2)
    return -(-amount // step) * step


def balanced(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The same, with every parent at least as large as what is below it in its unit, period and models; order as it was."""
    found = {_place(p.quota): p for p in proposals}
    for place in sorted(found, key=lambda place: -place[0].count("/")):
        mine = found[place]
        children = [p for other, p in found.items() if _parent(other, found) == place]
        below = sum(child.limit for child in children)
        floor = max(mine.need, below)
        limit = _limit(mine.quota, mine.current, floor) if below > mine.limit or mine.facts.enough else mine.limit
        found[place] = replace(mine, below=below, limit=limit)
    return list(found.values())


Place = tuple[str, Unit, Period, tuple[str, ...]]


def _place(quota: Quota) -> Place:
    return quota.scope, quota.unit, quota.period, quota.models


def _parent(place: Place, among: Mapping[Place, Proposal]) -> Place | None:
    scope, unit, period, models = place
    above = ((up, unit, period, models) for up in lineage(scope)[1:])
    return next((up for up in above if up in among), None)


@dataclass(frozen=True)
class History:
    """What was counted from `first` to `last`, both whole local days: the pasts of quotas are read off it.

    `exceptions` are the scopes of the quotas that overrides were on, by the override's id: under an override on its parent a
    child spent nothing exceptional.
    """

    first: date
    last: date
    slices: Sequence[Slice]
    exceptions: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_scope(self) -> Mapping[str, list[Slice]]:
        """What was counted in exactly each scope."""
        found: dict[str, list[Slice]] = {}
        for piece in self.slices:
            found.setdefault(piece.series.scope, []).append(piece)
        return found

    def under(self, quota: Quota) -> list[Slice]:
        """What counts in a quota."""
        here = [mine for scope, mine in self.by_scope.items() if f"{scope}/".startswith(f"{quota.scope}/")]
        return [piece for mine in here for piece in mine if quota.counts(piece.series.model)]

    def past(self, quota: Quota, slices: Iterable[Slice] | None = None) -> Past:
        """The past of a quota; if some of its slices are given, of those only."""
        spent = Past(*([0] * ((self.last - self.first).days + 1) for _ in range(3)))
        for day, series, sums in self.under(quota) if slices is None else slices:
            if series.approval != Approval.REFUSED:
                self._kind(spent, series.approval, quota.scope)[(day - self.first).days] += sums.of(quota.unit)
        return spent

    def _kind(self, spent: Past, approval: str, scope: str) -> list[int]:
        match approval:
            case Approval.BASE:
                return spent.base
            case Approval.BEYOND:
                return spent.beyond
            case override:
                return spent.excepted if scope in lineage(self.exceptions.get(override, scope)) else spent.base

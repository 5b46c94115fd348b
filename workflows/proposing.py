"""Proposing: what a whole tree's budgets should be by its history, and what it has no budget for yet.

New quotas are proposed for scopes in which usage was counted and that have none, and for use cases that senders named and the
tree does not know. Usage that nobody claims gets no budget: it is said how much it is. Nothing is sorted by spend but what is cut
off, and people are never looked at.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from workflows.baseline import WEEK, History, Past, Proposal, at_rank, balanced, proposed
from workflows.money import Unit
from workflows.policy import Policy
from workflows.quotas import Quota, key_of, lineage
from workflows.spend import CostSource, Slice
from workflows.times import Period

PART = re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}")  # of a scope, as app.yaml takes it
DEEPEST, LONGEST = 10, 200  # parts and characters of a scope
MOST_NEW = 10  # use cases of one scope; senders could make up any number
DIMENSIONS = ("team", "use_case", "environment")

Cohorts = Mapping[str, Mapping[str, int]]
"""What each team, use case or environment spent in its median week, by name; "" did not say."""


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """Usage that no rule attributes: nano-dollars over so many days, and who sent it."""

    total: int
    days: int
    cohorts: Cohorts


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is proposed: for the quotas in the order of app.yaml, then for new ones by scope.

    `waiting` are scopes without a quota that have too little history for one, with its days; `unpriced` is (events, nano-dollars)
    that count at the fallback price.
    """

    proposals: tuple[Proposal, ...]
    cohorts: Mapping[str, Cohorts]  # by the quota's key
    waiting: Mapping[str, int]
    unclaimed: Unclaimed | None
    unpriced: tuple[int, int]

    @property
    def days(self) -> int:
        """How much history there is, at most."""
        return max([p.facts.days for p in self.proposals] + list(self.waiting.values()), default=0)

    @property
    def useful(self) -> bool:
        """Whether anything could be proposed."""
        return any(p.facts.enough for p in self.proposals)


def propose(policy: Policy, history: History, headroom: int) -> Baseline:
    """Budgets for everything that has a past; `headroom` in percent."""
    known = [proposed(quota, history.past(quota), headroom) for quota in policy.quotas]
    fresh = [proposed(q, history.past(q, mine), headroom, new=True) for q, mine in _fresh(policy, history)]
    able = [proposal for proposal in fresh if proposal.facts.enough]
    proposals = balanced([*known, *sorted(able, key=lambda p: p.quota.scope)])
    fallen = [piece for piece in history.slices if piece.series.cost_source is CostSource.FALLBACK]
    return Baseline(
        proposals=tuple(proposals),
        cohorts={p.quota.key: cohorts(history, p.quota, len(p.facts.weeks)) for p in proposals if p.facts.enough},
        waiting={p.quota.scope: p.facts.days for p in fresh if not p.facts.enough},
        unclaimed=_unclaimed(policy, history),
        unpriced=(sum(piece.sums.events for piece in fallen), sum(piece.sums.cost for piece in fallen)),
    )


def _fresh(policy: Policy, history: History) -> Iterable[tuple[Quota, list[Slice]]]:
    """Quotas that could be, each with what would count in it."""
    for scope, slices in sorted(history.by_scope.items()):
        if scope == policy.unattributed:
            continue
        if not policy.on(scope):
            quota = _quota(policy, scope)
            yield quota, history.under(quota)
        yield from _use_cases(policy, scope, slices)


def _use_cases(policy: Policy, scope: str, slices: Iterable[Slice]) -> Iterable[tuple[Quota, list[Slice]]]:
    found: dict[str, list[Slice]] = {}
    for piece in slices:
        below = f"{scope}/{piece.series.use_case.casefold()}"
        if _sound(below) and PART.fullmatch(piece.series.use_case.casefold()) and below not in policy.scopes:
            found.setdefault(below, []).append(piece)
    largest = sorted(found, key=lambda below: (-sum(piece.sums.cost for piece in found[below]), below))[:MOST_NEW]
    return [(_quota(policy, below), found[below]) for below in sorted(largest)]


def _sound(scope: str) -> bool:
    return scope.count("/") < DEEPEST and len(scope) <= LONGEST


def _quota(policy: Policy, scope: str) -> Quota:
    """In dollars, for the period for which the nearest quota above is."""
    above = (quota for up in lineage(scope)[1:] for quota in policy.on(up))
    period = next((quota.period for quota in above if quota.unit is Unit.USD and not quota.models), Period.MONTH)
    return Quota(key_of(scope, Unit.USD, period), scope, 0, Unit.USD, period)


def cohorts(history: History, quota: Quota, weeks: int) -> Cohorts:
    """What spends in a quota in the median of these last weeks, by each dimension that tells anything apart."""
    return {name: values for name, values in _cohorts(history, quota, weeks).items() if len(values) > 1}


def _cohorts(history: History, quota: Quota, weeks: int) -> Cohorts:
    slices = history.under(quota)
    found = {name: _by(name, slices) for name in DIMENSIONS}
    return {
        name: {value: _median(history.past(quota, mine), weeks) for value, mine in sorted(parts.items())}
        for name, parts in found.items()
    }


def _by(name: str, slices: Iterable[Slice]) -> dict[str, list[Slice]]:
    parts: dict[str, list[Slice]] = {}
    for piece in slices:
        parts.setdefault(getattr(piece.series, name), []).append(piece)
    return parts


def _median(past: Past, weeks: int) -> int:
    days = [one + two for one, two in zip(past.base, past.beyond, strict=True)][-weeks * WEEK :]
    return at_rank([sum(days[n : n + WEEK]) for n in range(0, len(days), WEEK)], Fraction(1, 2))


def _unclaimed(policy: Policy, history: History) -> Unclaimed | None:
    quota = _quota(policy, policy.unattributed)
    past = history.past(quota)
    total = sum(past.base) + sum(past.excepted) + sum(past.beyond)
    if not past.days:
        return None
    every = _cohorts(history, quota, max(1, past.days // WEEK))
    return Unclaimed(total, past.days, {name: values for name, values in every.items() if any(values)})

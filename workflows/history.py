"""History: what a scope's last overrides produced and how much of them was used, and how long answers usually take.

Facts for whoever decides, about work and never about persons: nobody is named, compared or ranked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from workflows.assessing import QUARTER
from workflows.cases import Impact
from workflows.overrides import Outcome, Override, undone
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota
from workflows.requests import Request
from workflows.times import INSTANT, local_day

LAST = 3  # overrides that a card tells of
LOOKED = 50  # requests of the quota, for how long answers take
FEWEST = 3  # answers; fewer say nothing of what is usual


@dataclass(frozen=True, slots=True)
class Past:
    """An override that is over: `used` of its amount, in its unit, what was expected of it and what came, None for no word."""

    override: Override
    used: int
    impact: Impact
    outcome: Outcome | None

    @property
    def unused(self) -> int:
        return max(0, self.override.amount - self.used)


@dataclass(frozen=True, slots=True)
class Usual:
    """How long the last `count` answers took: half of them `half` at most."""

    count: int
    half: timedelta


@dataclass(frozen=True, slots=True)
class History:
    """What is known of before."""

    past: tuple[Past, ...] = ()
    usual: Usual | None = None


UNKNOWN = History()


def history(unit: UnitOfWork, policy: Policy, request: Request, quota: Quota, *, now: datetime) -> History:
    """What those who are asked about a request may want to know."""
    latest = unit.requests.latest(quota.key, LOOKED)
    return History(past(unit, policy, quota, now), usual(latest, request.waiting_on()))


def past(unit: UnitOfWork, policy: Policy, quota: Quota, now: datetime) -> tuple[Past, ...]:
    """The quota's last overrides that ran and are over, newest first; one whose approval was taken back is none of them."""
    over = [o for o in unit.overrides.granted([quota.key], now - QUARTER) if o.starts is not None and not o.wanted(now)]
    asked = ((o, unit.requests.get(o.request)) for o in reversed(over))
    ran = islice(((o, r) for o, r in asked if r is not None and not undone(o, r)), LAST)
    return tuple(Past(o, used(unit, policy, quota, o), r.case.impact, unit.outcomes.get(o.id)) for o, r in ran)


def used(unit: UnitOfWork, policy: Policy, quota: Quota, override: Override) -> int:
    """How much was counted under an override, at most its amount: what was spent on the base alone is not its doing."""
    zone, over = policy.organization.zone, override.over_at()
    if override.starts is None or over is None:
        return 0
    first, last = local_day(override.starts, zone), local_day(max(override.starts, over - INSTANT), zone)
    slices = unit.meter.slices(first, last, quota.scope)
    return min(override.amount, sum(s.sums.of(quota.unit) for s in slices if s.series.approval == override.id))


def usual(requests: Sequence[Request], approvers: Collection[PersonId]) -> Usual | None:
    """How long these approvers took, by their votes on some requests; None where there are too few."""
    took = sorted(vote.at - r.submitted for r in requests for vote in r.votes if vote.by in approvers)
    return Usual(len(took), took[(len(took) - 1) // 2]) if len(took) >= FEWEST else None

"""Coming: when an override would be over, and where its quota will stand when it begins, which may be after a reset.

Nothing is foretold: of a window to come only its limit is known, so nothing is spent there and nothing is carried over. Of the
window that is open, what is spent now is what is known.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from workflows import metering
from workflows.cases import Term
from workflows.forecast import Outlook
from workflows.granting import step_down
from workflows.overrides import Override, extra
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota, Standing
from workflows.times import INSTANT


def reset(policy: Policy, quota: Quota, term: Term, now: datetime) -> datetime:
    """The first reset that an override does not live through."""
    return policy.resets(quota, term.begin(now), term.resets)[-1]


def end(policy: Policy, quota: Quota, term: Term, now: datetime) -> datetime:
    """When an override would be over that begins now, or when it is to."""
    return term.end(term.begin(now), reset(policy, quota, term, now))


def step(policy: Policy, quota: Quota, amount: int, ends: datetime) -> tuple[int, datetime] | None:
    """What follows an override of an amount that ends then, and until when; None when nothing does."""
    grace = policy.timing.grace
    return step_down(amount, ends, grace, policy.window(quota, ends - INSTANT).end) if grace else None


def standing(unit: UnitOfWork, policy: Policy, quota: Quota, now: datetime, *, begins: datetime) -> Standing:
    """What will be true of a quota when an override begins, as far as it is known now."""
    stands = metering.standing(unit, policy, quota, now)
    if begins <= now:
        return stands
    added = _added(policy, quota, unit.overrides.current(quota.key), begins)
    if begins in stands.window:
        return replace(stands, extra=added)
    return Standing(quota, policy.window(quota, begins), begins, 0, metering.limit_of(unit, quota), added)


def _added(policy: Policy, quota: Quota, granted: Iterable[Override], at: datetime) -> int:
    """What overrides will add at a moment to come: those that run until then, and those that will have begun."""
    rows = list(granted)
    later = (o for o in rows if o.starts is None and o.term.since and o.wanted(at))
    return extra(rows, at) + sum(o.amount for o in later if at < end(policy, quota, o.term, o.term.since or at))


def outlook(
    unit: UnitOfWork, policy: Policy, quota: Quota, now: datetime, *, begins: datetime, extra: int = 0, ranged: bool = False
) -> Outlook:
    """The same with where it leads; `extra` is an amount to look at it with, on top of what it will have."""
    at = standing(unit, policy, quota, now, begins=begins)
    return metering.lead(unit, policy, replace(at, extra=at.extra + extra), now, ranged=ranged)

"""Amending: whoever changes a week that is over has those digests looked at again that told of it.

Nothing is computed here, and events of the week that runs cost nothing. Whoever shows a digest finds out what is another now.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from workflows.effects import Do, Effect
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota, lineage
from workflows.times import local_day, week_of

PAUSE = timedelta(minutes=1)  # late usage comes in many batches, and each change of a message is a call to Slack


def look_again(unit: UnitOfWork, policy: Policy, changed: Iterable[tuple[str, date]], now: datetime) -> None:
    """Asks for the digests that told of these (quota's key, local day)."""
    today = local_day(now, policy.organization.zone)
    monday = today - timedelta(days=today.weekday())
    over = {(key, week_of(day)) for key, day in changed if day < monday}
    keys = {f"{channel}/{week}" for key, week in over for channel in channels_of(policy, policy.by_key[key])}
    for key in sorted(unit.reports.told(keys)) if keys else ():
        unit.outbox.put(Effect(Do.SHOW_DIGEST, key), now + PAUSE)


def channels_of(policy: Policy, quota: Quota) -> tuple[str, ...]:
    """The channels whose digest tells of a quota."""
    return tuple(channel for channel in {quota.channel, policy.digest.leadership} if channel)


def above(policy: Policy, scope: str) -> tuple[str, ...]:
    """The keys of the quotas on a scope and on all above it: what is produced there is told where they are."""
    return tuple(quota.key for part in lineage(scope) for quota in policy.on(part))

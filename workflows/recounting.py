"""Recounting: a quota that is new in app.yaml, or counts in another way than before, counts what its window already holds.

What was spent is in the daily sums of its scope; its counter and its days are made from those, in one transaction. Whoever counts
usage for it meanwhile waits: the counters are taken first, as a batch does, and only then are the sums read.

Not known, and so not made good: which scope an event would belong to under the attribution rules of today, or that a scope had
another name.
"""

from collections.abc import Sequence
from datetime import date, datetime

from workflows.keeping import Kit, attempt
from workflows.metering import HISTORY, ONE_DAY, tell
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota
from workflows.spend import Metered, Tally, counting
from workflows.times import Window, local_day


def recount(kit: Kit) -> None:
    """At every start, before usage is taken: brings up to date what app.yaml's quotas count."""
    now = kit.clock.now()
    attempt(kit.units, lambda unit: _recount(unit, kit.policy, now))


def _recount(unit: UnitOfWork, policy: Policy, now: datetime) -> None:
    known = unit.meter.known()
    for key in known.keys() - policy.by_key.keys():
        unit.meter.forget(key)  # should it come back, it begins as a new one does
    if stale := [quota for quota in policy.quotas if _stale(unit, policy, quota, known.get(quota.key), now=now)]:
        _count_again(unit, policy, stale, now=now)


def _stale(unit: UnitOfWork, policy: Policy, quota: Quota, known: Metered | None, *, now: datetime) -> bool:
    """Whether a counter cannot be relied on; notes how the quota is metered from now on.

    One that is metered since a moment within this window is looked at once more: while replicas were restarted one after the
    other, those with the old app.yaml did not count in it.
    """
    org = policy.organization
    how = f"{org.zone}/{org.fiscal_start} {' '.join(sorted(quota.models))}".strip()
    since = known.since if known else now
    changed = unit.meter.know(Metered(quota.key, since, how))
    adopted = known is not None and not known.how  # from a database that did not keep it yet
    window = policy.window(quota, now)
    return (changed and not adopted) or window.start < since < window.end


def _count_again(unit: UnitOfWork, policy: Policy, stale: Sequence[Quota], *, now: datetime) -> None:
    """Makes counters and days equal to what the daily sums say; a threshold that is found reached is told."""
    zone = policy.organization.zone
    windows = {quota.key: policy.window(quota, now) for quota in stale}
    held = {counter.quota: counter for counter in unit.meter.add(Tally(dict.fromkeys(sorted(windows.items(), key=_key), 0), {}))}
    first, last = local_day(min(now - HISTORY, *(w.start for w in windows.values())), zone), local_day(now, zone) + ONE_DAY
    spent = _spent(unit, stale, first, last)
    missing: dict[tuple[str, Window], int] = {}
    days: dict[tuple[str, date], int] = {}
    for key, window in sorted(windows.items(), key=_key):
        begins, ends = local_day(window.start, zone), local_day(window.end, zone)
        mine = spent.get(key, {})
        missing[key, window] = sum(amount for day, amount in mine.items() if begins <= day < ends) - held[key].spent
        kept = unit.meter.days(key, first, last)
        days |= {(key, day): mine.get(day, 0) - kept.get(day, 0) for day in sorted(mine.keys() | kept.keys())}
    added = Tally({one: amount for one, amount in missing.items() if amount}, {one: n for one, n in days.items() if n})
    for counter in unit.meter.add(added):
        tell(unit, policy, counter, held[counter.quota].spent, now=now)


def _key(item: tuple[str, Window]) -> str:
    return item[0]


def _spent(unit: UnitOfWork, quotas: Sequence[Quota], first: date, last: date) -> dict[str, dict[date, int]]:
    """What the daily sums say was spent in each quota on each day. A day at a time: a quarter of a large company is a lot."""
    by_scope: dict[str, list[Quota]] = {}
    for quota in quotas:
        by_scope.setdefault(quota.scope, []).append(quota)
    spent: dict[str, dict[date, int]] = {}
    for on in range((last - first).days + 1):
        day = first + on * ONE_DAY
        for piece in unit.meter.slices(day, day):
            for quota in counting(piece.series, by_scope):
                days = spent.setdefault(quota.key, {})
                days[day] = days.get(day, 0) + piece.sums.of(quota.unit)
    return spent

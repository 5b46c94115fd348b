"""Spotting: every hour it is looked for sudden rises; whoever owns the scope is told, once a rise, what it looks like.

Nothing says that an hour was looked at: what was told is kept, and what was not told yet is found by the next look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from workflows.causes import Likely, likely
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.keeping import Kit, attempt, follow
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota
from workflows.spend import NOTHING, Outlay, Slice, Sums
from workflows.spikes import DAY, LEAST, REACH, SPAN, Spike, Usual, Verdict, begun, spike, usual, verdict
from workflows.times import local_day

ALL = "all"
HOUR = timedelta(hours=1)
ODD = 2  # times the usual: days above it do not say what is usual of calls and tokens


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a rise looks like at a moment; `today` says that its day is not over.

    `model` is the one that cost most, `share` its nano-dollars. `quota` is the nearest one to look at.
    """

    spike: Spike
    at: datetime
    today: bool
    spent: int
    usual: Usual
    model: str
    share: int
    likely: Likely | None
    quota: Quota | None


def next_look(after: datetime) -> Alarm:
    """The alarm of the next full hour."""
    return Alarm(Wake.SPIKES, ALL, after.replace(minute=0, second=0, microsecond=0) + HOUR)


def plan(kit: Kit) -> None:
    """Sets the next look, unless it is set."""
    attempt(kit.units, lambda unit: unit.agenda.set(next_look(kit.clock.now())))


def look(unit: UnitOfWork, now: datetime) -> None:
    """The alarm rang. The looking itself needs no transaction, and is done when others need not wait for it."""
    follow(unit, now, [Effect(Do.FIND_SPIKES, ALL)], [next_look(now)])


def find(kit: Kit) -> None:
    """Keeps every rise that was not told, and has it shown."""
    now = kit.clock.now()
    today = local_day(now, kit.policy.organization.zone)
    with kit.reads() as unit:
        outlays = unit.meter.outlays(today - SPAN, today)
        told = {(one.scope, one.use_case): one.day for one in unit.spikes.since(today - SPAN)}
    if found := _rises(outlays, told, today=today, now=now):
        attempt(kit.units, lambda unit: _tell(unit, found, now))


def _rises(outlays: Iterable[Outlay], told: Mapping[tuple[str, str], date], *, today: date, now: datetime) -> list[Spike]:
    found = list[Spike]()
    for (scope, use_case), mine in groupby(outlays, key=lambda one: (one.scope, one.use_case)):
        days = {one.day: one.cost for one in mine}
        if max(days.get(today, 0), days.get(today - DAY, 0)) < LEAST:  # most are: they need not be compared
            continue
        if rise := begun(days, today, told.get((scope, use_case))):
            began, day = rise
            found.append(spike(scope, use_case, began=began, day=day, at=now))
    return found


def _tell(unit: UnitOfWork, found: Sequence[Spike], now: datetime) -> None:
    follow(unit, now, [Effect(Do.SHOW_SPIKE, one.key) for one in found if unit.spikes.add(one)])


def diagnose(unit: UnitOfWork, policy: Policy, key: str, now: datetime) -> Diagnosis | None:
    """What a rise looks like now; None when there is none of that key, or it was corrected away."""
    rise = unit.spikes.get(key)
    if rise is None:
        return None
    slices = unit.meter.slices(rise.day - REACH, rise.day, rise.scope)
    used = _by_day(one for one in slices if (one.series.scope, one.series.use_case) == (rise.scope, rise.use_case))
    costs = {day: sum(sums.cost for sums in models.values()) for day, models in used.items()}
    normal = usual(costs, rise.day)
    if normal is None or verdict(costs, rise.day) is not Verdict.HIGH:
        return None
    there = used[rise.day]
    model = max(sorted(there), key=lambda name: there[name].cost)
    usual_days = [_sum(used[day]) for day in normal.days if 0 < costs.get(day, 0) <= ODD * normal.amount]
    return Diagnosis(
        spike=rise,
        at=now,
        today=local_day(now, policy.organization.zone) == rise.day,
        spent=costs[rise.day],
        usual=normal,
        model=model,
        share=there[model].cost,
        likely=likely(_sum(there), usual_days),
        quota=policy.nearest(rise.scope),
    )


def _by_day(slices: Iterable[Slice]) -> dict[date, dict[str, Sums]]:
    """What each model used on each day."""
    used: dict[date, dict[str, Sums]] = {}
    for day, series, sums in slices:
        models = used.setdefault(day, {})
        models[series.model] = models.get(series.model, NOTHING).plus(sums)
    return used


def _sum(models: Mapping[str, Sums]) -> Sums:
    whole = NOTHING
    for sums in models.values():
        whole = whole.plus(sums)
    return whole

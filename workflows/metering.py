"""Metering: usage comes in once, adds up, and tells when it reaches a threshold; and what a quota stands at.

A batch is one transaction: its events, the counters, the crossings and what must be told are kept together or not at all.
Late events count in the period they belong to but warn of nothing: nobody is warned of a month that is over. Where a week was
reported already, what was told of it is amended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from workflows import denials, forecast, overrides
from workflows.amending import look_again
from workflows.approvals import Books, Grants
from workflows.effects import Do, Effect
from workflows.forecast import Day, Outlook
from workflows.keeping import attempt
from workflows.money import usd
from workflows.policy import Policy
from workflows.ports import Stale, Unavailable, UnitOfWork, Units
from workflows.pricing import Price, PriceOf, price_all
from workflows.quotas import RANK, Quota, Standing, crossings, notice
from workflows.spend import Costed, Counter, Ended, Group, Tally, Usage, grouped, tally
from workflows.telling import heard
from workflows.times import INSTANT, Window, day_at, local_day

HISTORY = timedelta(days=forecast.LONGEST)
MOST = usd(1_000_000)  # an event; more is a wrong unit, and a few thousand of those would not fit a counter
NEAR = timedelta(minutes=10)  # between two that tell of one call: they are made by the same call, a moment apart
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch: events that count from now on, and events that were counted before.

    `new` are the keys of those that count, `counters` what their quotas stand at since; `told` says that somebody is to be told
    something. `absurd` are events that were refused, by key, with their nano-dollars: tokens times price came to more than any
    call costs.
    """

    accepted: int
    duplicates: int
    new: frozenset[bytes] = frozenset()
    absurd: Mapping[bytes, int] = field(default_factory=dict)
    counters: tuple[Counter, ...] = field(default=(), compare=False)
    told: bool = field(default=False, compare=False)


def record(usages: Sequence[Usage], *, policy: Policy, prices: Mapping[str, Price], units: Units, now: datetime) -> Recorded:
    """Counts every usage that was not counted before. Raises Unavailable when the store is too busy to say."""

    def batched(what: Sequence[Usage]) -> _Batch:
        return _batch(price_all(what, pricing(policy, prices), policy.fallback_price))

    ready = None if any(usage.via is not None for usage in usages) else batched(usages)
    if ready and not ready.sound:
        return Recorded(0, 0, absurd=ready.absurd)

    def once(unit: UnitOfWork) -> Recorded:
        batch = ready or batched(heard(usages, unit, now.date()))
        new = _unseen([costed[0] for costed in batch.sound.values()], unit)
        counted = [costed for key, costed in batch.sound.items() if key in new]
        counters, told = _count(counted, unit, policy, now=now) if counted else ((), False)
        return Recorded(len(new), len(usages) - batch.refused - len(new), new, batch.absurd, counters, told)

    try:
        return attempt(units, once)
    except Stale as stale:
        raise Unavailable("other writers were first each time; nothing of this batch was kept") from stale


class _Batch(NamedTuple):
    """What counts if it is new, by key; and what those come to that cost more than any call does."""

    sound: dict[bytes, Costed]
    absurd: Mapping[bytes, int]
    refused: int


def _batch(priced: Sequence[Costed]) -> _Batch:
    sound = [costed for costed in priced if costed.cost <= MOST]
    refused = len(priced) - len(sound)
    absurd = {costed.usage.key: costed.cost for costed in priced if costed.cost > MOST} if refused else {}
    batch = {costed[0].key: costed for costed in sound}
    if len(batch) < len(sound):  # of those that are one event, the first, where it stands
        batch = _first(sound)
    return _Batch(batch, absurd, refused)


def _first(events: Sequence[Costed]) -> dict[bytes, Costed]:
    firsts: dict[bytes, Costed] = {}
    for costed in events:
        firsts.setdefault(costed.usage.key, costed)
    return firsts


def _unseen(usages: Sequence[Usage], unit: UnitOfWork) -> frozenset[bytes]:
    """The keys that were not seen; marks them.

    An event without a time gets the day on which it was received; its retry may come after midnight. So it is also looked up,
    and marked, on the day before.
    """
    fresh = unit.meter.fresh([(usage.at.date(), usage.key) for usage in usages])
    before = [(usage.at.date() - ONE_DAY, usage.key) for usage in usages if not usage.timed]
    if before:
        fresh -= {key for _, key in before} - unit.meter.fresh(before)
    alike = [usage for usage in usages if usage.via is not None and usage.via.also and usage.key in fresh]
    return frozenset(fresh - _again(alike, unit) if alike else fresh)


def _again(usages: Sequence[Usage], unit: UnitOfWork) -> set[bytes]:
    """The keys of those that tell of a call that another one told of; marks the calls.

    Two that tell of one call may stand on two sides of midnight, so what is close to it is also marked on the other side.
    """
    calls = [(usage, usage.via.also) for usage in usages if usage.via is not None]
    days = [{(usage.at + span).date() for span in (-NEAR, NEAR)} for usage, _ in calls]
    first = unit.meter.fresh([(min(day), also) for day, (_, also) in zip(days, calls, strict=True)])
    second = [(max(day), also) for day, (_, also) in zip(days, calls, strict=True) if len(day) > 1]
    if second:
        first -= {also for _, also in second} - unit.meter.fresh(second)
    again: set[bytes] = set()
    for usage, also in calls:
        if also in first:
            first.remove(also)
        else:
            again.add(usage.key)
    return again


def _count(batch: Sequence[Costed], unit: UnitOfWork, policy: Policy, *, now: datetime) -> tuple[tuple[Counter, ...], bool]:
    """Books new events; what the counters stand at since, and whether somebody is to be told."""
    org = policy.organization
    groups = grouped(batch, org.zone)
    added = tally(groups, policy.by_scope, org.zone, org.fiscal_start)
    counters, told = add(unit, policy, added, now)
    after = {(counter.quota, counter.window): counter.spent for counter in counters}
    before = {key: spent - added.counters[key] for key, spent in after.items()}
    grants = Grants(lambda quota, window: base_of(unit, policy, quota, window), unit.overrides.during)
    books = Books(policy.by_scope, policy.window, grants, before=before, after=after)
    unit.meter.append(books.book(groups, batch))
    return counters, _deny(groups, unit, policy, now=now) or told


def add(unit: UnitOfWork, policy: Policy, added: Tally, now: datetime) -> tuple[tuple[Counter, ...], bool]:
    """Adds to the counters; what they stand at since, and whether somebody is to be told.

    Digests that told of a week that is over are looked at again.
    """
    counters = tuple(unit.meter.add(added))
    before = (counter.spent - added.counters[counter.quota, counter.window] for counter in counters)
    told = [_follow(unit, policy, counter, stood, now=now) for counter, stood in zip(counters, before, strict=True)]
    look_again(unit, policy, added.days, now)
    return counters, any(told)


def _deny(groups: Iterable[Group], unit: UnitOfWork, policy: Policy, *, now: datetime) -> bool:
    """Keeps who was stopped for want of budget, and has them told; whether there is somebody."""
    refused = [event.usage for group in groups if group.sort.ended == Ended.REFUSED for event in group.events]
    new = [denied for denied in denials.once(refused, policy, now) if unit.denials.add(denied)]
    for denied in new:
        if denied.denial.who:
            unit.outbox.put(Effect(Do.SHOW_DENIAL, denied.key), now)
        else:
            unit.denials.miss(denied.key)
    return bool(new)


def pricing(policy: Policy, prices: Mapping[str, Price]) -> PriceOf:
    """Prices by the name that a model is sold under: what was negotiated, else the list price."""

    def price_of(provider: str, model: str) -> Price | None:
        names = (f"{provider}/{model}", model) if provider else (model,)
        found = (table.get(name) for table in (policy.prices, prices) for name in names)
        return next((price for price in found if price is not None), None)

    return price_of


def _follow(unit: UnitOfWork, policy: Policy, counter: Counter, before: int, *, now: datetime) -> bool:
    """What follows from a counter that grew, and whether anything does."""
    return (tell if now < counter.window.end else _carry)(unit, policy, counter, before, now=now)


def tell(unit: UnitOfWork, policy: Policy, counter: Counter, before: int, *, now: datetime) -> bool:
    """Keeps every threshold that was reached as told, and has the most severe one shown; whether there is one."""
    quota, after = policy.by_key[counter.quota], counter.spent
    least = limit_of(unit, quota)
    if after < quota.thresholds.marks(least, least - quota.limit)[0].mark:  # more only raises the marks: most need not read it
        return False
    limit = base_of(unit, policy, quota, counter.window) + overrides.extra(unit.overrides.current(quota.key), now)
    shown = ""
    for crossing in reversed(crossings(before, after, limit, quota.thresholds, added=limit - quota.limit)):
        told = notice(quota, counter.window, crossing, spent=after, at=now)
        if unit.meter.tell(told, shown=not shown):
            shown = shown or told.key
    if shown:
        unit.outbox.put(Effect(Do.SHOW_WARNING, shown), now)
    return bool(shown)


def _carry(unit: UnitOfWork, policy: Policy, late: Counter, before: int, *, now: datetime) -> bool:
    """Late usage may leave less to the window that is open: its limit falls, and what was spent there may be past a level now."""
    quota = policy.by_key[late.quota]
    window = policy.window(quota, now)
    lost = quota.carries(before) - quota.carries(late.spent)
    if not lost or window.start != late.window.end:
        return False
    unit.outbox.put(Effect(Do.SYNC_LIMIT, quota.key), now)
    stands = standing(unit, policy, quota, now)
    if RANK[stands.level] > RANK[replace(stands, base=stands.base + lost).level]:
        tell(unit, policy, Counter(quota.key, window, stands.spent, 0), 0, now=now)
    return True


def base_of(unit: UnitOfWork, policy: Policy, quota: Quota, window: Window) -> int:
    """A quota's limit in one of its windows before overrides: its own, and what the window before left. Derived, never stored.

    A quota that is first metered in this window gets nothing: a new one must not begin with a double month.
    """
    return limit_of(unit, quota) + carried_into(unit, policy, quota, window)


def limit_of(unit: UnitOfWork, quota: Quota) -> int:
    """What counts as a quota's limit by itself: app.yaml's, or what somebody set in its store, where that was adopted."""
    holding = unit.holdings.get(quota.key) if quota.place else None
    return holding.base(quota.limit) if holding else quota.limit


def carried_into(unit: UnitOfWork, policy: Policy, quota: Quota, window: Window) -> int:
    """What a window has beside that, because the one before left it."""
    if not quota.rollover:
        return 0
    before = policy.window(quota, window.start - INSTANT)
    return carried(quota, window, unit.meter.since(quota.key), unit.meter.spent(quota.key, before))


def carried(quota: Quota, window: Window, since: datetime | None, before: int) -> int:
    """What is carried over into a window of a quota that is metered since a moment, when so much was spent in the one before."""
    return quota.carries(before) if since is not None and since < window.start else 0


def standing(unit: UnitOfWork, policy: Policy, quota: Quota, now: datetime) -> Standing:
    """What is true of a quota now: spent, base, and what overrides add."""
    window = policy.window(quota, now)
    extra = overrides.extra(unit.overrides.current(quota.key), now)
    return Standing(quota, window, now, unit.meter.spent(quota.key, window), base_of(unit, policy, quota, window), extra)


def standings(unit: UnitOfWork, policy: Policy, now: datetime) -> tuple[Standing, ...]:
    """Every quota's standing, in the order of app.yaml."""
    return tuple(standing(unit, policy, quota, now) for quota in policy.quotas)


def outlook(unit: UnitOfWork, policy: Policy, quota: Quota, now: datetime, *, extra: int = 0, ranged: bool = False) -> Outlook:
    """A quota's standing and where it leads; `extra` is an amount to look at it with, on top of what it has.

    `ranged` also says how surely, where there is history enough.
    """
    at = standing(unit, policy, quota, now)
    return lead(unit, policy, replace(at, extra=at.extra + extra), now, ranged=ranged)


def lead(unit: UnitOfWork, policy: Policy, at: Standing, now: datetime, *, ranged: bool = False) -> Outlook:
    """Where a standing leads, by what is known now."""
    zone = policy.organization.zone
    return forecast.outlook(at, _history(unit, at.quota, zone, now), ahead(zone, at.at, at.window.end), ranged=ranged)


def _history(unit: UnitOfWork, quota: Quota, zone: str, now: datetime) -> list[Day]:
    """The complete local days since the first on which something counted; days between without any count as 0."""
    today = day_at(zone, now).start
    spent = unit.meter.days(quota.key, local_day(now - HISTORY, zone), local_day(today - INSTANT, zone))
    if not spent:
        return []
    day, days = day_at(zone, today - INSTANT), list[Day]()
    while (on := local_day(day.start, zone)) >= min(spent):
        days.append(Day(day.start, day.end, spent.get(on, 0), zone))
        day = day_at(zone, day.start - INSTANT)
    return days[::-1]


def ahead(zone: str, now: datetime, end: datetime) -> list[Day]:
    """The local days from today to the end of a window."""
    day, days = day_at(zone, now), list[Day]()
    while day.start < end:
        days.append(Day(day.start, day.end, 0, zone))
        day = day_at(zone, day.end)
    return days

"""Metering: usage comes in once, adds up, and tells when it reaches a threshold; and what a quota stands at.

A batch is one transaction: its events, the counters, the crossings and what must be told are kept together or not at all.
Late events count in the period they belong to but warn of nothing: nobody is warned of a month that is over. Where a week was
reported already, what was told of it is amended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from workflows import denials, overrides
from workflows.amending import look_again
from workflows.approvals import Books, Grants
from workflows.effects import Do, Effect
from workflows.keeping import attempt
from workflows.money import usd
from workflows.policy import Policy
from workflows.ports import Stale, Unavailable, UnitOfWork, Units
from workflows.quotas import RANK, Day, Quota, Standing, crossings, empty_at, notice, pace
from workflows.spend import Costed, Counter, Ended, Group, Price, PriceOf, Tally, Usage, grouped, price_all, tally
from workflows.times import Window, day_at, local_day

HISTORY = timedelta(days=28)  # twice what `pace` looks at, so that a quiet fortnight is not taken for no history
MOST = usd(1_000_000)  # an event; more is a wrong unit, and a few thousand of those would not fit a counter
INSTANT = timedelta(microseconds=1)
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
    priced = price_all(usages, pricing(policy, prices), policy.fallback_price)
    sound = [costed for costed in priced if costed.cost <= MOST]
    absurd = {costed.usage.key: costed.cost for costed in priced if costed.cost > MOST} if len(sound) < len(priced) else {}
    batch = {costed[0].key: costed for costed in sound}
    if len(batch) < len(sound):  # of those that are one event, the first, where it stands
        batch = _first(sound)
    if not batch:
        return Recorded(0, 0, absurd=absurd)

    def once(unit: UnitOfWork) -> Recorded:
        new = _unseen([costed[0] for costed in batch.values()], unit)
        counted = [costed for key, costed in batch.items() if key in new]
        counters, told = _count(counted, unit, policy, now=now) if counted else ((), False)
        return Recorded(len(new), len(sound) - len(new), new, absurd, counters, told)

    try:
        return attempt(units, once)
    except Stale as stale:
        raise Unavailable("other writers were first each time; nothing of this batch was kept") from stale


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
    return frozenset(fresh)


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
    if after < quota.thresholds.marks(quota.limit)[0].mark:  # more limit only raises the marks: most batches need not read it
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
    """A quota's limit in one of its windows before overrides: app.yaml's, and what the window before left. Derived, never stored.

    A quota that is first metered in this window gets nothing: a new one must not begin with a double month.
    """
    if not quota.rollover:
        return quota.limit
    before = policy.window(quota, window.start - INSTANT)
    return quota.limit + carried(quota, window, unit.meter.since(quota.key), unit.meter.spent(quota.key, before))


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


@dataclass(frozen=True, slots=True)
class Outlook:
    """A standing and where it leads. `paced` says that there is enough history to say so.

    `empties` is when the limit is reached at this pace; None when not before the reset, or when nothing can be said.
    """

    standing: Standing
    paced: bool
    empties: datetime | None = None


def outlook(unit: UnitOfWork, policy: Policy, quota: Quota, now: datetime, *, extra: int = 0) -> Outlook:
    """A quota's standing and when it will be empty; `extra` is an amount to look at it with, on top of what it has."""
    at = standing(unit, policy, quota, now)
    if extra:
        at = replace(at, extra=at.extra + extra)
    zone = policy.organization.zone
    rate = pace(_history(unit, quota, zone, now), now)
    return Outlook(at, rate is not None, empty_at(at, rate, _ahead(zone, now, at.window.end)))


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


def _ahead(zone: str, now: datetime, end: datetime) -> list[Day]:
    """The local days from today to the end of a window."""
    day, days = day_at(zone, now), list[Day]()
    while day.start < end:
        days.append(Day(day.start, day.end, 0, zone))
        day = day_at(zone, day.end)
    return days

"""Enforcing: makes the quota store's limit equal base + overrides, reads it back, and only then says so.

Safe to run at any time, any number of times, from any process. The store is called outside any transaction: what is about to be
written is noted before, what was confirmed is committed after it was read.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from workflows import holdings, switch
from workflows.beginning import close, confirm, ends
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.holdings import Holding, Sight
from workflows.keeping import SYSTEM, Act, Kit, attempt, follow, note
from workflows.limits import Lift, Wanted
from workflows.metering import base_of
from workflows.money import Unit, show
from workflows.overrides import Override
from workflows.policy import Policy
from workflows.ports import Rejected, Unavailable, UnitOfWork, Units
from workflows.quotas import Quota, retired

RECONCILED = "all"


def sync(kit: Kit, key: str) -> None:
    """Brings one quota's limit up to date; Unavailable when the store does not enforce it (yet), Rejected when it refuses."""
    with kit.reads() as unit:
        holding, overrides = unit.holdings.get(key), unit.overrides.current(key)
    quota = kit.policy.quota(key)
    if quota is None and holding is not None and holding.place is not None:
        # app.yaml no longer has it, and the gateway enforces it all the same: what was raised there must still be lowered.
        unit_of = overrides[0].unit if overrides else Unit.USD
        quota = replace(retired(key, unit_of), limit=holding.declared, place=holding.place)
    if quota is None:
        # Nothing enforces it; its overrides still end, and people are told.
        attempt(kit.units, lambda unit: close(kit, unit, key))
        return
    if holding is not None and holding.place != quota.place:
        _leave(kit, quota, holding)
    _sync(kit, quota)


def _leave(kit: Kit, quota: Quota, holding: Holding) -> None:
    """It is enforced elsewhere from now on: nothing of ours stays behind."""
    before = replace(quota, place=holding.place)
    left = holdings.left(holding, kit.limits.read(before).limit)
    if left is not None:
        kit.limits.write(before, Wanted(left))
        found = kit.limits.read(before).limit
        if found != kit.limits.traits(before).whole(left):
            held, due = _shown(quota, found), _shown(quota, left)
            raise Unavailable(f"{before.place}: holds {held}; the limit of {quota.key} is to be {due} there before it moves")
    attempt(kit.units, lambda unit: unit.holdings.save(holdings.fresh(quota, holding.version + 1)))


def _sync(kit: Kit, quota: Quota) -> None:
    sight = _seen(kit, quota)
    found = holdings.edit(sight)
    if found is not None:
        attempt(kit.units, lambda unit: _notice(kit, unit, sight, quota))
        sight = _seen(kit, quota)
    _refuse_unlimited(sight, quota)
    if not sight.whole:
        attempt(kit.units, lambda unit: _strangers(kit, unit, sight, quota))
        sight = _write(kit, quota, sight)
    attempt(kit.units, lambda unit: _confirm(kit, unit, quota, sight))


def _seen(kit: Kit, quota: Quota) -> Sight:
    """The limit as it is and as it should be. What is read first can only be older than what is known of it."""
    reading, now = kit.limits.read(quota), kit.clock.now()
    with kit.reads() as unit:
        base = base_of(unit, kit.policy, quota, kit.policy.window(quota, now))
        wanted = Wanted(base, tuple(Lift(o.id, o.amount, ends(kit.policy, quota, o, now)) for o in due(unit, quota, now)))
        known = [o for o in map(unit.overrides.get, sorted(reading.names or ())) if o]
        named = None if reading.names is None else sum(override.amount for override in known)
        return Sight(quota.limit, wanted, reading, kit.limits.traits(quota), unit.holdings.get(quota.key), named)


def due(unit: UnitOfWork, quota: Quota, now: datetime) -> list[Override]:
    """The overrides that the store should enforce now. While new ones are paused, none that it did not confirm before."""
    paused = switch.paused(unit)
    return [o for o in unit.overrides.current(quota.key) if o.wanted(now) and not (paused and o.starts is None)]


def _notice(kit: Kit, unit: UnitOfWork, sight: Sight, quota: Quota) -> None:
    """Keeps what somebody did to the limit, and has operators told: once, since whoever looks next finds it kept."""
    now, found = kit.clock.now(), holdings.edit(sight)
    if found is None or unit.holdings.get(quota.key) != sight.ledgered:
        return
    rule = kit.policy.edits(quota)
    unit.holdings.save(holdings.noticed(sight, quota, found, rule, now=now))
    if quota.place is None and sight.ledgered is None:
        return  # a limit that was never written here yet
    chain = f"limit:{quota.key}"
    said = {"wrote": found.wrote, "added": found.added, "found": found.found, "base": found.base, "edits": rule.value}
    said |= {"first": True} if sight.first else {}
    note(unit, chain, Act(SYSTEM, "found another limit", now), said)
    _told(unit, chain, quota, now)


def _strangers(kit: Kit, unit: UnitOfWork, sight: Sight, quota: Quota) -> None:
    """Has operators told of overrides that the store names and the ledger has not: once of each set of them."""
    names = sight.reading.names or frozenset()
    unknown = sorted(name for name in names if (found := unit.overrides.get(name)) is None or found.quota != quota.key)
    chain, now = f"limit:{quota.key}", kit.clock.now()
    told = (entry.after["unknown"] for entry in reversed(unit.record.chain(chain)) if "unknown" in entry.after)
    if not unknown or unknown == next(told, None):
        return
    note(unit, chain, Act(SYSTEM, "found unknown overrides", now), {"unknown": unknown, "limit": sight.reading.limit})
    _told(unit, chain, quota, now)


def _told(unit: UnitOfWork, chain: str, quota: Quota, now: datetime) -> None:
    """Operators hear of the last entry of the chain of a limit."""
    last = unit.record.last(chain)
    follow(unit, now, [Effect(Do.TELL_EDIT, f"{quota.key}|{last.seq if last else 1}")])


def _refuse_unlimited(sight: Sight, quota: Quota) -> None:
    if sight.reading.limit is None and sight.ledgered is not None and sight.ledgered.unlimited:
        raise Rejected(f"{quota.place}: there is no limit in {sight.traits.title}, so no override can add to one; set one there")


def _write(kit: Kit, quota: Quota, sight: Sight) -> Sight:
    """Writes what is wanted and reads it back: what is enforced then."""
    attempt(kit.units, lambda unit: _intend(unit, sight, quota))
    kit.limits.write(quota, sight.wanted)
    reading = kit.limits.read(quota)
    if reading.limit != sight.due:
        held, due = _shown(quota, reading.limit), _shown(quota, sight.due)
        raise Unavailable(f"{sight.traits.title}: {held} where {due} was written for {quota.key}")
    after = replace(sight, reading=reading)
    if not after.whole:  # the right limit by chance, of overrides that are over: the next edit would be misread
        raise Unavailable(f"{sight.traits.title}: {quota.key} names other overrides than were written")
    return after


def _shown(quota: Quota, limit: int | None) -> str:
    return "no limit" if limit is None else show(limit, quota.unit)


def _intend(unit: UnitOfWork, sight: Sight, quota: Quota) -> None:
    unit.holdings.save(holdings.writing(replace(sight, ledgered=unit.holdings.get(quota.key)), quota))


def _confirm(kit: Kit, unit: UnitOfWork, quota: Quota, sight: Sight) -> None:
    """Notes what the store was read to enforce. One that ended meanwhile is left to its alarm."""
    now = kit.clock.now()
    before = unit.holdings.get(quota.key)
    after = holdings.confirmed(sight, before, quota)
    if after != before:
        unit.holdings.save(after)
    ids = frozenset(sight.wanted.ids)
    if {o.id for o in due(unit, quota, now)} != ids:
        follow(unit, now, [Effect(Do.SYNC_LIMIT, quota.key)])  # something began or ended while the store was written
    confirm(kit, unit, quota, ids)


def sync_all(kit: Kit) -> None:
    """Queues every quota: at start, so that a changed app.yaml and whatever was missed reach the store."""

    now = kit.clock.now()
    resets = [_reset(kit.policy, quota, now) for quota in kit.policy.quotas if quota.rollover]
    again = Alarm(Wake.RECONCILE, RECONCILED, now + kit.policy.timing.reconcile_every)
    queue(kit.units, [quota.key for quota in kit.policy.quotas], now, [*resets, again])


def reconcile(kit: Kit, unit: UnitOfWork, now: datetime) -> None:
    """The alarm rang: the limits that others can change too, and those with overrides, are compared with their stores."""
    placed = {quota.key for quota in kit.policy.quotas if quota.place}
    keys = sorted(placed | {override.quota for override in unit.overrides.unended()})
    again = Alarm(Wake.RECONCILE, RECONCILED, now + kit.policy.timing.reconcile_every)
    follow(unit, now, [Effect(Do.SYNC_LIMIT, key) for key in keys], [again])


def queue(units: Units, keys: Iterable[str], now: datetime, resets: Iterable[Alarm] = ()) -> None:
    """Queues quotas whose limits may need a look, now and at their resets."""
    effects, alarms = [Effect(Do.SYNC_LIMIT, key) for key in keys], list(resets)
    attempt(units, lambda unit: follow(unit, now, effects, alarms))


def begin_anew(kit: Kit, unit: UnitOfWork, key: str, now: datetime) -> None:
    """The alarm rang: a window began. The limit is another one where something was carried over, and so is what cards tell."""
    quota = kit.policy.quota(key)
    if quota is None:
        return
    waiting = unit.requests.pending(key)
    follow(unit, now, [Effect(Do.SHOW_REQUEST, request.id) for request in waiting])
    if quota.rollover:
        follow(unit, now, [Effect(Do.SYNC_LIMIT, key)])
    if quota.rollover or waiting:
        follow(unit, now, [], [_reset(kit.policy, quota, now)])


def _reset(policy: Policy, quota: Quota, now: datetime) -> Alarm:
    return Alarm(Wake.RESET, quota.key, policy.window(quota, now).end)

"""Enforcing: makes the quota store's limit equal base + overrides, reads it back, and only then says so.

Safe to run at any time, any number of times, from any process. The store is called outside any transaction; what it confirmed is
committed after it was read.
"""

from collections.abc import Iterable
from datetime import datetime

from workflows.effects import Alarm, Do, Effect, News, Wake
from workflows.keeping import SYSTEM, Act, Kit, attempt, follow, keep_override, news_of
from workflows.limits import Lift, Wanted
from workflows.metering import base_of
from workflows.overrides import Event, Gone, Override, Reason, Status, Verified, decide, target, undone
from workflows.policy import Policy
from workflows.ports import Unavailable, UnitOfWork, Units
from workflows.quotas import Quota
from workflows.refusals import Refused


def sync(kit: Kit, key: str) -> None:
    """Brings one quota's limit up to date; Unavailable when the store does not enforce it (yet)."""
    quota = kit.policy.quota(key)
    if quota is None:
        # app.yaml no longer has it, so nothing enforces it; its overrides still end, and people are told.
        attempt(kit.units, lambda unit: _close(unit, key, kit.clock.now()))
        return
    now = kit.clock.now()
    with kit.reads() as unit:
        overrides = unit.overrides.current(key)
        base = base_of(unit, kit.policy, quota, kit.policy.window(quota, now))
    wanted = [o for o in overrides if o.wanted(now)]
    limit = target(base, wanted, now)
    if kit.limits.read(quota).limit != limit:
        kit.limits.write(quota, Wanted(base, tuple(Lift(o.id, o.amount, o.ends) for o in wanted)))
        found = kit.limits.read(quota).limit
        if found != limit:
            raise Unavailable(f"{key}: the store holds {found} where {limit} was written")
    confirmed = frozenset(o.id for o in wanted)
    attempt(kit.units, lambda unit: _confirm(kit, unit, quota, confirmed))


def sync_all(kit: Kit) -> None:
    """Queues every quota: at start, so that a changed app.yaml and whatever was missed reach the store."""

    now = kit.clock.now()
    resets = [_reset(kit.policy, quota, now) for quota in kit.policy.quotas if quota.rollover]
    queue(kit.units, [quota.key for quota in kit.policy.quotas], now, resets)


def queue(units: Units, keys: Iterable[str], now: datetime, resets: Iterable[Alarm] = ()) -> None:
    """Queues quotas whose limits may need a look, now and at their resets."""
    effects, alarms = [Effect(Do.SYNC_LIMIT, key) for key in keys], list(resets)
    attempt(units, lambda unit: follow(unit, now, effects, alarms))


def begin_anew(kit: Kit, unit: UnitOfWork, key: str, now: datetime) -> None:
    """The alarm rang: a window began in which the limit is another one, because of what was carried over."""
    quota = kit.policy.quota(key)
    if quota is not None and quota.rollover:
        follow(unit, now, [Effect(Do.SYNC_LIMIT, key)], [_reset(kit.policy, quota, now)])


def _reset(policy: Policy, quota: Quota, now: datetime) -> Alarm:
    return Alarm(Wake.RESET, quota.key, policy.window(quota, now).end)


def _confirm(kit: Kit, unit: UnitOfWork, quota: Quota, confirmed: frozenset[str]) -> None:
    """Notes what the store was read to enforce. One that ended meanwhile is left to its alarm."""
    now = kit.clock.now()
    overrides = unit.overrides.current(quota.key)
    if {o.id for o in overrides if o.wanted(now)} != confirmed:
        follow(unit, now, [Effect(Do.SYNC_LIMIT, quota.key)])  # something began or ended while the store was written
    for override in overrides:
        status = override.status(now)
        if override.id in confirmed and status is Status.ACTIVATING:
            _begin(unit, override, Verified(kit.policy.window(quota, now).end), now)
        elif override.id not in confirmed and status is Status.ENDING:
            _gone(unit, override, now)


def _close(unit: UnitOfWork, key: str, now: datetime) -> None:
    for override in unit.overrides.current(key):
        if override.status(now) is Status.ENDING:
            _gone(unit, override, now)


def _begin(unit: UnitOfWork, override: Override, event: Verified, now: datetime) -> None:
    begun = _keep(unit, override, event, now)
    if begun is None or begun.ends is None:
        return
    unit.agenda.drop(Alarm(Wake.ACTIVATION, begun.id, begun.activate_by))
    follow(unit, now, [Effect(Do.SHOW_REQUEST, begun.request)], [Alarm(Wake.END, begun.id, begun.ends)])
    tell_begun(unit, begun, now)


def tell_begun(unit: UnitOfWork, override: Override, now: datetime) -> None:
    """A request for several quotas is told to be active when none of its parts is waited for any more."""
    parts = [part for part in unit.overrides.every(override.request) if part.granted == override.granted]
    active = [part for part in parts if part.status(now) is Status.ACTIVE]
    if active and not any(part.status(now) is Status.ACTIVATING for part in parts):
        follow(unit, now, [Effect(Do.TELL_THREAD, news_of(active[0], News.ACTIVE))])


def _gone(unit: UnitOfWork, override: Override, now: datetime) -> None:
    gone = _keep(unit, override, Gone(), now)
    if gone is None:
        return
    effects = [Effect(Do.SHOW_REQUEST, gone.request)]
    request = unit.requests.get(gone.request)
    if gone.reason() is not Reason.UNAPPLIED:
        effects.append(Effect(Do.TELL_THREAD, news_of(gone, News.ENDED)))
        # What came of a broken glass its review says; of several quotas it is asked once; what came of some minutes, never.
        glass = request is not None and request.glass is not None
        if not glass and _is_first(unit, gone) and not (request and undone(gone, request)):
            effects.append(Effect(Do.SHOW_CHECKIN, gone.id))
    follow(unit, now, effects)


def _is_first(unit: UnitOfWork, override: Override) -> bool:
    """Whether it is the one that the request is about: what came of it is asked once, whatever was needed beside it."""
    request = unit.requests.get(override.request)
    return request is None or request.case.quota == override.quota


def _keep(unit: UnitOfWork, override: Override, event: Event, now: datetime) -> Override | None:
    after = decide(override, event, now=now)
    if isinstance(after, Refused):
        return None
    keep_override(unit, after, Act(SYSTEM, type(event).__name__.lower(), now))
    return after

"""Beginning and ending: what was read back from a quota store becomes facts of overrides, and people are told of them."""

from datetime import datetime

from workflows.effects import Alarm, Do, Effect, News, Wake
from workflows.granting import stepped
from workflows.keeping import SYSTEM, Act, Kit, follow, keep_override, news_of
from workflows.overrides import Event, Gone, Override, Reason, Status, Stop, Verified, decide, undone
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota
from workflows.refusals import Refused

SILENT = (Reason.UNAPPLIED, Reason.SUPERSEDED, Reason.LAPSED)  # of what never began; the card says so, or something else does


def confirm(kit: Kit, unit: UnitOfWork, quota: Quota, enforced: frozenset[str]) -> None:
    """The store was read to enforce these overrides and no others."""
    now, current = kit.clock.now(), unit.overrides.current(quota.key)
    for override in current:
        status = override.status(now)
        if status is Status.ACTIVATING and override.id in enforced:
            _begin(kit, unit, quota, override)
        elif status is Status.SCHEDULED and override.starts is None:
            if _carried(override, current, enforced, now):
                _begin(kit, unit, quota, override)
        elif status is Status.ENDING and override.id not in enforced:
            _gone(kit, unit, override, now)


def _carried(override: Override, others: list[Override], enforced: frozenset[str], now: datetime) -> bool:
    """Whether the store need not change for it to begin, because what it carries on is enforced until then."""
    return any(override.carries_on(before, now) for before in others if before.id in enforced)


def close(kit: Kit, unit: UnitOfWork, key: str) -> None:
    """The quota is in app.yaml no more: nothing enforces it, so what is over is gone."""
    now = kit.clock.now()
    for override in unit.overrides.current(key):
        if override.status(now) is Status.ENDING:
            _gone(kit, unit, override, now)


def begin_by(kit: Kit, unit: UnitOfWork, override: Override, now: datetime) -> None:
    """It was granted or released: the store is to follow, when it is due."""
    if override.held:
        return
    due, timing = max(now, override.term.since or now), kit.policy.timing
    if due > now:
        follow(unit, now, [], [Alarm(Wake.BEGIN, override.id, due)])
    follow(unit, now, [Effect(Do.SYNC_LIMIT, override.quota)], [Alarm(Wake.ACTIVATION, override.id, override.activate_by)])
    watch(unit, override.id, due + timing.stuck_after)


def supersede(kit: Kit, unit: UnitOfWork, override: Override, now: datetime) -> None:
    """What would have followed the override that this one carries on does not."""
    before = unit.overrides.get(override.follows)
    for other in unit.overrides.current(override.quota):
        if before and other.id != override.id and (other.follows, other.request) == (before.id, before.request):
            stop(kit, unit, other, Reason.SUPERSEDED, act=Act(SYSTEM, "superseded", now))


def watch(unit: UnitOfWork, override: str, at: datetime) -> None:
    """Operators are told when the store did not follow by then."""
    unit.agenda.drop(Alarm(Wake.STUCK, override, at))
    follow(unit, at, [], [Alarm(Wake.STUCK, override, at)])


def stop(kit: Kit, unit: UnitOfWork, override: Override, reason: Reason, *, act: Act) -> Override | Refused:
    """Ends an override before its end, and what was to follow it: the store and the cards are brought up to date."""
    stopped = decide(override, Stop(reason), now=act.at)
    if isinstance(stopped, Refused):
        return stopped
    keep_override(unit, stopped, act)
    for wake, at in ((Wake.ACTIVATION, override.activate_by), (Wake.BEGIN, act.at), (Wake.END, act.at)):
        unit.agenda.drop(Alarm(wake, override.id, at))
    watch(unit, override.id, act.at + kit.policy.timing.stuck_after)
    follow(unit, act.at, [Effect(Do.SYNC_LIMIT, override.quota), Effect(Do.SHOW_REQUEST, override.request)])
    for after in unit.overrides.current(override.quota):
        if after.follows == override.id and after.status(act.at) in (Status.HELD, Status.SCHEDULED):
            stop(kit, unit, after, reason, act=act)
    return stopped


def _begin(kit: Kit, unit: UnitOfWork, quota: Quota, override: Override) -> None:
    now = kit.clock.now()
    begun = _keep(unit, override, Verified(first_reset(kit.policy, quota, override, now)), now)
    if begun is None or begun.ends is None or begun.starts is None:
        return
    unit.agenda.drop(Alarm(Wake.ACTIVATION, begun.id, begun.activate_by))
    watch(unit, begun.id, begun.ends + kit.policy.timing.stuck_after)
    follow(unit, now, [Effect(Do.SHOW_REQUEST, begun.request)], [Alarm(Wake.END, begun.id, begun.ends)])
    if now >= override.activate_by - kit.policy.timing.activate_within + kit.policy.timing.stuck_after:
        follow(unit, now, [Effect(Do.SHOW_STUCK, begun.id)])
    _step_down(kit, unit, quota, begun)
    tell_begun(unit, begun, now)


def ends(policy: Policy, quota: Quota, override: Override, now: datetime) -> datetime:
    """When it ends; while its clock does not run yet, when it would if it began now."""
    starts = max(now, override.term.since or now)
    return override.ends or override.term.end(starts, first_reset(policy, quota, override, now))


def first_reset(policy: Policy, quota: Quota, override: Override, now: datetime) -> datetime:
    """The first reset that an override which begins now, or when it was to, does not live through."""
    end = policy.window(quota, max(now, override.term.since or now)).end
    for _ in range(override.term.resets):
        end = policy.window(quota, end).end
    return end


def _step_down(kit: Kit, unit: UnitOfWork, quota: Quota, begun: Override) -> None:
    """Where its end is followed by a while with less, that is an override of its own, which carries it on."""
    if begun.ends is None:
        return
    now = kit.clock.now()
    number = len(unit.overrides.every(begun.request)) + 1
    less = stepped(begun, number=number, reset=kit.policy.window(quota, begun.ends).end, now=now)
    if less is not None:
        keep_override(unit, less, Act(SYSTEM, "granted", now))
        begin_by(kit, unit, less, now)


def tell_begun(unit: UnitOfWork, override: Override, now: datetime) -> None:
    """A request for several quotas is told to be active when none of its parts is waited for any more."""
    parts = [part for part in unit.overrides.every(override.request) if part.granted == override.granted]
    active = [part for part in parts if part.status(now) is Status.ACTIVE]
    if active and not any(part.status(now) is Status.ACTIVATING for part in parts):
        follow(unit, now, [Effect(Do.TELL_THREAD, news_of(active[0], News.ACTIVE))])


def _gone(kit: Kit, unit: UnitOfWork, override: Override, now: datetime) -> None:
    gone = _keep(unit, override, Gone(), now)
    if gone is None:
        return
    over = gone.over_at()
    unit.agenda.drop(Alarm(Wake.STUCK, gone.id, now))
    effects = [Effect(Do.SHOW_REQUEST, gone.request)]
    if over is not None and now >= over + kit.policy.timing.stuck_after:
        effects.append(Effect(Do.SHOW_STUCK, gone.id))
    request = unit.requests.get(gone.request)
    if gone.starts is not None or gone.reason() not in SILENT:
        effects.append(Effect(Do.TELL_THREAD, news_of(gone, News.ENDED)))
        # What came of a broken glass its review says; of several quotas it is asked once; what came of some minutes, never.
        glass = request is not None and request.glass is not None
        if not glass and _is_first(unit, gone) and not (request and undone(gone, request)):
            effects.append(Effect(Do.SHOW_CHECKIN, gone.id))
    follow(unit, now, effects)


def _is_first(unit: UnitOfWork, override: Override) -> bool:
    """Whether it is the one that the request is about: what came of it is asked once, whatever was needed beside it or after."""
    request = unit.requests.get(override.request)
    if request is None or request.case.quota != override.quota:
        return request is None
    like = [o for o in unit.overrides.every(override.request) if (o.quota, o.granted) == (override.quota, override.granted)]
    return like[0].id == override.id and not override.follows.startswith(f"O{override.request.removeprefix('R')}")


def _keep(unit: UnitOfWork, override: Override, event: Event, now: datetime) -> Override | None:
    after = decide(override, event, now=now)
    if isinstance(after, Refused):
        return None
    keep_override(unit, after, Act(SYSTEM, type(event).__name__.lower(), now))
    return after

"""Beginning and ending: what was read back from a quota store becomes facts of overrides, and people are told of them."""

from datetime import datetime

from workflows import coming, extending, noticing
from workflows.effects import Alarm, Do, Effect, News, Wake
from workflows.granting import stepped
from workflows.keeping import SYSTEM, Act, Kit, follow, keep_override, news_of
from workflows.overrides import Event, Gone, Override, Reason, Status, Stop, Verified, decide, main_of, rest_of, undone
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota
from workflows.refusals import Refused
from workflows.times import INSTANT

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
    there = [other for other in others if other.id in enforced]
    return any(override.carries_on(before, now, _rests(before, there, now)) for before in there)


def _rests(before: Override, others: list[Override], now: datetime) -> int:
    """What else of the same grant is in force until the same moment."""
    of = (before.request, before.granted, before.over_at())
    same = (o for o in others if o.id != before.id and (o.request, o.granted, o.over_at()) == of)
    return sum(o.amount for o in same if o.in_force(now) and not o.steps_down)


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


def stop(kit: Kit, unit: UnitOfWork, override: Override, reason: Reason, *, act: Act, back: int = 0) -> Override | Refused:
    """Ends an override before its end, and what was to follow it: the store and the cards are brought up to date.

    `back` is what of it is given back.
    """
    stopped = decide(override, Stop(reason, back), now=act.at)
    if isinstance(stopped, Refused):
        return stopped
    keep_override(unit, stopped, act)
    for wake, at in ((Wake.ACTIVATION, override.activate_by), *((wake, act.at) for wake in (Wake.BEGIN, Wake.NOTICE, Wake.END))):
        unit.agenda.drop(Alarm(wake, override.id, at))
    watch(unit, override.id, act.at + kit.policy.timing.stuck_after)
    follow(unit, act.at, [Effect(Do.SYNC_LIMIT, override.quota), *_cards(unit, override)])
    if override.status(act.at) is Status.ACTIVATING:
        follow(unit, act.at, [Effect(Do.SHOW_STUCK, override.id)])  # nobody need look for it any more
    for after in unit.overrides.current(override.quota):
        if after.follows == override.id and after.status(act.at) in (Status.HELD, Status.SCHEDULED):
            stop(kit, unit, after, reason, act=act)
    lapse(kit, unit, override, Reason.LAPSED if reason is Reason.UNAPPLIED else reason, act=act)
    return stopped


def _cards(unit: UnitOfWork, override: Override) -> list[Effect]:
    """Its card, and that of what it carries on."""
    before = unit.overrides.get(override.follows) if override.follows else None
    requests = dict.fromkeys((override.request, before.request if before else override.request))
    return [Effect(Do.SHOW_REQUEST, request) for request in requests]


def lapse(kit: Kit, unit: UnitOfWork, override: Override, reason: Reason, *, act: Act) -> None:
    """What is still held back of an override that is over is over with it."""
    rest = rest_of(unit.overrides.every(override.request), override)
    if rest is not None and rest.status(act.at) is Status.HELD:
        stop(kit, unit, rest, reason, act=act)


def _begin(kit: Kit, unit: UnitOfWork, quota: Quota, override: Override) -> None:
    now = kit.clock.now()
    spent = unit.meter.spent(quota.key, kit.policy.window(quota, now))
    begun = _keep(unit, override, Verified(first_reset(kit.policy, quota, override, now), spent), now)
    if begun is None or begun.ends is None or begun.starts is None:
        return
    unit.agenda.drop(Alarm(Wake.ACTIVATION, begun.id, begun.activate_by))
    watch(unit, begun.id, begun.ends + kit.policy.timing.stuck_after)
    follow(unit, now, _cards(unit, begun), [Alarm(Wake.END, begun.id, begun.ends)])
    noticing.arm(kit, unit, begun, now)
    if now >= override.activate_by - kit.policy.timing.activate_within + kit.policy.timing.stuck_after:
        follow(unit, now, [Effect(Do.SHOW_STUCK, begun.id)])
    _step_down(kit, unit, quota, begun)
    _look_later(kit, unit, begun)
    tell_begun(unit, begun, now)


def ends(policy: Policy, quota: Quota, override: Override, now: datetime) -> datetime:
    """When it ends; while its clock does not run yet, when it would if it began now."""
    starts = max(now, override.term.since or now)
    return override.ends or override.term.end(starts, first_reset(policy, quota, override, now))


def first_reset(policy: Policy, quota: Quota, override: Override, now: datetime) -> datetime:
    """The first reset that an override which begins now, or when it was to, does not live through."""
    return coming.reset(policy, quota, override.term, now)


def _step_down(kit: Kit, unit: UnitOfWork, quota: Quota, begun: Override) -> None:
    """Where its end is followed by a while with less, that is an override of its own, which carries it on."""
    if begun.ends is None:
        return
    now = kit.clock.now()
    number = len(unit.overrides.every(begun.request)) + 1
    less = stepped(begun, number=number, reset=kit.policy.window(quota, begun.ends - INSTANT).end, now=now)
    if less is not None:
        keep_override(unit, less, Act(SYSTEM, "granted", now))
        begin_by(kit, unit, less, now)


def _look_later(kit: Kit, unit: UnitOfWork, begun: Override) -> None:
    """Half-way its holder may be asked how it goes; and whether it is used is looked at after a while."""
    idle, alarms = kit.policy.timing.unused_after, list[Alarm]()
    if begun.starts is None or begun.ends is None or begun.steps_down:
        return
    its = unit.overrides.every(begun.request)
    if rest_of(its, begun):
        alarms.append(Alarm(Wake.HALFWAY, begun.id, begun.starts + (begun.ends - begun.starts) / 2))
    if idle is not None and main_of(its, begun.quota) == begun:
        alarms.append(Alarm(Wake.IDLE, begun.id, begun.starts + idle))
    follow(unit, kit.clock.now(), [], alarms)


def tell_begun(unit: UnitOfWork, override: Override, now: datetime) -> None:
    """A request for several quotas is told to be active when none of its parts is waited for any more."""
    every = unit.overrides.every(override.request)
    parts = [part for part in every if part.granted == override.granted and not part.steps_down]
    active = [part for part in parts if part.status(now) is Status.ACTIVE]
    if active and not any(part.status(now) is Status.ACTIVATING for part in parts):
        follow(unit, now, [Effect(Do.TELL_THREAD, news_of(active[0], News.ACTIVE))])
    carried = override.status(now) is Status.SCHEDULED and extending.led(unit, override) is override
    if carried and not any(part.starts is None and part.stopped is None and not part.held for part in parts):
        follow(unit, now, [Effect(Do.TELL_THREAD, news_of(parts[0], News.EXTENDED))])


def _gone(kit: Kit, unit: UnitOfWork, override: Override, now: datetime) -> None:
    gone = _keep(unit, override, Gone(), now)
    if gone is None:
        return
    over = gone.over_at()
    unit.agenda.drop(Alarm(Wake.STUCK, gone.id, now))
    effects = [Effect(Do.SHOW_REQUEST, gone.request)]
    if over is not None and now >= over + kit.policy.timing.stuck_after:
        effects.append(Effect(Do.SHOW_STUCK, gone.id))
    if _is_told(unit, gone):
        effects.append(Effect(Do.TELL_THREAD, news_of(gone, News.ENDED)))
        if _is_asked_about(unit, gone):
            effects.append(Effect(Do.SHOW_CHECKIN, gone.id))
    follow(unit, now, effects)


def _is_told(unit: UnitOfWork, gone: Override) -> bool:
    """Whether its end is news: not that of what never began, nor of what goes on without a gap, and of two at once only one."""
    after = extending.goes_on(unit, gone)
    goes_on = after is not None and after.starts is not None
    return not goes_on and (gone.began or gone.reason() not in SILENT) and not _with_another(unit, gone)


def _is_asked_about(unit: UnitOfWork, gone: Override) -> bool:
    """What came of a broken glass its review says; of several quotas it is asked once; what came of some minutes, never."""
    request = unit.requests.get(gone.request)
    glass = request is not None and request.glass is not None
    return not glass and _is_first(unit, gone) and not (request and undone(gone, request))


def _with_another(unit: UnitOfWork, gone: Override) -> bool:
    """Whether it was the rest of one that is over at the same moment: of both that is told once."""
    its = unit.overrides.every(gone.request)
    return any(first.over_at() == gone.over_at() for first in its if (rest := rest_of(its, first)) and rest.id == gone.id)


def _is_first(unit: UnitOfWork, override: Override) -> bool:
    """Whether it is the one that the request is about: what came of it is asked once, whatever was needed beside it or after."""
    request = unit.requests.get(override.request)
    if request is None or request.case.quota != override.quota:
        return request is None
    like = [o for o in unit.overrides.every(override.request) if (o.quota, o.granted) == (override.quota, override.granted)]
    return like[0].id == override.id and not override.steps_down


def _keep(unit: UnitOfWork, override: Override, event: Event, now: datetime) -> Override | None:
    after = decide(override, event, now=now)
    if isinstance(after, Refused):
        return None
    keep_override(unit, after, Act(SYSTEM, type(event).__name__.lower(), now))
    return after

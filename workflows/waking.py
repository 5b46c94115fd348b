"""Waking: what happens when an alarm is due. Each alarm is handled and dropped in one transaction; a second knock finds none."""

from datetime import datetime

from workflows import absence, beginning, breaking, charging, chasing, digesting, enforcing, sequels, spotting, stuck, wishing
from workflows.decisions import decide
from workflows.effects import Alarm, Do, Effect, News, Wake
from workflows.events import Lapse
from workflows.keeping import SYSTEM, Act, Kit, attempt, follow, keep_request, news_of
from workflows.overrides import Reason, Status
from workflows.ports import UnitOfWork
from workflows.refusals import Refused
from workflows.reviewing import settle


def wake(kit: Kit, most: int = 1000) -> int:
    """Handles due alarms until none is left, `most` at a knock; returns how many."""
    for handled in range(most):
        if not attempt(kit.units, lambda unit: _one(kit, unit)):
            return handled
    return most


def _one(kit: Kit, unit: UnitOfWork) -> bool:
    now = kit.clock.now()
    for alarm in unit.agenda.due(now, 1):
        unit.agenda.drop(alarm)
        _ring(kit, unit, alarm, now)
        return True
    return False


def _ring(kit: Kit, unit: UnitOfWork, alarm: Alarm, now: datetime) -> None:
    match alarm.wake:
        case Wake.LAPSE:
            _lapse(kit, unit, alarm.key, now)
        case Wake.SETTLED:
            sequels.settled(kit, unit, alarm.key, now)
        case Wake.CHASE:
            chasing.ring(unit, alarm.key, now)
        case Wake.AWAY:
            absence.ring(kit, unit, alarm.key)
        case Wake.ACTIVATION:
            _give_up(kit, unit, alarm.key, now)
        case Wake.BEGIN:
            _begin(unit, alarm.key, now)
        case Wake.END:
            _end(kit, unit, alarm.key, now)
        case Wake.STUCK:
            stuck.ring(kit, unit, alarm.key, now)
        case Wake.RECONCILE:
            enforcing.reconcile(kit, unit, now)
        case Wake.RESET:
            enforcing.begin_anew(kit, unit, alarm.key, now)
        case Wake.DIGEST:
            digesting.post(kit, unit, alarm.key, now)
        case Wake.WISHES:
            wishing.look(kit, unit, alarm.key, now)
        case Wake.REVIEW:
            breaking.remind(kit, unit, alarm.key, now)
        case Wake.SPIKES:
            spotting.look(unit, now)


def _lapse(kit: Kit, unit: UnitOfWork, request_id: str, now: datetime) -> None:
    request = unit.requests.get(request_id)
    if request is None:
        return
    lapsed = decide(request, Lapse(), now=now)
    if isinstance(lapsed, Refused):
        return
    keep_request(unit, lapsed, Act(SYSTEM, "lapsed", now))
    charging.settle(unit, request, lapsed)
    settle(kit, unit, lapsed, now, before=request)


def _begin(unit: UnitOfWork, override_id: str, now: datetime) -> None:
    """It was to begin now: the store must follow."""
    override = unit.overrides.get(override_id)
    if override is not None:
        follow(unit, now, [Effect(Do.SYNC_LIMIT, override.quota), Effect(Do.SHOW_REQUEST, override.request)])


def _give_up(kit: Kit, unit: UnitOfWork, override_id: str, now: datetime) -> None:
    """The store never confirmed the override: it is over, said so, and the store is made to match."""
    override = unit.overrides.get(override_id)
    if override is None or override.starts is not None:
        return
    stopped = beginning.stop(kit, unit, override, Reason.UNAPPLIED, act=Act(SYSTEM, "gave up", now))
    if isinstance(stopped, Refused):
        return
    follow(unit, now, [Effect(Do.TELL_THREAD, news_of(override, News.UNAPPLIED))])
    beginning.tell_begun(unit, stopped, now)


def _end(kit: Kit, unit: UnitOfWork, override_id: str, now: datetime) -> None:
    """Nothing is decided here: the override is over because its time is; the store and the cards must follow.

    The rest of it that was held back and never released lapses.
    """
    override = unit.overrides.get(override_id)
    if override is None:
        return
    follow(unit, now, [Effect(Do.SYNC_LIMIT, override.quota), Effect(Do.SHOW_REQUEST, override.request)])
    for rest in unit.overrides.every(override.request):
        if rest.quota == override.quota and rest.granted == override.granted and rest.status(now) is Status.HELD:
            beginning.stop(kit, unit, rest, Reason.LAPSED, act=Act(SYSTEM, "lapsed", now))

"""Pausing: operators stop new overrides from beginning, and let them begin again. Whatever ends, ends.

What the store did not confirm when they were paused waits: its deadline counts anew from when they may begin.
"""

from datetime import datetime

from workflows import switch
from workflows.beginning import watch
from workflows.drafting import clean
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.groups import members
from workflows.keeping import Act, Kit, attempt, follow
from workflows.overrides import Override, Status
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork, Units
from workflows.refusals import Refused, Why
from workflows.switch import Paused


def may(kit: Kit, by: PersonId) -> Refused | None:
    """Why somebody may not pause and resume; only operators do."""
    known, operators = kit.directory.person(by, fresh=True), kit.policy.operators
    if known is None or not known.can_decide:
        return Refused(Why.OUTSIDER)
    if by not in members(operators.who, kit.policy.people, kit.directory):
        return Refused(Why.NOT_OPERATOR, {"group": operators.who})
    return None


def pause(kit: Kit, by: PersonId, why: str) -> Paused | Refused:
    """An operator pauses new overrides."""
    return may(kit, by) or turn(kit.units, kit.policy, Act(by, "paused", kit.clock.now()), why)


def resume(kit: Kit, by: PersonId) -> Paused | Refused:
    """An operator lets new overrides begin again."""
    return may(kit, by) or turn(kit.units, kit.policy, Act(by, "resumed", kit.clock.now()))


def turn(units: Units, policy: Policy, act: Act, why: str | None = None) -> Paused | Refused:
    """Pauses new overrides for a reason, or without one lets them begin again: the pause that began or ended.

    Whether somebody may is not asked here: at the command line whoever can call it may.
    """
    words = None if why is None else clean(why.strip(), "reason", least=1)
    if isinstance(words, Refused):
        return Refused(Why.REASON_MISSING, place="reason") if words.why is Why.MISSING else words
    return attempt(units, lambda unit: _turn(unit, policy, act, words))


def _turn(unit: UnitOfWork, policy: Policy, act: Act, why: str | None) -> Paused | Refused:
    before = switch.paused(unit)
    if before and why is not None:
        return Refused(Why.ALREADY_PAUSED, {"by": before.by, "at": before.at, "reason": before.why})
    if not before and why is None:
        return Refused(Why.NOT_PAUSED)
    switch.turn(unit, why is not None, act, why or "")
    last = unit.record.last(switch.CHAIN)
    waiting = [o for o in unit.overrides.unended() if o.status(act.at) is Status.ACTIVATING]
    shown = [Effect(Do.SHOW_REQUEST, override.request) for override in waiting]
    follow(unit, act.at, [Effect(Do.TELL_SWITCH, str(last.seq if last else 1)), *shown])
    if why is None:
        follow(unit, act.at, [Effect(Do.SYNC_LIMIT, quota.key) for quota in policy.quotas])
        for override in waiting:
            _begin_anew(unit, policy, override, act.at)
    return before or Paused(act.by, act.at, why or "")


def _begin_anew(unit: UnitOfWork, policy: Policy, override: Override, now: datetime) -> None:
    """The time in which the store is to confirm it begins now."""
    unit.agenda.drop(Alarm(Wake.ACTIVATION, override.id, now))
    follow(unit, now, [], [deadline(policy, override, now)])
    watch(unit, override.id, now + policy.timing.stuck_after)


def deadline(policy: Policy, override: Override, now: datetime) -> Alarm:
    """When the store must have confirmed an override that may begin from now on."""
    latest = now + policy.timing.activate_within
    return Alarm(Wake.ACTIVATION, override.id, min(latest, override.term.until or latest))


def put_off(policy: Policy, unit: UnitOfWork, override: Override, now: datetime) -> bool:
    """Its deadline came while new overrides are paused: it has another one, unless it would be over by now."""
    over = override.term.until is not None and override.term.until <= now
    if over or switch.paused(unit) is None:
        return False
    follow(unit, now, [], [deadline(policy, override, now)])
    return True

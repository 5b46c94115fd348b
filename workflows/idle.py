"""Idling: an override of which nothing was used for days is proposed to end; silence for a working day more ends it.

Level-triggered. Since when nothing was used follows from what was counted under it, from when it began, and from when its holder
last said that it is still needed; that it was proposed to end is in the record. Whatever is used meanwhile moves that moment, so
nothing ends. Usage is known by local days: of a day on which something was used, all of it counts as used. What two overrides
could both have covered neither is needed for; when one of them has ended, the other one is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from workflows.beginning import stop
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.extending import granted_with
from workflows.keeping import SYSTEM, Act, Kit, attempt, follow, keep_override, note, refuse_click
from workflows.metering import base_of
from workflows.overrides import Keep, Override, Reason, Status, decide, extra
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.times import INSTANT, day_at, local_day
from workflows.working import Wait, after

SILENCE = Wait(days=1)
OVER = (Status.ENDING, Status.ENDED)


class Now(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    KEPT = "kept"
    USED = "used"
    ENDED = "ended"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Proposal:
    """That an override should end, because nothing of it was used from `since` on. It ends at `ends` if nobody answers.

    `amount` is all that was granted with it on its quota and is not held back.
    """

    override: Override
    amount: int
    since: datetime
    ends: datetime
    now: Now


def quiet_since(unit: UnitOfWork, policy: Policy, override: Override, now: datetime) -> datetime:
    """Since when nothing was used of an override that has begun, or of what was granted with it."""
    zone, starts = policy.organization.zone, override.starts or now
    grant = [o for o in unit.overrides.every(override.request) if o.granted == override.granted]
    used = [day for quota in dict.fromkeys(o.quota for o in grant) for day in _used(unit, policy, quota, grant=grant, now=now)]
    last = min(now, _end_of(max(used), zone)) if used else starts
    return max(starts, last, override.kept or starts)


def _used(unit: UnitOfWork, policy: Policy, key: str, *, grant: list[Override], now: datetime) -> Iterator[date]:
    """The local days since it began on which a quota was spent from beyond its base and every other override that runs."""
    quota, zone = policy.quota(key), policy.organization.zone
    begun = [o.starts for o in grant if o.quota == key and o.starts is not None and o.starts <= now]
    if quota is None or not begun:
        return
    ids = {o.id for o in grant}
    others = extra([o for o in unit.overrides.current(key) if o.id not in ids], now)
    window = policy.window(quota, min(begun))
    while window.start <= now:
        spent, line = 0, base_of(unit, policy, quota, window) + others
        first, last = local_day(window.start, zone), local_day(min(now, window.end - INSTANT), zone)
        for day, amount in sorted(unit.meter.days(key, first, last).items()):
            spent += amount
            if amount > 0 and spent > line and day >= local_day(min(begun), zone):
                yield day
        window = policy.window(quota, window.end)


def _end_of(day: date, zone: str) -> datetime:
    """The end of a local day, by its noon: no clock is changed then."""
    return day_at(zone, datetime.combine(day, time(12), ZoneInfo(zone))).end


def look(kit: Kit, unit: UnitOfWork, override_id: str, now: datetime) -> None:
    """The alarm rang: what was not used for long enough is proposed to end, and what nobody answered for ends."""
    override, wait = unit.overrides.get(override_id), kit.policy.timing.unused_after
    if override is None:
        return
    last = unit.record.last(_chain(override_id))
    if last is not None:
        follow(unit, now, [Effect(Do.PROPOSE_END, f"{override_id}|{last.seq}")])
    if wait is None or override.status(now) is not Status.ACTIVE:
        return
    since = quiet_since(unit, kit.policy, override, now)
    if now < since + wait:
        follow(unit, now, [], [Alarm(Wake.IDLE, override_id, since + wait)])
    elif last is None or last.after["since"] != since.isoformat():
        _propose(kit, unit, override, since=since, now=now)
    elif now < (ends := _ends(kit.policy, last.at)):
        follow(unit, now, [], [Alarm(Wake.IDLE, override_id, ends)])
    else:
        for each in unit.overrides.every(override.request):
            row = unit.overrides.get(each.id)  # one that was to follow another ended with it
            if row is not None and row.granted == override.granted:
                stop(kit, unit, row, Reason.UNUSED, act=Act(SYSTEM, "ended unused", now))


def _propose(kit: Kit, unit: UnitOfWork, override: Override, *, since: datetime, now: datetime) -> None:
    note(unit, _chain(override.id), Act(SYSTEM, "proposed to end", now), {"since": since.isoformat()})
    last = unit.record.last(_chain(override.id))
    effect = Effect(Do.PROPOSE_END, f"{override.id}|{last.seq if last else 1}")
    follow(unit, now, [effect], [Alarm(Wake.IDLE, override.id, _ends(kit.policy, now))])


def _ends(policy: Policy, proposed: datetime) -> datetime:
    """When silence since a proposal ends it."""
    return after(SILENCE, proposed, policy.organization.zone, policy.timing.week)


def _chain(override: str) -> str:
    return f"idle:{override}"


def proposal(unit: UnitOfWork, policy: Policy, key: str, now: datetime) -> Proposal | None:
    """A proposal as it stands now; `key` names the override and its number."""
    override_id, _, number = key.partition("|")
    override = unit.overrides.get(override_id)
    entry = next((e for e in unit.record.chain(_chain(override_id)) if str(e.seq) == number), None)
    if override is None or entry is None:
        return None
    since = datetime.fromisoformat(str(entry.after["since"]))
    amount = sum(o.amount for o in granted_with(unit, override) if o.quota == override.quota and not o.held)
    return Proposal(override, amount, since, _ends(policy, entry.at), _state(unit, policy, override, since=since, now=now))


def _state(unit: UnitOfWork, policy: Policy, override: Override, *, since: datetime, now: datetime) -> Now:
    if override.status(now) in OVER:
        return Now.ENDED if override.reason() is Reason.UNUSED else Now.OVER
    if override.kept is not None and override.kept > since:
        return Now.KEPT
    return Now.USED if quiet_since(unit, policy, override, now) > since else Now.OPEN


def keep(kit: Kit, override_id: str, by: PersonId) -> Override | Refused:
    """Its holder says that it is still needed: it is not proposed to end before as long again."""

    def apply(unit: UnitOfWork) -> Override | Refused:
        now, override = kit.clock.now(), unit.overrides.get(override_id)
        if override is None:
            return Refused(Why.NO_SUCH_REQUEST)
        if override.holder != by:
            refused = Refused(Why.NOT_YOURS, {"requester": override.holder})
            return refuse_click(unit, override_id, by=by, refused=refused, at=now)
        kept = decide(override, Keep(), now=now)
        if isinstance(kept, Refused):
            return refuse_click(unit, override_id, by=by, refused=kept, at=now)
        keep_override(unit, kept, Act(by, "kept", now))
        unit.agenda.drop(Alarm(Wake.IDLE, override_id, now))
        look(kit, unit, override_id, now)
        return kept

    return attempt(kit.units, apply)

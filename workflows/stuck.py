"""Stuck: a quota store that did not follow in time, so somebody has to look. Operators are told, and told again when it did."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.beginning import watch
from workflows.effects import Do, Effect
from workflows.keeping import Kit, follow
from workflows.overrides import Override, Status
from workflows.ports import UnitOfWork

AGAIN = timedelta(hours=1)  # between two looks at one that stays stuck


@dataclass(frozen=True, slots=True)
class Stuck:
    """An override that its store does not follow, `since` it was to. `error` is what the store said last, "" for nothing."""

    override: Override
    status: Status
    since: datetime
    error: str


def ring(kit: Kit, unit: UnitOfWork, override_id: str, now: datetime) -> None:
    """The alarm rang: operators hear of it if the store has not followed."""
    override = unit.overrides.get(override_id)
    if override is not None and look(kit, unit, override, now):
        follow(unit, now, [Effect(Do.SHOW_STUCK, override_id), Effect(Do.SYNC_LIMIT, override.quota)])
        watch(unit, override_id, now + AGAIN)


def look(kit: Kit, unit: UnitOfWork, override: Override, now: datetime) -> Stuck | None:
    """Whether an override is stuck now."""
    status, since = override.status(now), _since(override)
    if status not in (Status.ACTIVATING, Status.ENDING) or since is None or now < since + kit.policy.timing.stuck_after:
        return None
    errand = unit.outbox.find(Effect(Do.SYNC_LIMIT, override.quota))
    return Stuck(override, status, since, errand.error if errand else "")


def _since(override: Override) -> datetime | None:
    """Since when the store was to follow."""
    if override.starts is None and override.stopped is None:
        return max(override.granted, override.term.since or override.granted)
    return override.over_at()


def every(kit: Kit, unit: UnitOfWork, now: datetime) -> list[Stuck]:
    """All that are stuck, the longest first."""
    found = (look(kit, unit, override, now) for override in unit.overrides.unended())
    return sorted((stuck for stuck in found if stuck), key=lambda stuck: (stuck.since, stuck.override.id))

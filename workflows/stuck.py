"""Stuck: a quota store that did not follow in time, so somebody has to look. Operators are told, and told again when it did."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflows import switch
from workflows.beginning import watch
from workflows.effects import Do, Effect
from workflows.keeping import Kit, follow
from workflows.overrides import Override, Reason, Status
from workflows.policy import Policy
from workflows.ports import Errand, UnitOfWork

AGAIN = timedelta(hours=1)  # between two looks at one that stays stuck
SOON = timedelta(minutes=1)
DAY = timedelta(days=1)


class Phase(StrEnum):
    """What a store has to follow: an override begins, or it is over."""

    BEGIN = "begin"
    END = "end"


@dataclass(frozen=True, slots=True)
class Stuck:
    """An override that its store does not follow, `since` it was to.

    `error` is what the store said last, "" for nothing; `refused` that it will say so again until somebody puts it right.
    """

    override: Override
    status: Status
    since: datetime
    error: str
    refused: bool = False

    @property
    def phase(self) -> Phase:
        return Phase.BEGIN if self.status is Status.ACTIVATING else Phase.END


@dataclass(frozen=True, slots=True)
class Told:
    """What operators are told of a phase of an override: while `stuck`, and when that was `over`, None while it is not.

    `gone_by` is since when the store was to follow; `followed` says that it did. It is neither while new overrides are paused.
    """

    override: Override
    phase: Phase
    since: datetime
    stuck: Stuck | None = None
    over: datetime | None = None
    followed: bool = False

    def times(self, now: datetime) -> int:
        """How often it was worth telling anew: after an hour, and each day."""
        lasted = now - self.since
        return 0 if self.stuck is None or lasted < AGAIN else 1 + lasted // DAY


def ring(kit: Kit, unit: UnitOfWork, override_id: str, now: datetime) -> None:
    """The alarm rang: operators hear of it if the store has not followed."""
    override = unit.overrides.get(override_id)
    if override is None or not look(kit.policy, unit, override, now):
        return
    again = Effect(Do.SYNC_LIMIT, override.quota)
    errand = unit.outbox.find(again)
    if errand is None or (not errand.error and errand.since > now - kit.policy.timing.stuck_after):
        # Nobody asked the store meanwhile, because we were down: it is asked first. What waits is not put again: it has an error.
        follow(unit, now, [] if errand else [again])
        watch(unit, override_id, now + SOON)
        return
    follow(unit, now, [Effect(Do.SHOW_STUCK, override_id)])
    watch(unit, override_id, now + AGAIN)


def look(policy: Policy, unit: UnitOfWork, override: Override, now: datetime) -> Stuck | None:
    """Whether an override is stuck now. What waits because new overrides are paused is not."""
    status, since = override.status(now), _since(unit, override)
    if status not in (Status.ACTIVATING, Status.ENDING) or since is None or now < since + policy.timing.stuck_after:
        return None
    if status is Status.ACTIVATING and switch.paused(unit):
        return None
    errand = unit.outbox.find(Effect(Do.SYNC_LIMIT, override.quota))
    refused = errand is not None and errand.error.startswith("Rejected")
    return Stuck(override, status, since, said(errand) if errand else "", refused)


def said(errand: Errand) -> str:
    """The last error of an errand, without the word for its kind."""
    return errand.error.removeprefix("Unavailable: ").removeprefix("Rejected: ")


def _since(unit: UnitOfWork, override: Override) -> datetime | None:
    """Since when the store was to follow."""
    if override.starts is None and override.stopped is None:
        return _due(unit, override, None)
    return override.over_at()


def _due(unit: UnitOfWork, override: Override, over: datetime | None) -> datetime:
    """Since when it was to begin: when it was granted, or later where that was asked, or new overrides were paused."""
    resumed = switch.resumed(unit)
    free = resumed if resumed and (over is None or resumed < over) else override.granted
    return max(override.granted, override.term.since or override.granted, free)


def tell(policy: Policy, unit: UnitOfWork, override: Override, phase: Phase, *, now: datetime) -> Told | None:
    """How a phase stands; None where it has not come."""
    found = look(policy, unit, override, now)
    stuck = found if found and found.phase is phase else None
    if phase is Phase.BEGIN:
        over = override.starts or override.stopped
        due = _due(unit, override, over)
        return Told(override, phase, min(due, over or due), stuck, over, override.starts is not None)
    ended = override.over_at()
    return None if ended is None or now < ended else Told(override, phase, ended, stuck, override.gone, override.gone is not None)


def given_up(told: Told) -> bool:
    """Whether it never began because the store did not confirm it in time."""
    return told.phase is Phase.BEGIN and not told.followed and told.override.why is Reason.UNAPPLIED


def every(policy: Policy, unit: UnitOfWork, now: datetime) -> list[Stuck]:
    """All that are stuck, the longest first."""
    found = (look(policy, unit, override, now) for override in unit.overrides.unended())
    return sorted((stuck for stuck in found if stuck), key=lambda stuck: (stuck.since, stuck.override.id))

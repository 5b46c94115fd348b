"""Reminders: who is to be reminded of a request that waits for them, and when others are asked as well.

Every wait counts from the moment somebody was asked, in their own zone. There are as many reminders as there are waits, and after
a time in which nobody looked there is one, the last that came due. Others are asked when everyone who is waited for had their
time; then nobody is reminded beside it. Nothing here knows, let alone moves, the request's deadline.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.people import PersonId
from workflows.working import Wait, Week, after


@dataclass(frozen=True, slots=True)
class Chase:
    """When those who are asked are reminded, and when others are asked as well (None: never)."""

    remind: tuple[Wait, ...] = ()
    escalate: Wait | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Since when somebody is asked, and the zone (an IANA name) in which they work."""

    since: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Due:
    """What is due: who is to have had which reminder (from 1), whether others are to be asked; `again` is when more is due."""

    remind: Mapping[PersonId, int]
    escalate: bool = False
    again: datetime | None = None


def look(chase: Chase, turns: Mapping[PersonId, Turn], week: Week, now: datetime) -> Due:
    """What is due now for those who are waited for."""
    escalation = escalates(chase, turns, week)
    if escalation is not None and escalation <= now:
        return Due({}, escalate=True)
    plans = {who: reminders(chase, turn, week) for who, turn in turns.items()}
    steps = {who: sum(at <= now for at in plan) for who, plan in plans.items()}
    later = [at for plan in plans.values() for at in plan if at > now]
    later += [escalation] if escalation else []
    return Due({who: step for who, step in steps.items() if step}, again=min(later, default=None))


def reminders(chase: Chase, turn: Turn, week: Week) -> tuple[datetime, ...]:
    """When somebody is reminded, earliest first."""
    return tuple(sorted(after(wait, turn.since, turn.zone, week) for wait in chase.remind))


def escalates(chase: Chase, turns: Mapping[PersonId, Turn], week: Week) -> datetime | None:
    """When others are asked as well: as soon as the last of those who are waited for had their time."""
    if chase.escalate is None:
        return None
    return max((after(chase.escalate, turn.since, turn.zone, week) for turn in turns.values()), default=None)

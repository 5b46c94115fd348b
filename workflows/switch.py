"""The pause switch: while it is on, no new override begins. Ends are never asked about it.

Nothing but the record says whether it is on: its last entry does, and every one is kept.
"""

from dataclasses import dataclass
from datetime import datetime

from workflows.audit import Entry
from workflows.keeping import Act, note
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why

CHAIN = "switch:overrides"


@dataclass(frozen=True, slots=True)
class Paused:
    """Since when new overrides are paused, by whom, and why."""

    by: str
    at: datetime
    why: str


def paused(unit: UnitOfWork) -> Paused | None:
    """Whether new overrides are paused."""
    last = unit.record.last(CHAIN)
    return pause_of(last) if last else None


def pause_of(entry: Entry) -> Paused | None:
    """The pause that an entry of the record began; None where it ended one."""
    return Paused(entry.by, entry.at, str(entry.after.get("why", ""))) if entry.after.get("paused") else None


def refused(unit: UnitOfWork) -> Refused | None:
    """Why nothing that adds to a limit may be granted now."""
    pause = paused(unit)
    return Refused(Why.PAUSED, {"by": pause.by, "at": pause.at, "reason": pause.why}) if pause else None


def resumed(unit: UnitOfWork) -> datetime | None:
    """When new overrides were last let begin again, None while they are paused or where they never were."""
    last = unit.record.last(CHAIN)
    return last.at if last and not last.after.get("paused") else None


def turn(unit: UnitOfWork, on: bool, act: Act, why: str = "") -> bool:
    """Pauses new overrides, or lets them begin again; False when it is so already."""
    if (paused(unit) is not None) is on:
        return False
    note(unit, CHAIN, act, {"paused": on, "why": why})
    return True

"""The pause switch: while it is on, no new override begins. Ends are never asked about it.

Nothing but the record says whether it is on: its last entry does, and every one is kept.
"""

from dataclasses import dataclass
from datetime import datetime

from workflows.keeping import Act, note
from workflows.ports import UnitOfWork

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
    return Paused(last.by, last.at, str(last.after.get("why", ""))) if last and last.after.get("paused") else None


def turn(unit: UnitOfWork, on: bool, act: Act, why: str = "") -> bool:
    """Pauses new overrides, or lets them begin again; False when it is so already."""
    if (paused(unit) is not None) is on:
        return False
    note(unit, CHAIN, act, {"paused": on, "why": why})
    return True

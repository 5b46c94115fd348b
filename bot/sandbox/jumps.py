"""Where a jump of the clock leads: seconds from now, the next `monday 09:00` there, or a moment in ISO 8601."""

import math
import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.sandbox.errors import ControlError

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST = timedelta(days=3660)


def landing(now: datetime, zone: ZoneInfo, *, jump: float | None, to: str | None) -> datetime:
    """The moment meant, later than `now` and within ten years. Raises `ControlError` otherwise."""
    if (jump is None) == (to is None):
        raise ControlError("say either jump (seconds) or to (a moment)")
    if jump is not None:
        if not math.isfinite(jump) or not 0 < jump <= _MOST.total_seconds():
            raise ControlError("jump takes more than 0 seconds and at most ten years")
        return now + timedelta(seconds=jump)
    goal = _named(now.astimezone(zone), to or "") or _iso(zone, to or "")
    if not now < goal <= now + _MOST:
        raise ControlError(f"{to} is not later than now ({now.isoformat()}) or more than ten years away")
    return goal


def _named(local: datetime, words: str) -> datetime | None:
    found = re.fullmatch(rf"({'|'.join(_DAYS)}) ([01]?\d|2[0-3]):([0-5]\d)", words.strip().lower())
    if found is None:
        return None
    clock = time(int(found[2]), int(found[3]), tzinfo=local.tzinfo)
    ahead = (_DAYS.index(found[1]) - local.weekday()) % 7
    goal = datetime.combine(local.date() + timedelta(days=ahead), clock)
    return goal if goal > local else datetime.combine(goal.date() + timedelta(days=7), clock)


def _iso(zone: ZoneInfo, words: str) -> datetime:
    try:
        goal = datetime.fromisoformat(words)
    except ValueError:
        raise ControlError(f'"{words}" is neither like "monday 09:00" nor ISO 8601') from None
    return goal if goal.tzinfo else goal.replace(tzinfo=zone)

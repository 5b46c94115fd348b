"""Steps: what is replayed, one event each, with where it was recorded and where it goes in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EVENTS, LOGS = "/v1/events", "/v1/litellm/logs"
HISTORICAL = "history=1"  # in the address of either: what comes may be up to 400 days old

_SECONDS = re.compile(r"[0-9]{10}(\.[0-9]+)?")
_MILLIS = re.compile(r"[0-9]{13}")


class Unusable(Exception):
    """This is no trace, or what is needed to read it was not said."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the usage is to count, "" for where the trace says; and columns of a CSV by what they say, where it is not clear."""

    scope: str = ""
    model: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One event; `at` is when it happened, None when it does not say. `line` is where it was found, `door` where it goes in."""

    line: int | str
    at: datetime | None
    event: dict[str, Any]
    door: str = EVENTS


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that is no event, and why."""

    line: int | str
    reason: str


def envelope(name: str, number: str) -> dict[str, Any]:
    """The part of a CloudEvent that is not its data."""
    return {"specversion": "1.0", "type": "ai.leeway.usage", "source": f"leeway-replay/{name}", "id": number}


def moment(text: str) -> datetime | None:
    """A moment as traces write it: ISO 8601, in UTC when it has no zone, or seconds or milliseconds since 1970; else None."""
    bare = text.strip()
    try:
        if _SECONDS.fullmatch(bare):
            return datetime.fromtimestamp(float(bare), UTC)
        if _MILLIS.fullmatch(bare):
            return datetime.fromtimestamp(int(bare) / 1000, UTC)
        at = datetime.fromisoformat(bare)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

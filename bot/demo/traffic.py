"""Traffic: usage as teams cause it, with a working day's rhythm. The same span always gives the same events.

Not random but hashed: cutting a span in two gives the same calls, so a jump of the clock adds what a day of waiting would have.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

# Share of a working day's calls in each local hour.
RHYTHM = (0, 0, 0, 0, 0, 0, 1, 3, 7, 11, 12, 11, 6, 8, 11, 11, 9, 5, 2, 1, 1, 1, 0, 0)
WEEKEND = 15  # percent of a working day
SLOT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Model:
    """A model as a team uses it: tokens of a typical call, and what a million of them cost in cents (for planning only)."""

    name: str
    input: int
    output: int
    cents: tuple[int, int]

    @property
    def nanos(self) -> int:
        """What a typical call costs by list price, nano-dollars."""
        return (self.input * self.cents[0] + self.output * self.cents[1]) * 10


SONNET = Model("claude-sonnet-4-5", 22_000, 1_800, (300, 1500))
OPUS = Model("claude-opus-4-5", 18_000, 1_500, (500, 2500))
MINI = Model("gpt-5-mini", 9_000, 900, (25, 200))


@dataclass(frozen=True, slots=True)
class Team:
    """Who uses what: `day` is what a working day costs in dollars."""

    scope: str
    model: Model
    day: int
    users: tuple[str, ...]


SEARCH = "platform/engineering/search"

TEAMS = (
    Team(SEARCH, SONNET, 125, ("ada", "bob")),
    Team(SEARCH, OPUS, 100, ("ada",)),
    Team(f"{SEARCH}/retrieval", SONNET, 230, ("ada", "retrieval-service")),
    Team(f"{SEARCH}/experiments", MINI, 55, ("ada",)),
    Team("platform/engineering/mobile", SONNET, 350, ("lin",)),
    Team("platform/operations/support", SONNET, 180, ("eve", "noor")),
    Team("platform/operations/support", MINI, 80, ("triage-service",)),
)


def between(start: datetime, end: datetime, zone: str, slot: timedelta = SLOT) -> Iterator[dict[str, Any]]:
    """CloudEvents of every team's calls in the slots that end in (start, end]."""
    at = start - (start - datetime.min.replace(tzinfo=start.tzinfo)) % slot + slot
    while at <= end:
        for number, team in enumerate(TEAMS):
            if event := _event(team, number, at, zone=zone, slot=slot):
                yield event
        at += slot


def _event(team: Team, number: int, at: datetime, *, zone: str, slot: timedelta) -> dict[str, Any] | None:
    here = at.astimezone(ZoneInfo(zone))
    share = RHYTHM[here.hour] * (WEEKEND if here.weekday() >= 5 else 100)
    chance = int.from_bytes(hashlib.blake2b(f"{number}@{at.isoformat()}".encode(), digest_size=4).digest(), "big")
    wanted = team.day * 10**9 * share * int(slot.total_seconds()) // (sum(RHYTHM) * 100 * 3600)
    calls, rest = divmod(wanted * (60 + chance % 81) // 100, team.model.nanos)  # 60 to 140 % of the hour's share
    calls += chance // 81 % team.model.nanos < rest  # the part of a call that is left over happens in proportion
    return _cloud_event(team, number, at, calls=calls, chance=chance) if calls else None


def _cloud_event(team: Team, number: int, at: datetime, *, calls: int, chance: int) -> dict[str, Any]:
    data = {
        "scope": team.scope,
        "model": team.model.name,
        "requests": calls,
        "input_tokens": team.model.input * calls,
        "output_tokens": team.model.output * calls,
        "user": team.users[chance % len(team.users)],
    }
    moment = at.strftime("%Y%m%dT%H%M%S")
    return {
        "specversion": "1.0",
        "type": "ai.leeway.usage",
        "source": "acme/gateway",
        "id": f"{number}-{moment}",
        "time": at.isoformat(),
        "data": data,
    }

"""Ports of what happened, of what is to follow, and of what was said: the record, alarms, effects, and our messages in Slack."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workflows.audit import Entry
from workflows.effects import Alarm, Effect, Wake


class Record(Protocol):
    """The audit log."""

    def last(self, subject: str) -> Entry | None: ...
    def append(self, entry: Entry) -> None:
        """Raises Stale when that number is taken."""

    def chain(self, subject: str) -> list[Entry]: ...
    def subjects(self) -> list[str]: ...


class Agenda(Protocol):
    """Alarms, as rows."""

    def set(self, alarm: Alarm) -> None:
        """Sets an alarm; one of that kind and key that is already set stays as it is."""

    def due(self, now: datetime, limit: int) -> list[Alarm]:
        """The earliest alarms at or before now, locked against other workers until this unit ends."""

    def every(self, wake: Wake) -> list[Alarm]:
        """Those of a kind, by key."""

    def of(self, keys: Collection[str]) -> list[Alarm]:
        """Those of these keys, earliest first."""

    def drop(self, alarm: Alarm) -> None: ...


@dataclass(frozen=True, slots=True)
class Errand:
    """An effect that is to be delivered. `generation` grows each time it is asked for again; `tries` are those that failed."""

    effect: Effect
    generation: int
    tries: int
    since: datetime
    error: str = ""


class Outbox(Protocol):
    """Effects, as rows: one for each kind and key, so asking twice before delivery is asking once."""

    def put(self, effect: Effect, now: datetime) -> None: ...
    def claim(self, now: datetime, until: datetime, limit: int) -> list[Errand]:
        """The oldest that may be tried now, hidden from others until `until`."""

    def done(self, errand: Errand) -> None:
        """Removes it, unless it was asked for again meanwhile: then it is due at once."""

    def fail(self, errand: Errand, error: str, again: datetime | None) -> None:
        """Tries again at a time, or never (None): then it is kept where operators see it."""

    def find(self, effect: Effect) -> Errand | None:
        """The errand of an effect, also one that is never tried again; None when nothing is to be delivered."""

    def waiting(self) -> datetime | None:
        """When the next one may be tried; None when nothing waits."""

    def failing(self) -> list[Errand]:
        """Those that failed and are tried again, the one that was asked for first at the head."""

    def dead(self) -> list[Errand]: ...


@dataclass(frozen=True, slots=True)
class Post:
    """A message of ours in Slack: what it shows (`thing`), to whom (`place`), where it is, and a digest of what it says."""

    thing: str
    place: str
    channel: str
    ts: str
    digest: str


class Posts(Protocol):
    """Every message of ours, so that each can be brought up to date."""

    def get(self, thing: str, place: str) -> Post | None: ...
    def of(self, thing: str) -> list[Post]: ...
    def at(self, channel: str, ts: str) -> list[Post]:
        """What a message of Slack's shows: several things where it is the root of their thread."""

    def about(self, subject: str) -> list[Post]:
        """Those of every thing that is named after a request or an override: its card, news of it, its check-in."""

    def put(self, post: Post) -> None:
        """Keeps or replaces the post of that thing and place."""

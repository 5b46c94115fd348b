"""The workspace's state: people, rooms, messages, notices. No HTTP, no views (see `modals`), no clock but the given.

Every change raises `rev`. A message's ts is the time it was posted at, moved on by a microsecond where that would not
be later than the last one of its room: ts are unique and increasing per room whatever the clock does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.hooks import Hooks
from bot.sandbox.modals import Modals
from bot.sandbox.pulse import Pulse
from bot.sandbox.seed import Seed, User

Blocks = list[dict[str, Any]]


@dataclass
class Message:
    """`to` is the one person an ephemeral message is shown to; `picks` is what each person chose in its menus."""

    ts: str
    user: str
    text: str
    blocks: Blocks = field(default_factory=list)
    thread_ts: str | None = None
    to: str | None = None
    edited: str | None = None
    broadcast: bool = False
    metadata: dict[str, Any] | None = None
    picks: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)


@dataclass
class Room:
    """A channel or a direct message with the app (`user` is the person in it)."""

    id: str
    name: str
    topic: str = ""
    members: list[str] = field(default_factory=list)
    user: str | None = None
    is_private: bool = False
    is_archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    last: int = 0
    seen: dict[str, str] = field(default_factory=dict)

    def visible(self, user: str) -> list[Message]:
        return [m for m in self.messages.values() if m.to in (None, user)]

    def replies(self, ts: str) -> list[Message]:
        return [m for m in self.messages.values() if m.thread_ts == ts and m.to is None]

    def stamp(self, now: datetime) -> str:
        """The next ts of this room; never the same twice, even after a reset."""
        self.last = _after(self.last, now)
        return _written(self.last)


def _after(last: int, now: datetime) -> int:
    """Now in microseconds, or the next one if that was given before."""
    return max(last + 1, int(now.timestamp()) * 1_000_000 + now.microsecond)


def _written(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


@dataclass(frozen=True)
class Notice:
    """What Slack itself tells one person, not the app."""

    id: int
    at: datetime
    text: str


class Workspace:
    """All state of one sandbox, changed only from its event loop."""

    def __init__(self, seed: Seed, now: Callable[[], datetime]) -> None:
        self.seed, self.team = seed, seed.team
        self.pulse = Pulse(now)
        self.now, self.touch, self.fresh = self.pulse.now, self.pulse.touch, self.pulse.fresh
        self.users: dict[str, User] = {user.id: user for user in seed.users}
        self.groups = {group.id: group for group in seed.usergroups}
        self.bot = seed.bot or next(user.id for user in seed.users if user.is_bot)
        self.bot_id = f"B{self.bot[1:]}"
        self.rooms: dict[str, Room] = {c.id: _room(c) for c in seed.channels}
        self.notices: dict[str, list[Notice]] = {}
        self.modals = Modals(self.pulse)
        self.hooks = Hooks(self.pulse)
        self._acted = 0

    def moment(self) -> str:
        """When somebody acts; as Slack's never the same twice, also while the clock stands: an app may go by their order."""
        self._acted = _after(self._acted, self.now())
        return _written(self._acted)

    def im(self, user: str) -> Room:
        """The direct message between the app and a person; opened when first asked for."""
        key = f"D{user[1:]}"
        if key not in self.rooms:
            self.rooms[key] = Room(key, self.users[user].name, members=[user, self.bot], user=user)
            self.touch()
        return self.rooms[key]

    def find(self, key: str) -> Room | None:
        """A room by id or, as Slack allows for channels, by name with or without #."""
        if key in self.rooms:
            return self.rooms[key]
        name = key.removeprefix("#")
        return next((room for room in self.rooms.values() if room.user is None and room.name == name), None)

    def joined(self, user: str) -> Iterator[Room]:
        return (room for room in self.rooms.values() if user in room.members)

    def post(self, room: Room, message: Message) -> Message:
        """Puts a message into a room; its ts is given here."""
        message.ts = room.stamp(self.now())
        room.messages[message.ts] = message
        room.seen[message.user] = message.ts
        self.touch()
        return message

    def note(self, user: str, text: str) -> None:
        self.notices.setdefault(user, []).append(Notice(self.pulse.serial(), self.now(), text))
        self.touch()

    def reset(self) -> None:
        """Empties messages, views and notices; people, rooms and the order of ts stay."""
        for room in self.rooms.values():
            room.messages.clear()
            room.seen.clear()
        self.notices.clear()
        self.modals.reset()
        self.hooks.reset()
        self.touch()


def _room(channel: Any) -> Room:
    return Room(
        channel.id,
        channel.name,
        channel.topic,
        list(channel.members),
        is_private=channel.is_private,
        is_archived=channel.is_archived,
    )

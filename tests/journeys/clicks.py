"""Clicks as Slack sends them, also where no client shows the button any more; and everything that a click could have changed."""

from dataclasses import dataclass
from typing import Any

from bot.demo import acme
from tests.journeys.world import Person, Team, World
from workflows.audit import Entry
from workflows.overrides import Outcome, Override
from workflows.requests import Request

HOME, AWAY = "T0ACME", "T0ELSEWHERE"


def press(world: World, by: Person, *, action: str, value: str, where: tuple[str, str, str], team: str = HOME) -> dict[str, Any]:
    """A press of a button with this value on a message `(channel, ts, thread)`, and its trigger."""
    channel, ts, thread = where
    ws = world.stage.sandbox.workspace
    message = {"type": "message", "ts": ts, "user": acme.BOT, **({"thread_ts": thread} if thread else {})}
    return {
        "type": "block_actions",
        "user": {"id": by.id, "name": by.name, "username": by.name, "team_id": team},
        "api_app_id": ws.seed.app_id,
        "team": {"id": HOME, "domain": "acme"},
        "container": {"type": "message", "message_ts": ts, "channel_id": channel},
        "channel": {"id": channel, "name": "any"},
        "message": message,
        "trigger_id": ws.modals.trigger(by.id),
        "actions": [{"action_id": action, "block_id": "decide", "action_ts": ws.moment(), **_said(action, value)}],
    }


def _said(action: str, value: str) -> dict[str, Any]:
    """A button carries its value, a menu the option that was picked."""
    if action == "more":
        return {"type": "overflow", "selected_option": {"text": {"type": "plain_text", "text": "any"}, "value": value}}
    return {"type": "button", "value": value}


@dataclass(frozen=True)
class Seen:
    """What a person was told: private answers, and modals that are open."""

    whispers: int
    modals: int

    @classmethod
    def by(cls, person: Person, world: World) -> "Seen":
        ws = world.stage.sandbox.workspace
        whispers = sum(1 for room in ws.rooms.values() for m in room.messages.values() if m.to == person.id)
        return cls(whispers, len(ws.modals.stacks.get(person.id, [])))


@dataclass(frozen=True)
class Kept:
    """Everything stored that a click could change, and everything that others see."""

    requests: tuple[Request, ...]
    overrides: tuple[Override | None, ...]
    outcomes: tuple[Outcome | None, ...]
    record: tuple[Entry, ...]
    public: tuple[str, ...]

    @classmethod
    def now(cls, world: World, *teams: Team) -> "Kept":
        with world.stage.store.reads() as unit:
            requests = tuple(r for team in teams for r in unit.requests.latest(team.key, 1000))
            overrides = tuple(unit.overrides.of(r.id) for r in requests)
            outcomes = tuple(unit.outcomes.get(o.id) if o else None for o in overrides)
            record = tuple(e for s in unit.record.subjects() if not s.startswith("clicks:") for e in unit.record.chain(s))
        rooms = world.stage.sandbox.workspace.rooms.values()
        public = tuple(f"{m.ts} {m.text} {m.blocks}" for room in rooms for m in room.messages.values() if m.to is None)
        return cls(requests, overrides, outcomes, record, public)


def clicks(world: World) -> int:
    """How many refused clicks the record holds."""
    with world.stage.store.reads() as unit:
        return sum(len(unit.record.chain(s)) for s in unit.record.subjects() if s.startswith("clicks:"))


def submitted(world: World, by: Person, view: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A modal reaches the app with these values, whether or not any client would send them; what the app answered."""
    state = {"state": {"values": values}}
    payload = {
        "type": "view_submission",
        "user": {"id": by.id, "name": by.name, "username": by.name, "team_id": HOME},
        "team": {"id": HOME, "domain": "acme"},
        "api_app_id": world.stage.sandbox.workspace.seed.app_id,
        "view": {**view, **state},
    }
    return dict(world.posts(payload).json())

"""The app behind its door, on the sandbox: what Slack sends by hand, signed, and what people then see."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.clock import DemoClock
from bot.demo import acme
from bot.demo.stage import SIGNING, Stage, opened
from bot.sandbox import Seed, User
from bot.sandbox.deliver import sign

Payload = dict[str, Any]

TEAM, OTHER = "T0ACME", "T0RIVAL"
ADA, EVE, STRANGER, GUEST, GONE, ROBOT = "U0ADA", "U0EVE", "U0RIVAL", "U0GUEST", "U0GONE", "U0ROBOT"
SEARCH = acme.channel("team-search")
FORM = "application/x-www-form-urlencoded"


def workspace() -> Seed:
    """Acme, and in its channel of Search everyone who may not use the app."""
    seed = acme.workspace()
    outsiders = (
        User(STRANGER, "mallory", "Mallory of Rival", team=OTHER),
        User(GUEST, "guest", is_restricted=True),
        User(GONE, "gone", deleted=True),
        User(ROBOT, "robot", is_bot=True),
    )
    ids = tuple(user.id for user in outsiders)
    channels = tuple(type(c)(c.id, c.name, c.topic, (*c.members, *ids) if c.id == SEARCH else c.members) for c in seed.channels)
    return Seed(seed.team, (*seed.users, *outsiders), channels, bot=acme.BOT)


class Lobby:
    """A running app. The action `gate` waits until `opened` is set; `broken` raises."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.http = httpx.Client(base_url=stage.app.url, timeout=20)
        self.entered, self.opened = Event(), Event()
        self.done: list[str] = []
        bolt = stage.leeway.bolt
        bolt.action("gate")(self._gate)
        bolt.action("broken")(self._broken)
        bolt.view("broken")(self._broken)

    def _gate(self, ack: Any) -> None:
        self.entered.set()
        self.opened.wait(20)
        self.done.append("gate")
        ack()

    def _broken(self) -> None:
        raise RuntimeError("secret of the inside")

    def post(self, body: bytes, kind: str = FORM, **headers: str) -> httpx.Response:
        signed = sign(SIGNING, body.decode(), int(time.time())) | {"Content-Type": kind} | headers
        return self.http.post("/slack/events", content=body, headers=signed)

    def interact(self, payload: Any) -> httpx.Response:
        return self.post(urlencode({"payload": json.dumps(payload)}).encode())

    def event(self, payload: Any) -> httpx.Response:
        return self.post(json.dumps(payload).encode(), "application/json")

    def command(self, form: dict[str, str]) -> httpx.Response:
        return self.post(urlencode(form).encode())

    def told(self, person: str) -> list[str]:
        """What one person alone was told."""
        ws = self.stage.sandbox.workspace
        rooms = [(room, m) for room in ws.rooms.values() for m in room.messages.values()]
        return [m.text for room, m in rooms if m.to == person or (room.user == person and m.user == ws.bot)]

    def fresh(self) -> None:
        self.stage.people.post("/reset").raise_for_status()

    def pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(2)

    def subjects(self) -> list[str]:
        """Everything that was ever changed."""
        with self.stage.store.reads() as unit:
            return unit.record.subjects()


@contextmanager
def lobby(folder: Path) -> Iterator[Lobby]:
    with opened(folder, DemoClock(), seed=workspace()) as stage:
        yield Lobby(stage)


def sent(kind: str, by: str, team: str = TEAM) -> Payload:
    """The head of every interaction."""
    return {"type": kind, "user": {"id": by, "team_id": team}, "team": {"id": team}, "api_app_id": "A0APP"}


def press(by: str, action: str = "ask", value: str = "", *, team: str = TEAM) -> Payload:
    """A button in the channel of Search."""
    acted = {"type": "button", "action_id": action, "block_id": "b", "value": value}
    place = {"channel": {"id": SEARCH}, "message": {"ts": "1.0"}, "container": {"type": "message"}}
    return sent("block_actions", by, team) | place | {"actions": [acted], "trigger_id": "1.2.3"}


def view(name: str, meta: str = "{}", *blocks: Payload) -> Payload:
    return {
        "id": "V1",
        "type": "modal",
        "callback_id": name,
        "private_metadata": meta,
        "hash": "h",
        "blocks": list(blocks) or [{"type": "input", "block_id": "amount"}],
        "state": {"values": {}},
    }


def submission(by: str, name: str = "ask", meta: str = "{}", *, team: str = TEAM) -> Payload:
    return sent("view_submission", by, team) | {"view": view(name, meta), "trigger_id": "1.2.3"}


def in_modal(by: str, action: str = "amount", *, team: str = TEAM) -> Payload:
    acted = {"type": "plain_text_input", "action_id": action, "block_id": "amount", "value": "5"}
    return sent("block_actions", by, team) | {"view": view("ask"), "actions": [acted], "trigger_id": "1.2.3"}


def shortcut(by: str, *, team: str = TEAM) -> Payload:
    return sent("shortcut", by, team) | {"callback_id": "ask", "trigger_id": "1.2.3"}


def mention(by: str, *, team: str = TEAM) -> Payload:
    inner = {"type": "app_mention", "user": by, "text": "hi", "ts": "1.0", "channel": SEARCH, "team": team}
    grant = {"team_id": TEAM, "user_id": acme.BOT, "is_bot": True}
    return {"type": "event_callback", "team_id": TEAM, "event": inner, "event_id": "Ev1", "authorizations": [grant]}


def typed(by: str, text: str = "status", *, team: str = TEAM) -> dict[str, str]:
    return {"command": "/leeway", "text": text, "user_id": by, "team_id": team, "channel_id": SEARCH, "trigger_id": "1.2.3"}

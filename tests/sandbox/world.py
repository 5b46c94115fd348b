"""The workspace, the lunch app and a hand on the controls, over real HTTP on free ports."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import create, serve
from tests.sandbox.lunch import SECRET, TOKEN, Lunch

SEED: dict[str, Any] = {
    "team": {"id": "T0ACME", "name": "Acme", "domain": "acme", "tz": "Europe/Berlin"},
    "users": [
        {"id": "U0ADA", "name": "ada", "real_name": "Ada Okafor", "email": "ada@acme.test", "manager": "U0BOB"},
        {"id": "U0BOB", "name": "bob", "real_name": "Bob Lind", "email": "bob@acme.test", "title": "Head of Search"},
        {"id": "U0EVE", "name": "eve", "real_name": "Eve Roth"},
        {"id": "U0OLD", "name": "old", "email": "old@acme.test", "deleted": True},
        {"id": "U0LUNCH", "name": "lunch", "is_bot": True},
    ],
    "channels": [
        {"id": "C0FOOD", "name": "food", "topic": "What is for lunch", "members": ["U0ADA", "U0BOB", "U0LUNCH"]},
        {"id": "C0QUIET", "name": "quiet", "members": ["U0ADA", "U0BOB"]},
        {"id": "C0PAST", "name": "past", "members": ["U0ADA", "U0LUNCH"], "is_archived": True},
        {"id": "G0SECRET", "name": "secret", "members": ["U0BOB"], "is_private": True},
    ],
    "usergroups": [{"id": "S0COOKS", "handle": "cooks", "name": "Cooks", "users": ["U0BOB"]}],
}
ADA, BOB, EVE, BOT = "U0ADA", "U0BOB", "U0EVE", "U0LUNCH"
FOOD = "C0FOOD"


class Clock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def jump(self, to: datetime) -> datetime:
        self.time = to
        return to

    def passes(self, **span: float) -> None:
        self.time += timedelta(**span)


class World:
    """`app` is the Bolt app, `web` its client, `do` a control call, `sees` what a person sees."""

    def __init__(self, seed: dict[str, Any] | None = None, *, listens: bool = True) -> None:
        self.clock = Clock()
        self.sandbox = create(
            seed or SEED,
            app_url=None,
            signing_secret=SECRET,
            bot_token=TOKEN,
            now=self.clock.now,
            ack_timeout=30,
            on_jump=self.clock.jump,
        )
        self.server = serve(self.sandbox)
        self.url = self.server.url
        self.http = httpx.Client(base_url=self.url, timeout=30)
        self.app = Lunch(self.url)
        self.web: WebClient = self.app.client
        self.kitchen = serve(self.app.asgi) if listens else None
        if self.kitchen:
            self.sandbox.connect(f"{self.kitchen.url}/slack/events")

    def close(self) -> None:
        self.http.close()
        if self.kitchen:
            self.kitchen.stop()
        self.server.stop()

    def fresh(self) -> None:
        self.do("reset")
        self.app.heard.clear()
        self.app.headers.clear()
        self.app.reply, self.app.gate, self.app.broken = {}, None, False

    def raw(self, call: str, body: Any) -> httpx.Response:
        return self.http.post(f"/_sandbox/{call}", json=body)

    def do(self, call: str, **body: Any) -> dict[str, Any]:
        """A control call that must be understood; `who` stands for `as`."""
        if "who" in body:
            body["as"] = body.pop("who")
        answer = self.raw(call, body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def sees(self, who: str) -> dict[str, Any]:
        told: dict[str, Any] = self.http.get("/_sandbox/state", params={"as": who}).json()
        return told

    def messages(self, who: str = ADA, channel: str = FOOD) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sees(who)["messages"][channel]
        return found

    def views(self, who: str = ADA) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sees(who)["views"]
        return found

    def notices(self, who: str = ADA) -> list[str]:
        return [notice["text"] for notice in self.sees(who)["notices"]]

    def trigger(self, who: str = ADA) -> str:
        """A new trigger_id as the app gets it."""
        self.do("shortcut", who=who, callback_id="any")
        name: str = self.app.last["trigger_id"]
        return name

    def opens(self, *blocks: dict[str, Any], who: str = ADA, **more: Any) -> dict[str, Any]:
        """A modal of these blocks in front of a person, opened by the app."""
        answer = self.web.views_open(trigger_id=self.trigger(who), view=modal(*blocks, **more))
        found: dict[str, Any] = answer["view"]
        return found


def error(call: Any, **args: Any) -> str:
    """The name of the error a Web API call fails with."""
    try:
        call(**args)
    except SlackApiError as no:
        name: str = no.response["error"]
        return name
    raise AssertionError("it did not fail")


def plain(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def field(block_id: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An input block whose element has the action_id `it`."""
    whole = {"action_id": "it", **element}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": whole, **more}


def typed(block_id: str, **element: Any) -> dict[str, Any]:
    return field(block_id, {"type": "plain_text_input", **element})


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = {"type": "modal", "callback_id": "order", "title": plain("Lunch"), "submit": plain("Order")}
    return {**whole, "blocks": list(blocks), **more}


def button(action_id: str = "eat", **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain("Eat"), "value": "soup", **more}


def row(*elements: dict[str, Any], block_id: str = "row") -> dict[str, Any]:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.title()), "value": value}

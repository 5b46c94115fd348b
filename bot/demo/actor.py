"""An actor: somebody in the workspace, with eyes and hands. What they do goes through the workspace as a click in Slack does."""

import re
from dataclasses import dataclass
from typing import Any

from bot.demo import acme
from bot.demo.stage import Stage

Message = dict[str, Any]


class Missing(Exception):
    """What an actor looked for is not there to be seen."""


@dataclass(frozen=True, slots=True)
class Ack:
    """What pressing or submitting gave: how long the app took, errors beside fields, and what went wrong, if anything."""

    ms: float
    errors: dict[str, str]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is a first name of Acme's people."""

    stage: Stage
    name: str

    @property
    def id(self) -> str:
        return acme.person(self.name)

    def messages(self, channel: str) -> list[Message]:
        """What they see in a channel ("team-search") or in their messages with the app ("leeway"), oldest first."""
        state = self.stage.sees(self.id)
        here = self._im(state) if channel == "leeway" else acme.channel(channel)
        return [{**message, "channel": here} for message in state["messages"].get(here, ())]

    def _im(self, state: dict[str, Any]) -> str:
        ims = (c["id"] for c in state["channels"] if c["kind"] == "im" and c.get("user") in (acme.BOT, None, self.id))
        return next(ims, "")

    def find(self, channel: str, *words: str, thread: str | None = None) -> Message:
        """The newest message there that says all these words; with `thread`, among its replies."""
        for message in reversed(self.messages(channel)):
            inside = thread is None or message.get("thread_ts") == thread
            if inside and all(word.lower() in said(message).lower() for word in words):
                return message
        raise Missing(f"{self.name} sees no message with {words} in {channel}")

    def press(self, message: Message, action: str, value: str | None = None) -> Ack:
        """Presses a button of a message, or picks a value of a menu there."""
        if action not in buttons(message):
            raise Missing(f"there is no button {action} on: {said(message)[:200]}")
        picked = {} if value is None else {"value": value}
        done = self.stage.do("act", as_=self.id, channel=message["channel"], ts=message["ts"], action_id=action, **picked)
        return self._settled(done)

    def pick(self, action: str, value: Any) -> Ack:
        """Types or picks something in the modal that is open."""
        return self._settled(self.stage.do("act", as_=self.id, view_id=self.modal()["id"], action_id=action, value=value))

    def submit(self, **values: Any) -> Ack:
        """Fills the modal's fields and sends it."""
        return self._settled(self.stage.do("submit", as_=self.id, view_id=self.modal()["id"], values=values))

    def command(self, text: str, channel: str) -> Ack:
        """Types `/leeway …`."""
        return self._settled(self.stage.do("command", as_=self.id, channel=acme.channel(channel), command="/leeway", text=text))

    def modal(self) -> dict[str, Any]:
        """The modal that is open."""
        views = self.stage.sees(self.id)["views"]
        if not views:
            raise Missing(f"{self.name} has no modal open")
        return dict(views[-1])

    def whispers(self, channel: str) -> list[str]:
        """What was said there to this person alone."""
        return [said(message) for message in self.messages(channel) if message.get("ephemeral")]

    def _settled(self, done: dict[str, Any]) -> Ack:
        self.stage.settle()
        error = "" if done.get("ok") or done.get("errors") else str(done.get("error", "no answer"))
        return Ack(float(done.get("ack_ms") or 0), dict(done.get("errors") or {}), error)


def buttons(message: Message) -> set[str]:
    """The action ids of a message's buttons."""
    blocks = message.get("blocks") or ()
    return {e["action_id"] for block in blocks if block.get("type") == "actions" for e in block["elements"] if "action_id" in e}


def plainly(text: str, stage: Stage) -> str:
    """A message's text as a person reads it: names for mentions, the date for a date token, signs for entities."""
    names = {user["id"]: user["real_name"] for user in stage.sees(acme.person("pat"))["users"]}
    text = re.sub(r"<@(\w+)>", lambda at: f"@{names.get(at[1], at[1])}", text)
    text = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def said(message: Message) -> str:
    """Everything a message says: its text and the text of its blocks."""
    return " ".join([message.get("text") or "", *texts(message.get("blocks") or [])])


def texts(node: Any) -> list[str]:
    """Every text in a block, in reading order."""
    if isinstance(node, list):
        return [text for item in node for text in texts(item)]
    if not isinstance(node, dict):
        return []
    mine = [node["text"]] if isinstance(node.get("text"), str) else []
    return mine + [text for key, value in node.items() if key != "text" or not mine for text in texts(value)]

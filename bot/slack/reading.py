"""Reading: what Slack sends, as plain values. Slack's own shapes end here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.drafting import Typed
from workflows.people import PersonId


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody pressed or picked something: who, with what value, where, and when by Slack's clock (`at`).

    `view` is Slack's view when it was in a modal.
    """

    by: PersonId
    team: str
    value: str
    trigger: str
    channel: str = ""
    ts: str = ""
    thread: str = ""
    view: Mapping[str, Any] | None = None
    at: str = ""


def click(body: Mapping[str, Any]) -> Click:
    """A click from a block_actions payload."""
    action = (body.get("actions") or [{}])[0]
    message = body.get("message") or {}
    user = body["user"]
    return Click(
        by=PersonId(user["id"]),
        team=user.get("team_id") or (body.get("team") or {}).get("id", ""),
        value=_chosen(action),
        trigger=body.get("trigger_id", ""),
        channel=(body.get("channel") or {}).get("id", ""),
        ts=message.get("ts", ""),
        thread=message.get("thread_ts", ""),
        view=body.get("view"),
        at=_word(action, "action_ts"),
    )


def _chosen(action: Mapping[str, Any]) -> str:
    """What a button carries, or what was picked from a menu."""
    return _word(action, "value") or _word(_part(action, "selected_option"), "value")


@dataclass(frozen=True, slots=True)
class Sender:
    """Whoever sent a payload: of which workspace and enterprise, where they were, and what their button or modal carries.

    "" stands for what it does not say.
    """

    by: PersonId
    team: str = ""
    enterprise: str = ""
    channel: str = ""
    thread: str = ""
    value: str = ""


def sender(body: Mapping[str, Any]) -> Sender:
    """The sender of any payload, also of one that is not as Slack sends them."""
    user, event, message = (_part(body, name) for name in ("user", "event", "message"))
    return Sender(
        by=PersonId(_word(user, "id") or _word(body, "user_id") or _word(event, "user")),
        team=_word(user, "team_id") or _word(event, "user_team") or _word(event, "team") or _commander(body),
        enterprise=_word(_part(body, "enterprise"), "id") or _word(body, "enterprise_id"),
        channel=_word(_part(body, "channel"), "id") or _word(body, "channel_id") or _word(event, "channel"),
        thread=_word(message, "thread_ts") or _word(event, "thread_ts"),
        value=_carried(body),
    )


def _carried(body: Mapping[str, Any]) -> str:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], Mapping) else {}
    return _chosen(first) or _word(_part(body, "view"), "private_metadata")


def _commander(body: Mapping[str, Any]) -> str:
    """The workspace of whoever typed a command. In an event the same word is the workspace where it happened."""
    return _word(body, "team_id") if "command" in body else ""


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _word(part: Mapping[str, Any], name: str) -> str:
    word = part.get(name)
    return word if isinstance(word, str) else ""


def person(body: Mapping[str, Any]) -> PersonId:
    """Whoever sent any payload."""
    return sender(body).by


def asked(body: Mapping[str, Any]) -> bool:
    """Whether somebody waits for what a payload should do. Nobody does for an event, a closed modal, a link."""
    actions = body.get("actions")
    link = isinstance(actions, list) and any(isinstance(action, Mapping) and action.get("url") for action in actions)
    return not link and "event" not in body and body.get("type") != "view_closed"


_VALUES = ("value", "selected_date_time", "selected_date", "selected_user")


def typed(view: Mapping[str, Any]) -> Typed:
    """What was typed into a modal, by action id."""
    blocks = ((view.get("state") or {}).get("values") or {}).values()
    return {name: _value(element) for block in blocks for name, element in block.items()}


def _value(element: Mapping[str, Any]) -> str | tuple[str, ...]:
    if "selected_options" in element:
        return tuple(option["value"] for option in element["selected_options"] or ())
    if "selected_option" in element:
        return str((element["selected_option"] or {}).get("value", ""))
    value = next((element[name] for name in _VALUES if name in element), None)
    return "" if value is None else str(value)


def inputs(view: object) -> list[str]:
    """The block ids that can carry an error; none in what is no view."""
    blocks = view.get("blocks") if isinstance(view, Mapping) else None
    inside = [block for block in blocks if isinstance(block, Mapping)] if isinstance(blocks, list) else []
    return [_word(block, "block_id") for block in inside if block.get("type") == "input"]

"""Reading: what Slack sends, as plain values. Slack's own shapes end here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.drafting import Typed
from workflows.people import PersonId


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody pressed or picked something: who, with what value, and where. `view` is Slack's view when it was in a modal."""

    by: PersonId
    team: str
    value: str
    trigger: str
    channel: str = ""
    ts: str = ""
    thread: str = ""
    view: Mapping[str, Any] | None = None


def click(body: Mapping[str, Any]) -> Click:
    """A click from a block_actions payload."""
    action = (body.get("actions") or [{}])[0]
    message = body.get("message") or {}
    user = body["user"]
    return Click(
        by=PersonId(user["id"]),
        team=user.get("team_id") or (body.get("team") or {}).get("id", ""),
        value=action.get("value") or "",
        trigger=body.get("trigger_id", ""),
        channel=(body.get("channel") or {}).get("id", ""),
        ts=message.get("ts", ""),
        thread=message.get("thread_ts", ""),
        view=body.get("view"),
    )


def person(body: Mapping[str, Any]) -> PersonId:
    """Whoever sent any payload."""
    user = body.get("user") or body.get("user_id") or (body.get("event") or {}).get("user") or ""
    return PersonId(user["id"] if isinstance(user, Mapping) else user)


def typed(view: Mapping[str, Any]) -> Typed:
    """What was typed into a modal, by action id."""
    blocks = ((view.get("state") or {}).get("values") or {}).values()
    return {name: _value(element) for block in blocks for name, element in block.items()}


def _value(element: Mapping[str, Any]) -> str | tuple[str, ...]:
    if "selected_options" in element:
        return tuple(option["value"] for option in element["selected_options"] or ())
    if "selected_option" in element:
        return str((element["selected_option"] or {}).get("value", ""))
    value = element.get("value", element.get("selected_date_time"))
    return "" if value is None else str(value)


def inputs(view: Mapping[str, Any]) -> list[str]:
    """The block ids that can carry an error."""
    return [block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input"]

"""What Slack sends to an app, field by field. Pure: every function reads the workspace and returns a dict."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.elements import Values
from bot.sandbox.modals import View
from bot.sandbox.workspace import Message, Room, Workspace

Payload = dict[str, Any]
# deprecated by Slack, still in every payload; the signature is what an app trusts
VERIFICATION = "sandbox-verification-token"


def view(ws: Workspace, held: View) -> Payload:
    """A view as views.open answers it and as interactions carry it."""
    body = held.body
    shared = {name: body.get(name) for name in ("type", "blocks", "title", "close", "submit")}
    return {
        "id": held.id,
        "team_id": ws.team.id,
        **shared,
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "external_id": body.get("external_id", ""),
        "state": {"values": held.values},
        "hash": held.hash,
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "previous_view_id": held.previous,
        "root_view_id": held.root,
        "app_id": ws.seed.app_id,
        "app_installed_team_id": ws.team.id,
        "bot_id": ws.bot_id,
    }


def message(ws: Workspace, m: Message) -> Payload:
    """A message as chat.postMessage answers it and as interactions carry it."""
    sent: Payload = {"type": "message", "user": m.user, "ts": m.ts, "text": m.text, "team": ws.team.id}
    if m.user == ws.bot:
        sent |= {"bot_id": ws.bot_id, "app_id": ws.seed.app_id}
    if m.blocks:
        sent["blocks"] = m.blocks
    if m.thread_ts:
        sent["thread_ts"] = m.thread_ts
    if m.broadcast:
        sent["subtype"] = "thread_broadcast"
    if m.edited:
        sent["edited"] = {"user": m.user, "ts": m.edited}
    if m.metadata:
        sent["metadata"] = m.metadata
    return sent


def _interaction(ws: Workspace, kind: str, user: str) -> Payload:
    name, team = ws.users[user].name, ws.users[user].team or ws.team.id
    return {
        "type": kind,
        "user": {"id": user, "username": name, "name": name, "team_id": team},
        "api_app_id": ws.seed.app_id,
        "token": VERIFICATION,
        "team": {"id": ws.team.id, "domain": ws.team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_action(
    ws: Workspace, user: str, room: Room, m: Message, *, actions: list[Payload], state: Values, trigger: str, url: str
) -> Payload:
    """A press in a message. Slack leaves the text of an ephemeral message out."""
    place = {"message_ts": m.ts, "channel_id": room.id, "is_ephemeral": m.to is not None}
    if m.thread_ts:
        place["thread_ts"] = m.thread_ts
    where = {"container": {"type": "message", **place}, "channel": {"id": room.id, "name": channel_name(room)}}
    original = {} if m.to else {"message": message(ws, m)}
    acted = {"trigger_id": trigger, "response_url": url, "state": {"values": state}, "actions": actions}
    return _interaction(ws, "block_actions", user) | where | original | acted


def view_action(ws: Workspace, held: View, *, actions: list[Payload], trigger: str) -> Payload:
    """A press in a modal or an App Home."""
    where = {"container": {"type": "view", "view_id": held.id}, "trigger_id": trigger, "view": view(ws, held)}
    return _interaction(ws, "block_actions", held.user) | where | {"actions": actions}


def submission(ws: Workspace, held: View, trigger: str) -> Payload:
    sent = {"trigger_id": trigger, "view": view(ws, held), "response_urls": []}
    return _interaction(ws, "view_submission", held.user) | sent


def closed(ws: Workspace, held: View, *, cleared: bool) -> Payload:
    return _interaction(ws, "view_closed", held.user) | {"view": view(ws, held), "is_cleared": cleared}


def shortcut(ws: Workspace, user: str, callback_id: str, trigger: str) -> Payload:
    sent = {"callback_id": callback_id, "trigger_id": trigger, "action_ts": ws.moment()}
    return _interaction(ws, "shortcut", user) | sent


def message_shortcut(ws: Workspace, user: str, room: Room, m: Message, *, callback_id: str, trigger: str, url: str) -> Payload:
    where = {"channel": {"id": room.id, "name": channel_name(room)}, "message_ts": m.ts, "message": message(ws, m)}
    sent = {"callback_id": callback_id, "trigger_id": trigger, "action_ts": ws.moment(), "response_url": url}
    return _interaction(ws, "message_action", user) | where | sent


def command(ws: Workspace, user: str, room: Room, *, name: str, text: str, trigger: str, url: str) -> dict[str, str]:
    """The form of a slash command: strings only, no JSON."""
    return {
        "token": VERIFICATION,
        "team_id": ws.team.id,
        "team_domain": ws.team.domain,
        "channel_id": room.id,
        "channel_name": channel_name(room),
        "user_id": user,
        "user_name": ws.users[user].name,
        "command": name,
        "text": text,
        "api_app_id": ws.seed.app_id,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": trigger,
    }


def event(ws: Workspace, inner: Mapping[str, Any]) -> Payload:
    """The envelope of one event; `event_id` is what an app tells retries by."""
    grant = {"enterprise_id": None, "team_id": ws.team.id, "user_id": ws.bot, "is_bot": True}
    return {
        "token": VERIFICATION,
        "team_id": ws.team.id,
        "api_app_id": ws.seed.app_id,
        "event": dict(inner),
        "type": "event_callback",
        "event_id": ws.fresh("Ev"),
        "event_time": int(ws.now().timestamp()),
        "authorizations": [{**grant, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
    }


def mention(ws: Workspace, room: Room, m: Message) -> Payload:
    thread = {"thread_ts": m.thread_ts} if m.thread_ts else {}
    sent = {"type": "app_mention", "user": m.user, "text": m.text, "ts": m.ts, "channel": room.id, "event_ts": m.ts}
    return event(ws, sent | thread | {"team": ws.users[m.user].team or ws.team.id})


def home_opened(ws: Workspace, user: str) -> Payload:
    held = ws.modals.homes.get(user)
    shown = {"view": view(ws, held)} if held else {}
    room = ws.im(user)
    sent = {"type": "app_home_opened", "user": user, "channel": room.id, "tab": "home", "event_ts": ws.moment()}
    return event(ws, sent | shown)


def channel_name(room: Room) -> str:
    return "directmessage" if room.user else room.name

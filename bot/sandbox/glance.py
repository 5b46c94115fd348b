"""The workspace as one person sees it: the answer of `GET /_sandbox/state`."""

from collections import Counter
from typing import Any

from bot.sandbox.modals import View
from bot.sandbox.workspace import Message, Room, Workspace

Seen = dict[str, Any]
_COLOURS = ("#4a154b", "#1264a3", "#007a5a", "#a36b00", "#b4235a", "#3f46ad", "#0b6e75", "#7a3e9d")


def glance(ws: Workspace, user: str) -> Seen:
    """Rooms the person is in, messages they may see, their modals, home and notices."""
    rooms = list(ws.joined(user))
    return {
        "rev": ws.pulse.rev,
        "now": ws.now().isoformat(),
        "tz": ws.team.tz,
        "me": user,
        "team": {"id": ws.team.id, "name": ws.team.name},
        "users": _users(ws),
        "channels": [_room(ws, room, user) for room in rooms],
        "messages": {room.id: _messages(room, user) for room in rooms},
        "views": [_view(ws.modals.views[key]) for key in ws.modals.stacks.get(user, [])],
        "home": _home(ws, user),
        "notices": [{"id": n.id, "at": n.at.isoformat(), "text": n.text} for n in ws.notices.get(user, [])],
    }


def _users(ws: Workspace) -> list[Seen]:
    return [
        {
            "id": user.id,
            "name": user.name,
            "real_name": user.real_name or user.name,
            "title": user.title,
            "tz": user.tz,
            "is_bot": user.is_bot,
            "deleted": user.deleted,
            "color": _COLOURS[index % len(_COLOURS)],
        }
        for index, user in enumerate(ws.users.values())
    ]


def _room(ws: Workspace, room: Room, user: str) -> Seen:
    visible = room.visible(user)
    seen = room.seen.get(user, "")
    shown = {
        "id": room.id,
        "name": ws.users[ws.bot].name if room.user else room.name,
        "kind": "im" if room.user else "channel",
        "topic": room.topic,
        "unread": sum(m.ts > seen for m in visible),
        "last_ts": visible[-1].ts if visible else None,
    }
    return shown | ({"user": ws.bot} if room.user else {})


def _messages(room: Room, user: str) -> list[Seen]:
    visible = room.visible(user)
    replies = Counter(m.thread_ts for m in visible if m.to is None)
    return [_message(m, user, replies[m.ts]) for m in visible]


def _message(m: Message, user: str, replies: int) -> Seen:
    shown = {"subtype": "thread_broadcast"} if m.broadcast else {}
    return shown | {
        "ts": m.ts,
        "user": m.user,
        "text": m.text,
        "blocks": m.blocks,
        "thread_ts": m.thread_ts,
        "reply_count": replies,
        "edited": m.edited is not None,
        "ephemeral": m.to is not None,
        "values": m.picks.get(user, {}),
    }


def _view(view: View) -> Seen:
    return {"id": view.id, "hash": view.hash, "view": view.body, "values": view.values, "errors": view.errors}


def _home(ws: Workspace, user: str) -> Seen:
    home = ws.modals.homes.get(user)
    if home is None:
        return {"id": None, "blocks": [], "values": {}}
    return {"id": home.id, "hash": home.hash, "blocks": home.blocks, "values": home.values}

"""conversations.* of the Web API, and which rooms the app may speak in."""

from typing import Any

from bot.sandbox.args import Args, page
from bot.sandbox.errors import ApiError
from bot.sandbox.workspace import Room, Workspace

Answer = dict[str, Any]
_TYPES = ("public_channel", "private_channel", "im", "mpim")


def _kind(room: Room) -> str:
    return "im" if room.user else "private_channel" if room.is_private else "public_channel"


def reachable(ws: Workspace, key: str) -> Room:
    """A room the app can see: not a private channel it is no member of."""
    room = ws.find(key)
    if room is None or (room.is_private and ws.bot not in room.members):
        raise ApiError("channel_not_found")
    return room


def target(ws: Workspace, key: str) -> Room:
    """Where a post goes: a channel the app is in, or the direct message of the user named."""
    room = _direct(ws, key) if key in ws.users else reachable(ws, key)
    if room.is_archived:
        raise ApiError("is_archived")
    if ws.bot not in room.members:
        raise ApiError("not_in_channel")
    return room


def _direct(ws: Workspace, user: str) -> Room:
    if user not in ws.users:
        raise ApiError("user_not_found")
    if ws.users[user].is_bot:
        raise ApiError("cannot_dm_bot")
    if ws.users[user].deleted:
        raise ApiError("user_disabled")
    return ws.im(user)


def described(ws: Workspace, room: Room) -> Answer:
    """A room as conversations.info shows it."""
    shared = {"id": room.id, "created": 0, "is_archived": room.is_archived, "is_im": room.user is not None}
    shared |= {"is_org_shared": False, "is_mpim": False, "is_private": room.is_private or room.user is not None}
    if room.user:
        return shared | {"user": room.user, "is_user_deleted": ws.users[room.user].deleted}
    about = {"value": room.topic, "creator": "", "last_set": 0}
    return shared | {
        "name": room.name,
        "name_normalized": room.name,
        "is_channel": not room.is_private,
        "is_group": room.is_private,
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_member": ws.bot in room.members,
        "topic": about,
        "purpose": about | {"value": ""},
        "num_members": len(room.members),
    }


def open_(ws: Workspace, args: Args) -> Answer:
    """The direct message with one person; group messages are not played here."""
    if args.has("channel"):
        return {"channel": {"id": reachable(ws, args.text("channel")).id}}
    if not args.has("users"):
        raise ApiError("users_list_not_supplied")
    users = args.text("users").split(",")
    if len(users) > 1:
        raise ApiError("method_not_supported_for_channel_type")
    known = any(room.user == users[0] for room in ws.rooms.values())
    room = _direct(ws, users[0])
    whole = described(ws, room) if args.flag("return_im") else {"id": room.id}
    return {"channel": whole, "no_op": known, "already_open": known}


def list_(ws: Workspace, args: Args) -> Answer:
    types = args.maybe("types", "public_channel").replace(" ", "").split(",")
    if any(kind not in _TYPES for kind in types):
        raise ApiError("invalid_types")
    found = [room for room in ws.rooms.values() if _kind(room) in types]
    found = [room for room in found if not room.is_private or ws.bot in room.members]
    if args.flag("exclude_archived"):
        found = [room for room in found if not room.is_archived]
    shown, meta = page(found, args, 100)
    return {"channels": [described(ws, room) for room in shown], "response_metadata": meta}


def info(ws: Workspace, args: Args) -> Answer:
    return {"channel": described(ws, reachable(ws, args.text("channel")))}


def members(ws: Workspace, args: Args) -> Answer:
    shown, meta = page(reachable(ws, args.text("channel")).members, args, 100)
    return {"members": shown, "response_metadata": meta}


def join(ws: Workspace, args: Args) -> Answer:
    room = reachable(ws, args.text("channel"))
    if _kind(room) != "public_channel":
        raise ApiError("method_not_supported_for_channel_type")
    if room.is_archived:
        raise ApiError("is_archived")
    if ws.bot in room.members:
        return {"channel": described(ws, room), "warning": "already_in_channel"}
    room.members.append(ws.bot)
    ws.touch()
    return {"channel": described(ws, room)}


METHODS = {
    "conversations.open": open_,
    "conversations.list": list_,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.join": join,
}

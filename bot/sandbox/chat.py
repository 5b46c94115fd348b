"""chat.* of the Web API, and the one way any text or blocks get into a room."""

from typing import Any
from urllib.parse import quote

from bot.sandbox import limits, payloads
from bot.sandbox.args import Args
from bot.sandbox.blocks import EDIT_MOST, TEXT_MOST
from bot.sandbox.complete import complete
from bot.sandbox.errors import ApiError
from bot.sandbox.rooms import reachable, target
from bot.sandbox.workspace import Blocks, Message, Room, Workspace

Answer = dict[str, Any]


def checked(ws: Workspace, args: Args, most: int = TEXT_MOST) -> tuple[str, Blocks | None]:
    """Text and blocks (None where none were given) as they may be stored."""
    text, blocks = args.maybe("text"), args.nested("blocks")
    if len(text) > most:
        raise ApiError("msg_too_long")
    if blocks is None or blocks == "":
        return text, None
    limits.message(blocks)
    return text, complete(blocks, ws.fresh)


def _content(ws: Workspace, args: Args) -> tuple[str, Blocks]:
    text, blocks = checked(ws, args)
    if not text and not blocks and not args.has("attachments"):
        raise ApiError("no_text")
    return text, blocks or []


def _metadata(args: Args) -> dict[str, Any] | None:
    value = args.nested("metadata")
    if value is None or value == "":
        return None
    if not isinstance(value, dict) or not isinstance(value.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    if not isinstance(value.get("event_type"), str):
        raise ApiError("invalid_metadata_schema")
    return value


def _thread(room: Room, args: Args) -> str | None:
    """The ts of the thread's first message, whichever message of it was named."""
    if not args.has("thread_ts"):
        return None
    parent = room.messages.get(args.maybe("thread_ts"))
    if parent is None or parent.to:
        raise ApiError("thread_not_found")
    return parent.thread_ts or parent.ts


def post(ws: Workspace, args: Args) -> Answer:
    room = target(ws, args.text("channel"))
    text, blocks = _content(ws, args)
    sent = Message("", ws.bot, text, blocks, thread_ts=_thread(room, args), metadata=_metadata(args))
    sent.broadcast = sent.thread_ts is not None and args.flag("reply_broadcast")
    ws.post(room, sent)
    return {"channel": room.id, "ts": sent.ts, "message": payloads.message(ws, sent)}


def post_ephemeral(ws: Workspace, args: Args) -> Answer:
    room, user = target(ws, args.text("channel")), args.text("user")
    if user not in room.members:
        raise ApiError("user_not_in_channel")
    text, blocks = _content(ws, args)
    sent = ws.post(room, Message("", ws.bot, text, blocks, thread_ts=_thread(room, args), to=user))
    return {"message_ts": sent.ts}


def _own(ws: Workspace, args: Args, error: str) -> tuple[Room, Message]:
    """A message of the app itself; an ephemeral one cannot be found by ts."""
    room = reachable(ws, args.text("channel"))
    found = room.messages.get(args.text("ts"))
    if found is None or found.to:
        raise ApiError("message_not_found")
    if found.user != ws.bot:
        raise ApiError(error)
    return room, found


def update(ws: Workspace, args: Args) -> Answer:
    room, found = _own(ws, args, "cant_update_message")
    text, blocks = checked(ws, args, EDIT_MOST)
    if not args.has("text") and blocks is None:
        raise ApiError("no_text")
    edit(ws, found, text if "text" in args.raw else found.text, blocks)
    found.metadata = _metadata(args) or found.metadata
    return {"channel": room.id, "ts": found.ts, "text": found.text, "message": payloads.message(ws, found)}


def edit(ws: Workspace, found: Message, text: str, blocks: Blocks | None) -> None:
    """New words for a message; blocks that are not given stay, an empty list takes them away."""
    found.text = text
    found.blocks = found.blocks if blocks is None else blocks
    found.edited = ws.moment()
    ws.touch()


def delete(ws: Workspace, args: Args) -> Answer:
    room, found = _own(ws, args, "cant_delete_message")
    remove(ws, room, found)
    return {"channel": room.id, "ts": found.ts}


def remove(ws: Workspace, room: Room, found: Message) -> None:
    """Takes a message away; the head of a thread leaves a stone behind, as in Slack."""
    if room.replies(found.ts):
        edit(ws, found, "This message was deleted.", [])
    else:
        del room.messages[found.ts]
    ws.touch()


def permalink(ws: Workspace, args: Args) -> Answer:
    room, ts = reachable(ws, args.text("channel")), args.text("message_ts")
    if ts not in room.messages:
        raise ApiError("message_not_found")
    return {"channel": room.id, "permalink": f"{args.base}/?channel={quote(room.id)}&ts={quote(ts)}"}


METHODS = {
    "chat.postMessage": post,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": permalink,
}

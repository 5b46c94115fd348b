"""What becomes of an app's answer: a submission settled, a reply posted, a failure told in Slack's words."""

from typing import Any

from bot.sandbox import limits
from bot.sandbox.args import Args
from bot.sandbox.chat import checked, edit, remove
from bot.sandbox.deliver import Ack
from bot.sandbox.errors import ApiError
from bot.sandbox.modals import View
from bot.sandbox.workspace import Message, Room, Workspace

Told = dict[str, Any]
_TROUBLE = "We had some trouble connecting. Try again?"


def complain(ws: Workspace, user: str, ack: Ack, what: str = "") -> None:
    """Tells a person that the app did not do its part."""
    head = f"{what}: " if what else ""
    if ack.error == "operation_timeout":
        ws.note(user, f"{head}This app did not respond in time (operation_timeout)")
    elif ack.status is not None:
        ws.note(user, f"{head}This app responded with status code {ack.status}")
    else:
        ws.note(user, f"{head}This app could not be reached (dispatch_failed)")


def settle(ws: Workspace, view: View, ack: Ack) -> Told:
    """Does what the answer to a view_submission asks for; where it asks for nonsense the modal stays and says so."""
    if not ack.ok:
        complain(ws, view.user, ack, _TROUBLE)
        return ack.told()
    if view.id not in ws.modals.stacks.get(view.user, []):
        return ack.told()
    try:
        return ack.told() | _follow(ws, view, ack.body)
    except ApiError as no:
        why = "; ".join(no.detail.get("response_metadata", {}).get("messages", [])) or no.name
        ws.note(view.user, f"{_TROUBLE} ({why})")
        return ack.told() | {"ok": False, "error": no.name}


def _follow(ws: Workspace, view: View, body: Any) -> Told:
    if body in (None, "", {}):
        ws.modals.close(view)
        return {}
    action = body.get("response_action") if isinstance(body, dict) else None
    if action == "errors":
        return _mark(ws, view, body.get("errors"))
    if action == "clear":
        ws.modals.clear(view.user)
    elif action == "update":
        ws.modals.change(view, limits.view(body.get("view"), "modal"))
    elif action == "push":
        ws.modals.put_on(view.user, limits.view(body.get("view"), "modal"))
    else:
        raise ApiError("invalid_response_action")
    return {"response_action": action}


def _mark(ws: Workspace, view: View, errors: Any) -> Told:
    """Puts the app's words beside the fields; a word for what is no input is the app's mistake."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise ApiError("invalid_errors")
    view.errors = {name: str(words) for name, words in errors.items()}
    ws.touch()
    return {"ok": False, "response_action": "errors", "errors": view.errors}


def posted(ws: Workspace, room: Room, user: str, body: Any) -> None:
    """Shows what a slash command was acknowledged with: to that person only unless it says in_channel."""
    args = Args(body if isinstance(body, dict) else {"text": str(body)})
    try:
        _put(ws, room, user, args)
    except ApiError as no:
        ws.note(user, f"The app answered with something Slack does not take ({no.name})")


def _put(ws: Workspace, room: Room, user: str, args: Args) -> None:
    text, blocks = checked(ws, args)
    if not text and not blocks:
        raise ApiError("no_text")
    public = args.maybe("response_type") == "in_channel"
    thread = args.maybe("thread_ts") or None
    if thread and thread not in room.messages:
        raise ApiError("thread_not_found")
    ws.post(room, Message("", ws.bot, text, blocks or [], thread_ts=thread, to=None if public else user))


def respond(ws: Workspace, key: str, args: Args) -> None:
    """One use of a response_url. A press in a message replaces that message unless told otherwise."""
    hook = ws.hooks.open(key)
    room = ws.rooms[hook.room]
    source = room.messages.get(hook.ts or "")
    if source and args.flag("delete_original"):
        remove(ws, room, source)
    elif source and _replaces(args):
        text, blocks = checked(ws, args)
        if not text and not blocks:
            raise ApiError("no_text")
        edit(ws, source, text, blocks or [])
    else:
        _put(ws, room, hook.user, args)
    hook.uses += 1


def _replaces(args: Args) -> bool:
    return args.flag("replace_original", default=not args.has("response_type"))

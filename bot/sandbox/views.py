"""views.* of the Web API."""

from typing import Any

from bot.sandbox import limits, payloads
from bot.sandbox.args import Args
from bot.sandbox.errors import arguments, missing
from bot.sandbox.workspace import Workspace

Answer = dict[str, Any]


def _modal(args: Args, *allowed: str) -> dict[str, Any]:
    if not args.has("view"):
        raise missing("view")
    return limits.view(args.nested("view"), *(allowed or ("modal",)))


def open_(ws: Workspace, args: Args) -> Answer:
    body = _modal(args)
    return {"view": payloads.view(ws, ws.modals.open(args.text("trigger_id"), body))}


def push(ws: Workspace, args: Args) -> Answer:
    body = _modal(args)
    return {"view": payloads.view(ws, ws.modals.push(args.text("trigger_id"), body))}


def update(ws: Workspace, args: Args) -> Answer:
    """Finds the view by view_id or external_id; keeps what was typed."""
    if not args.has("view_id") and not args.has("external_id"):
        raise missing("view_id")
    body = _modal(args, "modal", "home")
    held = ws.modals.find(args.maybe("view_id"), args.maybe("external_id"))
    if held.body["type"] != body["type"]:
        raise arguments(f"a {held.body['type']} cannot become a {body['type']} [json-pointer:/view/type]")
    return {"view": payloads.view(ws, ws.modals.change(held, body, args.maybe("hash") or None))}


def publish(ws: Workspace, args: Args) -> Answer:
    body, user = _modal(args, "home"), args.text("user_id")
    if user not in ws.users:
        raise arguments("user not found [json-pointer:/user_id]")
    return {"view": payloads.view(ws, ws.modals.publish(user, body, args.maybe("hash") or None))}


METHODS = {"views.open": open_, "views.push": push, "views.update": update, "views.publish": publish}

"""Whether Slack would take a message or a view: the shapes of `blocks`, plus what only the whole can tell."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.sandbox import blocks as table
from bot.sandbox.errors import ApiError, arguments
from bot.sandbox.shapes import Check, Fault, anything, boolean, fields, items, kinds, said, string

# at most so many of a kind in one message
_PER_MESSAGE = {"table": 1, "data_visualization": 2}


def _unique(found: Any, at: str) -> Iterator[Fault]:
    """block_id is unique in the whole, action_id in its block."""
    blocks = [block for block in found if isinstance(block, dict)] if isinstance(found, list) else []
    names = Counter(b["block_id"] for b in blocks if isinstance(b.get("block_id"), str))
    yield from ((f'`block_id` "{name}" already exists', at) for name, n in names.items() if n > 1)
    for index, block in enumerate(blocks):
        inside = block.get("elements")
        ids = [e.get("action_id") for e in inside if isinstance(e, dict)] if isinstance(inside, list) else []
        twice = [i for i, n in Counter(i for i in ids if isinstance(i, str)).items() if n > 1]
        yield from ((f'`action_id` "{i}" already exists for another element', f"{at}/{index}/elements") for i in twice)


def _length(value: Any) -> int:
    """Characters a person would read."""
    if isinstance(value, dict):
        inside = sum(_length(v) for v in value.values() if isinstance(v, (dict, list)))
        return inside + (len(value["text"]) if isinstance(value.get("text"), str) else 0)
    return sum(map(_length, value)) if isinstance(value, list) else 0


def message(blocks: Any) -> None:
    """Raises what chat.postMessage and its kin answer for blocks that are wrong."""
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    faults = [*items(50, kinds(table.MESSAGE), 0)(blocks, "/blocks"), *_unique(blocks, "/blocks")]
    counts = Counter(str(b.get("type")) for b in blocks if isinstance(b, dict))
    for kind, most in _PER_MESSAGE.items():
        if counts[kind] > most:
            faults.append((f"no more than {most} {kind} blocks allowed", "/blocks"))
    if faults:
        told = said(iter(faults))
        raise ApiError("invalid_blocks", errors=told, response_metadata={"messages": [f"[ERROR] {m}" for m in told]})
    markdown = sum(len(b["text"]) for b in blocks if b["type"] == "markdown")
    if markdown > table.MARKDOWN_MOST or _length(blocks) > table.BLOCKS_MOST:
        raise ApiError("msg_blocks_too_long")


def _shape(kind: str) -> Check:
    known = table.MODAL if kind == "modal" else table.HOME
    name, notes = string(255, 0), string(3000, 0)
    parts: dict[str, Check] = {"callback_id": name, "external_id": name, "private_metadata": notes}
    if kind == "home":
        return fields({"type": anything, "blocks": items(100, kinds(known), 0)}, parts)
    title = fields({"type": anything, "text": string(24)}, {"emoji": boolean})
    flags = {"clear_on_close": boolean, "notify_on_close": boolean, "submit_disabled": boolean}
    need = {"type": anything, "title": kinds({"plain_text": title}), "blocks": items(100, kinds(known), 0)}
    buttons = dict.fromkeys(("submit", "close"), kinds({"plain_text": title}))
    return fields(need, {**parts, **flags, **buttons})


_SHAPES = {"modal": _shape("modal"), "home": _shape("home")}


def _submittable(view: dict[str, Any]) -> Iterator[Fault]:
    blocks = view.get("blocks")
    asks = any(isinstance(b, dict) and b.get("type") == "input" for b in (blocks if isinstance(blocks, list) else []))
    if view.get("type") == "modal" and asks and not view.get("submit"):
        yield "missing required field: submit", "/view"


def view(body: Any, *allowed: str) -> dict[str, Any]:
    """The view if Slack would take it as one of the `allowed` types; raises what views.open and its kin answer."""
    if not isinstance(body, dict):
        raise arguments("must provide an object [json-pointer:/view]")
    if body.get("type") not in allowed:
        raise arguments(f"unsupported type: {body.get('type')} [json-pointer:/view/type]")
    faults = [*_SHAPES[body["type"]](body, "/view"), *_unique(body.get("blocks"), "/view/blocks"), *_submittable(body)]
    if faults:
        raise arguments(*said(iter(faults)))
    if len(json.dumps(body)) > table.VIEW_MOST:
        raise ApiError("view_too_large")
    return body

"""Slack's limits, from /design's slack.md, as a checker of its own: it knows nothing of how the app renders.

`faults(message or view)` lists everything Slack would refuse. Lengths are UTF-16 units.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

Json = Any

MESSAGE_BLOCKS, VIEW_BLOCKS, BUDGET, VIEW_BYTES = 50, 100, 12_000, 250_000
TEXTS = {  # where a text object stands: its most
    "header.text": 150,
    "button.text": 75,
    "option.text": 75,
    "option.description": 75,
    "input.label": 2000,
    "input.hint": 2000,
    "placeholder": 150,
    "confirm.title": 100,
    "confirm.text": 300,
    "confirm.confirm": 30,
    "confirm.deny": 30,
    "fields": 2000,
}
STRINGS = {
    "block_id": 255,
    "action_id": 255,
    "callback_id": 255,
    "external_id": 255,
    "private_metadata": 3000,
    "accessibility_label": 75,
}
LISTS = {"section.fields": 10, "context.elements": 10, "actions.elements": 25, "radio_buttons.options": 10}
KNOWN = {"section", "header", "divider", "context", "actions", "input", "rich_text"}
PARTS = {"rich_text_section", "rich_text_quote", "rich_text_list"}
PIECES = {"text": "text", "link": "url", "user": "user_id", "date": "fallback", "emoji": "name"}


def size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def faults(shown: Json) -> list[str]:
    """What Slack would refuse in a message or a view."""
    return list(_view(shown) if shown.get("type") in ("modal", "home") else _message(shown))


def _message(shown: Json) -> Iterator[str]:
    if set(shown) - {"text", "blocks"}:
        yield f"a message has text and blocks, not {sorted(shown)}"
    if not shown["text"].strip() or size(shown["text"]) > 3000:
        yield "the top-level text is empty or too long"
    if not 0 < len(shown["blocks"]) <= MESSAGE_BLOCKS:
        yield f"{len(shown['blocks'])} blocks"
    if (whole := sum(size(text) for text in _texts(shown["blocks"]))) > BUDGET:
        yield f"{whole} characters in all blocks"
    yield from _blocks(shown["blocks"])


def _view(shown: Json) -> Iterator[str]:
    for part in ("title", "submit", "close"):
        if part in shown and not 0 < size(shown[part]["text"]) <= 24:
            yield f"{part}: {shown[part]['text']}"
    if any(block["type"] == "input" for block in shown["blocks"]) and "submit" not in shown:
        yield "inputs without submit"
    if not 0 < len(shown["blocks"]) <= VIEW_BLOCKS or size(repr(shown)) > VIEW_BYTES:
        yield "too large"
    yield from _blocks(shown["blocks"])
    yield from _strings(shown, "view")


def _blocks(blocks: Json) -> Iterator[str]:
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name} twice" for name, times in ids.items() if times > 1)
    for block in blocks:
        if block["type"] not in KNOWN:
            yield f"unknown block {block['type']}"
        if block["type"] == "section" and not ("text" in block or block.get("fields")):
            yield "an empty section"
        actions = [e["action_id"] for e in block.get("elements", ()) if "action_id" in e]
        if len(set(actions)) < len(actions):
            yield "an action_id twice in a block"
        yield from _walk(block, block["type"])


def _walk(node: Json, at: str) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, at)
    if not isinstance(node, dict):
        return
    yield from _strings(node, at)
    yield from (f"{at}.{key} is {value!r}" for key, value in node.items() if value is None or not isinstance(key, str))
    kind = node.get("type", "")
    if kind in ("plain_text", "mrkdwn"):
        yield from _text(node, at)
        return
    if kind.startswith("rich_text"):
        yield from _rich(node)
    for key, value in node.items():
        here = f"{kind or at.rpartition('.')[2]}.{key}"
        if isinstance(value, list) and len(value) > LISTS.get(here, 100):
            yield f"{len(value)} in {here}"
        if key in ("options", "elements", "initial_options", "fields") and not value:
            yield f"empty {here}"
        inside = {"options": "option", "initial_options": "option", "initial_option": "option", "confirm": "confirm"}.get(key)
        yield from _walk(value, key if key in ("placeholder", "fields") else inside if inside and kind else here)
    if at == "option":
        yield from () if 0 < size(node["value"]) <= 75 else (f"option value {node['value']!r}",)


def _text(node: Json, at: str) -> Iterator[str]:
    if odd := set(node) - {"type", "text", "emoji", "verbatim"}:
        yield f"{at} has {sorted(odd)}"
    most = TEXTS.get(at, TEXTS.get(at.rpartition(".")[2], 3000))
    if not node["text"].strip() or size(node["text"]) > most:
        yield f"{at}: {size(node['text'])} of {most}: {node['text'][:60]!r}"
    if node["type"] == "mrkdwn" and at.split(".")[0] in ("header", "button", "placeholder", "input"):
        yield f"{at} must be plain_text"


def _rich(node: Json) -> Iterator[str]:
    inside = node["elements"]
    if node["type"] == "rich_text":
        yield from (f"{part['type']} in rich_text" for part in inside if part["type"] not in PARTS)
    elif node["type"] == "rich_text_list":
        yield from (f"{part['type']} in a list" for part in inside if part["type"] != "rich_text_section")
    else:
        yield from (f"bad {piece}" for piece in inside if not piece.get(PIECES.get(piece["type"], "?")))


def _strings(node: Json, at: str) -> Iterator[str]:
    for key, most in STRINGS.items():
        if key in node and (not isinstance(node[key], str) or size(node[key]) > most):
            yield f"{at}.{key} is longer than {most}"
    if node.get("type") == "button" and size(node.get("value", "")) > 2000:
        yield "button value"
    if node.get("type") == "plain_text_input" and size(node.get("initial_value", "")) > min(3000, node.get("max_length", 3000)):
        yield f"{node['action_id']}: initial value longer than the field"


def _texts(node: Json) -> Iterator[str]:
    """Every text in a tree, as a reader would count."""
    if isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("text", "url", "fallback") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)


def parsed(shown: Json) -> list[str]:
    """Every text that Slack parses: mrkdwn, and a message's own."""
    found = [shown["text"]] if isinstance(shown.get("text"), str) and "type" not in shown else []
    stack: list[Json] = [shown]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if node.get("type") == "mrkdwn":
                found.append(node["text"])
            stack += node.values()
        elif isinstance(node, list):
            stack += node
    return found

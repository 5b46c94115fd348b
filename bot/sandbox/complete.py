"""What Slack fills in when it takes blocks: ids nobody gave, and text objects written out in full."""

import copy
from collections.abc import Callable
from typing import Any

from bot.sandbox.blocks import ELEMENTS

Fresh = Callable[[str], str]
_ACTIVE = ELEMENTS.keys() - {"image"}


def complete(blocks: list[dict[str, Any]], fresh: Fresh) -> list[dict[str, Any]]:
    """A deep copy with every block_id and action_id present. Ids made here change on every call, as Slack's do."""
    done = copy.deepcopy(blocks)
    for block in done:
        block.setdefault("block_id", fresh("b"))
        inside = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
        for element in inside:
            if isinstance(element, dict) and element.get("type") in _ACTIVE:
                element.setdefault("action_id", fresh("a"))
    _write_out(done)
    return done


def _write_out(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _write_out(item)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str) and value.get("type") in _DEFAULTS:
            value.setdefault(*_DEFAULTS[value["type"]])
        for item in value.values():
            _write_out(item)


_DEFAULTS: dict[str, tuple[str, bool]] = {"plain_text": ("emoji", True), "mrkdwn": ("verbatim", False)}

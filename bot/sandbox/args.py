"""The arguments of one Web API call, read from a form, a query or JSON, and the pages of a long list."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from bot.sandbox.errors import ApiError, arguments, missing

T = TypeVar("T")
# in a form these come as JSON text
_NESTED = ("blocks", "view", "metadata", "attachments")


class Args:
    """`base` is the sandbox's own address as the caller reached it."""

    def __init__(self, raw: dict[str, Any], base: str = "") -> None:
        self.raw = raw
        self.base = base

    def has(self, name: str) -> bool:
        return self.raw.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """A string that must be there."""
        if not self.has(name):
            raise missing(name)
        return self.maybe(name)

    def maybe(self, name: str, default: str = "") -> str:
        value = self.raw.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise arguments(f"must be a string [json-pointer:/{name}]")
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.raw.get(name)
        return default if value is None else str(value).lower() in ("true", "1")

    def nested(self, name: str) -> Any:
        """A JSON value; text that is no JSON stays text, and is refused by whoever wanted more."""
        return self.raw.get(name)


def parse(body: bytes, content_type: str, query: str) -> dict[str, Any]:
    """All arguments of a call. Raises `ApiError` where the body is no JSON object."""
    found: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    if content_type.startswith("application/json"):
        found |= _object(body)
    else:
        found |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return {name: _unpacked(value) if name in _NESTED else value for name, value in found.items()}


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, RecursionError):
        raise ApiError("invalid_json") from None
    if not isinstance(value, dict):
        raise ApiError("json_not_object")
    return value


def _unpacked(value: Any) -> Any:
    try:
        return msgspec.json.decode(value) if isinstance(value, str) and value else value
    except (msgspec.DecodeError, RecursionError):
        return value


def page(found: Sequence[T], args: Args, default: int) -> tuple[list[T], dict[str, str]]:
    """One page of a list and the `response_metadata` that leads to the next."""
    limit, start = _limit(args, default), _start(args)
    more = start + limit < len(found)
    cursor = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return list(found[start : start + limit]), {"next_cursor": cursor}


def _limit(args: Args, default: int) -> int:
    raw = args.maybe("limit", "0")
    if not raw.isdecimal() or int(raw) > 1000:
        raise ApiError("invalid_limit")
    return int(raw) or default


def _start(args: Args) -> int:
    if not args.has("cursor"):
        return 0
    try:
        word, _, place = base64.b64decode(args.maybe("cursor"), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError("invalid_cursor") from None
    if word != "next" or not place.isdecimal():
        raise ApiError("invalid_cursor")
    return int(place)

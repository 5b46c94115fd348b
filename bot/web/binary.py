"""CloudEvents in binary mode: the envelope comes as headers, `ce-id` and so on, and the body is the event's data.

Header values are percent-encoded UTF-8, as the HTTP protocol binding of CloudEvents 1.0 has them.
"""

from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from bot.web.parts import loaded

MARK = b"ce-specversion"
PREFIX = b"ce-"


def is_binary(headers: Mapping[bytes, bytes]) -> bool:
    """Whether an event comes so: every one says its version, and no other call has such a header."""
    return MARK in headers


def enveloped(headers: Mapping[bytes, bytes], body: bytes) -> bytes:
    """The event in structured mode. Raises Unreadable when the body is no JSON."""
    said = {name.removeprefix(PREFIX).decode("latin-1"): _value(value) for name, value in headers.items() if _ours(name)}
    try:
        data: object = msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        data = loaded(body)
    return msgspec.json.encode({**said, "data": data})


def _ours(name: bytes) -> bool:
    return name.startswith(PREFIX) and name != b"ce-data"


def _value(value: bytes) -> str:
    """A header's text; quotes around it are none of its own."""
    said = value.decode("utf-8", "replace").strip()
    if len(said) > 1 and said[0] == said[-1] == '"':
        said = said[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return unquote(said, errors="replace")

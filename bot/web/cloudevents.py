"""CloudEvents 1.0 as JSON: from the bytes of a body to its events.

A batch in which all is well is decoded, and its numbers checked, in one go. Otherwise every event is judged by itself, so that a
bad one does not cost the good ones. Not here: what a right event may say (`usage`).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from bot.web.fields import MOST_TOKENS, Wrong, count
from bot.web.parts import explained, is_list, loaded, parts

Count = Annotated[int, msgspec.Meta(ge=0, le=MOST_TOKENS)]
Written = int | str | None
"""A count as producers write it: many cannot write a large number but as text."""


class Said(msgspec.Struct, frozen=True, gc=False):
    """What usage says about where it came from. Fields not named here are ignored."""

    model: str
    scope: str | None = None
    provider: str | None = None
    cost_usd: Decimal | None = None
    user: str | None = None
    team: str | None = None
    project: str | None = None
    use_case: str | None = None
    environment: str | None = None
    key: str | None = None
    tags: list[str] | None = None
    ended: str | None = None


class Data(Said, frozen=True, gc=False):
    """What was used, by whom and for what; every count is right."""

    input_tokens: Count = 0
    output_tokens: Count = 0
    cache_read_tokens: Count = 0
    cache_write_tokens: Count = 0
    requests: Count = 1
    latency_ms: Count | None = None


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """The part of a CloudEvent that is the same for all."""

    id: str
    source: str
    type: str
    specversion: str = "1.0"
    time: datetime | None = None
    subject: str | None = None


class Event(Envelope, frozen=True, gc=False, kw_only=True):
    """A CloudEvent that carries usage."""

    data: Data


class Loose(Said, frozen=True, gc=False):
    """Data whose counts are to be looked at."""

    input_tokens: Written = None
    output_tokens: Written = None
    cache_read_tokens: Written = None
    cache_write_tokens: Written = None
    requests: Written = None
    latency_ms: Written = None


class LooseEvent(Envelope, frozen=True, gc=False, kw_only=True):
    """A CloudEvent with such data."""

    data: Loose


COUNTS = tuple(name for name in Loose.__struct_fields__ if name not in Said.__struct_fields__)

_ONE = msgspec.json.Decoder(Event)
_MANY = msgspec.json.Decoder(list[Event])
_LOOSE = msgspec.json.Decoder(LooseEvent)


def events(body: bytes) -> Iterator[Event | Wrong]:
    """Every event of a body in its order, or what is wrong with it. Raises Unreadable when there are none to be read."""
    try:
        return iter(_MANY.decode(body) if is_list(body) else [_ONE.decode(body)])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return map(_judged, apart(body))


def apart(body: bytes) -> list[bytes]:
    """Each event's bytes. One that is JSON to Python and JavaScript only must not cost the batch."""
    try:
        return parts(body)
    except (msgspec.DecodeError, RecursionError):
        value = loaded(body)
        return [json.dumps(event, default=str).encode() for event in (value if isinstance(value, list) else [value])]


def _judged(event: bytes) -> Event | Wrong:
    try:
        return _ONE.decode(event)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _looked_at(event)


def _looked_at(event: bytes) -> Event | Wrong:
    """An event whose counts are written in another way, or what is wrong with it."""
    try:
        loose = _LOOSE.decode(event)
        said = {name: getattr(loose.data, name) for name in Loose.__struct_fields__}
        data: dict[str, Any] = {name: value for name, value in said.items() if name not in COUNTS}
        data |= {name: count(f"data.{name}", said[name]) for name in COUNTS if said[name] is not None}
        outer = {name: getattr(loose, name) for name in Envelope.__struct_fields__}
        return Event(**outer, data=Data(**data))
    except Wrong as wrong:
        return wrong
    except msgspec.ValidationError as error:
        return explained(str(error))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Wrong("", "the event is not UTF-8 text")

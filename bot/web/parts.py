"""Bodies of events as JSON: each event is decoded, or it is said what is wrong with it.

A body in which all is well is decoded in one go. Otherwise every event is judged by itself, so that a bad one does not cost the
good ones. What a kind of event does not name is passed over: it may be anything, also what is JSON to Python and JavaScript only,
as NaN or half an emoji. Not here: what a right event may say.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from bot.web.fields import Unreadable, Wrong

T = TypeVar("T")

BOM = b"\xef\xbb\xbf"
_PARTS = msgspec.json.Decoder(list[msgspec.Raw])
_PART = msgspec.json.Decoder(msgspec.Raw)


def is_list(body: bytes) -> bool:
    """Whether a body is a batch, by its first character."""
    return body.removeprefix(BOM).lstrip()[:1] == b"["


def parts(body: bytes) -> list[bytes]:
    """The bytes of each event of a body. Raises what msgspec does when it is no JSON."""
    return [bytes(part) for part in (_PARTS.decode(body) if is_list(body) else [_PART.decode(body)])]


class Decoder(Generic[T]):
    """Decodes events of one kind. Text in them may have half an emoji in it."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._one = msgspec.json.Decoder(kind)
        self._many = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]

    def events(self, body: bytes) -> Iterator[T | Wrong]:
        """Every event of a body, one or a list, in its order. Raises Unreadable when there are none to be read."""
        try:
            return iter(self._many.decode(body) if is_list(body) else [self._one.decode(body)])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._parts(body)

    def lines(self, body: bytes) -> Iterator[T | Wrong]:
        """Every event of a body that has one a line; a line that is none is wrong by itself."""
        try:
            return iter(self._one.decode_lines(body))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return map(self._judged, (line for line in body.removeprefix(BOM).split(b"\n") if line.strip()))

    def _parts(self, body: bytes) -> Iterator[T | Wrong]:
        try:
            return map(self._judged, parts(body))
        except (msgspec.DecodeError, RecursionError):
            value = loaded(body)
            return map(self._converted, value if isinstance(value, list) else [value])

    def _judged(self, event: bytes) -> T | Wrong:
        try:
            return self._one.decode(event)
        except msgspec.ValidationError as error:
            return explained(str(error))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        try:
            return self._converted(loaded(event))
        except Unreadable as error:
            return Wrong("", str(error).replace("the body", "the event"))

    def _converted(self, value: object) -> T | Wrong:
        try:
            return msgspec.convert(value, self._kind)
        except msgspec.ValidationError as error:
            return explained(str(error))


def loaded(text: bytes) -> object:
    """What Python reads in it. Numbers stay exact."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError) as why:
        raise unreadable(text, why) from why


def unreadable(body: bytes, why: Exception) -> Unreadable:
    if not body.strip():
        return Unreadable("the body is empty", 0)
    if isinstance(why, RecursionError):
        return Unreadable("the body is nested too deeply")
    if isinstance(why, json.JSONDecodeError):
        position = len(why.doc[: why.pos].encode())
        return Unreadable(f"the body is not JSON: {why.msg} at byte {position} (line {why.lineno}, column {why.colno})", position)
    if isinstance(why, UnicodeDecodeError):
        return Unreadable(f"the body is not UTF-8 text: look at byte {why.start}", why.start)
    return Unreadable("the body has a number that is too long")


_WANTED = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "decimal": "an amount in dollars",
    "datetime": "a time",
    "str": "text",
    "object": "an object",
    "array": "a list",
}
_GOT = {
    "bool": "true or false",
    "float": "a fraction",
    "decimal": "a fraction",
    "int": "a number",
    "str": "text",
    "array": "a list",
    "object": "an object",
}
_SAID = {
    "Invalid RFC3339 encoded datetime": 'must be a time such as "2026-11-26T17:05:00Z"',
    "Invalid decimal string": "must be an amount in dollars",
    "Integer value out of range": "is out of range",
}


def explained(message: str) -> Wrong:
    """What msgspec found, in our words."""
    said, _, path = message.partition(" - at `$")
    place = path.rstrip("`").lstrip(".")
    if missing := re.search(r"required field `(\w+)`", said):
        return Wrong(f"{place}.{missing[1]}".lstrip("."), "is missing")
    if types := re.fullmatch(r"Expected `(\w+).*`, got `(\w+)`", said):
        return Wrong(place, f"must be {_WANTED.get(types[1], types[1])}, not {_GOT.get(types[2], types[2])}")
    return Wrong(place, _SAID.get(said, said))

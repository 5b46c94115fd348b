"""From the bytes of an export to usages, and what is wrong with the rest."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TypeVar

from bot.web.fields import Wrong
from bot.web.otlp import wire
from bot.web.otlp.events import EVENTS, ran, told
from bot.web.otlp.meters import METERS, metered
from bot.web.usage import Place, Read, Refusal
from workflows.spend import Usage

T = TypeVar("T")

MARKS = (b"gen_ai", b"llm.request.type", b"claude_code", b"codex.", b"gemini_cli")


class Kind(Enum):
    """The signals, as OTLP names them in its paths."""

    LOGS = "logs"
    TRACES = "traces"
    METRICS = "metrics"


def read(body: bytes, place: Place, *, kind: Kind, as_json: bool) -> Read:
    """The usages of an export. Raises Unreadable when it is none."""
    match kind:
        case Kind.LOGS:
            return _read(wire.logged(body, as_json, deep=_may_tell(body), events=EVENTS), told, place)
        case Kind.TRACES:
            return _read(wire.spans(body, as_json, deep=_may_tell(body)), ran, place)
        case Kind.METRICS:
            return _read(wire.points(body, as_json, METERS), metered, place)


def _may_tell(body: bytes) -> bool:
    """Whether usage may be in a body at all: most telemetry is none of our business, and need not be walked."""
    return any(mark in body for mark in MARKS)


def _read(items: Iterable[T], usage_of: Callable[[T, Place], Usage | None], place: Place) -> Read:
    found = Read()
    for index, item in enumerate(items):
        try:
            usage = usage_of(item, place)
        except Wrong as wrong:
            found.refused.append(Refusal(index, wrong.field, wrong.reason))
        else:
            if usage is not None:
                found.usages.append(usage)
                found.indices.append(index)
    return found

"""Wishes: what members ask for in a gateway by themselves, and how one of our requests says which wish it came from.

A request that came from a wish has it as its origin. Not here: how a gateway is asked (`ports.Wishes`), what becomes of one
(`wishing`).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.limits import Place
from workflows.times import Period

_ORIGIN = re.compile(r"wish:(?P<store>[a-z]+)/(?P<wish>[^/]+)(?:/(?P<end>[a-z]+))?")


class End(StrEnum):
    """How a wish ended in the gateway."""

    APPROVED = "approved"
    DENIED = "denied"
    GONE = "gone"  # nothing is known of it there any more: whoever asked left, perhaps


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody with an address asked for more at a place, for a period. `end` is None while nobody decided there.

    `words` stand for the reason and `unsaid` for what else we ask for, where a gateway does not.
    """

    id: str
    place: Place
    period: Period
    email: str
    asked: datetime
    words: str
    unsaid: str
    end: End | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The wish that a request came from; `end` where it was decided in the gateway before it was here."""

    store: str
    wish: str
    end: End | None = None

    def __str__(self) -> str:
        return f"wish:{self.store}/{self.wish}" + (f"/{self.end}" if self.end else "")


def source(origin: str) -> Source | None:
    """What an origin says of a wish; None for a request that came another way."""
    found = _ORIGIN.fullmatch(origin)
    return Source(found["store"], found["wish"], End(found["end"]) if found["end"] else None) if found else None

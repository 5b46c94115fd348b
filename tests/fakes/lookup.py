"""A workspace of ids by name, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

PEOPLE = ("ada", "bob", "cy", "di", "sam", "pat", "eve", "noor", "lin")
CHANNELS = ("ai-platform", "eng-ai", "team-search", "team-support", "team-mobile", "ai-leadership")


def person_id(name: str) -> str:
    return f"U0{name.upper():0<6}"


def channel_id(name: str) -> str:
    return f"C0{name.upper().replace('-', ''):0<6}"


def acme() -> dict[str, tuple[str, ...]]:
    """Everyone and every channel of the shipped app.yaml, by each of their names."""
    people = {name: person_id(name) for name in PEOPLE}
    channels = {name: channel_id(name) for name in CHANNELS}
    ids = {f"{name}@acme.example": (one,) for name, one in people.items()}
    ids |= {f"@{name}": (one,) for name, one in people.items()} | {one: (one,) for one in people.values()}
    ids |= {f"#{name}": (one,) for name, one in channels.items()} | {one: (one,) for one in channels.values()}
    return ids | {"security-oncall": ("S0ONCALL",), "@twin": ("U0TWIN01", "U0TWIN02")}


@dataclass
class Workspace:
    """Answers by name and keeps what it was asked."""

    ids: dict[str, tuple[str, ...]] = field(default_factory=acme)
    asked: list[str] = field(default_factory=list)

    def person(self, text: str) -> Sequence[str]:
        return self._look(text)

    def channel(self, text: str) -> Sequence[str]:
        return self._look(text)

    def usergroup(self, handle: str) -> Sequence[str]:
        return self._look(handle)

    def _look(self, text: str) -> Sequence[str]:
        self.asked.append(text)
        return self.ids.get(text, ())

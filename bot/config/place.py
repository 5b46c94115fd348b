"""A place in the file: a value, its path, and where what is found there goes.

Readers never raise and never stop: they note a problem and go on with a harmless value, so that one run says everything.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from bot.config.directory import Staff
from bot.config.problems import Problem, nearest
from bot.config.tree import Entries, Items, Text, Tree


class Sort(StrEnum):
    """What a reference names."""

    PERSON = "person"
    CHANNEL = "channel"
    USERGROUP = "usergroup"


@dataclass(frozen=True, slots=True)
class Ref:
    """Somebody or something of Slack's, as written; `or_group` are group names that may have been meant instead."""

    sort: Sort
    text: str
    path: str
    line: int
    or_group: tuple[str, ...] = ()


@dataclass(slots=True)
class Notes:
    """What a reading found. `folder` is where the file stands; without it nothing beside it is read."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    ends: list[tuple[date, Problem]] = field(default_factory=list)  # warnings that hold after a day
    refs: list[Ref] = field(default_factory=list)
    folder: Path | None = None
    staff: Staff | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A value at a path."""

    path: str
    tree: Tree
    notes: Notes

    @property
    def written(self) -> str:
        return self.tree.text if isinstance(self.tree, Text) else ""

    def bad(self, message: str, suggestion: str = "") -> None:
        """Notes that this value is wrong."""
        self.notes.problems.append(Problem(self.path, self.written, message, suggestion, self.tree.line))

    def doubtful(self, message: str, suggestion: str = "") -> None:
        """Notes that this value is allowed and perhaps not meant."""
        self.notes.warnings.append(Problem(self.path, self.written, message, suggestion, self.tree.line))

    def doubtful_after(self, day: date, message: str, suggestion: str = "") -> None:
        """Notes that this value is perhaps not meant any more once a day is over."""
        self.notes.ends.append((day, Problem(self.path, self.written, message, suggestion, self.tree.line)))

    def refer(self, sort: Sort, text: str, or_group: Iterable[str] = ()) -> None:
        """Notes that this value is to be looked up in Slack."""
        self.notes.refs.append(Ref(sort, text, self.path, self.tree.line, tuple(or_group)))

    def text(self, example: str) -> str:
        """The text that stands here, or "" when there is none."""
        if not isinstance(self.tree, Text):
            kind = "a list" if isinstance(self.tree, Items) else "a mapping"
            self.bad(f"{kind} where a single value belongs", f"write {example}")
            return ""
        if not self.tree.text.strip():
            comment = f'write "{example}" in quotes: a # outside quotes begins a comment'
            self.bad("empty", comment if example.startswith("#") else f"write {example}")
        return self.tree.text.strip()

    def items(self, example: str) -> list["Place"]:
        """The places of a list."""
        if not isinstance(self.tree, Items):
            self.bad("not a list", f"write {example}")
            return []
        return [Place(f"{self.path}[{n}]", item, self.notes) for n, item in enumerate(self.tree.items)]

    def some(self, example: str) -> list["Place"]:
        """The places of a list, or this place alone."""
        return self.items(example) if isinstance(self.tree, Items) else [self]

    def entries(self, example: str) -> list[tuple["Place", "Place"]]:
        """The places of a mapping's keys and values."""
        if not isinstance(self.tree, Entries):
            self.bad("not a mapping", f"write {example}")
            return []
        below = [(self._below(key.text), key, value) for key, value in self.tree.entries]
        return [(Place(path, key, self.notes), Place(path, value, self.notes)) for path, key, value in below]

    def fields(
        self,
        known: Collection[str],
        *,
        later: Collection[str] = (),
        meant: Mapping[str, str] = MappingProxyType({}),
        example: str = "keys and values",
    ) -> dict[str, "Place"]:
        """The values of known keys. Others are refused; those that come `later`, and what is `meant` by some, with a sentence."""
        found: dict[str, Place] = {}
        for key, value in self.entries(example):
            if key.written in known:
                found[key.written] = value
            elif key.written in later:
                self._refuse(key, "not supported yet", "leave it out")
            else:
                self._refuse(key, "unknown key", meant.get(key.written) or nearest(key.written, known))
        return found

    def missing(self, key: str, suggestion: str) -> None:
        """Notes that a key which must be there is not, unless there is no mapping at all, which was said."""
        if isinstance(self.tree, Entries):
            self.notes.problems.append(Problem(self._below(key), "", "missing", suggestion, self.tree.line))

    def lacking(self, key: str, message: str, suggestion: str) -> None:
        """Notes that a key may be left out, but perhaps should not."""
        self.notes.warnings.append(Problem(self._below(key), "", message, suggestion, self.tree.line))

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _refuse(self, key: "Place", message: str, suggestion: str) -> None:
        self.notes.problems.append(Problem(key.path, "", message, suggestion, key.tree.line))

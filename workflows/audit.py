"""The record: one entry for every change, chained by hash, that folds back into the row it describes.

Each request and each override has a chain of its own, numbered 1, 2, 3 … without gaps; entry n carries the row's version n. A
chain a subject keeps writers of different requests out of each other's way.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: `did` in a word, `by` a person's id or "leeway", `after` the whole row as JSON values."""

    subject: str
    seq: int
    at: datetime
    by: str
    did: str
    after: Mapping[str, object]
    previous: str
    digest: str


def entry(previous: Entry | None, *, subject: str, at: datetime, by: str, did: str, after: Mapping[str, object]) -> Entry:
    """The next entry of a chain."""
    seq, before = (previous.seq + 1, previous.digest) if previous else (1, GENESIS)
    return Entry(subject, seq, at, by, did, after, before, _digest(subject, seq, at, by, did, after, before))


def _digest(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()  # a database may give a moment back in another zone
    raise TypeError(f"{type(value).__name__} has no place in the record")


def plain(value: object) -> Any:
    """A frozen value as JSON values: what an entry says the row is after the change."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, int) else value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def says(after: object, value: object) -> bool:
    """Whether an entry's `after` is this value. What an old entry does not say, since there was no such field, is its default."""
    if not is_dataclass(value) or isinstance(value, type):
        if isinstance(value, tuple) and isinstance(after, Sequence):
            return len(after) == len(value) and all(map(says, after, value))
        return bool(after == json.loads(json.dumps(plain(value))))
    names = {f.name: f for f in fields(value)}
    if not isinstance(after, Mapping) or not set(after) <= set(names):
        return False
    return all(
        says(after[name], getattr(value, name)) if name in after else getattr(value, name) == f.default
        for name, f in names.items()
    )


def broken(chain: Iterable[Entry]) -> str:
    """What is wrong with a subject's chain, "" when it is whole: a gap, a wrong link, a stranger, or a changed entry.

    A chain that was cut off at its end is whole: the row's version says that entries are missing.
    """
    before, subject = GENESIS, ""
    for seq, e in enumerate(chain, 1):
        subject = subject or e.subject
        if e.seq != seq:
            return f"{e.subject}: entry {seq} is missing"
        if e.previous != before:
            return f"{e.subject}: entry {e.seq} does not follow the one before it"
        if e.subject != subject:
            return f"{e.subject}: entry {e.seq} is not of {subject}"
        if e.digest != _digest(e.subject, e.seq, e.at, e.by, e.did, e.after, e.previous):
            return f"{e.subject}: entry {e.seq} was changed after it was written"
        before = e.digest
    return ""

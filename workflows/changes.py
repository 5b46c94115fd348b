"""Changes: what the requester edited in a request, by its record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from workflows.audit import Entry

EDITED = "edit"  # what the record says that they did


@dataclass(frozen=True, slots=True)
class Change:
    """An edit: when, which fields of the case are different since, and how many had said yes to what it was before."""

    at: datetime
    fields: tuple[str, ...]
    voided: int = 0


def changes(chain: Iterable[Entry]) -> tuple[Change, ...]:
    """The edits in a request's chain, oldest first."""
    steps = ((before.after, after) for before, after in pairwise(chain) if after.did == EDITED)
    return tuple(Change(after.at, _different(before, after.after), _voided(before, after.after)) for before, after in steps)


def _different(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    was, now = before.get("case"), after.get("case")
    if not isinstance(was, Mapping) or not isinstance(now, Mapping):
        return ()
    return tuple(name for name, value in now.items() if name in was and was[name] != value)


def _voided(before: Mapping[str, object], after: Mapping[str, object]) -> int:
    counts = [len(votes) for votes in (before.get("voided"), after.get("voided")) if isinstance(votes, list | tuple)]
    return max(counts, default=0) - min(counts, default=0)

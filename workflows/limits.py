"""Limits where they are enforced: the place of a quota in a quota store, what should hold there, and what was read.

Not here: how a store is talked to (`ports.LimitStore`), and when it is written (`enforcing`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Edits(StrEnum):
    """What becomes of a base that somebody changed in a quota store by another door: it is the base, or app.yaml's is again."""

    ADOPT = "adopt"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class StoreRules:
    """How app.yaml wants a gateway used. Traffic follows a write `within`; with `expiring` it ends overrides by itself too.

    What members ask for in it by themselves is pulled in so often as `wishes` says, None for never.
    """

    url: str
    within: timedelta = timedelta(seconds=60)
    edits: Edits = Edits.ADOPT
    expiring: bool = False
    wishes: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quota is enforced: `store` is one of app.yaml's, `parts` say what has the limit there: (("team", "search"),)."""

    store: str
    parts: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return " ".join([self.store, *(f"{name} {value}" for name, value in self.parts)])


@dataclass(frozen=True, slots=True)
class Lift:
    """An override as a store is told of it. `ends` is when it would end if it began now, while its clock does not run yet."""

    id: str
    amount: int
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a store should enforce for a quota: its base and what overrides add, in the quota's unit."""

    base: int
    lifts: tuple[Lift, ...] = ()

    @property
    def limit(self) -> int:
        return max(0, self.base + self.added)

    @property
    def added(self) -> int:
        """What overrides add."""
        return sum(lift.amount for lift in self.lifts)

    @property
    def ids(self) -> tuple[str, ...]:
        """The overrides it is made of."""
        return tuple(lift.id for lift in self.lifts)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a quota store enforces for a quota, `limit` in the quota's unit; None when it has no limit, or none yet.

    `names` are the overrides that the store says it is made of, None where it has no room for that. `spent` and `resets` are the
    store's own count and the end of its own window, where it tells. All of it as of `as_of`.
    """

    limit: int | None
    as_of: datetime
    names: frozenset[str] | None = None
    spent: int | None = None
    resets: datetime | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """How a store behaves at a place.

    All traffic follows a write after `within`. `grain` is the smallest step of a limit there, in the quota's integers. What is in
    it is called `title` by people. With `expires` it ends overrides by itself as well.
    """

    title: str = "the limits here"
    within: timedelta = timedelta()
    grain: int = 1
    expires: bool = False

    def whole(self, limit: int) -> int:
        """The largest limit that the store can hold and that is not above."""
        return limit // self.grain * self.grain


HERE = Traits()

"""Ports of what is counted and billed: usage and its corrections, what it produced, who tells of it, what providers charged."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from workflows.governed import Bill, Pull
from workflows.outcomes import Produced, Yield
from workflows.quotas import Notice
from workflows.spend import Booked, Costed, Counter, Metered, Outlay, Series, Slice, Sold, Sums, Tally
from workflows.streams import Holder, Holders, Total, Totals
from workflows.times import Window


class Meter(Protocol):
    """Usage and what it adds up to."""

    def fresh(self, keys: Sequence[tuple[date, bytes]]) -> set[bytes]:
        """Marks (UTC day of the event, key) as seen and returns the keys that were not seen before."""

    def append(self, batch: Sequence[Booked]) -> None:
        """Keeps the events, each marked before by `fresh` in this unit, and adds to the daily sums of their series."""

    def add(self, tally: Tally) -> list[Counter]:
        """Adds to counters and daily sums; returns the counters as they are now."""

    def spent(self, quota: str, window: Window) -> int: ...
    def counters(self, since: datetime, ended: Collection[datetime] = ()) -> list[Counter]:
        """Every counter whose window was not over at a moment, also where it had not begun, or ended at one of others."""

    def tide(self, since: datetime, ended: Collection[datetime] = ()) -> tuple[int, int]:
        """How many those are, and the sum of their versions: as long as it stays, none of them changed."""

    def days(self, quota: str, first: date, last: date) -> dict[date, int]:
        """What counted in a quota on each local day from first to last, both included; days without are absent."""

    def slices(self, first: date, last: date, scope: str = "") -> list[Slice]:
        """What was counted on each local day from first to last, both included, in a scope and all below it; "" is everywhere."""

    def outlays(self, first: date, last: date) -> list[Outlay]:
        """What each use case cost in each scope on each local day from first to last, both included; by scope, use case, day."""

    def sold(self, first: date, last: date) -> list[Sold]:
        """What each model of each provider cost on each UTC day from first to last, both included."""

    def sold_since(self) -> date | None:
        """The first UTC day on which anything was counted; None before that."""

    def find(self, key: bytes, days: Iterable[date]) -> tuple[Costed, Series] | None:
        """The event of that key on one of these UTC days, the newest of several, and the series it was booked in."""

    def know(self, metered: Metered) -> bool:
        """Keeps how a quota is metered; False when that is what was kept before. Others who ask wait until this unit ends."""

    def known(self) -> dict[str, Metered]:
        """How each quota is metered, by its key."""

    def since(self, quota: str) -> datetime | None:
        """Since when a quota is metered."""

    def forget(self, quota: str) -> None:
        """A quota is no longer metered."""

    def tell(self, notice: Notice, shown: bool = True) -> bool:
        """Keeps a notice; False when that threshold was told before.

        With `shown` false it counts as told and nobody sees it: spend jumped past it to a higher threshold.
        """

    def notice(self, key: str) -> Notice | None: ...
    def latest(self, quota: str, window: Window) -> Notice | None:
        """The newest notice that was shown for a quota in a window."""

    def total(self, first: date, last: date) -> Sums:
        """What was counted everywhere from first to last, both included."""

    def unpriced(self, first: date, last: date) -> dict[str, tuple[int, int]]:
        """Models without a price that were counted from first to last, in their order: (events, nano-dollars by the fallback)."""


class Corrections(Protocol):
    """Which events of the meter are differences that corrections made."""

    def original(self, key: bytes) -> bytes | None:
        """The key of the event that the correction of this key set right; None when there is no such correction."""

    def add(self, step: Booked, original: bytes, at: datetime) -> None:
        """Keeps that the one event of a step, which the meter appends, is a difference to this original, booked at a moment."""

    def of(self, original: bytes) -> list[Slice]:
        """Every difference to an event, in the order in which they were booked."""

    def since(self, at: datetime, first: date, last: date) -> list[Slice]:
        """The differences booked at or after a moment on the local days from first to last, both included."""


class Yields(Protocol):
    """What was produced, and what it adds up to."""

    def add(self, batch: Sequence[tuple[date, Produced]]) -> set[bytes]:
        """Keeps what was not kept before, on its local day, and adds it to the daily sums; returns the keys that are new."""

    def find(self, key: bytes) -> tuple[date, Produced] | None:
        """The report of that key, and its local day."""

    def of(self, original: bytes) -> list[Produced]:
        """Every difference to a report, by key."""

    def sums(self, first: date, last: date, scope: str = "") -> list[Yield]:
        """What was produced on each local day from first to last, both included, in a scope and below it; "" is everywhere."""


class Streams(Protocol):
    """Who tells of what, and what meters stood at. What is read is locked until the unit ends."""

    def holders(self, keys: Collection[bytes]) -> dict[bytes, Holder]:
        """Who tells of these; those of which nobody told are absent."""

    def hold(self, holders: Holders) -> None:
        """Keeps or replaces them; Stale may be raised when another writer was first with a new one."""

    def totals(self, streams: Collection[bytes]) -> dict[bytes, Total]:
        """What was last read of these; those that were never read are absent."""

    def keep(self, totals: Totals) -> None:
        """Keeps or replaces them; Stale as for `hold`."""

    def passed(self) -> int:
        """How many usages were not counted, because another signal tells of the same calls."""


class Ledger(Protocol):
    """What providers say they charged: kept beside usage, never part of it."""

    def put(self, bills: Sequence[Bill]) -> None:
        """Keeps each bill in place of what was kept of that vendor and day."""

    def bills(self, first: date, last: date) -> list[Bill]:
        """Those of the UTC days from first to last, both included; by vendor and day."""

    def pulls(self) -> list[Pull]: ...
    def due(self, now: datetime) -> list[Pull]:
        """Those that are due at or before now, locked against other workers until this unit ends."""

    def save(self, pull: Pull) -> None:
        """Keeps or replaces the pull of that vendor."""

"""Usage in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date

from workflows.ports import Meter
from workflows.quotas import Notice
from workflows.spend import Costed, CostSource, Tally
from workflows.times import Window


@dataclass
class Sums:
    """What the meter stores. `notices` are with whether they were shown."""

    seen: set[tuple[date, bytes]] = field(default_factory=set)
    events: list[Costed] = field(default_factory=list)
    counters: dict[tuple[str, Window], int] = field(default_factory=dict)
    days: dict[tuple[str, date], int] = field(default_factory=dict)
    unpriced: dict[str, tuple[int, int]] = field(default_factory=dict)
    notices: dict[str, tuple[Notice, bool]] = field(default_factory=dict)

    def copy(self) -> "Sums":
        return Sums(*(getattr(self, f.name).copy() for f in fields(self)))


class MemoryMeter(Meter):
    def __init__(self, sums: Sums) -> None:
        self._sums = sums

    def fresh(self, keys: Sequence[tuple[date, bytes]]) -> set[bytes]:
        new = set(keys) - self._sums.seen
        self._sums.seen |= new
        return {key for _, key in new}

    def append(self, batch: Sequence[Costed]) -> None:
        self._sums.events.extend(batch)
        for costed in batch:
            if costed.source is CostSource.FALLBACK:
                events, cost = self._sums.unpriced.get(costed.usage.model, (0, 0))
                self._sums.unpriced[costed.usage.model] = events + 1, cost + costed.cost

    def add(self, tally: Tally) -> list[tuple[str, Window, int]]:
        for day, spent in tally.days.items():
            self._sums.days[day] = self._sums.days.get(day, 0) + spent
        for counter, spent in tally.counters.items():
            self._sums.counters[counter] = self._sums.counters.get(counter, 0) + spent
        return [(quota, window, self._sums.counters[quota, window]) for quota, window in tally.counters]

    def spent(self, quota: str, window: Window) -> int:
        return self._sums.counters.get((quota, window), 0)

    def days(self, quota: str, first: date, last: date) -> dict[date, int]:
        mine = {day: spent for (name, day), spent in self._sums.days.items() if name == quota and first <= day <= last}
        return dict(sorted(mine.items()))

    def tell(self, notice: Notice, shown: bool = True) -> bool:
        return self._sums.notices.setdefault(notice.key, stored := (notice, shown)) is stored

    def notice(self, key: str) -> Notice | None:
        return self._sums.notices[key][0] if key in self._sums.notices else None

    def latest(self, quota: str, window: Window) -> Notice | None:
        shown = (n for n, shown in self._sums.notices.values() if shown and (n.quota, n.window) == (quota, window))
        return max(shown, key=lambda n: (n.at, n.crossing.mark), default=None)

    def unpriced(self) -> dict[str, tuple[int, int]]:
        return dict(sorted(self._sums.unpriced.items()))

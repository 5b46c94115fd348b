"""Usage in memory."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import reduce

from workflows.outcomes import Produced, Yield
from workflows.ports import Corrections, Meter, Yields
from workflows.quotas import Notice
from workflows.spend import NOTHING, Booked, Costed, CostSource, Counter, Metered, Outlay, Series, Slice, Sold, Sums, Tally, sold
from workflows.times import Window


@dataclass
class Kept:
    """What the meter stores. `counters` are (spent, version), `notices` are with whether they were shown."""

    seen: set[tuple[date, bytes]] = field(default_factory=set)
    events: dict[bytes, tuple[Costed, Series]] = field(default_factory=dict)
    counters: dict[tuple[str, Window], tuple[int, int]] = field(default_factory=dict)
    days: dict[tuple[str, date], int] = field(default_factory=dict)
    slices: dict[tuple[date, Series], Sums] = field(default_factory=dict)
    sold: dict[tuple[date, str, str], int] = field(default_factory=dict)
    metered: dict[str, Metered] = field(default_factory=dict)
    notices: dict[str, tuple[Notice, bool]] = field(default_factory=dict)
    corrections: dict[bytes, tuple[datetime, bytes, Slice]] = field(default_factory=dict)
    produced: dict[bytes, tuple[date, Produced]] = field(default_factory=dict)

    def copy(self) -> "Kept":
        return Kept(*(getattr(self, f.name).copy() for f in fields(self)))


class MemoryMeter(Meter):
    def __init__(self, kept: Kept, changed: list[Counter]) -> None:
        self._kept = kept
        self._changed = changed

    def fresh(self, keys: Sequence[tuple[date, bytes]]) -> set[bytes]:
        new = set(keys) - self._kept.seen
        self._kept.seen |= new
        return {key for _, key in new}

    def append(self, batch: Sequence[Booked]) -> None:
        for booked in batch:
            self._kept.events |= {event.usage.key: (event, booked.series) for event in booked.events}
            here = booked.day, booked.series
            self._kept.slices[here] = self._kept.slices.get(here, NOTHING).plus(booked.sums)
        for bought, cost in sold(batch).items():
            self._kept.sold[bought] = self._kept.sold.get(bought, 0) + cost

    def add(self, tally: Tally) -> list[Counter]:
        for day, spent in tally.days.items():
            self._kept.days[day] = self._kept.days.get(day, 0) + spent
        for counter, amount in tally.counters.items():
            spent, version = self._kept.counters.get(counter, (0, 0))
            self._kept.counters[counter] = spent + amount, version + 1
        counters = [Counter(*counter, *self._kept.counters[counter]) for counter in tally.counters]
        self._changed += counters
        return counters

    def spent(self, quota: str, window: Window) -> int:
        return self._kept.counters.get((quota, window), (0, 0))[0]

    def counters(self, since: datetime, ended: Collection[datetime] = ()) -> list[Counter]:
        every = (Counter(*counter, *stands) for counter, stands in self._kept.counters.items())
        found = (counter for counter in every if counter.window.end > since or counter.window.end in ended)
        return sorted(found, key=lambda counter: (counter.quota, counter.window.start))

    def tide(self, since: datetime, ended: Collection[datetime] = ()) -> tuple[int, int]:
        found = self.counters(since, ended)
        return len(found), sum(counter.version for counter in found)

    def days(self, quota: str, first: date, last: date) -> dict[date, int]:
        mine = {day: spent for (name, day), spent in self._kept.days.items() if name == quota and first <= day <= last}
        return dict(sorted(mine.items()))

    def slices(self, first: date, last: date, scope: str = "") -> list[Slice]:
        within = ((day, series) for day, series in self._kept.slices if first <= day <= last)
        found = [here for here in within if not scope or f"{here[1].scope}/".startswith(f"{scope}/")]
        return [Slice(*here, self._kept.slices[here]) for here in sorted(found)]

    def outlays(self, first: date, last: date) -> list[Outlay]:
        sums: dict[tuple[str, str, date], int] = {}
        for (day, series), used in self._kept.slices.items():
            if first <= day <= last:
                here = series.scope, series.use_case, day
                sums[here] = sums.get(here, 0) + used.cost
        return [Outlay(day, scope, use_case, cost) for (scope, use_case, day), cost in sorted(sums.items())]

    def sold(self, first: date, last: date) -> list[Sold]:
        return [Sold(*key, cost) for key, cost in sorted(self._kept.sold.items()) if first <= key[0] <= last]

    def sold_since(self) -> date | None:
        return min((day for day, _, _ in self._kept.sold), default=None)

    def find(self, key: bytes, days: Iterable[date]) -> tuple[Costed, Series] | None:
        return self._kept.events.get(key) if any((day, key) in self._kept.seen for day in days) else None

    def know(self, metered: Metered) -> bool:
        known = self._kept.metered.get(metered.quota)
        if known is not None and known.how == metered.how:
            return False
        self._kept.metered[metered.quota] = metered
        return True

    def known(self) -> dict[str, Metered]:
        return dict(sorted(self._kept.metered.items()))

    def since(self, quota: str) -> datetime | None:
        return self._kept.metered[quota].since if quota in self._kept.metered else None

    def forget(self, quota: str) -> None:
        self._kept.metered.pop(quota, None)

    def tell(self, notice: Notice, shown: bool = True) -> bool:
        return self._kept.notices.setdefault(notice.key, stored := (notice, shown)) is stored

    def notice(self, key: str) -> Notice | None:
        return self._kept.notices[key][0] if key in self._kept.notices else None

    def latest(self, quota: str, window: Window) -> Notice | None:
        shown = (n for n, shown in self._kept.notices.values() if shown and (n.quota, n.window) == (quota, window))
        return max(shown, key=lambda n: (n.at, n.crossing.mark), default=None)

    def total(self, first: date, last: date) -> Sums:
        return reduce(Sums.plus, (piece.sums for piece in self.slices(first, last)), NOTHING)

    def unpriced(self, first: date, last: date) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for (day, series), sums in self._kept.slices.items():
            if first <= day <= last and series.cost_source is CostSource.FALLBACK:
                events, cost = found.get(series.model, (0, 0))
                found[series.model] = events + sums.events, cost + sums.cost
        return dict(sorted(found.items()))


class MemoryCorrections(Corrections):
    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def original(self, key: bytes) -> bytes | None:
        return self._kept.corrections[key][1] if key in self._kept.corrections else None

    def add(self, step: Booked, original: bytes, at: datetime) -> None:
        (event,) = step.events
        self._kept.corrections[event.usage.key] = at, original, Slice(step.day, step.series, step.sums)

    def of(self, original: bytes) -> list[Slice]:
        return [made for _, of, made in self._inorder() if of == original]

    def since(self, at: datetime, first: date, last: date) -> list[Slice]:
        return [made for booked, _, made in self._inorder() if booked >= at and first <= made.day <= last]

    def _inorder(self) -> list[tuple[datetime, bytes, Slice]]:
        return [found for _, found in sorted(self._kept.corrections.items(), key=lambda item: (item[1][0], item[0]))]


class MemoryYields(Yields):
    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def add(self, batch: Sequence[tuple[date, Produced]]) -> set[bytes]:
        new: set[bytes] = set()
        for day, one in batch:
            if one.key not in self._kept.produced:
                self._kept.produced[one.key] = day, one
                new.add(one.key)
        return new

    def find(self, key: bytes) -> tuple[date, Produced] | None:
        return self._kept.produced.get(key)

    def of(self, original: bytes) -> list[Produced]:
        return [one for _, (_, one) in sorted(self._kept.produced.items()) if one.corrects == original]

    def sums(self, first: date, last: date, scope: str = "") -> list[Yield]:
        sums: dict[tuple[date, str, str, str], tuple[int, ...]] = {}
        for day, one in self._kept.produced.values():
            if first <= day <= last and (not scope or f"{one.scope}/".startswith(f"{scope}/")):
                key, more = (day, one.scope, one.use_case, one.metric), (one.reports, one.quantity, one.seconds, one.value)
                sums[key] = tuple(map(sum, zip(sums.get(key, (0, 0, 0, 0)), more, strict=True)))
        return sorted(Yield(*key, *amounts) for key, amounts in sums.items())

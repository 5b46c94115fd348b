"""Usage and what it adds up to, as the port `Meter`.

The hot path: a few statements for a whole batch, no ORM objects, keys in one order so that two writers cannot deadlock.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, select

from bot.store import mapping, tables
from bot.store.columns import day_number
from bot.store.upsert import CHUNK, add_many, add_new, added, stamp, sum_many, sum_up
from workflows.quotas import Notice
from workflows.spend import Costed, CostSource, Tally
from workflows.times import Window


class StoredMeter:
    """`workflows.ports.Meter`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fresh(self, keys: Sequence[tuple[date, bytes]]) -> set[bytes]:
        rows = sorted({(day_number(day), key) for day, key in keys})
        if not rows:
            return set()
        if len(rows) > CHUNK and self._all_new(rows):
            return {key for _, key in rows}
        return {key for _, key in add_new(self._connection, _SEEN, ("day", "key"), rows)}

    def _all_new(self, rows: Sequence[tuple[int, bytes]]) -> bool:
        """Marks them all, or none. Nearly always every key is new and the count says so; asking which costs twice as much."""
        self._connection.exec_driver_sql("SAVEPOINT fresh")
        every = add_many(self._connection, _SEEN, ("day", "key"), rows) == len(rows)
        if not every:
            self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT fresh")
        self._connection.exec_driver_sql("RELEASE SAVEPOINT fresh")
        return every

    def append(self, batch: Sequence[Costed]) -> None:
        if not batch:
            return
        at = stamp(self._connection)
        rows = [mapping.event_row(costed, at(costed.usage.at)) for costed in batch]
        add_many(self._connection, tables.events, mapping.EVENT, rows)
        sum_many(self._connection, _UNPRICED, ("model", "events", "cost"), _unpriced(batch))

    def add(self, tally: Tally) -> list[tuple[str, Window, int]]:
        at = stamp(self._connection)
        days = [(quota, day_number(day), spent) for (quota, day), spent in tally.days.items()]
        sum_many(self._connection, _DAYS, ("quota", "day", "spent"), days)
        windows = {(quota, at(window.start), at(window.end)): window for quota, window in tally.counters}
        rows = [(*key, spent) for key, spent in zip(windows, tally.counters.values(), strict=True)]
        sums = sum_up(self._connection, _COUNTERS, ("quota", "start", "end", "spent"), rows)
        return [(quota, windows[quota, start, end], spent) for quota, start, end, spent in sums]

    def spent(self, quota: str, window: Window) -> int:
        here = (_COUNTERS.c.quota == quota, _COUNTERS.c.start == window.start, _COUNTERS.c.end == window.end)
        return self._connection.execute(select(_COUNTERS.c.spent).where(*here)).scalar() or 0

    def days(self, quota: str, first: date, last: date) -> dict[date, int]:
        here = (_DAYS.c.quota == quota, _DAYS.c.day >= first, _DAYS.c.day <= last)
        rows = self._connection.execute(select(_DAYS.c.day, _DAYS.c.spent).where(*here).order_by(_DAYS.c.day))
        return {row.day: row.spent for row in rows}

    def tell(self, notice: Notice, shown: bool = True) -> bool:
        return added(self._connection, _NOTICES, mapping.notice_row(notice, shown))

    def notice(self, key: str) -> Notice | None:
        row = self._connection.execute(select(_NOTICES).where(_NOTICES.c.key == key)).mappings().first()
        return mapping.notice_of(row) if row else None

    def latest(self, quota: str, window: Window) -> Notice | None:
        here = (_NOTICES.c.quota == quota, _NOTICES.c.start == window.start, _NOTICES.c.end == window.end, _NOTICES.c.shown)
        newest = select(_NOTICES).where(*here).order_by(_NOTICES.c.at.desc(), _NOTICES.c.mark.desc()).limit(1)
        row = self._connection.execute(newest).mappings().first()
        return mapping.notice_of(row) if row else None

    def unpriced(self) -> dict[str, tuple[int, int]]:
        rows = self._connection.execute(select(_UNPRICED).order_by(_UNPRICED.c.model))
        return {row.model: (row.events, row.cost) for row in rows}


_SEEN, _COUNTERS, _DAYS = tables.seen, tables.counters, tables.days
_UNPRICED, _NOTICES = tables.unpriced, tables.notices


def _unpriced(batch: Iterable[Costed]) -> list[tuple[str, int, int]]:
    """Events that the fallback priced, added up by model, in order."""
    models: dict[str, tuple[int, int]] = {}
    for costed in batch:
        if costed.source is CostSource.FALLBACK:
            events, cost = models.get(costed.usage.model, (0, 0))
            models[costed.usage.model] = events + 1, cost + costed.cost
    return [(model, events, cost) for model, (events, cost) in sorted(models.items())]

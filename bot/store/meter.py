"""Usage and what it adds up to, as the port `Meter`.

The hot path: a few statements for a whole batch, no ORM objects, keys in one order so that two writers cannot deadlock.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from bot.store import mapping, tables
from bot.store.upsert import Insert, added
from bot.store.upsert import insert as upsert
from workflows.quotas import Notice
from workflows.spend import Costed, CostSource, Tally
from workflows.times import Window


class StoredMeter:
    """`workflows.ports.Meter`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fresh(self, keys: Sequence[tuple[date, bytes]]) -> set[bytes]:
        rows = [{"day": day, "key": key} for day, key in sorted(set(keys))]
        if not rows:
            return set()
        marked = upsert(self._connection, _SEEN).on_conflict_do_nothing().returning(_SEEN.c.key)
        return set(self._connection.execute(marked, rows).scalars())

    def append(self, batch: Sequence[Costed]) -> None:
        if not batch:
            return
        self._connection.execute(insert(tables.events), [mapping.event_row(costed) for costed in batch])
        missing = _unpriced(batch)
        if missing:
            self._connection.execute(_adding(self._connection, _UNPRICED, "events", "cost"), missing)

    def add(self, tally: Tally) -> list[tuple[str, Window, int]]:
        days = [{"quota": quota, "day": day, "spent": spent} for (quota, day), spent in tally.days.items()]
        if days:
            self._connection.execute(_adding(self._connection, _DAYS, "spent"), days)
        windows = [{"quota": q, "start": w.start, "end": w.end, "spent": spent} for (q, w), spent in tally.counters.items()]
        if not windows:
            return []
        added = _adding(self._connection, _COUNTERS, "spent").returning(*_COUNTERS.c)
        return [(row.quota, Window(row.start, row.end), row.spent) for row in self._connection.execute(added, windows)]

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


def _adding(connection: Connection, table: Table, *sums: str) -> Insert:
    """An insert that adds these columns to what the row has."""
    new = upsert(connection, table)
    return new.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={name: table.c[name] + new.excluded[name] for name in sums}
    )


def _unpriced(batch: Iterable[Costed]) -> list[dict[str, Any]]:
    """Events that the fallback priced, added up by model, in order."""
    models: dict[str, tuple[int, int]] = {}
    for costed in batch:
        if costed.source is CostSource.FALLBACK:
            events, cost = models.get(costed.usage.model, (0, 0))
            models[costed.usage.model] = events + 1, cost + costed.cost
    return [{"model": model, "events": events, "cost": cost} for model, (events, cost) in sorted(models.items())]

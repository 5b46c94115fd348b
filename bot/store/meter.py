"""Usage and what it adds up to, as the port `Meter`.

The hot path: a few statements for a whole batch, no ORM objects, keys in one order so that two writers cannot deadlock.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, text

from bot.store import mapping, tables
from bot.store.columns import day_number
from bot.store.upsert import MOST, add_many, add_new, added, insert, stamp, sum_many, sum_up
from workflows.quotas import Notice
from workflows.spend import Booked, Costed, CostSource, Counter, Metered, Outlay, Series, Slice, Sold, Sums, Tally, sold
from workflows.times import Window

SEEN = ("day", "key", "event")


class StoredMeter:
    """`workflows.ports.Meter`, of one unit. `changed` gets every counter that it changes."""

    def __init__(self, connection: Connection, changed: list[Counter]) -> None:
        self._connection = connection
        self._changed = changed
        self._numbers: dict[bytes, int] = {}  # of the events that this unit marked, by key

    def fresh(self, keys: Sequence[tuple[date, bytes]]) -> set[bytes]:
        found = {(day_number(day), key) for day, key in keys}
        self._number({key for _, key in found} - self._numbers.keys())
        rows = [(day, key, self._numbers[key]) for day, key in sorted(found)]
        if len(rows) > MOST // 4 and self._all_new(rows):
            return {key for _, key, _ in rows}
        return {key for _, key, _ in add_new(self._connection, _SEEN, SEEN, rows)}

    def _number(self, keys: set[bytes]) -> None:
        """Gives each key the number of the row that its event will be."""
        if not keys:
            return
        if self._connection.dialect.name == "postgresql":
            drawn = text("SELECT nextval(pg_get_serial_sequence('events', 'id')) FROM generate_series(1, :n)")
            numbers: Iterable[int] = self._connection.execute(drawn, {"n": len(keys)}).scalars()
        else:  # the write lock is ours: nobody else counts on from the same row
            last = self._connection.exec_driver_sql("SELECT max(id) FROM events").scalar() or 0
            numbers = range(max(last, *self._numbers.values(), 0) + 1, 2**63)
        self._numbers.update(zip(keys, numbers, strict=False))

    def _all_new(self, rows: Sequence[tuple[int, bytes, int]]) -> bool:
        """Marks them all, or none. Nearly always every key is new and the count says so; asking which costs twice as much."""
        self._connection.exec_driver_sql("SAVEPOINT fresh")
        every = add_many(self._connection, _SEEN, SEEN, rows) == len(rows)
        if not every:
            self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT fresh")
        self._connection.exec_driver_sql("RELEASE SAVEPOINT fresh")
        return every

    def append(self, batch: Sequence[Booked]) -> None:
        at, number, ids = stamp(self._connection), self._numbers, [mapping.series_id(booked.series) for booked in batch]
        rows = [
            mapping.event_row(costed, number[costed[0].key], series, at(costed[0].at))
            for booked, series in zip(batch, ids, strict=True)
            for costed in booked.events
        ]
        add_many(self._connection, _EVENTS, mapping.EVENT, rows)
        series = {series: (series, *booked.series) for booked, series in zip(batch, ids, strict=True)}
        add_many(self._connection, _SERIES, mapping.SERIES, [series[number] for number in sorted(series)])
        slices = [(day_number(booked.day), series, *booked.sums) for booked, series in zip(batch, ids, strict=True)]
        sum_many(self._connection, _SLICES, mapping.SLICE, sorted(slices))
        bought = [(day_number(day), provider, model, cost) for (day, provider, model), cost in sold(batch).items()]
        sum_many(self._connection, _SOLD, Sold._fields, bought)

    def add(self, tally: Tally) -> list[Counter]:
        at = stamp(self._connection)
        days = [(quota, day_number(day), spent) for (quota, day), spent in tally.days.items()]
        sum_many(self._connection, _DAYS, ("quota", "day", "spent"), days)
        windows = {(quota, at(window.start), at(window.end)): window for quota, window in tally.counters}
        rows = [(*key, spent, 1) for key, spent in zip(windows, tally.counters.values(), strict=True)]
        sums = sum_up(self._connection, _COUNTERS, ("quota", "start", "end", "spent", "version"), rows)
        counters = [Counter(quota, windows[quota, start, end], spent, version) for quota, start, end, spent, version in sums]
        self._changed += counters
        return counters

    def spent(self, quota: str, window: Window) -> int:
        here = (_COUNTERS.c.quota == quota, _COUNTERS.c.start == window.start, _COUNTERS.c.end == window.end)
        return self._connection.execute(select(_COUNTERS.c.spent).where(*here)).scalar() or 0

    def counters(self, since: datetime, ended: Collection[datetime] = ()) -> list[Counter]:
        here = select(_COUNTERS).where(_lasting(since, ended)).order_by(_COUNTERS.c.quota, _COUNTERS.c.start)
        rows = self._connection.execute(here)
        return [Counter(quota, Window(start, end), spent, version) for quota, start, end, spent, version in rows]

    def tide(self, since: datetime, ended: Collection[datetime] = ()) -> tuple[int, int]:
        sums = select(func.count(), func.coalesce(func.sum(_COUNTERS.c.version), 0)).where(_lasting(since, ended))
        many, versions = self._connection.execute(sums).one()
        return many, int(versions)

    def days(self, quota: str, first: date, last: date) -> dict[date, int]:
        here = (_DAYS.c.quota == quota, _DAYS.c.day >= first, _DAYS.c.day <= last)
        rows = self._connection.execute(select(_DAYS.c.day, _DAYS.c.spent).where(*here).order_by(_DAYS.c.day))
        return {row.day: row.spent for row in rows}

    def slices(self, first: date, last: date, scope: str = "") -> list[Slice]:
        below = _SERIES.c.scope.startswith(f"{scope}/", autoescape=True)
        here = select(_SLICES, *_SERIES.c[1:]).join_from(_SLICES, _SERIES, _SERIES.c.id == _SLICES.c.series)
        here = here.where(_SLICES.c.day >= first, _SLICES.c.day <= last)
        if scope:
            here = here.where(or_(_SERIES.c.scope == scope, below))
        rows = self._connection.execute(here.order_by(_SLICES.c.day, *_SERIES.c[1:])).mappings()
        return [mapping.slice_of(row) for row in rows]

    def outlays(self, first: date, last: date) -> list[Outlay]:
        kept = (_SERIES.c.scope, _SERIES.c.use_case, _SLICES.c.day)
        here = select(*kept, func.sum(_SLICES.c.cost)).join_from(_SLICES, _SERIES, _SERIES.c.id == _SLICES.c.series)
        here = here.where(_SLICES.c.day >= first, _SLICES.c.day <= last).group_by(*kept).order_by(*kept)
        return [Outlay(day, scope, use_case, int(cost)) for scope, use_case, day, cost in self._connection.execute(here)]

    def sold(self, first: date, last: date) -> list[Sold]:
        here = select(_SOLD).where(_SOLD.c.day >= first, _SOLD.c.day <= last)
        rows = self._connection.execute(here.order_by(_SOLD.c.day, _SOLD.c.provider, _SOLD.c.model))
        return [Sold(*row) for row in rows]

    def sold_since(self) -> date | None:
        return self._connection.execute(select(func.min(_SOLD.c.day))).scalar()

    def find(self, key: bytes, days: Iterable[date]) -> tuple[Costed, Series] | None:
        marked = select(_SEEN.c.event).where(_SEEN.c.key == key, _SEEN.c.day.in_(list(days)))
        joined = select(_EVENTS, *_SERIES.c[1:]).join_from(_EVENTS, _SERIES, _SERIES.c.id == _EVENTS.c.series)
        newest = joined.where(_EVENTS.c.id.in_(marked), _EVENTS.c.key == key).order_by(_EVENTS.c.id.desc())
        row = self._connection.execute(newest.limit(1)).mappings().first()
        return mapping.event_of(row) if row else None

    def know(self, metered: Metered) -> bool:
        row = mapping.metered_row(metered)
        new = insert(self._connection.dialect.name, _METERED).values(row)
        changed = new.on_conflict_do_update(index_elements=["quota"], set_=row, where=_METERED.c.how != metered.how)
        return self._connection.execute(changed).rowcount == 1

    def known(self) -> dict[str, Metered]:
        rows = self._connection.execute(select(_METERED).order_by(_METERED.c.quota)).mappings()
        return {row["quota"]: mapping.metered_of(row) for row in rows}

    def since(self, quota: str) -> datetime | None:
        return self._connection.execute(select(_METERED.c.since).where(_METERED.c.quota == quota)).scalar()

    def forget(self, quota: str) -> None:
        self._connection.execute(delete(_METERED).where(_METERED.c.quota == quota))

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

    def total(self, first: date, last: date) -> Sums:
        sums = (func.coalesce(func.sum(_SLICES.c[name]), 0) for name in Sums._fields)
        row = self._connection.execute(select(*sums).where(_SLICES.c.day >= first, _SLICES.c.day <= last)).one()
        return Sums(*map(int, row))

    def unpriced(self, first: date, last: date) -> dict[str, tuple[int, int]]:
        sums = (func.sum(_SLICES.c.events), func.sum(_SLICES.c.cost))
        every = select(_SERIES.c.model, *sums).join_from(_SLICES, _SERIES, _SERIES.c.id == _SLICES.c.series)
        within = every.where(_SLICES.c.day >= first, _SLICES.c.day <= last)
        fallen = within.where(_SERIES.c.cost_source == CostSource.FALLBACK.value).group_by(_SERIES.c.model)
        rows = self._connection.execute(fallen.order_by(_SERIES.c.model))
        return {row[0]: (int(row[1]), int(row[2])) for row in rows}


_EVENTS, _SEEN, _SERIES, _SLICES = tables.events, tables.seen, tables.series, tables.slices
_SOLD = tables.sold
_COUNTERS, _DAYS, _NOTICES, _METERED = tables.counters, tables.days, tables.notices, tables.metered


def _lasting(since: datetime, ended: Collection[datetime]) -> ColumnElement[bool]:
    return or_(_COUNTERS.c.end > since, _COUNTERS.c.end.in_(sorted(ended)))

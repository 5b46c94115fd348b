"""Differences that corrections made, as the port `Corrections`."""

from datetime import date, datetime

from sqlalchemy import Connection, Select, select

from bot.store import mapping, tables
from bot.store.columns import day_number
from bot.store.upsert import add_many, stamp
from workflows.spend import Booked, Slice, Sums

COLUMNS = ("key", "original", "booked", "day", "series", *Sums._fields)


class StoredCorrections:
    """`workflows.ports.Corrections`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def original(self, key: bytes) -> bytes | None:
        return self._connection.execute(select(_ROWS.c.original).where(_ROWS.c.key == key)).scalar()

    def add(self, step: Booked, original: bytes, at: datetime) -> None:
        (event,) = step.events
        where = (stamp(self._connection)(at), day_number(step.day), mapping.series_id(step.series))
        add_many(self._connection, _ROWS, COLUMNS, [(event.usage.key, original, *where, *step.sums)])

    def of(self, original: bytes) -> list[Slice]:
        return self._found(_joined().where(_ROWS.c.original == original))

    def since(self, at: datetime, first: date, last: date) -> list[Slice]:
        return self._found(_joined().where(_ROWS.c.booked >= at, _ROWS.c.day >= first, _ROWS.c.day <= last))

    def _found(self, rows: Select[tuple[object, ...]]) -> list[Slice]:
        inorder = rows.order_by(_ROWS.c.booked, _ROWS.c.key)
        return [mapping.slice_of(row) for row in self._connection.execute(inorder).mappings()]


_ROWS = tables.corrections


def _joined() -> Select[tuple[object, ...]]:
    series = tables.series
    return select(_ROWS, *series.c[1:]).join_from(_ROWS, series, series.c.id == _ROWS.c.series)

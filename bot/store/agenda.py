"""Alarms, as the port `Agenda`."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, delete, select, tuple_

from bot.store import mapping
from bot.store.database import is_reading
from bot.store.tables import agenda
from bot.store.upsert import added
from workflows.effects import Alarm, Wake


class StoredAgenda:
    """`workflows.ports.Agenda`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set(self, alarm: Alarm) -> None:
        added(self._connection, agenda, mapping.alarm_row(alarm))

    def due(self, now: datetime, limit: int) -> list[Alarm]:
        earliest = select(agenda).where(agenda.c.at <= now).order_by(agenda.c.at, agenda.c.wake, agenda.c.key).limit(limit)
        if not is_reading(self._connection):
            # On SQLite this says nothing, and need not: the unit has the write lock.
            earliest = earliest.with_for_update(skip_locked=True)
        rows = self._connection.execute(earliest).mappings()
        return [mapping.alarm_of(row) for row in rows]

    def every(self, wake: Wake) -> list[Alarm]:
        alike = select(agenda).where(agenda.c.wake == wake.value).order_by(agenda.c.key)
        return [mapping.alarm_of(row) for row in self._connection.execute(alike).mappings()]

    def of(self, keys: Collection[str]) -> list[Alarm]:
        here = select(agenda).where(agenda.c.key.in_(list(keys))).order_by(agenda.c.at, agenda.c.wake, agenda.c.key)
        return [mapping.alarm_of(row) for row in self._connection.execute(here).mappings()]

    def drop(self, alarm: Alarm) -> None:
        one = select(*_KEY).where(and_(agenda.c.wake == alarm.wake.value, agenda.c.key == alarm.key))
        # One that rings at this moment is left to whoever has it: they drop it, or find it again and nothing to do. To wait
        # for them would be a deadlock, because they want the row that whoever drops it has changed.
        self._connection.execute(delete(agenda).where(tuple_(*_KEY).in_(one.with_for_update(skip_locked=True))))


_KEY = (agenda.c.wake, agenda.c.key)

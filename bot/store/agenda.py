"""Alarms, as the port `Agenda`."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.store import mapping
from bot.store.tables import agenda
from bot.store.upsert import added
from workflows.effects import Alarm


class StoredAgenda:
    """`workflows.ports.Agenda`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set(self, alarm: Alarm) -> None:
        added(self._connection, agenda, mapping.alarm_row(alarm))

    def due(self, now: datetime, limit: int) -> list[Alarm]:
        earliest = select(agenda).where(agenda.c.at <= now).order_by(agenda.c.at, agenda.c.wake, agenda.c.key).limit(limit)
        # On SQLite this says nothing, and need not: the unit has the write lock.
        rows = self._connection.execute(earliest.with_for_update(skip_locked=True)).mappings()
        return [mapping.alarm_of(row) for row in rows]

    def drop(self, alarm: Alarm) -> None:
        self._connection.execute(delete(agenda).where(agenda.c.wake == alarm.wake.value, agenda.c.key == alarm.key))

"""Sudden rises that are told, as the port `Spikes`."""

from datetime import date

from sqlalchemy import Connection, select

from bot.store import mapping, tables
from bot.store.upsert import added
from workflows.spikes import Spike

_ROWS = tables.spikes


class StoredSpikes:
    """`workflows.ports.Spikes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, spike: Spike) -> bool:
        return added(self._connection, _ROWS, mapping.spike_row(spike))

    def get(self, key: str) -> Spike | None:
        row = self._connection.execute(select(_ROWS).where(_ROWS.c.key == key)).mappings().first()
        return mapping.spike_of(row) if row else None

    def since(self, day: date) -> list[Spike]:
        here = select(_ROWS).where(_ROWS.c.day >= day).order_by(_ROWS.c.day, _ROWS.c.key)
        return [mapping.spike_of(row) for row in self._connection.execute(here).mappings()]

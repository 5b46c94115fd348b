"""Denials by a gateway, as the port `Denials`."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.store import mapping, tables
from bot.store.upsert import added
from workflows.denials import Denied

_ROWS = tables.denials


class StoredDenials:
    """`workflows.ports.Denials`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, denied: Denied) -> bool:
        return added(self._connection, _ROWS, mapping.denied_row(denied))

    def get(self, key: str) -> Denied | None:
        row = self._connection.execute(select(_ROWS).where(_ROWS.c.key == key)).mappings().first()
        return mapping.denied_of(row) if row else None

    def miss(self, key: str) -> None:
        self._connection.execute(update(_ROWS).where(_ROWS.c.key == key).values(missed=True))

    def missed(self, at: datetime) -> list[Denied]:
        here = select(_ROWS).where(_ROWS.c.missed, _ROWS.c.end > at, _ROWS.c.start <= at)
        return [mapping.denied_of(row) for row in self._connection.execute(here.order_by(_ROWS.c.at, _ROWS.c.key)).mappings()]

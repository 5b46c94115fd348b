"""Submissions that a rule refused, as the port `Violations`."""

from sqlalchemy import Connection, and_, select, update

from bot.store import mapping, tables
from bot.store.upsert import added
from workflows.ports import Stale
from workflows.times import Window
from workflows.violations import Violation

_ROWS = tables.violations


class StoredViolations:
    """`workflows.ports.Violations`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, violation: Violation) -> bool:
        return added(self._connection, _ROWS, mapping.violation_row(violation))

    def get(self, violation: str) -> Violation | None:
        row = self._connection.execute(select(_ROWS).where(_ROWS.c.id == violation)).mappings().first()
        return mapping.violation_of(row) if row else None

    def within(self, window: Window) -> list[Violation]:
        here = select(_ROWS).where(_ROWS.c.at >= window.start, _ROWS.c.at < window.end).order_by(_ROWS.c.at, _ROWS.c.id)
        return [mapping.violation_of(row) for row in self._connection.execute(here).mappings()]

    def appeal(self, violation: str, request: str) -> None:
        open_to_it = and_(_ROWS.c.id == violation, _ROWS.c.appeal == "")
        if self._connection.execute(update(_ROWS).where(open_to_it).values(appeal=request)).rowcount != 1:
            raise Stale(f"{violation} cannot be appealed any more")

"""What channels were told of their weeks, as the port `Reports`."""

from collections.abc import Iterable

from sqlalchemy import Connection, and_, select, update

from bot.store import mapping
from bot.store.tables import reports
from bot.store.upsert import added
from workflows.amendments import Report
from workflows.ports import Stale


class StoredReports:
    """`workflows.ports.Reports`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> Report | None:
        row = self._connection.execute(select(reports).where(reports.c.key == key)).mappings().first()
        return mapping.report_of(row) if row else None

    def add(self, report: Report) -> None:
        if not added(self._connection, reports, mapping.report_row(report)):
            raise Stale(f"{report.key} was told")

    def save(self, report: Report) -> None:
        before = and_(reports.c.key == report.key, reports.c.version == report.version - 1)
        if self._connection.execute(update(reports).where(before).values(mapping.report_row(report))).rowcount != 1:
            raise Stale(f"{report.key} is no longer at version {report.version - 1}")

    def told(self, keys: Iterable[str]) -> set[str]:
        wanted = sorted(set(keys))
        if not wanted:
            return set()
        return set(self._connection.execute(select(reports.c.key).where(reports.c.key.in_(wanted))).scalars())

    def since(self, channel: str, week: str) -> list[Report]:
        here = select(reports).where(reports.c.channel == channel, reports.c.week >= week).order_by(reports.c.week)
        return [mapping.report_of(row) for row in self._connection.execute(here).mappings()]

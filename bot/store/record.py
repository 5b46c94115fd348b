"""The audit log, as the port `Record`: entries are added, never changed."""

from sqlalchemy import Connection, select

from bot.store import mapping
from bot.store.tables import record
from bot.store.upsert import added
from workflows.audit import Entry
from workflows.ports import Stale


class StoredRecord:
    """`workflows.ports.Record`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last(self, subject: str) -> Entry | None:
        newest = select(record).where(record.c.subject == subject).order_by(record.c.seq.desc()).limit(1)
        row = self._connection.execute(newest).mappings().first()
        return mapping.entry_of(row) if row else None

    def append(self, entry: Entry) -> None:
        if not added(self._connection, record, mapping.entry_row(entry)):
            raise Stale(f"{entry.subject} has an entry {entry.seq}")

    def chain(self, subject: str) -> list[Entry]:
        every = select(record).where(record.c.subject == subject).order_by(record.c.seq)
        return [mapping.entry_of(row) for row in self._connection.execute(every).mappings()]

    def subjects(self) -> list[str]:
        return list(self._connection.execute(select(record.c.subject).distinct().order_by(record.c.subject)).scalars())

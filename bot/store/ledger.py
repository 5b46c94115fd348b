"""What providers say they charged, as the port `Ledger`."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Connection, delete, select, tuple_

from bot.store import mapping
from bot.store.tables import bills, pulls
from bot.store.upsert import insert
from workflows.governed import Bill, Pull


class StoredLedger:
    """`workflows.ports.Ledger`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, bills_: Sequence[Bill]) -> None:
        if not bills_:
            return
        gone = tuple_(bills.c.vendor, bills.c.day).in_([(bill.vendor.value, bill.day) for bill in bills_])
        self._connection.execute(delete(bills).where(gone))
        self._connection.execute(
            insert(self._connection.dialect.name, bills), [r for bill in bills_ for r in mapping.bill_rows(bill)]
        )

    def bills(self, first: date, last: date) -> list[Bill]:
        here = select(bills).where(bills.c.day >= first, bills.c.day <= last)
        rows = self._connection.execute(here.order_by(bills.c.vendor, bills.c.day, bills.c.line)).mappings()
        return [mapping.bill_of(list(lines)) for _, lines in groupby(rows, lambda row: (row["vendor"], row["day"]))]

    def pulls(self) -> list[Pull]:
        return [mapping.pull_of(row) for row in self._connection.execute(select(pulls).order_by(pulls.c.vendor)).mappings()]

    def due(self, now: datetime) -> list[Pull]:
        waiting = select(pulls).where(pulls.c.due <= now).order_by(pulls.c.due, pulls.c.vendor)
        rows = self._connection.execute(waiting.with_for_update(skip_locked=True)).mappings()
        return [mapping.pull_of(row) for row in rows]

    def save(self, pull: Pull) -> None:
        row = mapping.pull_row(pull)
        new = insert(self._connection.dialect.name, pulls).values(row)
        self._connection.execute(new.on_conflict_do_update(index_elements=[pulls.c.vendor], set_=row))

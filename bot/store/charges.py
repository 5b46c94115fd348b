"""What people have approved of what they may, as the port `Charges`."""

from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from bot.store import mapping
from bot.store.tables import charges
from bot.store.upsert import added
from workflows.authority import Charged
from workflows.people import PersonId
from workflows.ports import Stale


class StoredCharges:
    """`workflows.ports.Charges`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, person: PersonId, start: datetime) -> Charged | None:
        one = select(charges).where(charges.c.person == person, charges.c.start == start)
        row = self._connection.execute(one).mappings().first()
        return mapping.charged_of(row) if row else None

    def save(self, charged: Charged) -> None:
        row = mapping.charged_row(charged)
        if charged.version == 1:
            if not added(self._connection, charges, row):
                raise Stale(f"{charged.person} was charged meanwhile")
            return
        before = charges.c.version == charged.version - 1
        one = and_(charges.c.person == charged.person, charges.c.start == charged.start, before)
        if self._connection.execute(update(charges).where(one).values(row)).rowcount != 1:
            raise Stale(f"{charged.person} was charged meanwhile")

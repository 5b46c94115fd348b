"""The embedded quota store: limits as rows, for companies without a gateway. Our own admission check enforces what they say.

It behaves like a gateway next door: every call is a transaction of its own, so it is not called inside a unit of work. The check
does not read them: it adds up base and overrides by itself, so that an override ends on the second.
"""

from collections.abc import Sequence

from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import limits
from bot.store.upsert import insert
from workflows.money import Unit
from workflows.ports import Clock, Reading


class StoredLimits:
    """`workflows.ports.LimitStore`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def read(self, quota: str) -> Reading:
        with self._database.reading() as connection:
            limit = connection.execute(select(limits.c.amount).where(limits.c.quota == quota)).scalar()
        return Reading(limit, self._clock.now())

    def write(self, quota: str, limit: int, unit: Unit, overrides: Sequence[str]) -> None:
        row = {"amount": limit, "unit": unit.value, "overrides": list(overrides), "written_at": self._clock.now()}
        with self._database.writing() as connection:
            new = insert(connection.dialect.name, limits).values(quota=quota, **row)
            connection.execute(new.on_conflict_do_update(index_elements=[limits.c.quota], set_=row))
            connection.commit()

"""The embedded quota store: limits as rows, for companies without a gateway. Our own admission check enforces what they say.

It behaves like a gateway next door: every call is a transaction of its own, so it is not called inside a unit of work. The check
does not read them: it adds up base and overrides by itself, so that an override ends on the second.
"""

from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import limits
from bot.store.upsert import insert
from workflows.limits import Reading, Traits, Wanted
from workflows.ports import Clock
from workflows.quotas import Quota


class StoredLimits:
    """`workflows.ports.LimitStore`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def traits(self, _: Quota) -> Traits:
        return Traits()

    def read(self, quota: Quota) -> Reading:
        with self._database.reading() as connection:
            row = connection.execute(select(limits.c.amount, limits.c.overrides).where(limits.c.quota == quota.key)).first()
        return Reading(row.amount if row else None, self._clock.now(), frozenset(row.overrides if row else ()))

    def write(self, quota: Quota, wanted: Wanted) -> None:
        row = {"amount": wanted.limit, "unit": quota.unit.value, "overrides": list(wanted.ids), "written_at": self._clock.now()}
        with self._database.writing() as connection:
            new = insert(connection.dialect.name, limits).values(quota=quota.key, **row)
            connection.execute(new.on_conflict_do_update(index_elements=[limits.c.quota], set_=row))
            connection.commit()

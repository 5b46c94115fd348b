"""Who is away, as the port `Aways`."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select

from bot.store import mapping
from bot.store.tables import aways
from bot.store.upsert import insert
from workflows.aways import Away
from workflows.people import PersonId


class StoredAways:
    """`workflows.ports.Aways`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, person: PersonId) -> Away | None:
        row = self._connection.execute(select(aways).where(aways.c.person == person)).mappings().first()
        return mapping.away_of(row) if row else None

    def put(self, away: Away) -> None:
        row = mapping.away_row(away)
        new = insert(self._connection.dialect.name, aways).values(row)
        self._connection.execute(new.on_conflict_do_update(index_elements=[aways.c.person], set_=row))

    def drop(self, person: PersonId) -> None:
        self._connection.execute(delete(aways).where(aways.c.person == person))

    def among(self, people: Collection[PersonId], now: datetime) -> list[Away]:
        return self._of(aways.c.person.in_(sorted(people)), now)

    def behind(self, delegate: PersonId, now: datetime) -> list[Away]:
        return self._of(aways.c.delegate == delegate, now)

    def _of(self, whose: ColumnElement[bool], now: datetime) -> list[Away]:
        here = select(aways).where(whose, aways.c.start <= now, aways.c.end > now).order_by(aways.c.person)
        return [mapping.away_of(row) for row in self._connection.execute(here).mappings()]

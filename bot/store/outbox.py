"""Effects, as the port `Outbox`: one row for each kind and key, delivered by one worker at a time.

    asked for            no row: due now · waiting or dead: due now, tries forgotten · held: due as soon as it is let go
    claimed              held, hidden until a time after which the worker counts as dead; keep it longer than a delivery can take
    done                 removed; asked for meanwhile: let go, due at once
    failed               let go, due later or dead; asked for meanwhile: never dead

What is held is not handed to a second worker when it is asked for again: the first may have computed what was true before,
and its late write would stand for good.

What a unit asks for is written when it commits, or looks: in the order of its keys, so that two units never wait for each other.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, delete, func, select, true, tuple_, update

from bot.store import mapping, tables
from bot.store.upsert import Insert, insert
from workflows.effects import Effect
from workflows.ports import Errand

_ROWS = tables.outbox


class StoredOutbox:
    """`workflows.ports.Outbox`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asked: list[dict[str, Any]] = []

    def put(self, effect: Effect, now: datetime) -> None:
        self._asked.append({"do": effect.do.value, "key": effect.key, "now": now})

    def flush(self) -> None:
        """Writes what was asked for so far."""
        if self._asked:
            asked = sorted(self._asked, key=lambda row: (row["do"], row["key"]))
            self._asked = []
            self._connection.execute(_put(self._connection.dialect.name), asked)

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Errand]:
        self.flush()
        order = (_ROWS.c.due, _ROWS.c.since, _ROWS.c.do, _ROWS.c.key)
        oldest = select(_ROWS).where(_ROWS.c.due <= now).order_by(*order).limit(limit)
        # On SQLite the lock says nothing, and need not: the unit has the write lock.
        rows = self._connection.execute(oldest.with_for_update(skip_locked=True)).mappings().all()
        if rows:
            names = tuple_(_ROWS.c.do, _ROWS.c.key).in_([(row["do"], row["key"]) for row in rows])
            self._connection.execute(update(_ROWS).where(names).values(due=until, held=True))
        return [mapping.errand_of(row) for row in rows]

    def done(self, errand: Errand) -> None:
        self.flush()
        if self._connection.execute(delete(_ROWS).where(_same(errand))).rowcount == 0:
            self._connection.execute(update(_ROWS).where(_named(errand)).values(due=_ROWS.c.asked, held=False))

    def fail(self, errand: Errand, error: str, again: datetime | None) -> None:
        self.flush()
        what: dict[str, Any] = {"held": False, "error": error}
        one = update(_ROWS).where(_same(errand)).values(due=again, tries=errand.tries + 1, **what)
        if self._connection.execute(one).rowcount == 0:
            # Asked for again since: what was refused may be granted now, but an outage is an outage still.
            self._connection.execute(update(_ROWS).where(_named(errand)).values(due=again or _ROWS.c.asked, **what))

    def find(self, effect: Effect) -> Errand | None:
        self.flush()
        one = select(_ROWS).where(_ROWS.c.do == effect.do.value, _ROWS.c.key == effect.key)
        row = self._connection.execute(one).mappings().first()
        return mapping.errand_of(row) if row else None

    def waiting(self) -> datetime | None:
        self.flush()
        # func.min forgets the column's type, ORDER BY keeps it.
        first = select(_ROWS.c.due).where(_ROWS.c.due.is_not(None)).order_by(_ROWS.c.due).limit(1)
        return self._connection.execute(first).scalar()

    def failing(self) -> list[Errand]:
        return self._every(_ROWS.c.due.is_not(None), _ROWS.c.error != "")

    def dead(self) -> list[Errand]:
        return self._every(_ROWS.c.due.is_(None))

    def _every(self, *which: ColumnElement[bool]) -> list[Errand]:
        self.flush()
        rows = select(_ROWS).where(*which).order_by(_ROWS.c.since, _ROWS.c.do, _ROWS.c.key)
        return [mapping.errand_of(row) for row in self._connection.execute(rows).mappings()]


def _named(errand: Errand) -> ColumnElement[bool]:
    return and_(_ROWS.c.do == errand.effect.do.value, _ROWS.c.key == errand.effect.key)


def _same(errand: Errand) -> ColumnElement[bool]:
    return and_(_named(errand), _ROWS.c.generation == errand.generation)


@cache
def _put(dialect: str) -> Insert:
    """A new row; what is there and due keeps its place in the line, and what is held stays held."""
    now = bindparam("now", type_=_ROWS.c.due.type)
    row = {"do": bindparam("do"), "key": bindparam("key"), "generation": 1, "tries": 0, "error": "", "held": False}
    waits = and_(_ROWS.c.held.is_(False), func.coalesce(_ROWS.c.due > now, true()))
    again = {
        "generation": _ROWS.c.generation + 1,
        "tries": 0,
        "error": "",
        "asked": now,
        "since": case((_ROWS.c.due.is_(None), now), else_=_ROWS.c.since),
        "due": case((waits, now), else_=_ROWS.c.due),
    }
    new = insert(dialect, _ROWS).values(row | {"due": now, "since": now, "asked": now})
    return new.on_conflict_do_update(index_elements=[_ROWS.c.do, _ROWS.c.key], set_=again)

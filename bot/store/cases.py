"""Requests, overrides and outcomes, as the ports of those names."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.store import mapping, tables
from bot.store.upsert import added
from workflows.overrides import Outcome, Override, main_of
from workflows.people import PersonId
from workflows.ports import Stale
from workflows.requests import Request, State
from workflows.times import Window


class StoredRequests:
    """`workflows.ports.Requests`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, request: str) -> Request | None:
        row = self._connection.execute(select(_R).where(_R.c.id == request)).mappings().first()
        return mapping.request_of(row) if row else None

    def add(self, request: Request) -> None:
        if not added(self._connection, _R, mapping.request_row(request)):
            raise Stale(f"{request.id}: there is one, or {request.requester} has a pending request on {request.case.quota}")

    def save(self, request: Request) -> None:
        _save(self._connection, _R, mapping.request_row(request))

    def open(self, quota: str, requester: PersonId) -> Request | None:
        mine = select(_R).where(_R.c.quota == quota, _R.c.requester == requester, _R.c.state == State.PENDING.value)
        row = self._connection.execute(mine).mappings().first()
        return mapping.request_of(row) if row else None

    def pending(self, quota: str) -> list[Request]:
        here = select(_R).where(_R.c.quota == quota, _R.c.state == State.PENDING.value).order_by(_R.c.submitted, _R.c.id)
        return [mapping.request_of(row) for row in self._connection.execute(here).mappings()]

    def undecided(self) -> list[Request]:
        every = select(_R).where(_R.c.state == State.PENDING.value).order_by(_R.c.submitted, _R.c.id)
        return [mapping.request_of(row) for row in self._connection.execute(every).mappings()]

    def touching(self, quotas: Iterable[str], window: Window) -> list[Request]:
        within = [and_(at >= window.start, at < window.end) for at in (_R.c.submitted, _R.c.decided)]
        running = [or_(over.is_(None), over >= window.start) for over in (_O.c.stopped, _O.c.ends)]
        ran = and_(_O.c.granted < window.end, *running)
        had = _R.c.id.in_(select(_O.c.request).where(ran))
        wanted = select(_R).where(_R.c.quota.in_(list(quotas)), or_(*within, had))
        rows = self._connection.execute(wanted.order_by(_R.c.submitted, _R.c.id)).mappings()
        return [mapping.request_of(row) for row in rows]

    def latest(self, quota: str, limit: int) -> list[Request]:
        newest = select(_R).where(_R.c.quota == quota).order_by(_R.c.submitted.desc(), _R.c.id.desc()).limit(limit)
        return [mapping.request_of(row) for row in self._connection.execute(newest).mappings()]

    def since(self, at: datetime) -> list[Request]:
        wanted = select(_R).where(_R.c.submitted >= at).order_by(_R.c.submitted, _R.c.id)
        return [mapping.request_of(row) for row in self._connection.execute(wanted).mappings()]


class StoredOverrides:
    """`workflows.ports.Overrides`, of one unit. `changed` gets every override that it changes."""

    def __init__(self, connection: Connection, changed: list[Override]) -> None:
        self._connection = connection
        self._changed = changed

    def get(self, override: str) -> Override | None:
        row = self._connection.execute(select(_O).where(_O.c.id == override)).mappings().first()
        return mapping.override_of(row) if row else None

    def of(self, request: str) -> Override | None:
        quota = self._connection.execute(select(_R.c.quota).where(_R.c.id == request)).scalar()
        return main_of(self.every(request), quota) if quota else None

    def every(self, request: str) -> list[Override]:
        here = select(_O).where(_O.c.request == request)
        its = (mapping.override_of(row) for row in self._connection.execute(here).mappings())
        return sorted(its, key=lambda override: (override.granted, override.number))

    def granted(self, quotas: Iterable[str], since: datetime) -> list[Override]:
        here = select(_O).where(_O.c.quota.in_(list(quotas)), _O.c.granted > since).order_by(_O.c.granted, _O.c.id)
        return [mapping.override_of(row) for row in self._connection.execute(here).mappings()]

    def add(self, override: Override) -> None:
        if not added(self._connection, _O, mapping.override_row(override)):
            raise Stale(f"{override.id}: there is one")
        self._changed.append(override)

    def save(self, override: Override) -> None:
        _save(self._connection, _O, mapping.override_row(override))
        self._changed.append(override)

    def current(self, quota: str) -> list[Override]:
        here = select(_O).where(_O.c.quota == quota, _O.c.gone.is_(None)).order_by(_O.c.granted, _O.c.id)
        return [mapping.override_of(row) for row in self._connection.execute(here).mappings()]

    def unended(self) -> list[Override]:
        here = select(_O).where(_O.c.gone.is_(None)).order_by(_O.c.quota, _O.c.granted, _O.c.id)
        return [mapping.override_of(row) for row in self._connection.execute(here).mappings()]

    def during(self, quota: str, window: Window) -> list[Override]:
        begun = and_(_O.c.quota == quota, _O.c.starts < window.end)
        running = [or_(over.is_(None), over > window.start) for over in (_O.c.stopped, _O.c.ends)]
        here = select(_O).where(begun, *running).order_by(_O.c.granted, _O.c.id)
        return [mapping.override_of(row) for row in self._connection.execute(here).mappings()]


class StoredOutcomes:
    """`workflows.ports.Outcomes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, override: str) -> Outcome | None:
        one = select(tables.outcomes).where(tables.outcomes.c.override == override)
        row = self._connection.execute(one).mappings().first()
        return mapping.outcome_of(row) if row else None

    def add(self, outcome: Outcome) -> None:
        if not added(self._connection, tables.outcomes, mapping.outcome_row(outcome)):
            raise Stale(f"{outcome.override} has an outcome")


_R, _O = tables.requests, tables.overrides


def _save(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """The lock: one row changes, or somebody else was first."""
    before = and_(table.c.id == row["id"], table.c.version == row["version"] - 1)
    try:
        changed = connection.execute(update(table).where(before).values(row)).rowcount
    except IntegrityError as taken:  # what only one may have, another has: a request that is pending on a quota
        raise Stale(f"{row['id']}: another was first") from taken
    if changed != 1:
        raise Stale(f"{row['id']} is no longer at version {row['version'] - 1}")

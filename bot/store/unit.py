"""The unit of work: one connection, one transaction, every port."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from bot.store.agenda import StoredAgenda
from bot.store.cases import StoredOutcomes, StoredOverrides, StoredRequests
from bot.store.corrections import StoredCorrections
from bot.store.meter import StoredMeter
from bot.store.outbox import StoredOutbox
from bot.store.posts import StoredPosts
from bot.store.record import StoredRecord
from bot.store.reports import StoredReports
from bot.store.yields import StoredYields
from workflows.ports import Agenda, Corrections, Meter, Outbox, Outcomes, Overrides, Posts, Record, Reports, Requests, Yields

Opening = Callable[[], AbstractContextManager[Connection]]


class StoredUnit:
    """`workflows.ports.UnitOfWork`. It is used once, by one thread."""

    requests: Requests
    overrides: Overrides
    outcomes: Outcomes
    meter: Meter
    corrections: Corrections
    yields: Yields
    reports: Reports
    record: Record
    agenda: Agenda
    outbox: Outbox
    posts: Posts

    def __init__(self, opening: Opening) -> None:
        self._opened = opening()

    def __enter__(self) -> Self:
        self._connection = connection = self._opened.__enter__()
        self.requests = StoredRequests(connection)
        self.overrides = StoredOverrides(connection)
        self.outcomes = StoredOutcomes(connection)
        self.meter = StoredMeter(connection)
        self.corrections = StoredCorrections(connection)
        self.yields = StoredYields(connection)
        self.reports = StoredReports(connection)
        self.record = StoredRecord(connection)
        self.agenda = StoredAgenda(connection)
        self.outbox = StoredOutbox(connection)
        self.posts = StoredPosts(connection)
        return self

    def commit(self) -> None:
        self._connection.commit()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.__exit__(kind, error, trace)


class Glance(StoredUnit):
    """A unit for looking only."""

    def commit(self) -> None:
        raise RuntimeError("this unit is for looking; write in one from Store.units")

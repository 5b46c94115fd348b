"""The unit of work: one connection, one transaction, every port."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from bot.store.agenda import StoredAgenda
from bot.store.aways import StoredAways
from bot.store.cases import StoredOutcomes, StoredOverrides, StoredRequests
from bot.store.charges import StoredCharges
from bot.store.corrections import StoredCorrections
from bot.store.denials import StoredDenials
from bot.store.holdings import StoredHoldings
from bot.store.ledger import StoredLedger
from bot.store.meter import StoredMeter
from bot.store.outbox import StoredOutbox
from bot.store.posts import StoredPosts
from bot.store.record import StoredRecord
from bot.store.reports import StoredReports
from bot.store.spikes import StoredSpikes
from bot.store.streams import StoredStreams
from bot.store.violations import StoredViolations
from bot.store.yields import StoredYields
from workflows.holdings import Holding
from workflows.overrides import Override
from workflows.ports import (
    Agenda,
    Aways,
    Changed,
    Charges,
    Corrections,
    Denials,
    Holdings,
    Ledger,
    Listener,
    Meter,
    Outbox,
    Outcomes,
    Overrides,
    Posts,
    Record,
    Reports,
    Requests,
    Spikes,
    Streams,
    Violations,
    Yields,
)
from workflows.spend import Counter

Opening = Callable[[], AbstractContextManager[Connection]]


class StoredUnit:
    """`workflows.ports.UnitOfWork`. It is used once, by one thread. `told` hears what it changed, once it is committed."""

    requests: Requests
    overrides: Overrides
    outcomes: Outcomes
    holdings: Holdings
    aways: Aways
    charges: Charges
    meter: Meter
    corrections: Corrections
    yields: Yields
    reports: Reports
    streams: Streams
    ledger: Ledger
    denials: Denials
    spikes: Spikes
    violations: Violations
    record: Record
    agenda: Agenda
    outbox: Outbox
    posts: Posts

    def __init__(self, opening: Opening, told: Listener | None = None) -> None:
        self._opened = opening()
        self._told = told

    def __enter__(self) -> Self:
        self._connection = connection = self._opened.__enter__()
        self._counters: list[Counter] = []
        self._overrides: list[Override] = []
        self._holdings: list[Holding] = []
        self.requests = StoredRequests(connection)
        self.overrides = StoredOverrides(connection, self._overrides)
        self.outcomes = StoredOutcomes(connection)
        self.holdings = StoredHoldings(connection, self._holdings)
        self.aways = StoredAways(connection)
        self.charges = StoredCharges(connection)
        self.meter = StoredMeter(connection, self._counters)
        self.streams = StoredStreams(connection)
        self.ledger = StoredLedger(connection)
        self.denials = StoredDenials(connection)
        self.spikes = StoredSpikes(connection)
        self.violations = StoredViolations(connection)
        self.corrections = StoredCorrections(connection)
        self.yields = StoredYields(connection)
        self.reports = StoredReports(connection)
        self.record = StoredRecord(connection)
        self.agenda = StoredAgenda(connection)
        self.outbox = self._outbox = StoredOutbox(connection)
        self.posts = StoredPosts(connection)
        return self

    def commit(self) -> None:
        self._outbox.flush()
        self._connection.commit()
        changed = Changed(tuple(self._counters), tuple(self._overrides), tuple(self._holdings))
        if self._told and any(changed):
            self._told(changed)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened.__exit__(kind, error, trace)


class Glance(StoredUnit):
    """A unit for looking only."""

    def commit(self) -> None:
        raise RuntimeError("this unit is for looking; write in one from Store.units")

"""The unit of work in memory: what `bot.store` does, without a database.

Values are immutable, so a unit works on copies of a few dictionaries and puts them in place when it commits. Units take turns, as
writers on SQLite do. Usage is in `meter` and `streams`.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from threading import Lock
from types import TracebackType
from typing import Any

from tests.fakes.deciding import MemoryAways, MemoryCharges, MemoryHoldings
from tests.fakes.ledger import MemoryLedger, Told
from tests.fakes.meter import Kept, MemoryCorrections, MemoryMeter, MemoryYields
from tests.fakes.streams import Heard, MemoryStreams
from workflows.amendments import Report
from workflows.audit import Entry
from workflows.authority import Charged
from workflows.aways import Away
from workflows.denials import Denied
from workflows.effects import Alarm, Effect, Wake
from workflows.holdings import Holding
from workflows.overrides import Outcome, Override
from workflows.people import PersonId
from workflows.ports import (
    Agenda,
    Changed,
    Denials,
    Errand,
    Listener,
    Outbox,
    Outcomes,
    Overrides,
    Post,
    Posts,
    Record,
    Reports,
    Requests,
    Spikes,
    Stale,
    Unavailable,
    UnitOfWork,
    Violations,
)
from workflows.requests import Request, State
from workflows.spend import Counter
from workflows.spikes import Spike
from workflows.times import Window
from workflows.violations import Violation


@dataclass
class Queued:
    """A row of the outbox; never changed, only replaced."""

    errand: Errand
    due: datetime | None
    asked: datetime
    held: bool = False


@dataclass
class Data:
    """Everything that is stored."""

    requests: dict[str, Request] = field(default_factory=dict)
    overrides: dict[str, Override] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    aways: dict[PersonId, Away] = field(default_factory=dict)
    charges: dict[tuple[PersonId, datetime], Charged] = field(default_factory=dict)
    holdings: dict[str, Holding] = field(default_factory=dict)
    record: dict[tuple[str, int], Entry] = field(default_factory=dict)
    agenda: dict[tuple[str, str], Alarm] = field(default_factory=dict)
    outbox: dict[tuple[str, str], Queued] = field(default_factory=dict)
    posts: dict[tuple[str, str], Post] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    denials: dict[str, tuple[Denied, bool]] = field(default_factory=dict)
    spikes: dict[str, Spike] = field(default_factory=dict)
    violations: dict[str, Violation] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)
    heard: Heard = field(default_factory=Heard)
    told: Told = field(default_factory=Told)

    def copy(self) -> "Data":
        return Data(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


class Memory:
    """The database; `units` is the port."""

    def __init__(self, patience: float = 5) -> None:
        self.data = Data()
        self.turn = Lock()
        self.patience = patience
        self.listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self.listeners.append(listener)

    def units(self) -> UnitOfWork:
        return MemoryUnit(self)

    def reads(self) -> UnitOfWork:
        return MemoryGlance(self)


class MemoryUnit(UnitOfWork):
    """One transaction."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __enter__(self) -> "MemoryUnit":
        if not self._memory.turn.acquire(timeout=self._memory.patience):
            raise Unavailable("other writers held the memory")
        return self._begin()

    def _begin(self) -> "MemoryUnit":
        self._data = data = self._memory.data.copy()
        self._counters: list[Counter] = []
        self._overrides: list[Override] = []
        self._holdings: list[Holding] = []
        self.requests = MemoryRequests(data)
        self.overrides = MemoryOverrides(data, self._overrides)
        self.outcomes = MemoryOutcomes(data)
        self.aways = MemoryAways(data)
        self.charges = MemoryCharges(data)
        self.holdings = MemoryHoldings(data, self._holdings)
        self.meter = MemoryMeter(data.kept, self._counters)
        self.streams = MemoryStreams(data.heard)
        self.ledger = MemoryLedger(data.told)
        self.denials = MemoryDenials(data)
        self.spikes = MemorySpikes(data)
        self.violations = MemoryViolations(data)
        self.corrections = MemoryCorrections(data.kept)
        self.yields = MemoryYields(data.kept)
        self.reports = MemoryReports(data)
        self.record = MemoryRecord(data)
        self.agenda = MemoryAgenda(data)
        self.outbox = MemoryOutbox(data)
        self.posts = MemoryPosts(data)
        return self

    def commit(self) -> None:
        self._memory.data = self._data.copy()
        changed = Changed(tuple(self._counters), tuple(self._overrides), tuple(self._holdings))
        for listener in self._memory.listeners if any(changed) else ():
            listener(changed)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._memory.turn.release()


class MemoryGlance(MemoryUnit):
    """A unit for looking only: it waits for no writer."""

    def __enter__(self) -> MemoryUnit:
        return self._begin()

    def commit(self) -> None:
        raise RuntimeError("this unit is for looking")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass


class _Part:
    def __init__(self, data: Data) -> None:
        self._data = data


class MemoryRequests(_Part, Requests):
    def get(self, request: str) -> Request | None:
        return self._data.requests.get(request)

    def add(self, request: Request) -> None:
        pending = request.state is State.PENDING and self.open(request.case.quota, request.requester)
        if request.id in self._data.requests or pending:
            raise Stale(request.id)
        self._data.requests[request.id] = request

    def save(self, request: Request) -> None:
        other = self.open(request.case.quota, request.requester) if request.state is State.PENDING else None
        if other and other.id != request.id:
            raise Stale(request.id)
        _save(self._data.requests, request)

    def open(self, quota: str, requester: PersonId) -> Request | None:
        mine = (r for r in self._data.requests.values() if (r.case.quota, r.requester) == (quota, requester))
        return next((r for r in mine if r.state is State.PENDING), None)

    def pending(self, quota: str) -> list[Request]:
        here = (r for r in self._data.requests.values() if r.case.quota == quota and r.state is State.PENDING)
        return sorted(here, key=_age)

    def undecided(self) -> list[Request]:
        return sorted((r for r in self._data.requests.values() if r.state is State.PENDING), key=_age)

    def touching(self, quotas: Iterable[str], window: Window) -> list[Request]:
        wanted = set(quotas)
        ran = {o.request for o in self._data.overrides.values() if _ran_into(o, window)}
        here = (r for r in self._data.requests.values() if r.case.quota in wanted)
        return sorted((r for r in here if _touches(r, window) or r.id in ran), key=_age)

    def latest(self, quota: str, limit: int) -> list[Request]:
        here = (r for r in self._data.requests.values() if r.case.quota == quota)
        return sorted(here, key=_age, reverse=True)[:limit]

    def since(self, at: datetime) -> list[Request]:
        return sorted((r for r in self._data.requests.values() if r.submitted >= at), key=_age)


def _age(request: Request) -> tuple[datetime, str]:
    return request.submitted, request.id


def _touches(request: Request, window: Window) -> bool:
    return request.submitted in window or (request.decided is not None and request.decided in window)


def _ran_into(override: Override, window: Window) -> bool:
    over = override.over_at()
    return override.granted < window.end and (over is None or over >= window.start)


def _save(rows: dict[str, Any], row: Any) -> None:
    if row.id not in rows or rows[row.id].version != row.version - 1:
        raise Stale(row.id)
    rows[row.id] = row


class MemoryOverrides(_Part, Overrides):
    def __init__(self, data: Data, changed: list[Override]) -> None:
        super().__init__(data)
        self._changed = changed

    def get(self, override: str) -> Override | None:
        return self._data.overrides.get(override)

    def of(self, request: str) -> Override | None:
        quota = self._data.requests[request].case.quota if request in self._data.requests else ""
        return next((o for o in reversed(self.every(request)) if o.quota == quota), None)

    def every(self, request: str) -> list[Override]:
        return sorted((o for o in self._data.overrides.values() if o.request == request), key=lambda o: (o.granted, o.id))

    def granted(self, quotas: Iterable[str], since: datetime) -> list[Override]:
        wanted = set(quotas)
        here = (o for o in self._data.overrides.values() if o.quota in wanted and o.granted > since)
        return sorted(here, key=lambda o: (o.granted, o.id))

    def add(self, override: Override) -> None:
        if override.request not in self._data.requests:
            raise LookupError(f"{override.request}: no such request; a database would refuse its override")
        if override.id in self._data.overrides:
            raise Stale(override.id)
        self._data.overrides[override.id] = override
        self._changed.append(override)

    def save(self, override: Override) -> None:
        _save(self._data.overrides, override)
        self._changed.append(override)

    def unended(self) -> list[Override]:
        here = (o for o in self._data.overrides.values() if o.gone is None)
        return sorted(here, key=lambda o: (o.quota, o.granted, o.id))

    def current(self, quota: str) -> list[Override]:
        here = (o for o in self._data.overrides.values() if o.quota == quota and o.gone is None)
        return sorted(here, key=lambda o: (o.granted, o.id))

    def during(self, quota: str, window: Window) -> list[Override]:
        begun = (o for o in self._data.overrides.values() if o.quota == quota and o.starts and o.starts < window.end)
        found = [o for o in begun if (over := o.over_at()) is None or over > window.start]
        return sorted(found, key=lambda o: (o.granted, o.id))


class MemoryOutcomes(_Part, Outcomes):
    def get(self, override: str) -> Outcome | None:
        return self._data.outcomes.get(override)

    def add(self, outcome: Outcome) -> None:
        if outcome.override not in self._data.overrides:
            raise LookupError(f"{outcome.override}: no such override; a database would refuse its outcome")
        if outcome.override in self._data.outcomes:
            raise Stale(outcome.override)
        self._data.outcomes[outcome.override] = outcome


class MemoryReports(_Part, Reports):
    def get(self, key: str) -> Report | None:
        return self._data.reports.get(key)

    def add(self, report: Report) -> None:
        if self._data.reports.setdefault(report.key, report) is not report:
            raise Stale(report.key)

    def save(self, report: Report) -> None:
        if report.key not in self._data.reports or self._data.reports[report.key].version != report.version - 1:
            raise Stale(report.key)
        self._data.reports[report.key] = report

    def told(self, keys: Iterable[str]) -> set[str]:
        return set(keys) & self._data.reports.keys()

    def since(self, channel: str, week: str) -> list[Report]:
        here = (r for r in self._data.reports.values() if r.said.channel == channel and r.said.week >= week)
        return sorted(here, key=lambda r: r.said.week)


class MemoryRecord(_Part, Record):
    def last(self, subject: str) -> Entry | None:
        return next(reversed(self.chain(subject)), None)

    def append(self, entry: Entry) -> None:
        if (entry.subject, entry.seq) in self._data.record:
            raise Stale(entry.subject)
        after = json.loads(json.dumps(entry.after, default=datetime.isoformat))
        self._data.record[entry.subject, entry.seq] = replace(entry, after=after)

    def chain(self, subject: str) -> list[Entry]:
        return sorted((e for e in self._data.record.values() if e.subject == subject), key=lambda e: e.seq)

    def subjects(self) -> list[str]:
        return sorted({subject for subject, _ in self._data.record})


LAST = datetime.max.replace(tzinfo=UTC)


class MemoryAgenda(_Part, Agenda):
    def set(self, alarm: Alarm) -> None:
        self._data.agenda.setdefault((alarm.wake, alarm.key), alarm)

    def due(self, now: datetime, limit: int) -> list[Alarm]:
        due = (alarm for alarm in self._data.agenda.values() if alarm.at <= now)
        return sorted(due, key=lambda a: (a.at, a.wake, a.key))[:limit]

    def every(self, wake: Wake) -> list[Alarm]:
        return sorted((a for a in self._data.agenda.values() if a.wake is wake), key=lambda a: a.key)

    def of(self, keys: Collection[str]) -> list[Alarm]:
        return [alarm for alarm in self.due(LAST, len(self._data.agenda)) if alarm.key in keys]

    def drop(self, alarm: Alarm) -> None:
        self._data.agenda.pop((alarm.wake, alarm.key), None)


class MemoryOutbox(_Part, Outbox):
    def put(self, effect: Effect, now: datetime) -> None:
        name = (effect.do, effect.key)
        row = self._data.outbox.get(name)
        if row is None:
            self._data.outbox[name] = Queued(Errand(effect, 1, 0, now), now, now)
            return
        since = now if row.due is None else row.errand.since
        errand = Errand(effect, row.errand.generation + 1, 0, since)
        waits = not row.held and (row.due is None or row.due > now)
        self._data.outbox[name] = Queued(errand, now if waits else row.due, now, row.held)

    def claim(self, now: datetime, until: datetime, limit: int) -> list[Errand]:
        due = sorted((q.due, q.errand.since, *name) for name, q in self._data.outbox.items() if q.due and q.due <= now)
        names = [(do, key) for _, _, do, key in due[:limit]]
        for name in names:
            self._data.outbox[name] = replace(self._data.outbox[name], due=until, held=True)
        return [self._data.outbox[name].errand for name in names]

    def done(self, errand: Errand) -> None:
        name, row = self._find(errand)
        if row and row.errand.generation == errand.generation:
            del self._data.outbox[name]
        elif row:
            self._data.outbox[name] = replace(row, due=row.asked, held=False)

    def fail(self, errand: Errand, error: str, again: datetime | None) -> None:
        name, row = self._find(errand)
        if row and row.errand.generation == errand.generation:
            failed = replace(row.errand, tries=errand.tries + 1, error=error)
            self._data.outbox[name] = Queued(failed, again, row.asked)
        elif row:
            self._data.outbox[name] = Queued(replace(row.errand, error=error), again or row.asked, row.asked)

    def _find(self, errand: Errand) -> tuple[tuple[str, str], Queued | None]:
        name = (errand.effect.do, errand.effect.key)
        return name, self._data.outbox.get(name)

    def find(self, effect: Effect) -> Errand | None:
        row = self._data.outbox.get((effect.do, effect.key))
        return row.errand if row else None

    def waiting(self) -> datetime | None:
        return min((row.due for row in self._data.outbox.values() if row.due), default=None)

    def failing(self) -> list[Errand]:
        again = (row.errand for row in self._data.outbox.values() if row.due is not None and row.errand.error)
        return sorted(again, key=lambda e: (e.since, e.effect.do, e.effect.key))

    def dead(self) -> list[Errand]:
        kept = (row.errand for row in self._data.outbox.values() if row.due is None)
        return sorted(kept, key=lambda e: (e.since, e.effect.do, e.effect.key))


class MemoryPosts(_Part, Posts):
    def get(self, thing: str, place: str) -> Post | None:
        return self._data.posts.get((thing, place))

    def of(self, thing: str) -> list[Post]:
        return sorted((p for p in self._data.posts.values() if p.thing == thing), key=lambda p: p.place)

    def at(self, channel: str, ts: str) -> list[Post]:
        here = (p for p in self._data.posts.values() if (p.channel, p.ts) == (channel, ts))
        return sorted(here, key=lambda p: (p.thing, p.place))

    def about(self, subject: str) -> list[Post]:
        here = (p for p in self._data.posts.values() if f":{p.thing.partition(':')[2]}/".startswith(f":{subject}/"))
        return sorted(here, key=lambda p: (p.thing, p.place))

    def put(self, post: Post) -> None:
        self._data.posts[post.thing, post.place] = post


class MemoryDenials(_Part, Denials):
    def add(self, denied: Denied) -> bool:
        return self._data.denials.setdefault(denied.key, stored := (denied, False)) is stored

    def get(self, key: str) -> Denied | None:
        return self._data.denials[key][0] if key in self._data.denials else None

    def miss(self, key: str) -> None:
        self._data.denials[key] = self._data.denials[key][0], True

    def missed(self, at: datetime) -> list[Denied]:
        here = (denied for denied, missed in self._data.denials.values() if missed and at in denied.window)
        return sorted(here, key=lambda denied: (denied.at, denied.key))


class MemorySpikes(_Part, Spikes):
    def add(self, spike: Spike) -> bool:
        return self._data.spikes.setdefault(spike.key, spike) is spike

    def get(self, key: str) -> Spike | None:
        return self._data.spikes.get(key)

    def since(self, day: date) -> list[Spike]:
        here = (spike for spike in self._data.spikes.values() if spike.day >= day)
        return sorted(here, key=lambda spike: (spike.day, spike.key))


class MemoryViolations(_Part, Violations):
    def add(self, violation: Violation) -> bool:
        return self._data.violations.setdefault(violation.id, violation) is violation

    def get(self, violation: str) -> Violation | None:
        return self._data.violations.get(violation)

    def within(self, window: Window) -> list[Violation]:
        here = (violation for violation in self._data.violations.values() if violation.at in window)
        return sorted(here, key=lambda violation: (violation.at, violation.id))

    def appeal(self, violation: str, request: str) -> None:
        row = self._data.violations.get(violation)
        if row is None or row.appeal:
            raise Stale(violation)
        self._data.violations[violation] = replace(row, appeal=request)

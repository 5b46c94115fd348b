"""The tables. Money and counts are BigInteger, moments aware UTC, and a row's columns bear the names of its value's fields.

SQLModel declares, SQLAlchemy Core executes: `Table`s, at the end of the module, are what the ports use. No relationships; a row
is loaded by its key. Not here: how the tables came to be (`migrations`), rows as values (`mapping`).
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, text
from sqlmodel import AutoString, Field, SQLModel

from bot.store.columns import Day, Moment, Nested, Plain, Text
from workflows.digest import Digest
from workflows.requests import Case, Term, Vote
from workflows.routing import Route
from workflows.spend import Denial

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
ROWID = BigInteger().with_variant(Integer(), "sqlite")  # on SQLite only INTEGER is the rowid itself


class _Row(SQLModel):
    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def _key(kind: Any = None, **options: Any) -> Any:
    return Field(primary_key=True, **({"sa_type": kind} if kind else {}), **options)


def _at(**options: Any) -> Any:
    return Field(sa_type=Moment, **options)


def _count(**options: Any) -> Any:
    return Field(sa_type=BigInteger, **options)


def _nested(kind: Any) -> Any:
    return Field(sa_column=Column(Nested(kind), nullable=False))


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


class RequestRow(_Row, table=True):
    """A request. One that is pending is the only one of its requester on its quota."""

    __tablename__ = "requests"
    __table_args__ = (
        _partial("one_pending_request", "quota", "requester", where="state = 'pending'", unique=True),
        Index("requests_by_submitted", "quota", "submitted"),
    )

    id: str = _key()
    requester: str
    quota: str
    case: Case = _nested(Case)
    route: Route = _nested(Route)
    limit: str
    submitted: datetime = _at()
    deadline: datetime = _at()
    policy: str
    origin: str
    version: int = _count()
    revision: int = _count()
    state: str
    votes: tuple[Vote, ...] = _nested(tuple[Vote, ...])
    decided: datetime | None = _at(nullable=True)


class OverrideRow(_Row, table=True):
    """An override; `gone` is empty until the quota store was read back without it."""

    __tablename__ = "overrides"
    __table_args__ = (_partial("overrides_current", "quota", "granted", where="gone IS NULL"),)

    id: str = _key()
    request: str = Field(unique=True, foreign_key="requests.id")
    quota: str
    amount: int = _count()
    unit: str
    holder: str
    term: Term = _nested(Term)
    granted: datetime = _at()
    activate_by: datetime = _at()
    version: int = _count()
    starts: datetime | None = _at(nullable=True)
    ends: datetime | None = _at(nullable=True)
    stopped: datetime | None = _at(nullable=True)
    why: str | None
    gone: datetime | None = _at(nullable=True)


class OutcomeRow(_Row, table=True):
    """The answer to an override's check-in."""

    __tablename__ = "outcomes"

    override: str = _key(foreign_key="overrides.id")
    happened: str
    at: datetime = _at()
    by: str
    quantity: int | None = _count(nullable=True)
    words: str
    link: str


class EventRow(_Row, table=True):
    """One call to a model, in the order of arrival: rows are only ever added at the end, whatever ids the senders use.

    What it has in common with others of its series is there.
    """

    __tablename__ = "events"

    id: int = Field(sa_column=Column(ROWID, primary_key=True))
    key: bytes
    at: datetime = _at()
    series: int = _count()
    user: str
    source: str
    timed: bool
    requests: int = _count()
    input: int = _count()
    output: int = _count()
    cache_read: int = _count()
    cache_write: int = _count()
    cost: int = _count()
    latency: int | None = _count(nullable=True)


class SeriesRow(_Row, table=True):
    """A series of the daily sums. The id is made of the other columns, so that writers need not ask each other for it."""

    __tablename__ = "series"
    __table_args__ = (Index("series_by_scope", "scope"),)

    id: int = _key(BigInteger, sa_column_kwargs={"autoincrement": False})
    scope: str
    model: str
    provider: str
    team: str
    use_case: str
    environment: str
    ended: str
    cost_source: str
    approval: str


class SliceRow(_Row, table=True):
    """What was counted in a series on one local day."""

    __tablename__ = "slices"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: date = _key(Day)
    series: int = _key(BigInteger)
    events: int = _count()
    requests: int = _count()
    input: int = _count()
    output: int = _count()
    cache_read: int = _count()
    cache_write: int = _count()
    cost: int = _count()
    latency: int = _count()
    clocked: int = _count()


class SoldRow(_Row, table=True):
    """What the calls to one model of one provider cost on one UTC day."""

    __tablename__ = "sold"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: date = _key(Day)
    provider: str = _key()
    model: str = _key()
    cost: int = _count()


class BillRow(_Row, table=True):
    """One line of what a vendor says it charged for one UTC day; a day that cost nothing has a line of nothing."""

    __tablename__ = "bills"
    __table_args__ = ({"sqlite_with_rowid": False},)

    vendor: str = _key()
    day: date = _key(Day)
    line: str = _key()
    amount: int = _count()
    as_of: datetime = _at()


class PullRow(_Row, table=True):
    """The timer of a vendor's cost report, and how reading it went last."""

    __tablename__ = "pulls"

    vendor: str = _key()
    due: datetime = _at()
    read: datetime | None = _at(nullable=True)
    tries: int = _count()
    error: str


class SeenRow(_Row, table=True):
    """A usage event that was counted. Keyed by the event's day first, so that random keys only touch that day's pages."""

    __tablename__ = "seen"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: date = _key(Day)
    key: bytes = _key()
    event: int = _count()


class HolderRow(_Row, table=True):
    """By which signal a session or a service tells of its usage, and what of the other was passed over."""

    __tablename__ = "holders"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: bytes = _key()
    signal: str
    last: date = Field(sa_type=Day)
    passed: int = _count()


class TotalRow(_Row, table=True):
    """What a meter stood at when it was last read; `at` is nanoseconds since 1970, as its sender wrote it."""

    __tablename__ = "totals"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: bytes = _key()
    at: int = _count()
    amount: int = _count()
    calls: int = _count()


class CounterRow(_Row, table=True):
    """What was spent in one window of a quota, in the quota's unit."""

    __tablename__ = "counters"
    __table_args__ = (Index("counters_by_end", "end"), {"sqlite_with_rowid": False})

    quota: str = _key()
    start: datetime = _key(Moment)
    end: datetime = _key(Moment)
    spent: int = _count()
    version: int = _count()


class DayRow(_Row, table=True):
    """What was spent on one local day in a quota, in the quota's unit."""

    __tablename__ = "days"
    __table_args__ = ({"sqlite_with_rowid": False},)

    quota: str = _key()
    day: date = _key(Day)
    spent: int = _count()


class CorrectionRow(_Row, table=True):
    """A difference that a correction made: the event of that key, to which original it is, and when it was booked."""

    __tablename__ = "corrections"
    __table_args__ = (
        Index("corrections_by_original", "original"),
        Index("corrections_by_booked", "booked"),
        {"sqlite_with_rowid": False},
    )

    key: bytes = _key()
    original: bytes
    booked: datetime = _at()
    day: date = Field(sa_type=Day)
    series: int = _count()
    events: int = _count()
    requests: int = _count()
    input: int = _count()
    output: int = _count()
    cache_read: int = _count()
    cache_write: int = _count()
    cost: int = _count()
    latency: int = _count()
    clocked: int = _count()


class ProducedRow(_Row, table=True):
    """A report of something produced, or with `corrects` a difference to one."""

    __tablename__ = "produced"
    __table_args__ = (Index("produced_by_corrects", "corrects"), {"sqlite_with_rowid": False})

    key: bytes = _key()
    day: date = Field(sa_type=Day)
    at: datetime = _at()
    scope: str
    metric: str
    quantity: int = _count()
    use_case: str
    seconds: int = _count()
    value: int = _count()
    model: str
    source: str
    corrects: bytes
    reports: int = _count()


class YieldRow(_Row, table=True):
    """What was produced on one local day by one use case in one metric."""

    __tablename__ = "yields"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: date = _key(Day)
    scope: str = _key()
    use_case: str = _key()
    metric: str = _key()
    reports: int = _count()
    quantity: int = _count()
    seconds: int = _count()
    value: int = _count()


class ReportRow(_Row, table=True):
    """What a channel was told of a week."""

    __tablename__ = "reports"
    __table_args__ = (Index("reports_of_channel", "channel", "week"),)

    key: str = _key()
    channel: str
    week: str
    said: Digest = _nested(Digest)
    shown: Digest | None = _nested(Digest | None)
    version: int = _count()


class MeteredRow(_Row, table=True):
    """A quota that is metered, since when and how; `how` is empty where that was not kept."""

    __tablename__ = "metered"

    quota: str = _key()
    since: datetime = _at()
    how: str


class NoticeRow(_Row, table=True):
    """A threshold that was reached; `shown` is false where a higher one was told instead."""

    __tablename__ = "notices"
    __table_args__ = (Index("notices_of_window", "quota", "start"),)

    key: str = _key()
    quota: str
    start: datetime = _at()
    end: datetime = _at()
    level: str
    percent: int = _count()
    mark: int = _count()
    spent: int = _count()
    at: datetime = _at()
    shown: bool


class DenialRow(_Row, table=True):
    """Somebody whom a gateway stopped in one window; `missed` when nobody here is that person."""

    __tablename__ = "denials"

    key: str = _key()
    quota: str
    scope: str
    start: datetime = _at()
    end: datetime = _at()
    at: datetime = _at()
    denial: Denial = _nested(Denial)
    missed: bool


class SpikeRow(_Row, table=True):
    """A sudden rise that was told."""

    __tablename__ = "spikes"
    __table_args__ = (Index("spikes_by_day", "day"),)

    key: str = _key()
    scope: str
    use_case: str
    began: date = Field(sa_type=Day)
    day: date = Field(sa_type=Day)
    at: datetime = _at()


class EntryRow(_Row, table=True):
    """One entry of the record."""

    __tablename__ = "record"

    subject: str = _key()
    seq: int = _key(BigInteger)
    at: datetime = _at()
    by: str
    did: str
    after: dict[str, Any] = Field(sa_column=Column(Plain, nullable=False))
    previous: str
    digest: str


class AlarmRow(_Row, table=True):
    """A timer."""

    __tablename__ = "agenda"
    __table_args__ = (Index("agenda_by_time", "at"),)

    wake: str = _key()
    key: str = _key()
    at: datetime = _at()


class ErrandRow(_Row, table=True):
    """An effect that is to be delivered, not before `due`; no `due` means never again. `held` while somebody delivers it.

    `since` is when it was first asked for, `asked` when it was last.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_by_due", "due"),)

    do: str = _key()
    key: str = _key()
    generation: int = _count()
    tries: int = _count()
    due: datetime | None = _at(nullable=True)
    held: bool
    since: datetime = _at()
    asked: datetime = _at()
    error: str


class PostRow(_Row, table=True):
    """A message of ours in Slack."""

    __tablename__ = "posts"

    thing: str = _key()
    place: str = _key()
    channel: str
    ts: str
    digest: str


class LimitRow(_Row, table=True):
    """A limit that the embedded quota store enforces."""

    __tablename__ = "limits"

    quota: str = _key()
    amount: int = _count()
    unit: str
    overrides: list[str] = Field(sa_column=Column(Plain, nullable=False))
    written_at: datetime = _at()


class TokenRow(_Row, table=True):
    """A bearer token, known by its hash alone."""

    __tablename__ = "tokens"

    name: str = _key()
    hash: bytes = Field(unique=True)
    scopes: list[str] = Field(sa_column=Column(Plain, nullable=False))
    created: datetime = _at()


METADATA = _Row.metadata
for _column in (column for table in METADATA.tables.values() for column in table.columns):
    if isinstance(_column.type, AutoString):  # SQLModel's own choice for `str`
        _column.type = Text()


def _table(row: type[_Row]) -> Table:
    return METADATA.tables[str(row.__tablename__)]


requests, overrides, outcomes = _table(RequestRow), _table(OverrideRow), _table(OutcomeRow)
events, seen, series, slices = _table(EventRow), _table(SeenRow), _table(SeriesRow), _table(SliceRow)
holders, totals = _table(HolderRow), _table(TotalRow)
sold, bills, pulls = _table(SoldRow), _table(BillRow), _table(PullRow)
counters, days, notices, metered = _table(CounterRow), _table(DayRow), _table(NoticeRow), _table(MeteredRow)
corrections, produced, yields, reports = _table(CorrectionRow), _table(ProducedRow), _table(YieldRow), _table(ReportRow)
record, agenda, outbox, posts = _table(EntryRow), _table(AlarmRow), _table(ErrandRow), _table(PostRow)
limits, tokens, denials, spikes = _table(LimitRow), _table(TokenRow), _table(DenialRow), _table(SpikeRow)

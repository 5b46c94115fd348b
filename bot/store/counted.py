"""The tables of usage: events as they came, what they add up to, and what is told of it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field

from bot.store.columns import Day, Moment
from bot.store.rows import ROWID, Row, at, count, key, nested
from workflows.spend import Denial


class EventRow(Row, table=True):
    """One call to a model, in the order of arrival: rows are only ever added at the end, whatever ids the senders use.

    What it has in common with others of its series is there.
    """

    __tablename__ = "events"

    id: int = Field(sa_column=Column(ROWID, primary_key=True))
    key: bytes
    at: datetime = at()
    series: int = count()
    user: str
    source: str
    timed: bool
    requests: int = count()
    input: int = count()
    output: int = count()
    cache_read: int = count()
    cache_write: int = count()
    cost: int = count()
    latency: int | None = count(nullable=True)


class SeriesRow(Row, table=True):
    """A series of the daily sums. The id is made of the other columns, so that writers need not ask each other for it."""

    __tablename__ = "series"
    __table_args__ = (Index("series_by_scope", "scope"),)

    id: int = key(BigInteger, sa_column_kwargs={"autoincrement": False})
    scope: str
    model: str
    provider: str
    team: str
    use_case: str
    environment: str
    ended: str
    cost_source: str
    approval: str


class SliceRow(Row, table=True):
    """What was counted in a series on one local day."""

    __tablename__ = "slices"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: date = key(Day)
    series: int = key(BigInteger)
    events: int = count()
    requests: int = count()
    input: int = count()
    output: int = count()
    cache_read: int = count()
    cache_write: int = count()
    cost: int = count()
    latency: int = count()
    clocked: int = count()


class SoldRow(Row, table=True):
    """What the calls to one model of one provider cost on one UTC day."""

    __tablename__ = "sold"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: date = key(Day)
    provider: str = key()
    model: str = key()
    cost: int = count()


class BillRow(Row, table=True):
    """One line of what a vendor says it charged for one UTC day; a day that cost nothing has a line of nothing."""

    __tablename__ = "bills"
    __table_args__ = ({"sqlite_with_rowid": False},)

    vendor: str = key()
    day: date = key(Day)
    line: str = key()
    amount: int = count()
    as_of: datetime = at()


class PullRow(Row, table=True):
    """The timer of a vendor's cost report, and how reading it went last."""

    __tablename__ = "pulls"

    vendor: str = key()
    due: datetime = at()
    read: datetime | None = at(nullable=True)
    tries: int = count()
    error: str


class SeenRow(Row, table=True):
    """A usage event that was counted. Keyed by the event's day first, so that random keys only touch that day's pages."""

    __tablename__ = "seen"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: date = key(Day)
    key: bytes = key()
    event: int = count()


class HolderRow(Row, table=True):
    """By which signal a session or a service tells of its usage, and what of the other was passed over."""

    __tablename__ = "holders"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: bytes = key()
    signal: str
    last: date = Field(sa_type=Day)
    passed: int = count()


class TotalRow(Row, table=True):
    """What a meter stood at when it was last read; `at` is nanoseconds since 1970, as its sender wrote it."""

    __tablename__ = "totals"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: bytes = key()
    at: int = count()
    amount: int = count()
    calls: int = count()


class CounterRow(Row, table=True):
    """What was spent in one window of a quota, in the quota's unit."""

    __tablename__ = "counters"
    __table_args__ = (Index("counters_by_end", "end"), {"sqlite_with_rowid": False})

    quota: str = key()
    start: datetime = key(Moment)
    end: datetime = key(Moment)
    spent: int = count()
    version: int = count()


class DayRow(Row, table=True):
    """What was spent on one local day in a quota, in the quota's unit."""

    __tablename__ = "days"
    __table_args__ = ({"sqlite_with_rowid": False},)

    quota: str = key()
    day: date = key(Day)
    spent: int = count()


class CorrectionRow(Row, table=True):
    """A difference that a correction made: the event of that key, to which original it is, and when it was booked."""

    __tablename__ = "corrections"
    __table_args__ = (
        Index("corrections_by_original", "original"),
        Index("corrections_by_booked", "booked"),
        {"sqlite_with_rowid": False},
    )

    key: bytes = key()
    original: bytes
    booked: datetime = at()
    day: date = Field(sa_type=Day)
    series: int = count()
    events: int = count()
    requests: int = count()
    input: int = count()
    output: int = count()
    cache_read: int = count()
    cache_write: int = count()
    cost: int = count()
    latency: int = count()
    clocked: int = count()


class ProducedRow(Row, table=True):
    """A report of something produced, or with `corrects` a difference to one."""

    __tablename__ = "produced"
    __table_args__ = (Index("produced_by_corrects", "corrects"), {"sqlite_with_rowid": False})

    key: bytes = key()
    day: date = Field(sa_type=Day)
    at: datetime = at()
    scope: str
    metric: str
    quantity: int = count()
    use_case: str
    seconds: int = count()
    value: int = count()
    model: str
    source: str
    corrects: bytes
    reports: int = count()


class YieldRow(Row, table=True):
    """What was produced on one local day by one use case in one metric."""

    __tablename__ = "yields"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: date = key(Day)
    scope: str = key()
    use_case: str = key()
    metric: str = key()
    reports: int = count()
    quantity: int = count()
    seconds: int = count()
    value: int = count()


class MeteredRow(Row, table=True):
    """A quota that is metered, since when and how; `how` is empty where that was not kept."""

    __tablename__ = "metered"

    quota: str = key()
    since: datetime = at()
    how: str


class NoticeRow(Row, table=True):
    """A threshold that was reached; `shown` is false where a higher one was told instead."""

    __tablename__ = "notices"
    __table_args__ = (Index("notices_of_window", "quota", "start"),)

    key: str = key()
    quota: str
    start: datetime = at()
    end: datetime = at()
    level: str
    percent: int = count()
    mark: int = count()
    spent: int = count()
    at: datetime = at()
    shown: bool


class DenialRow(Row, table=True):
    """Somebody whom a gateway stopped in one window; `missed` when nobody here is that person."""

    __tablename__ = "denials"

    key: str = key()
    quota: str
    scope: str
    start: datetime = at()
    end: datetime = at()
    at: datetime = at()
    denial: Denial = nested(Denial)
    missed: bool


class SpikeRow(Row, table=True):
    """A sudden rise that was told."""

    __tablename__ = "spikes"
    __table_args__ = (Index("spikes_by_day", "day"),)

    key: str = key()
    scope: str
    use_case: str
    began: date = Field(sa_type=Day)
    day: date = Field(sa_type=Day)
    at: datetime = at()

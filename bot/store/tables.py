"""The tables, those of usage from `counted`. SQLModel declares, SQLAlchemy Core executes: the ports use what is at the end.

Not here: how the tables came to be (`migrations`), rows as values (`mapping`).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field

from bot.store import counted
from bot.store.columns import Moment, Plain
from bot.store.rows import METADATA as METADATA
from bot.store.rows import Row, at, count, key, nested, partial, table
from workflows.appeals import Appeal, Broken
from workflows.automatic import Automatic, Revoked
from workflows.ballots import Question, Vote
from workflows.cases import Case, Term
from workflows.digest import Digest
from workflows.limits import Place
from workflows.overrides import Grace
from workflows.people import PersonId
from workflows.requests import Glass
from workflows.rules import Facts
from workflows.seats import Route


class RequestRow(Row, table=True):
    """A request. One that is pending is the only one of its requester on its quota."""

    __tablename__ = "requests"
    __table_args__ = (
        partial("one_pending_request", "quota", "requester", where="state = 'pending'", unique=True),
        Index("requests_by_submitted", "quota", "submitted"),
    )

    id: str = key()
    requester: str
    quota: str
    case: Case = nested(Case)
    route: Route = nested(Route)
    limit: str
    submitted: datetime = at()
    deadline: datetime = at()
    policy: str
    origin: str
    version: int = count()
    revision: int = count()
    state: str
    votes: tuple[Vote, ...] = nested(tuple[Vote, ...])
    decided: datetime | None = at(nullable=True)
    facts: Facts | None = nested(Facts | None)
    excluded: tuple[PersonId, ...] = nested(tuple[PersonId, ...])
    auto: Automatic | None = nested(Automatic | None)
    glass: Glass | None = nested(Glass | None)
    round: int = count()
    since: datetime | None = at(nullable=True)
    passed: tuple[PersonId, ...] = nested(tuple[PersonId, ...])
    voided: tuple[Vote, ...] = nested(tuple[Vote, ...])
    questions: tuple[Question, ...] = nested(tuple[Question, ...])
    nudged: datetime | None = at(nullable=True)
    reopened: datetime | None = at(nullable=True)
    appeal: Appeal | None = nested(Appeal | None)
    revoked: Revoked | None = nested(Revoked | None)


class OverrideRow(Row, table=True):
    """An override; `gone` is empty until the quota store was read back without it."""

    __tablename__ = "overrides"
    __table_args__ = (
        partial("overrides_current", "quota", "granted", where="gone IS NULL"),
        Index("overrides_of_request", "request", "granted"),
    )

    id: str = key()
    request: str = Field(foreign_key="requests.id")
    quota: str
    amount: int = count()
    unit: str
    holder: str
    term: Term = nested(Term)
    granted: datetime = at()
    activate_by: datetime = at()
    version: int = count()
    starts: datetime | None = at(nullable=True)
    ends: datetime | None = at(nullable=True)
    stopped: datetime | None = at(nullable=True)
    why: str | None
    gone: datetime | None = at(nullable=True)
    follows: str
    held: bool
    grace: Grace | None = nested(Grace | None)
    kept: datetime | None = at(nullable=True)


class OutcomeRow(Row, table=True):
    """The answer to an override's check-in."""

    __tablename__ = "outcomes"

    override: str = key(foreign_key="overrides.id")
    happened: str
    at: datetime = at()
    by: str
    quantity: int | None = count(nullable=True)
    words: str
    link: str


class ViolationRow(Row, table=True):
    """A submission that a rule refused; `appeal` is the request that asks all the same, "" for none."""

    __tablename__ = "violations"
    __table_args__ = (Index("violations_by_time", "at"),)

    id: str = key()
    by: str
    at: datetime = at()
    quota: str
    data: str
    case: Case = nested(Case)
    broken: tuple[Broken, ...] = nested(tuple[Broken, ...])
    origin: str
    request: str
    appeal: str


class AwayRow(Row, table=True):
    """Somebody who is away, was or will be: the last that they said."""

    __tablename__ = "aways"
    __table_args__ = (Index("aways_by_delegate", "delegate"),)

    person: str = key()
    start: datetime = at()
    end: datetime = at()
    delegate: str | None
    reason: str


class ChargeRow(Row, table=True):
    """What a person approved in a period, of what they may."""

    __tablename__ = "charges"

    person: str = key()
    start: datetime = key(Moment)
    used: int = count()
    version: int = count()


class ReportRow(Row, table=True):
    """What a channel was told of a week."""

    __tablename__ = "reports"
    __table_args__ = (Index("reports_of_channel", "channel", "week"),)

    key: str = key()
    channel: str
    week: str
    said: Digest = nested(Digest)
    shown: Digest | None = nested(Digest | None)
    version: int = count()


class EntryRow(Row, table=True):
    """One entry of the record."""

    __tablename__ = "record"

    subject: str = key()
    seq: int = key(BigInteger)
    at: datetime = at()
    by: str
    did: str
    after: dict[str, Any] = Field(sa_column=Column(Plain, nullable=False))
    previous: str
    digest: str


class AlarmRow(Row, table=True):
    """A timer."""

    __tablename__ = "agenda"
    __table_args__ = (Index("agenda_by_time", "at"),)

    wake: str = key()
    key: str = key()
    at: datetime = at()


class ErrandRow(Row, table=True):
    """An effect that is to be delivered, not before `due`; no `due` means never again. `held` while somebody delivers it.

    `since` is when it was first asked for, `asked` when it was last.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_by_due", "due"),)

    do: str = key()
    key: str = key()
    generation: int = count()
    tries: int = count()
    due: datetime | None = at(nullable=True)
    held: bool
    since: datetime = at()
    asked: datetime = at()
    error: str


class PostRow(Row, table=True):
    """A message of ours in Slack."""

    __tablename__ = "posts"
    __table_args__ = (Index("posts_by_message", "channel", "ts"),)

    thing: str = key()
    place: str = key()
    channel: str
    ts: str
    digest: str


class HoldingRow(Row, table=True):
    """What a quota store holds of ours, and what somebody else made of it."""

    __tablename__ = "holdings"

    quota: str = key()
    declared: int = count()
    place: Place | None = nested(Place | None)
    adopted: int | None = count(nullable=True)
    unlimited: bool
    written: tuple[int, ...] = nested(tuple[int, ...])
    added: int = count()
    adding: int = count()
    edited: datetime | None = at(nullable=True)
    version: int = count()


class LimitRow(Row, table=True):
    """A limit that the embedded quota store enforces."""

    __tablename__ = "limits"

    quota: str = key()
    amount: int = count()
    unit: str
    overrides: list[str] = Field(sa_column=Column(Plain, nullable=False))
    written_at: datetime = at()


class TokenRow(Row, table=True):
    """A bearer token, known by its hash alone."""

    __tablename__ = "tokens"

    name: str = key()
    hash: bytes = Field(unique=True)
    scopes: list[str] = Field(sa_column=Column(Plain, nullable=False))
    created: datetime = at()


requests, overrides, outcomes = table(RequestRow), table(OverrideRow), table(OutcomeRow)
events, seen, series, slices = table(counted.EventRow), table(counted.SeenRow), table(counted.SeriesRow), table(counted.SliceRow)
holders, totals = table(counted.HolderRow), table(counted.TotalRow)
sold, bills, pulls = table(counted.SoldRow), table(counted.BillRow), table(counted.PullRow)
counters, days, notices, metered = (
    table(counted.CounterRow),
    table(counted.DayRow),
    table(counted.NoticeRow),
    table(counted.MeteredRow),
)
corrections, produced, yields, reports = (
    table(counted.CorrectionRow),
    table(counted.ProducedRow),
    table(counted.YieldRow),
    table(ReportRow),
)
record, agenda, outbox, posts = table(EntryRow), table(AlarmRow), table(ErrandRow), table(PostRow)
violations = table(ViolationRow)
aways, charges = table(AwayRow), table(ChargeRow)
holdings = table(HoldingRow)
limits, tokens, denials, spikes = table(LimitRow), table(TokenRow), table(counted.DenialRow), table(counted.SpikeRow)

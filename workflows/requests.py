"""The life of an exception request.

Two rules. A terminal state never changes. The outcome follows from the set of votes, not from their order: one denial denies,
and the request is approved when every seat of every stage is filled by a person of its own.

`decide` is the only way from one state to the next. An illegal event is a refusal, and nothing happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from workflows.money import Unit
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.routing import Data, Limit, Route, Stage, filled


class State(StrEnum):
    """Where a request is."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Verdict(StrEnum):
    """What a vote says."""

    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Impact:
    """What the requester expects: so much of a metric, and how they will know."""

    metric: str
    quantity: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Term:
    """How long: for a span from the moment the store enforces it, or until a moment. Exactly one is set.

    An override never outlives the window it began in.
    """

    span: timedelta | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if (self.span is None) == (self.until is None):
            raise ValueError("a term is a span or an end")

    def end(self, start: datetime, reset: datetime) -> datetime:
        """When an override that begins at `start` in a window that ends at `reset` is over."""
        wanted = self.until if self.until is not None else start + (self.span or timedelta())
        return min(wanted, reset)

    def length(self, start: datetime) -> timedelta:
        """How long it lasts from `start`, the reset left aside: the fact that rules test."""
        return self.span if self.span is not None else max(timedelta(), (self.until or start) - start)


@dataclass(frozen=True, slots=True)
class Case:
    """What a person asks for and why; the people's own words are kept as they were typed."""

    quota: str
    amount: int
    unit: Unit
    term: Term
    justification: str
    impact: Impact
    data: Data
    models: tuple[str, ...] = ()
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's decision; `revision` is the case as they saw it. With a denial, `instead` is what would get a yes."""

    by: PersonId
    verdict: Verdict
    at: datetime
    revision: int = 1
    reason: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is. `version` counts every change, `revision` changes of the case itself.

    `route` was compiled when it was submitted, with the `policy` (a hash) of that day; later policies leave it alone. `origin` is
    the key of the notice it was asked from, "" when it came another way.
    """

    id: str
    requester: PersonId
    case: Case
    route: Route
    limit: Limit
    submitted: datetime
    deadline: datetime
    policy: str = ""
    origin: str = ""
    version: int = 1
    revision: int = 1
    state: State = State.PENDING
    votes: tuple[Vote, ...] = ()
    decided: datetime | None = None

    def vote_of(self, person: PersonId) -> Vote | None:
        """That person's vote, if they voted."""
        return next((vote for vote in self.votes if vote.by == person), None)

    def approved_by(self) -> tuple[PersonId, ...]:
        """Those who said yes, in the order of their votes."""
        return tuple(vote.by for vote in self.votes if vote.verdict is Verdict.APPROVE)

    def denial(self) -> Vote | None:
        """The vote that denied it."""
        return next((vote for vote in self.votes if vote.verdict is Verdict.DENY), None)

    def open_stage(self) -> Stage | None:
        """The first stage that still wants votes while pending: the one that is asked now."""
        if self.state is not State.PENDING:
            return None
        full = filled(self.route.stages, self.approved_by())
        return next((s for s, n in zip(self.route.stages, full, strict=True) if n < s.quorum), None)

    def waiting_on(self) -> tuple[PersonId, ...]:
        """Those who are asked now and did not vote."""
        stage = self.open_stage()
        voted = {vote.by for vote in self.votes}
        return tuple(p for p in stage.approvers if p not in voted) if stage else ()


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The requester takes the request back."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class Lapse:
    """Nobody decided before the deadline."""


Event = Vote | Withdraw | Lapse

LEGAL: Mapping[State, Mapping[type, frozenset[State]]] = {
    State.PENDING: {
        Vote: frozenset({State.PENDING, State.APPROVED, State.DENIED}),
        Withdraw: frozenset({State.WITHDRAWN}),
        Lapse: frozenset({State.LAPSED}),
    },
    State.APPROVED: {},
    State.DENIED: {},
    State.WITHDRAWN: {},
    State.LAPSED: {},
}


def decide(request: Request, event: Event, *, now: datetime) -> Request | Refused:
    """The request after an event, or why nothing happened."""
    if type(event) not in LEGAL[request.state]:
        return Refused(Why.ALREADY_DECIDED, _ending(request))
    match event:
        case Vote():
            return _vote(request, event, now)
        case Withdraw():
            if event.by != request.requester:
                return Refused(Why.NOT_YOURS, {"requester": request.requester})
            return _to(request, State.WITHDRAWN, now)
        case Lapse():
            return _to(request, State.LAPSED, now) if now >= request.deadline else Refused(Why.NOT_DUE)
        case _:
            assert_never(event)


def _ending(request: Request) -> dict[str, object]:
    """How a decided request ended: the grounds that a loser is told."""
    last = request.denial() or (request.votes[-1] if request.votes else None)
    by = last.by if last and request.state in (State.APPROVED, State.DENIED) else request.requester
    return {"state": request.state, "by": by, "at": request.decided}


def _vote(request: Request, vote: Vote, now: datetime) -> Request | Refused:
    if refused := _may_not(request, vote, now):
        return refused
    voted = replace(request, votes=(*request.votes, vote))
    if vote.verdict is Verdict.DENY:
        return _to(voted, State.DENIED, now)
    if voted.open_stage() is None:
        return _to(voted, State.APPROVED, now)
    return replace(voted, version=request.version + 1)


def _may_not(request: Request, vote: Vote, now: datetime) -> Refused | None:
    if vote.by == request.requester:
        return Refused(Why.OWN_REQUEST)
    if vote.by not in request.route.approvers():
        return Refused(Why.NOT_ASKED, {"waiting": request.waiting_on()})
    if mine := request.vote_of(vote.by):
        return Refused(Why.ALREADY_VOTED, {"at": mine.at, "verdict": mine.verdict})
    if vote.revision != request.revision:
        return Refused(Why.CHANGED_SINCE)
    if now >= request.deadline:
        return Refused(Why.DEADLINE_PASSED, {"deadline": request.deadline})
    if vote.verdict is Verdict.DENY and not vote.reason.strip():
        return Refused(Why.REASON_MISSING, place="reason")
    return None


def _to(request: Request, state: State, now: datetime) -> Request:
    return replace(request, state=state, decided=now, version=request.version + 1)

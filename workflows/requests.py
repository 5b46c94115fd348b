"""The life of an exception request.

Two rules. A terminal state never changes. The state follows from the set of votes that were counted, not from their order: one
denial denies, else the request is approved when every seat of every stage is filled by a person of its own, else it is pending.

A vote is counted while the request is pending: the first of each person who was asked. So a denial counts when it comes before
the approval that fills the last seat; after it the request is approved, and the denial is refused like every vote on a decided
request. Arrival decides nothing else: approvals alone end the same in any order, and so does any set of votes with a denial whose
approvals would not do.

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
from workflows.routing import Data, Limit, Route, Stage, filled, seated


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

    def complete(self) -> bool:
        """Whether every seat is filled."""
        stages = self.route.stages
        return filled(stages, self.approved_by()) == tuple(stage.quorum for stage in stages)

    def open_stage(self) -> Stage | None:
        """The stage that is asked now: the first with a seat to fill and somebody to fill it; None when decided.

        A yes may sit in an earlier stage although that person alone can fill a later one. Then the earlier stage is asked for one
        more, and that yes moves on.
        """
        helpful = self._helpful()
        full = filled(self.route.stages, self.approved_by())
        short = [stage for stage, seats in zip(self.route.stages, full, strict=True) if seats < stage.quorum]
        return next((s for s in (*short, *self.route.stages) if helpful & set(s.approvers)), None)

    def waiting_on(self) -> tuple[PersonId, ...]:
        """Those who are asked now: people of the open stage who did not vote and whose yes would fill a seat."""
        stage, helpful = self.open_stage(), self._helpful()
        return tuple(p for p in stage.approvers if p in helpful) if stage else ()

    def _helpful(self) -> set[PersonId]:
        if self.state is not State.PENDING:
            return set()
        stages, yes = self.route.stages, self.approved_by()
        now = seated(stages, yes)
        others = set(self.route.approvers()) - {vote.by for vote in self.votes} - {self.requester}
        return {p for p in others if seated(stages, (*yes, p)) > now}


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
    """How a decided request ended: the grounds that a loser is told. A lapse is nobody's doing."""
    by: PersonId | None = None
    if request.state is State.WITHDRAWN:
        by = request.requester
    elif request.state is not State.LAPSED and request.votes:
        by = (request.denial() or request.votes[-1]).by
    return {"state": request.state, "by": by, "at": request.decided}


def _vote(request: Request, vote: Vote, now: datetime) -> Request | Refused:
    if refused := _may_not(request, vote, now):
        return refused
    voted = replace(request, votes=(*request.votes, vote))
    if vote.verdict is Verdict.DENY:
        return _to(voted, State.DENIED, now)
    if voted.complete():
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

"""Votes: which count, what they do to a request, and how one is taken back.

A vote is counted while the request is pending: the first of each person who was asked. So a denial counts when it comes before
the approval that fills the last seat; after it the request is approved, and the denial is refused like every vote on a decided
request. Arrival decides nothing else: approvals alone end the same in any order, and so does any set of votes with a denial whose
approvals would not do.
"""

from dataclasses import replace
from datetime import datetime

from workflows.ballots import Verdict, Vote
from workflows.events import Undo
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.seats import climbed
from workflows.wishes import source


def vote(request: Request, cast: Vote, now: datetime) -> Request | Refused:
    """The request with a vote that counts, or why it does not."""
    if refused := _may_not(request, cast, now):
        return refused
    voted = replace(request, votes=(*request.votes, cast))
    if cast.verdict is Verdict.DENY:
        return replace(voted, state=State.DENIED, decided=now)
    if voted.offered() != request.offered():
        voted = replace(voted, revision=request.revision + 1)  # who decides next is to see what is left of it
    if cast.over:
        return _above(voted, cast)
    return replace(voted, state=State.APPROVED, decided=now) if voted.complete() else voted


def _may_not(request: Request, vote: Vote, now: datetime) -> Refused | None:
    if refused := outside(request, vote.by, vote.seat):
        return refused
    if refused := twice(request, vote.by, vote.seat):
        return refused
    if vote.revision != request.revision:
        return Refused(Why.CHANGED_SINCE)
    until = min(request.deadline, request.case.term.until or request.deadline)
    if now >= until:
        return Refused(Why.DEADLINE_PASSED, {"deadline": until})
    if vote.verdict is Verdict.DENY and not vote.reason.strip():
        return Refused(Why.REASON_MISSING, place="reason")
    return _not_less(request, vote) if vote.verdict is Verdict.APPROVE else None


def _not_less(request: Request, vote: Vote) -> Refused | None:
    """An approval may be to less than is offered, never to more: more would be another request."""
    amount, term = request.offered()
    if vote.amount is not None and not 0 < vote.amount <= amount:
        return Refused(Why.NOT_LESS, {"most": amount, "unit": request.case.unit}, place="amount")
    if vote.term is not None and vote.term.length(vote.at) > term.length(vote.at):
        return Refused(Why.NOT_SHORTER, place="duration")
    return None


def _above(voted: Request, vote: Vote) -> Request | Refused:
    """They agree, over their authority: the next rung of every stage that they were to fill is asked."""
    mine = [stage for stage in voted.route.stages if vote.seat in stage.approvers]
    raised = climbed(voted.route, mine, never(voted))
    return replace(voted, route=raised) if raised else Refused(Why.OVER_AUTHORITY)


def undo(request: Request, event: Undo, now: datetime) -> Request | Refused:
    """The request without the vote of whoever takes it back, open again where it was decided by it."""
    mine = next((vote for vote in request.votes if vote.by == event.by), None)
    if mine is None:
        return Refused(Why.NO_VOTE)
    if request.undoable(event.by, event.within, now) is None:
        return Refused(Why.TOO_LATE_TO_UNDO, {"within": event.within, "at": mine.at})
    if request.state is State.DENIED and mine is not request.denial():
        return Refused(Why.ALREADY_DECIDED, ending(request))
    void = tuple(v for v in request.votes if v is mine or v.seat in event.unpaid)
    left = replace(request, votes=tuple(v for v in request.votes if v not in void), voided=(*request.voided, *void))
    if left.complete() or request.by_policy:
        return Refused(Why.STANDS_ANYWAY)
    if left.offered() != request.offered():
        left = replace(left, revision=request.revision + 1)
    return left if request.state is State.PENDING else open_again(left)


def open_again(request: Request) -> Request:
    """A request that was decided and is not any more."""
    return replace(request, state=State.PENDING, decided=None, round=request.round + 1)


def outside(request: Request, by: PersonId, seat: PersonId) -> Refused | None:
    """Why somebody has no say in it."""
    if by == request.requester:
        return Refused(Why.OWN_REQUEST)
    if by in request.excluded:
        return Refused(Why.CONCERNED)
    return None if seat in request.route.approvers() else Refused(Why.NOT_ASKED, {"waiting": request.waiting_on()})


def ending(request: Request) -> dict[str, object]:
    """How a decided request ended: the grounds that a loser is told. A lapse is nobody's doing, nor is what policy approves.

    What was decided in a gateway was nobody's doing here.
    """
    by: PersonId | None = None
    if request.state is State.WITHDRAWN:
        came = source(request.origin)
        by = None if came and came.end else request.requester
    elif request.state is not State.LAPSED and request.votes and not request.by_policy:
        by = request.votes[-1].by  # a denial is always the last
    return {"state": request.state, "by": by, "at": request.decided}


def never(request: Request) -> frozenset[PersonId]:
    """Whom no ladder asks: they said what they had to say, or may say nothing."""
    return request.voted() | request.concerned() | frozenset(request.passed)


def twice(request: Request, by: PersonId, seat: PersonId) -> Refused | None:
    """Why somebody has nothing more to say: they voted, or somebody did from that seat."""
    mine = request.vote_of(by) or request.vote_of(seat)
    if mine is None:
        return None
    return Refused(Why.ALREADY_VOTED, {"at": mine.at, "verdict": mine.verdict, "by": mine.by, "mine": mine.by == by})

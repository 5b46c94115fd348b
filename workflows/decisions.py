"""What may happen to a request, and what it is then. `decide` is the only way from one state to the next.

Two rules. A terminal state never changes, but for an undo by the voter within some minutes and one reopening of a denial. An
illegal event is a refusal, and nothing happens.

Which votes count is `voting`. Nothing but a reopening moves the deadline.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from workflows.automatic import Revoked
from workflows.ballots import Question, Vote
from workflows.cases import material
from workflows.events import (
    Answer,
    Ask,
    Clear,
    Edit,
    Escalate,
    Event,
    Lapse,
    Lose,
    Nudge,
    Overtaken,
    Pass,
    Reassign,
    Reopen,
    Review,
    Revoke,
    Undo,
    Withdraw,
)
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.requests import Request, State, Way
from workflows.seats import climbed, staffed, without
from workflows.voting import ending, never, open_again, outside, twice, undo, vote

MOST_QUESTIONS = 20  # a card holds no more, and a request that needs more is a meeting

STILL = frozenset({State.PENDING})

LEGAL: Mapping[State, Mapping[type, frozenset[State]]] = {
    State.PENDING: {
        Vote: frozenset({State.PENDING, State.APPROVED, State.DENIED}),
        Withdraw: frozenset({State.WITHDRAWN}),
        Overtaken: frozenset({State.WITHDRAWN}),
        Lapse: frozenset({State.LAPSED}),
        Edit: STILL,
        Ask: STILL,
        Answer: STILL,
        Pass: STILL,
        Reassign: STILL,
        Escalate: STILL,
        Lose: STILL,
        Nudge: STILL,
        Undo: STILL,
        Clear: frozenset({State.APPROVED}),
    },
    State.APPROVED: {Undo: STILL, Review: frozenset({State.APPROVED}), Revoke: frozenset({State.APPROVED})},
    State.DENIED: {Undo: STILL, Reopen: STILL},
    State.WITHDRAWN: {},
    State.LAPSED: {},
}


def decide(request: Request, event: Event, *, now: datetime) -> Request | Refused:
    """The request after an event, or why nothing happened."""
    if type(event) not in LEGAL[request.state]:
        return Refused(Why.ALREADY_DECIDED, ending(request))
    after = _RULES[type(event)](request, event, now)
    if isinstance(after, Refused):
        return after
    anew = set(after.waiting_on()) - set(request.waiting_on())
    return replace(after, version=request.version + 1, since=now if anew else after.since)


# What the requester does.


def _withdraw(request: Request, event: Withdraw, now: datetime) -> Request | Refused:
    if event.by != request.requester:
        return _not_yours(request)
    return replace(request, state=State.WITHDRAWN, decided=now)


def _edit(request: Request, edit: Edit, now: datetime) -> Request | Refused:
    if edit.by != request.requester:
        return _not_yours(request)
    if edit.revision != request.revision:
        return Refused(Why.CHANGED_SINCE)
    if now >= request.deadline:
        return Refused(Why.DEADLINE_PASSED, {"deadline": request.deadline})
    if edit.case == request.case:
        return Refused(Why.NOTHING_CHANGED)
    changed = replace(request, case=edit.case, revision=request.revision + 1)
    # What asks for less keeps the route that was compiled for more: it is at least as strict. Only the guardrails look again.
    anew = material(request.case, edit.case, now=now) or edit.way.appeal != request.appeal
    return _rerouted(changed, edit.way, now) if anew else replace(changed, auto=edit.way.auto)


def _rerouted(request: Request, way: Way, now: datetime) -> Request:
    return replace(
        request,
        route=way.route,
        limit=way.limit,
        facts=way.facts,
        policy=way.policy,
        excluded=way.excluded,
        auto=way.auto,
        appeal=way.appeal,
        votes=(),
        voided=(*request.voided, *request.votes),
        passed=(),
        since=now,
    )


def _reopen(request: Request, event: Reopen, now: datetime) -> Request | Refused:
    if event.by != request.requester:
        return _not_yours(request)
    if request.reopened is not None:
        return Refused(Why.REOPENED_BEFORE, {"at": request.reopened})
    if event.case == request.case:
        return Refused(Why.NOTHING_NEW)
    # A new case for the same people has the time that a new request has.
    lapse = now + (request.deadline - request.submitted)
    deadline = min(lapse, event.case.term.until or lapse)
    changed = replace(request, case=event.case, revision=request.revision + 1, reopened=now, deadline=deadline)
    return open_again(_rerouted(changed, event.way, now))


def _answer(request: Request, event: Answer, now: datetime) -> Request | Refused:
    if event.by != request.requester:
        return _not_yours(request)
    if not 0 <= event.number < len(request.questions):
        return Refused(Why.NO_SUCH_QUESTION)
    asked = request.questions[event.number]
    if asked.answered is not None:
        return Refused(Why.QUESTION_ANSWERED, {"at": asked.answered})
    said = replace(asked, answer=event.text, answered=now)
    return replace(request, questions=tuple(said if n == event.number else q for n, q in enumerate(request.questions)))


def _nudge(request: Request, nudge: Nudge, now: datetime) -> Request | Refused:
    if nudge.by != request.requester:
        return _not_yours(request)
    last = max(request.asked_since, request.nudged or request.asked_since)
    if now < last + nudge.every:
        return Refused(Why.NUDGED_LATELY, {"again": last + nudge.every})
    return replace(request, nudged=now)


def _not_yours(request: Request) -> Refused:
    return Refused(Why.NOT_YOURS, {"requester": request.requester})


# What those who are asked do beside voting, and what time does.


def _ask(request: Request, ask: Ask, now: datetime) -> Request | Refused:
    if refused := outside(request, ask.by, ask.acting_for or ask.by):
        return refused
    if len(request.questions) >= MOST_QUESTIONS:
        return Refused(Why.TOO_MANY_QUESTIONS, {"most": MOST_QUESTIONS})
    return replace(request, questions=(*request.questions, Question(ask.by, now, ask.text)))


def _pass(request: Request, event: Pass, _now: datetime) -> Request | Refused:
    if refused := _silent(request, event.by):
        return refused
    return _left(replace(request, passed=(*request.passed, event.by)), frozenset({event.by})) or Refused(Why.LAST_APPROVER)


def _reassign(request: Request, event: Reassign, _now: datetime) -> Request | Refused:
    if refused := _silent(request, event.by):
        return refused
    if event.to not in stand_ins(request, event.by):
        return Refused(Why.NO_STAND_IN, {"who": event.to} if event.to else {})
    mine = [stage for stage in request.route.stages if event.by in stage.approvers]
    named = tuple(replace(s, approvers=(*s.approvers, event.to)) if s in mine and event.to not in s.approvers else s
                  for s in request.route.stages)  # fmt: skip
    moved = replace(request, route=replace(request.route, stages=named), passed=(*request.passed, event.by))
    return _left(moved, frozenset({event.by})) or Refused(Why.LAST_APPROVER)


def stand_ins(request: Request, by: PersonId) -> tuple[PersonId, ...]:
    """Whom somebody may name in their place: the people of the rungs above them, the nearest first."""
    mine = (stage for stage in request.route.stages if by in stage.approvers)
    barred = never(request) | {by}
    return tuple(dict.fromkeys(p for stage in mine for rung in stage.rungs for p in rung if p not in barred))


def _silent(request: Request, by: PersonId) -> Refused | None:
    """Only who is asked and said nothing yet can leave it to others."""
    if refused := outside(request, by, by):
        return refused
    return twice(request, by, by)


def _left(request: Request, gone: frozenset[PersonId]) -> Request | None:
    """The request without some who did not vote: where too few are left, the next rungs are asked; None when nobody can be."""
    staying = without(request.route, gone - request.voted())
    full = staffed(staying, never(request) | gone)
    return replace(request, route=full) if full else None


def _lose(request: Request, event: Lose, _now: datetime) -> Request | Refused:
    asked = event.people & set(request.route.approvers()) - request.voted()
    if not asked:
        return Refused(Why.NOT_DUE)
    return _left(request, frozenset(asked)) or Refused(Why.LAST_APPROVER)


def _escalate(request: Request, _event: Escalate, _now: datetime) -> Request | Refused:
    stage = request.open_stage()
    raised = climbed(request.route, [stage], never(request)) if stage else None
    return replace(request, route=raised) if raised else Refused(Why.NO_RUNG)


def _review(request: Request, review: Review, now: datetime) -> Request | Refused:
    glass = request.glass
    if glass is None:
        return Refused(Why.NOT_BROKEN)
    if review.by == request.requester:
        return Refused(Why.OWN_REQUEST)
    if review.by in request.excluded:
        return Refused(Why.CONCERNED)
    if review.by not in glass.reviewers and not review.called:
        return Refused(Why.NO_REVIEW_OF_YOURS, {"waiting": glass.reviewers})
    if glass.at is not None:
        return Refused(Why.REVIEWED, {"by": glass.by, "at": glass.at, "fine": glass.fine})
    if not review.fine and not review.words.strip():
        return Refused(Why.REASON_MISSING, place="words")
    return replace(request, glass=replace(glass, by=review.by, at=now, fine=review.fine, words=review.words))


# What policy approves, and what is taken back of it.


def _clear(request: Request, _event: Clear, now: datetime) -> Request | Refused:
    if request.auto is None or not request.auto.approves:
        return Refused(Why.NOT_DUE)
    return replace(request, state=State.APPROVED, decided=now)


def _revoke(request: Request, event: Revoke, now: datetime) -> Request | Refused:
    if not request.by_policy:
        return Refused(Why.NOT_BY_POLICY)
    if refused := outside(request, event.by, event.by):
        return refused
    if request.revoked is not None:
        return Refused(Why.TAKEN_BACK, {"by": request.revoked.by, "at": request.revoked.at})
    if not event.words.strip():
        return Refused(Why.REASON_MISSING, place="reason")
    return replace(request, revoked=Revoked(event.by, now, event.words))


def _overtaken(request: Request, event: Overtaken, now: datetime) -> Request | Refused:
    return replace(request, state=State.WITHDRAWN, decided=now, origin=event.origin)


def _lapse(request: Request, _event: Lapse, now: datetime) -> Request | Refused:
    return replace(request, state=State.LAPSED, decided=now) if now >= request.deadline else Refused(Why.NOT_DUE)


_RULES: Mapping[type, Callable[[Request, Any, datetime], Request | Refused]] = {
    Vote: vote,
    Withdraw: _withdraw,
    Overtaken: _overtaken,
    Lapse: _lapse,
    Edit: _edit,
    Ask: _ask,
    Answer: _answer,
    Pass: _pass,
    Reassign: _reassign,
    Escalate: _escalate,
    Lose: _lose,
    Nudge: _nudge,
    Undo: undo,
    Reopen: _reopen,
    Review: _review,
    Clear: _clear,
    Revoke: _revoke,
}

"""A request as JSON values: how it stands, who is asked and why, and what was granted.

Amounts are integers in their unit, moments UTC, spans seconds. Not here: people's own words (why it is asked for, reasons,
questions), since a data class may keep them out of where a token is used; `leeway explain` has them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from workflows.automatic import Automatic
from workflows.ballots import Vote
from workflows.cases import Part, Term
from workflows.explaining import Seat, seats
from workflows.money import show
from workflows.overrides import Override
from workflows.requests import Glass, Request, State
from workflows.rules import Facts
from workflows.times import show_span


def plain(request: Request, overrides: Sequence[Override], now: datetime) -> dict[str, object]:
    """A request and its overrides, as they are at a moment."""
    case, (offered, term) = request.case, request.offered()
    return {
        "id": request.id,
        "state": request.state,
        "text": _text(request),
        "requester": request.requester,
        "behalf": case.behalf,
        "quota": case.quota,
        "unit": case.unit,
        "amount": case.amount,
        **_term(case.term),
        "offered": {"amount": offered, **_term(term)},
        "also": [_part(part) for part in case.also],
        "data": case.data.word,
        "models": list(case.models),
        "use_case": case.use_case,
        "ticket": case.ticket,
        "limit": request.limit,
        **_when(request),
        "waiting_on": list(request.waiting_on()),
        "stages": [_stage(seat) for seat in seats(request)],
        "votes": [_vote(vote) for vote in request.votes],
        "voided": [_vote(vote) for vote in request.voided],
        "passed": list(request.passed),
        "questions": {"asked": len(request.questions), "answered": sum(q.answered is not None for q in request.questions)},
        "excluded": list(request.excluded),
        "policy": request.policy,
        "facts": facts(request.facts) if request.facts else None,
        "automatic": automatic(request.auto) if request.auto else None,
        "revoked_by": request.revoked.by if request.revoked else None,
        "appeal_against": list(request.appeal.rules) if request.appeal else [],
        "break_glass": _glass(request.glass) if request.glass else None,
        "overrides": [_override(override, now) for override in overrides],
    }


def _when(request: Request) -> dict[str, object]:
    """Its moments, and how often it changed."""
    return {
        "submitted_at": moment(request.submitted),
        "since": moment(request.asked_since),
        "deadline": moment(request.deadline),
        "decided_at": moment(request.decided),
        "nudged_at": moment(request.nudged),
        "reopened_at": moment(request.reopened),
        "revision": request.revision,
        "round": request.round,
    }


def moment(at: datetime | None) -> str | None:
    """A moment in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def _text(request: Request) -> str:
    case, (offered, _) = request.case, request.offered()
    less = f", {show(offered, case.unit)} agreed to" if offered != case.amount else ""
    waits = f": waits for {', '.join(request.waiting_on())}" if request.state is State.PENDING else ""
    return f"{show(case.amount, case.unit)} on {case.quota} {_how_long(case.term)}{less}, {request.state}{waits}"


def _how_long(term: Term) -> str:
    said = [f"for {show_span(term.span)}"] if term.span is not None else []
    said += [f"until {moment(term.until)}"] if term.until else []
    return ", ".join([*said, f"from {moment(term.since)}"] if term.since else said)


def _term(term: Term) -> dict[str, object]:
    return _length(term) | {"not_before": moment(term.since), "resets": term.resets}


def _length(term: Term) -> dict[str, object]:
    return {"duration": int(term.span.total_seconds()) if term.span is not None else None, "until": moment(term.until)}


def _part(part: Part) -> dict[str, object]:
    return {"quota": part.quota, "amount": part.amount, "unit": part.unit}


def _stage(seat: Seat) -> dict[str, object]:
    stage = seat.stage
    return {
        "name": stage.name,
        "rules": list(stage.rules),
        "quorum": stage.quorum,
        "people": list(stage.approvers),
        "approved": [vote.seat for vote in seat.approved],
        "full": seat.full,
        "asked": seat.asked,
        "instead_of": stage.instead,
        "rungs": [list(rung) for rung in stage.rungs],
        "climbed": stage.climbed,
    }


def _vote(vote: Vote) -> dict[str, object]:
    return {
        "by": vote.by,
        "acting_for": vote.acting_for,
        "verdict": vote.verdict,
        "at": moment(vote.at),
        "amount": vote.amount,
        **(_length(vote.term) if vote.term else {"duration": None, "until": None}),
        "over_authority": vote.over,
    }


def facts(known: Facts) -> dict[str, object]:
    """What the rules could test."""
    return {
        "scope": known.scope,
        "kind": known.kind,
        "limit": known.limit,
        "amount": known.amount,
        "unit": known.unit,
        "percent": known.percent,
        "duration": int(known.duration.total_seconds()),
        "data": known.data.word,
        "models_not_approved": list(known.unapproved),
        "exceptions_30": known.exceptions_30,
        "exceptions_90": known.exceptions_90,
        "exposure": known.exposure,
    }


def automatic(said: Automatic) -> dict[str, object]:
    """What the guardrails said."""
    return {"rule": said.rule, "mode": said.mode, "would_approve": said.would, "violated": list(said.violated)}


def _glass(glass: Glass) -> dict[str, object]:
    said = {"reviewers": list(glass.reviewers), "review_due": moment(glass.due)}
    return said | {"reviewed_by": glass.by, "reviewed_at": moment(glass.at), "fine": glass.fine}


def _override(override: Override, now: datetime) -> dict[str, object]:
    over = None if override.wanted(now) else override.reason()
    said = {"id": override.id, "quota": override.quota, "amount": override.amount, "unit": override.unit}
    return said | {
        "status": override.status(now),
        "granted_at": moment(override.granted),
        "starts_at": moment(override.starts),
        "ends_at": moment(override.over_at()),
        "ended_because": over,
    }

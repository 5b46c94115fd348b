"""Covering: who decides in the place of those who are away, as the unit of work knows it at that moment.

Whoever covers for somebody does so for what waits for them, and only while that person is away and they are not. They may not be
concerned: the requester, for whom it is, or who stands in for one of those now. Somebody who voted covers for nobody.
"""

from dataclasses import replace
from datetime import datetime

from workflows.aways import Away, seats_of
from workflows.ballots import Vote
from workflows.events import Ask, Event
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.seats import seated as filling


def covers(unit: UnitOfWork, request: Request, now: datetime) -> tuple[Away, ...]:
    """Those who are waited for and away; their `delegate` is who may decide in their place now, or None."""
    away = unit.aways.among(request.waiting_on(), now)
    if not away:
        return ()
    gone = {a.person for a in unit.aways.among({a.delegate for a in away if a.delegate}, now)}
    barred = gone | concerned(unit, request, now) | request.voted()
    return tuple(replace(a, delegate=None) if a.delegate in barred else a for a in away)


def concerned(unit: UnitOfWork, request: Request, now: datetime) -> frozenset[PersonId]:
    """Those who may not decide, also who stands in for one of them since the request was made."""
    away = unit.aways.among(request.concerned(), now)
    return request.concerned() | {a.delegate for a in away if a.delegate}


def asked(unit: UnitOfWork, request: Request, now: datetime) -> tuple[PersonId, ...]:
    """Everybody whose decision is waited for: those who are asked and here, and who decides for those who are not."""
    away = {a.person: a.delegate for a in covers(unit, request, now)}
    return tuple(dict.fromkeys(who for p in request.waiting_on() if (who := away.get(p, p))))


def seated(unit: UnitOfWork, request: Request, event: Event, now: datetime) -> Event | Refused:
    """A vote or a question as being from the seat that is theirs now; any other event as it is."""
    if not isinstance(event, Vote | Ask) or request.state is not State.PENDING:
        return event
    taken = seat(unit, request, event.by, now)
    return taken if isinstance(taken, Refused) else replace(event, acting_for=None if taken == event.by else taken)


def seat(unit: UnitOfWork, request: Request, by: PersonId, now: datetime) -> PersonId | Refused:
    """Whose seat somebody's vote takes: their own where that helps, since nobody counts twice, else that of who is away."""
    if by in concerned(unit, request, now) - request.concerned():
        return Refused(Why.CONCERNED)
    mine = unit.aways.among((by,), now)
    seats = seats_of(by, request.route.approvers(), [*mine, *unit.aways.behind(by, now)], now)
    free = [p for p in seats if p not in request.voted()]
    stages, yes = request.route.stages, request.approved_by()
    useful = [p for p in free if filling(stages, (*yes, p)) > filling(stages, yes)]
    return next(iter((*useful, *free, *seats)), by)

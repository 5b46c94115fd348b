"""Reviewing: votes and withdrawals, each in one transaction with all that follows.

Whoever clicks is answered with the request as it is after the click, or with the reason why it changed nothing.
"""

from datetime import datetime

from workflows.effects import Alarm, Do, Effect, Wake
from workflows.keeping import Act, Kit, attempt, follow, keep_override, keep_request, refuse_click
from workflows.overrides import grant
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requests import Event, Request, State, Verdict, Vote, Withdraw, decide


def may_vote(kit: Kit, request_id: str, vote: Vote) -> Request | Refused:
    """Whether a vote would count now: asked before a modal is opened for its reason. Changes nothing but the record."""
    trial = Vote(vote.by, Verdict.APPROVE, vote.at, vote.revision)

    def look(unit: UnitOfWork) -> Request | Refused:
        request = unit.requests.get(request_id)
        if request is None:
            return Refused(Why.NO_SUCH_REQUEST)
        decided = decide(request, trial, now=kit.clock.now())
        return (
            refuse_click(unit, request_id, by=vote.by, refused=decided, at=vote.at) if isinstance(decided, Refused) else request
        )

    return attempt(kit.units, look)


def turn_away(kit: Kit, subject: str, by: PersonId) -> Refused:
    """Somebody who may neither ask nor decide pressed a button of a request or an override: nothing but the record changes."""
    refused = Refused(Why.OUTSIDER)

    def look(unit: UnitOfWork) -> Refused:
        if unit.requests.get(subject) or unit.overrides.get(subject):
            refuse_click(unit, subject, by=by, refused=refused, at=kit.clock.now())
        return refused

    return attempt(kit.units, look)


def vote(kit: Kit, request_id: str, cast: Vote) -> Request | Refused:
    """Counts a vote. The voter must still be somebody who can decide: now, not some minutes ago."""
    person = kit.directory.person(cast.by, fresh=True)
    if person is None or not person.can_decide:
        return attempt(
            kit.units, lambda unit: refuse_click(unit, request_id, by=cast.by, refused=Refused(Why.OUTSIDER), at=cast.at)
        )
    return _change(kit, request_id, cast, cast.by)


def withdraw(kit: Kit, request_id: str, by: PersonId) -> Request | Refused:
    """Takes a pending request back."""
    return _change(kit, request_id, Withdraw(by), by)


def _change(kit: Kit, request_id: str, event: Event, by: PersonId) -> Request | Refused:
    def change(unit: UnitOfWork) -> Request | Refused:
        now = kit.clock.now()
        request = unit.requests.get(request_id)
        if request is None:
            return Refused(Why.NO_SUCH_REQUEST)
        decided = decide(request, event, now=now)
        if isinstance(decided, Refused):
            return refuse_click(unit, request_id, by=by, refused=decided, at=now)
        keep_request(unit, decided, Act(by, did(event), now))
        settle(kit, unit, decided, now)
        return decided

    return attempt(kit.units, change)


def did(event: Event) -> str:
    """The word for an event in the record."""
    return f"voted: {event.verdict}" if isinstance(event, Vote) else type(event).__name__.lower()


def settle(kit: Kit, unit: UnitOfWork, request: Request, now: datetime) -> None:
    """What follows a change of a request: its cards, and when it is decided the end of its clock and the override."""
    follow(unit, now, [Effect(Do.SHOW_REQUEST, request.id)])
    if request.state is State.PENDING:
        return
    unit.agenda.drop(Alarm(Wake.LAPSE, request.id, request.deadline))
    if request.state is State.APPROVED:
        override = grant(request, now=now, within=kit.policy.timing.activate_within)
        keep_override(unit, override, Act(request.votes[-1].by, "granted", now))
        deadline = Alarm(Wake.ACTIVATION, override.id, override.activate_by)
        follow(unit, now, [Effect(Do.SYNC_LIMIT, override.quota)], [deadline])

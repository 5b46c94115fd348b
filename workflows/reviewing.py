"""Reviewing: votes and withdrawals, each in one transaction with all that follows.

Whoever clicks is answered with the request as it is after the click, or with the reason why it changed nothing.
"""

from datetime import datetime

from workflows import charging, covering, revoking, switch
from workflows.ballots import Verdict, Vote
from workflows.beginning import begin_by, supersede
from workflows.decisions import decide
from workflows.effects import Alarm, Do, Effect, News, Wake
from workflows.events import Clear, Event, Withdraw
from workflows.extending import granted_with
from workflows.granting import Terms, grants
from workflows.keeping import SYSTEM, Act, Kit, attempt, follow, keep_override, keep_request, news_of, refuse_click
from workflows.overrides import Status
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.routing import stopped
from workflows.sequels import resettle, told


def may_vote(kit: Kit, request_id: str, vote: Vote) -> Request | Refused:
    """Whether a vote would count now: asked before a modal is opened for its reason. Changes nothing but the record."""
    words = "to be said" if vote.verdict is Verdict.DENY else ""  # a denial says why, and that is what the modal is for
    return may(kit, request_id, Vote(vote.by, vote.verdict, vote.at, vote.revision, reason=words), vote.by)


def may(kit: Kit, request_id: str, event: Event, by: PersonId) -> Request | Refused:
    """Whether an event could happen now: the request as it is before it, or why it could not."""

    def look(unit: UnitOfWork) -> Request | Refused:
        now = kit.clock.now()
        request = unit.requests.get(request_id)
        if request is None:
            return Refused(Why.NO_SUCH_REQUEST)
        decided = _decided(kit, unit, request, event, caps=charging.uncapped)
        return refuse_click(unit, request_id, by=by, refused=decided, at=now) if isinstance(decided, Refused) else request

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
    """Counts a vote."""
    return says(kit, request_id, cast, cast.by)


def says(kit: Kit, request_id: str, event: Event, by: PersonId) -> Request | Refused:
    """What an approver does. They must still be somebody who can decide: now, not some minutes ago."""
    person = kit.directory.person(by, fresh=True)
    if person is None or not person.can_decide:
        now = kit.clock.now()
        return attempt(kit.units, lambda unit: refuse_click(unit, request_id, by=by, refused=Refused(Why.OUTSIDER), at=now))
    return change(kit, request_id, event, by)


def withdraw(kit: Kit, request_id: str, by: PersonId) -> Request | Refused:
    """Takes a pending request back."""
    return change(kit, request_id, Withdraw(by), by)


def change(kit: Kit, request_id: str, event: Event, by: PersonId) -> Request | Refused:
    """Whatever else a person does to a request: it and all that follows, or why nothing happened."""
    caps = charging.caps(kit, event)
    return attempt(kit.units, lambda unit: enact(kit, unit, request_id, event, by=by, caps=caps))


def enact(
    kit: Kit, unit: UnitOfWork, request_id: str, event: Event, *, by: PersonId, caps: charging.Caps = charging.uncapped
) -> Request | Refused:
    """The same in a unit that is open: for an event that only what is stored can make."""
    now = kit.clock.now()
    request = unit.requests.get(request_id)
    if request is None:
        return Refused(Why.NO_SUCH_REQUEST)
    decided = _decided(kit, unit, request, event, caps=caps)
    if isinstance(decided, Refused):
        return refuse_click(unit, request_id, by=by, refused=decided, at=now)
    keep_request(unit, decided, Act(by, did(event), now))
    charging.settle(unit, request, decided, caps)
    settle(kit, unit, decided, now, before=request)
    return cleared(kit, unit, decided, now)


def _decided(kit: Kit, unit: UnitOfWork, request: Request, event: Event, *, caps: charging.Caps) -> Request | Refused:
    """What is decided, from the seat that is the voter's, and once a yes was held against their authority.

    A request does not become pending beside another of the same person on the same quota.
    """
    policy, now = kit.policy, kit.clock.now()
    seated = covering.seated(unit, request, event, now)
    if isinstance(seated, Refused):
        return seated
    decided = decide(request, charging.weighed(unit, policy, request, seated, caps=caps), now=now)
    if isinstance(event, Vote) and event.verdict is Verdict.APPROVE and not isinstance(decided, Refused):
        against = request.appeal.rules if request.appeal else ()
        barred = stopped(request.facts, policy.rules, against) if request.facts else None
        decided = switch.refused(unit) or barred or decided
    if isinstance(decided, Refused) or decided.state is not State.PENDING:
        return decided
    other = unit.requests.open(decided.case.quota, request.requester)
    if other is None or other.id == request.id:
        return decided
    return Refused(Why.OPEN_REQUEST, {"request": other.id, "at": other.submitted}, place="quota")


def did(event: Event) -> str:
    """The word for an event in the record."""
    return f"voted: {event.verdict}" if isinstance(event, Vote) else type(event).__name__.lower()


def settle(kit: Kit, unit: UnitOfWork, request: Request, now: datetime, *, before: Request | None = None) -> None:
    """What follows a change of a request: its cards, its clock, and when it is decided the override."""
    follow(unit, now, [Effect(Do.SHOW_REQUEST, request.id), *(told(request, before) if before else ())])
    resettle(kit, unit, request, now)
    lapse = Alarm(Wake.LAPSE, request.id, request.deadline)
    _chased(unit, request, now, before)
    if request.state is State.PENDING:
        if before is None or before.state is not State.PENDING:
            revoking.revoke(kit, unit, request, by=SYSTEM, now=now)  # it was decided and is not any more
            follow(unit, now, [], [lapse])
        return
    unit.agenda.drop(lapse)
    if request.state is State.APPROVED and (before is None or before.state is not State.APPROVED):
        _grant(kit, unit, request, now)


def cleared(kit: Kit, unit: UnitOfWork, request: Request, now: datetime) -> Request:
    """A request that was just filed or changed: approved at once where a rule that is on says so, else as it is.

    While new overrides are paused people decide, once they may begin again.
    """
    if switch.paused(unit):
        return request
    approved = decide(request, Clear(), now=now)
    if isinstance(approved, Refused):
        return request
    keep_request(unit, approved, Act(SYSTEM, "approved by policy", now))
    settle(kit, unit, approved, now, before=request)
    return approved


def _chased(unit: UnitOfWork, request: Request, now: datetime, before: Request | None) -> None:
    """Whoever is asked now is looked at anew; a nudge reaches them."""
    unit.agenda.drop(Alarm(Wake.CHASE, request.id, now))
    if request.state is not State.PENDING:
        return
    follow(unit, now, [], [Alarm(Wake.CHASE, request.id, now)])
    if before is not None and request.nudged != before.nudged:
        follow(unit, now, [Effect(Do.REMIND, f"{request.id}/{who}") for who in covering.asked(unit, request, now)])


def _grant(kit: Kit, unit: UnitOfWork, request: Request, now: datetime) -> None:
    by = request.votes[-1].by if request.votes else request.requester if request.glass else SYSTEM
    granted = grants(request, _terms(kit, unit, request), now=now)
    for override in granted:
        keep_override(unit, override, Act(by, "granted", now))
        begin_by(kit, unit, override, now)
        supersede(kit, unit, override, now)
    if granted[0].status(now) is Status.SCHEDULED:
        follow(unit, now, [Effect(Do.TELL_THREAD, news_of(granted[0], News.SCHEDULED))])


def _terms(kit: Kit, unit: UnitOfWork, request: Request) -> Terms:
    """By the policy of today, and what is extended."""
    timing, before = kit.policy.timing, len(unit.overrides.every(request.id))
    extended = unit.overrides.get(request.case.extends)
    if extended is None:
        return Terms(timing.activate_within, before, timing.grace)
    beside = {o.quota: o for o in reversed(granted_with(unit, extended))}
    return Terms(timing.activate_within, before, timing.grace, beside | {extended.quota: extended})

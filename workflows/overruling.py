"""Overruling: what policy approved is taken back by somebody who would have been asked. What is left of it ends at once."""

from workflows import revoking
from workflows.decisions import decide
from workflows.effects import Do, Effect
from workflows.events import Revoke
from workflows.keeping import Act, Kit, attempt, follow, keep_request, refuse_click
from workflows.overrides import Status
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requests import Request
from workflows.reviewing import turn_away


def may_revoke(kit: Kit, request_id: str, by: PersonId) -> Request | Refused:
    """Whether they could take it back now: asked before a modal is opened for the reason. Changes nothing but the record."""
    return _revoking(kit, request_id, Revoke(by, "trial"), trial=True)


def revoke(kit: Kit, request_id: str, said: Revoke) -> Request | Refused:
    """Takes it back. The overrides that are not over end, and the store follows."""
    return _revoking(kit, request_id, said)


def _revoking(kit: Kit, request_id: str, said: Revoke, *, trial: bool = False) -> Request | Refused:
    person = kit.directory.person(said.by, fresh=True)
    if person is None or not person.can_decide:
        return turn_away(kit, request_id, said.by)

    def apply(unit: UnitOfWork) -> Request | Refused:
        now, request = kit.clock.now(), unit.requests.get(request_id)
        if request is None:
            return Refused(Why.NO_SUCH_REQUEST)
        decided = decide(request, said, now=now)
        if not isinstance(decided, Refused) and (over := _over(unit, request_id, kit)):
            decided = over
        if isinstance(decided, Refused):
            return refuse_click(unit, request_id, by=said.by, refused=decided, at=now)
        if trial:
            return request
        keep_request(unit, decided, Act(said.by, "revoked", now))
        revoking.revoke(kit, unit, decided, by=said.by, now=now)
        follow(unit, now, [Effect(Do.SHOW_REQUEST, request_id)])
        return decided

    return attempt(kit.units, apply)


def _over(unit: UnitOfWork, request_id: str, kit: Kit) -> Refused | None:
    """Why there is nothing left to take back."""
    now, granted = kit.clock.now(), unit.overrides.every(request_id)
    if any(override.status(now) in (Status.ACTIVATING, Status.ACTIVE) for override in granted):
        return None
    ended = max((over for override in granted if (over := override.over_at())), default=None)
    return Refused(Why.ALREADY_DECIDED, {"state": Status.ENDED, "at": ended})

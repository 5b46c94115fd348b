"""Overruling: what was granted is ended by whoever approved it, would have been asked, owns its quota, or keeps Leeway running.

What is left of it ends at once, with a reason that its holder reads.
"""

from dataclasses import replace

from workflows import revoking
from workflows.decisions import decide
from workflows.effects import Do, Effect
from workflows.events import Revoke
from workflows.groups import members
from workflows.keeping import Act, Kit, attempt, follow, keep_request, refuse_click
from workflows.overrides import Status
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requests import Request
from workflows.reviewing import turn_away

OPERATOR = PersonId("operator")  # at the command line


def may_revoke(kit: Kit, request_id: str, by: PersonId) -> Request | Refused:
    """Whether they could end it now: asked before a modal is opened for the reason. Changes nothing but the record."""
    return _revoking(kit, request_id, Revoke(by, "trial"), trial=True)


def revoke(kit: Kit, request_id: str, said: Revoke) -> Request | Refused:
    """Ends it. The overrides that are not over end, and the store follows."""
    return _revoking(kit, request_id, said)


def revoke_here(kit: Kit, name: str, words: str) -> Request | Refused:
    """An operator at the command line ends what was granted, by the id of a request or of one of its overrides."""
    with kit.reads() as unit:
        override = unit.overrides.get(name)
    said = Revoke(OPERATOR, words, called=True)
    return attempt(kit.units, lambda unit: _apply(kit, unit, override.request if override else name, said))


def _revoking(kit: Kit, request_id: str, said: Revoke, *, trial: bool = False) -> Request | Refused:
    person = kit.directory.person(said.by, fresh=True)
    if person is None or not person.can_decide:
        return turn_away(kit, request_id, said.by)
    # Groups are looked up before the transaction: nobody's database waits for somebody's network.
    operates = said.by in members(kit.policy.operators.who, kit.policy.people, kit.directory)
    return attempt(kit.units, lambda unit: _apply(kit, unit, request_id, replace(said, called=operates), trial=trial))


def _apply(kit: Kit, unit: UnitOfWork, request_id: str, said: Revoke, *, trial: bool = False) -> Request | Refused:
    now, request = kit.clock.now(), unit.requests.get(request_id)
    if request is None:
        return Refused(Why.NO_SUCH_REQUEST)
    owns = said.by == kit.policy.owner(request.case.quota.partition(":")[0])
    decided = decide(request, replace(said, called=said.called or owns), now=now)
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


def _over(unit: UnitOfWork, request_id: str, kit: Kit) -> Refused | None:
    """Why there is nothing left to end."""
    now, granted = kit.clock.now(), unit.overrides.every(request_id)
    if any(override.status(now) not in (Status.ENDING, Status.ENDED) for override in granted):
        return None
    ended = max((over for override in granted if (over := override.over_at())), default=None)
    return Refused(Why.ALREADY_DECIDED, {"state": Status.ENDED, "at": ended})

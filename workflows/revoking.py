"""Revoking: what a request was granted ends now, in the transaction that decided so."""

from datetime import datetime

from workflows.effects import Alarm, Do, Effect, Wake
from workflows.keeping import Act, follow, keep_override
from workflows.overrides import Reason, Stop, decide
from workflows.ports import UnitOfWork
from workflows.refusals import Refused
from workflows.requests import Request


def revoke(unit: UnitOfWork, request: Request, *, by: str, now: datetime) -> None:
    """Ends each of a request's overrides that is not over yet, and lets the store follow."""
    for override in unit.overrides.every(request.id):
        stopped = decide(override, Stop(Reason.REVOKED), now=now)
        if isinstance(stopped, Refused):
            continue
        keep_override(unit, stopped, Act(by, "revoked", now))
        unit.agenda.drop(Alarm(Wake.ACTIVATION, override.id, override.activate_by))
        follow(unit, now, [Effect(Do.SYNC_LIMIT, override.quota), Effect(Do.SHOW_REQUEST, request.id)])

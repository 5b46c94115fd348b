"""Revoking: what a request was granted ends now, in the transaction that decided so."""

from datetime import datetime

from workflows.beginning import stop
from workflows.keeping import Act, Kit
from workflows.overrides import Reason
from workflows.ports import UnitOfWork
from workflows.requests import Request


def revoke(kit: Kit, unit: UnitOfWork, request: Request, *, by: str, now: datetime) -> None:
    """Ends each of a request's overrides that is not over yet, and lets the store follow."""
    for known in unit.overrides.every(request.id):
        override = unit.overrides.get(known.id)  # one that was to follow another ended with it
        if override is not None:
            stop(kit, unit, override, Reason.REVOKED, act=Act(by, "revoked", now))

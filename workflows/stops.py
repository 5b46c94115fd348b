"""Stops: what somebody is told whom a gateway stopped for want of budget. Nothing is decided here."""

from dataclasses import dataclass
from datetime import datetime

from workflows.denials import Denied
from workflows.forecast import Outlook
from workflows.metering import outlook
from workflows.money import Unit, show
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import lineage
from workflows.requests import Request


@dataclass(frozen=True, slots=True)
class Stopped:
    """What somebody is told whom a gateway stopped, as it is at `now`.

    `outlook` is that of the quota that stands for the spent budget, None when none does: then only its `owner` can help.
    `request` and `override` are the reader's own, open and in force. `differs` says that the gateway's figures are not ours.
    """

    denied: Denied
    now: datetime
    outlook: Outlook | None = None
    owner: PersonId | None = None
    request: Request | None = None
    override: Override | None = None

    @property
    def differs(self) -> bool:
        said, ours = (self.denied.denial.stands, self.denied.denial.limit), self.outlook
        if None in said or ours is None:
            return None not in said
        counted = (ours.standing.spent, ours.standing.limit)
        return [show(amount or 0, Unit.USD) for amount in said] != [show(amount, Unit.USD) for amount in counted]


def stopped(unit: UnitOfWork, policy: Policy, denied: Denied, *, reader: PersonId, now: datetime) -> Stopped:
    """What a person is told of a denial."""
    quota = policy.quota(denied.quota)
    owners = (q.owner for scope in lineage(denied.scope) for q in policy.on(scope) if q.owner)
    if quota is None:
        return Stopped(denied, now, owner=next(owners, None))
    running = (o for o in unit.overrides.current(quota.key) if o.holder == reader and o.in_force(now))
    return Stopped(
        denied,
        now,
        outlook=outlook(unit, policy, quota, now),
        owner=quota.owner or next(owners, None),
        request=unit.requests.open(quota.key, reader),
        override=next(running, None),
    )

"""Denying: keeps who was stopped by a gateway for want of budget, and has them told."""

from collections.abc import Iterable
from datetime import datetime

from workflows import denials
from workflows.effects import Do, Effect
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.spend import Ended, Group


def deny(groups: Iterable[Group], unit: UnitOfWork, policy: Policy, now: datetime) -> bool:
    """Keeps the denials of a batch that was booked in this unit; whether somebody is to be told."""
    refused = [event.usage for group in groups if group.sort.ended == Ended.REFUSED for event in group.events]
    new = [denied for denied in denials.once(refused, policy, now) if unit.denials.add(denied)]
    for denied in new:
        if denied.denial.who:
            unit.outbox.put(Effect(Do.SHOW_DENIAL, denied.key), now)
        else:
            unit.denials.miss(denied.key)
    return bool(new)

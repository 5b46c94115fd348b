"""Producing: reports of what was produced come in once, and add up next to the spend."""

from collections.abc import Sequence
from datetime import datetime

from workflows import amending
from workflows.keeping import attempt
from workflows.outcomes import Produced
from workflows.policy import Policy
from workflows.ports import Stale, Unavailable, UnitOfWork, Units
from workflows.times import local_day


def produce(batch: Sequence[Produced], *, policy: Policy, units: Units, now: datetime) -> frozenset[bytes]:
    """Keeps every report that was not kept before; returns their keys. Raises Unavailable when the store is too busy."""
    zone = policy.organization.zone
    dated = [(local_day(one.at, zone), one) for one in batch]

    def once(unit: UnitOfWork) -> set[bytes]:
        new = unit.yields.add(dated)
        changed = {(key, day) for day, one in dated if one.key in new for key in amending.above(policy, one.scope)}
        amending.look_again(unit, policy, changed, now)
        return new

    try:
        return frozenset(attempt(units, once))
    except Stale as stale:
        raise Unavailable("other writers were first each time; nothing of this batch was kept") from stale

"""Returning: whoever asked for an override gives back what they do not need. It ends at once, with what was to follow it."""

from workflows.beginning import stop
from workflows.events import Withdraw
from workflows.keeping import Act, Kit, attempt, refuse_click
from workflows.metering import standing
from workflows.overrides import Override, Reason, Status, unspent
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.reviewing import enact

OVER = (Status.ENDING, Status.ENDED)


def give_back(kit: Kit, override_id: str, by: PersonId) -> Override | Refused:
    """Gives back an override and all that was granted with it: the override as it is since, or why nothing happened."""

    def apply(unit: UnitOfWork) -> Override | Refused:
        now, override = kit.clock.now(), unit.overrides.get(override_id)
        if override is None:
            return Refused(Why.NO_SUCH_REQUEST)
        refused = _may_not(override, by, status=override.status(now))
        if refused:
            return refuse_click(unit, override_id, by=by, refused=refused, at=now)
        _not_needed(kit, unit, override, by)
        for each in unit.overrides.every(override.request):
            if each.granted == override.granted or each.id == override_id:
                _end(kit, unit, each.id, Act(by, "returned", now))
        return unit.overrides.get(override_id) or override

    return attempt(kit.units, apply)


def _may_not(override: Override, by: PersonId, *, status: Status) -> Refused | None:
    if override.holder != by:
        return Refused(Why.NOT_YOURS, {"requester": override.holder})
    if status in OVER:
        return Refused(Why.ALREADY_DECIDED, {"state": status, "at": override.over_at()})
    return None


def _not_needed(kit: Kit, unit: UnitOfWork, override: Override, by: PersonId) -> None:
    """What nobody decided yet and would carry it on is taken back with it."""
    asked = unit.requests.open(override.quota, by)
    if asked is not None and asked.case.extends == override.id:
        enact(kit, unit, asked.id, Withdraw(by), by=by)


def _end(kit: Kit, unit: UnitOfWork, override_id: str, act: Act) -> None:
    override = unit.overrides.get(override_id)
    if override is None or override.status(act.at) in OVER:
        return
    stop(kit, unit, override, Reason.RETURNED, act=act, back=_unspent(kit, unit, override, act))


def _unspent(kit: Kit, unit: UnitOfWork, override: Override, act: Act) -> int:
    """What of it nobody has used. What does not count yet is unspent beyond the limit; what is held back was not given."""
    quota = kit.policy.quota(override.quota)
    if quota is None or override.held:
        return 0
    stands = standing(unit, kit.policy, quota, act.at)
    limit = stands.limit if override.in_force(act.at) else stands.limit + override.amount
    return unspent(override, limit, stands.spent)

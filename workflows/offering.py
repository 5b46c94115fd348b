"""Offering: what is in the way of a draft, and what would be cheaper, read from the store.

It only looks. What follows from it is decided in `requesting`, and said by the form.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from workflows import cheaper
from workflows.blocking import Barrier, Wish, barriers
from workflows.cases import Case
from workflows.cheaper import Cheaper, Market, Named
from workflows.effects import Do, Effect
from workflows.forecast import Outlook
from workflows.keeping import Kit
from workflows.metering import ahead, pricing, standing
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import Rejected, UnitOfWork
from workflows.quotas import Quota, Standing, lineage
from workflows.refusals import Refused, Why
from workflows.rules import Data
from workflows.spend import NOTHING, Sums
from workflows.times import local_day

NOTHING_ELSE: Mapping[str, int] = MappingProxyType({})
WEEK = timedelta(days=7)  # of calls, that a mix of tokens is taken from: a rhythm of the week is whole in it


def wish_of(case: Case, stands: Standing) -> Wish:
    """What a case asks for on its quota, if it began now."""
    return Wish(stands, case.amount, case.term.end(stands.at, stands.window.end), case.models)


def in_the_way(
    unit: UnitOfWork, policy: Policy, wish: Wish, *, by: PersonId, also: Mapping[str, int] = NOTHING_ELSE
) -> tuple[Barrier, ...]:
    """What keeps a wish of somebody's from its full effect; `also` is asked for with it, by quota.

    What they asked for on another quota and is not decided yet is asked for already.
    """
    near = [quota for scope in lineage(wish.quota.scope) for quota in policy.on(scope) if quota.key != wish.quota.key]
    stand = (standing(unit, policy, quota, wish.standing.at) for quota in near)
    waits = {quota.key: mine.case.amount for quota in near if (mine := unit.requests.open(quota.key, by))}
    more = (waits.get(quota.key, 0) + also.get(quota.key, 0) for quota in near)
    return barriers(wish, [replace(at, extra=at.extra + extra) for at, extra in zip(stand, more, strict=True)])


def vain(unit: UnitOfWork, policy: Policy, case: Case, *, stands: Standing, by: PersonId) -> Refused | None:
    """Why a case could not take effect: its store, or the first of the other quotas that would stop its calls all the same."""
    for part in case.parts():
        if refused := _unenforced(unit, policy.by_key[part.quota]):
            return refused
    also = {part.quota: part.amount for part in case.also}
    found = in_the_way(unit, policy, wish_of(case, stands), by=by, also=also)
    stop = next((barrier for barrier in found if barrier.whole), None)
    return Refused(Why.NO_EFFECT, {"barrier": stop}, place="also") if stop else None


def _unenforced(unit: UnitOfWork, quota: Quota) -> Refused | None:
    """Why the store of a quota would not follow, as far as it is known: nobody waits for a gateway while they fill a form."""
    if quota.place is None:
        return None
    facts = {"scope": quota.scope, "where": str(quota.place)}
    holding = unit.holdings.get(quota.key)
    if holding is not None and holding.unlimited:
        return Refused(Why.NO_LIMIT, facts, place="quota")
    errand = unit.outbox.find(Effect(Do.SYNC_LIMIT, quota.key))
    refuses = errand is not None and errand.error.startswith(Rejected.__name__)
    return Refused(Why.STORE_REFUSES, facts, place="quota") if refuses else None


def cheaper_ways(unit: UnitOfWork, kit: Kit, wish: Wish, out: Outlook, *, data: Data) -> tuple[Cheaper, ...]:
    """What would be cheaper than a wish for work on this data; `out` is its quota's outlook without it."""
    coming = ahead(kit.policy.organization.zone, out.standing.at, out.standing.window.end)
    return cheaper.ways(wish, out, coming, _market(unit, kit, wish, data))


def _market(unit: UnitOfWork, kit: Kit, wish: Wish, data: Data) -> Market:
    policy, now = kit.policy, wish.standing.at
    zone, mine = policy.organization.zone, dict[Named, Sums]()
    first, last = local_day(now - WEEK, zone), local_day(now, zone)
    for piece in unit.meter.slices(first, last, wish.quota.scope):
        name = Named(piece.series.provider, piece.series.model)
        mine[name] = mine.get(name, NOTHING).plus(piece.sums)
    known = {Named(row.provider, row.model) for row in unit.meter.sold((now - WEEK).date(), now.date())}
    instead = [name for name in sorted(known) if not policy.models.unapproved((name.model,), data)]
    return Market(mine, instead, pricing(policy, kit.prices()))

"""Previewing: what a form shows while it is filled in: who would be asked, what is in the way, what would cost less.

Nothing is decided here, and nothing is kept. The submit uses the same functions, so what is shown is what happens.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from workflows import assessing, coming, extending, switch
from workflows.automatic import Automatic
from workflows.blocking import Barrier
from workflows.cases import Case, Impact, Part, material
from workflows.cheaper import Cheaper
from workflows.drafting import (
    NOW,
    UNTIL_RESET,
    Desk,
    Typed,
    also,
    amount,
    as_typed,
    behalf,
    data,
    models,
    retyped,
    term,
    use_case,
)
from workflows.forecast import Outlook
from workflows.keeping import Kit
from workflows.metering import outlook
from workflows.offering import cheaper_ways, in_the_way, vain, wish_of
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota, Standing, suggestion
from workflows.refusals import Refused
from workflows.requests import Request, Way
from workflows.routing import Org
from workflows.rules import Facts
from workflows.seats import Route
from workflows.switch import Paused


@dataclass(frozen=True, slots=True)
class Preview:
    """Who will be asked for a draft, and why; or why it would be refused. `after` is the quota's outlook with it.

    It begins at `begins`, None for as soon as it is approved; `later` is what lasts on after its end, and until when.

    `barriers` would keep it from its full effect, `also` are those of them that are asked for with it; `cheaper` are other ways.
    `material` are the fields by which it asks for more than the request that it changes; `auto` is what the guardrails say of it.
    `paused` says that new overrides are, so that nobody can agree to it yet.
    """

    facts: Facts
    route: Route | Refused
    now: datetime
    ends: datetime
    at_reset: bool
    after: Outlook
    begins: datetime | None = None
    later: tuple[int, datetime] | None = None
    barriers: tuple[Barrier, ...] = ()
    also: tuple[Part, ...] = ()
    cheaper: tuple[Cheaper, ...] = ()
    material: tuple[str, ...] = ()
    auto: Automatic | None = None
    paused: Paused | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form as it lies before somebody: on which quota, what is typed, who may be asked, and the request that it changes."""

    by: PersonId
    quota: Quota
    typed: Typed
    org: Org
    changes: Request | None = None

    @property
    def before(self) -> Case | None:
        """The case that it changes."""
        return self.changes.case if self.changes else None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A form being filled in: the quota's outlook, what is in the fields, and who would be asked once that can be told."""

    now: datetime
    outlook: Outlook
    typed: Typed
    preview: Preview | None


def draft(unit: UnitOfWork, kit: Kit, sheet: Sheet, now: datetime) -> Drafted:
    """What the form shows for what is typed so far; an untouched form is filled with what the system knows."""
    out = outlook(unit, kit.policy, sheet.quota, now)
    typed = sheet.typed or (_retyped(sheet.before, kit.policy, sheet.quota, now) if sheet.before else _fresh(out))
    case = _case(typed, Desk(kit.policy, out.standing, now, sheet.by, extending.named(unit, typed)))
    return Drafted(now, out, typed, _preview(unit, kit, sheet, out=out, case=case) if case else None)


def _retyped(case: Case, policy: Policy, quota: Quota, now: datetime) -> Typed:
    return retyped(case, policy.resets(quota, case.term.begin(now), policy.bounds.resets), now)


def _fresh(out: Outlook) -> Typed:
    stands = out.standing
    suggested = as_typed(suggestion(stands, out.lacking), stands.quota.unit)
    return {"quota": stands.quota.key, "amount": suggested, "start": NOW, "duration": UNTIL_RESET, "data": "internal"}


def _case(typed: Typed, desk: Desk) -> Case | None:
    """As much of a case as says who is asked; None while amount, duration or data class are not there or not right."""
    asked, wanted, sort = amount(typed, desk), term(typed, desk), data(typed)
    if isinstance(asked, Refused) or isinstance(wanted, Refused) or isinstance(sort, Refused):
        return None
    whom, ticked, use = behalf(typed, desk), also(typed, desk), use_case(typed, desk)
    return Case(
        quota=desk.quota.key,
        amount=asked,
        unit=desk.quota.unit,
        term=wanted,
        justification="",
        impact=Impact("", 0, ""),
        data=sort,
        models=models(typed),
        behalf="" if isinstance(whom, Refused) else whom,
        use_case="" if isinstance(use, Refused) else use,
        also=() if isinstance(ticked, Refused) else ticked,
        extends=desk.extends.id if desk.extends else "",
    )


def _preview(unit: UnitOfWork, kit: Kit, sheet: Sheet, *, out: Outlook, case: Case) -> Preview:
    policy, now = kit.policy, out.standing.at
    begins = case.term.begin(now)
    out = out if begins == now else coming.outlook(unit, policy, sheet.quota, now, begins=begins)
    stands = out.standing
    wish = wish_of(policy, case, stands, now)
    found = in_the_way(unit, policy, wish, by=sheet.by, now=now)
    case = case if case.extends else replace(case, also=_as_offered(case.also, found))
    way = _way(unit, policy, case, stands=stands, sheet=sheet, now=now)
    pause = switch.paused(unit)
    return Preview(
        facts=assessing.facts(case, stands, policy, now),
        route=way if isinstance(way, Refused) else way.route,
        now=now,
        ends=wish.ends,
        at_reset=wish.ends == coming.reset(policy, sheet.quota, case.term, now),
        after=coming.outlook(unit, policy, sheet.quota, now, begins=begins, extra=case.amount),
        begins=begins if begins > now else None,
        later=coming.step(policy, sheet.quota, case.amount, wish.ends),
        barriers=found,
        also=case.also,
        cheaper=cheaper_ways(unit, kit, wish, out, data=case.data, now=now),
        material=material(sheet.before, case, now=now) if sheet.before else (),
        auto=None if isinstance(way, Refused) or pause else way.auto,
        paused=pause,
    )


def _as_offered(ticked: tuple[Part, ...], found: tuple[Barrier, ...]) -> tuple[Part, ...]:
    """The further quotas with the amounts that are offered now; what is no longer in the way stays as it was asked for."""
    offered = {barrier.standing.quota.key: barrier.asks for barrier in found}
    return tuple(replace(part, amount=offered.get(part.quota, part.amount)) for part in ticked)


def _way(unit: UnitOfWork, policy: Policy, case: Case, *, stands: Standing, sheet: Sheet, now: datetime) -> Way | Refused:
    changes = sheet.changes.id if sheet.changes else ""
    if not_so := extending.refuses(unit, policy, case, by=sheet.by, now=now, mine=changes):
        return not_so[0]
    if refused := vain(unit, policy, case, stands=stands, by=sheet.by, now=now):
        return refused
    appeal = sheet.changes.appeal if sheet.changes else None
    return assessing.way(unit, policy, case, stands=stands, org=sheet.org, now=now, appeal=appeal)

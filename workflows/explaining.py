"""Explaining: gathers what a card, a modal or a details answer tells, as values that a template can lay out.

Nothing is decided here. Every figure is read in one unit of work, at one moment, so that what is shown belongs together.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from workflows import assessing
from workflows.aways import Away
from workflows.ballots import Vote
from workflows.cases import Case, Impact, Term
from workflows.covering import covers
from workflows.denials import Denied
from workflows.drafting import UNTIL_RESET, Desk, Typed, amount, data, term
from workflows.forecast import Outlook
from workflows.loose import Loose, Unpriced, origins
from workflows.metering import outlook
from workflows.money import Unit, show
from workflows.overrides import Outcome, Override, Reason, Status
from workflows.people import PersonId
from workflows.policy import FREE, Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota, lineage, retired, suggestion
from workflows.refusals import Refused
from workflows.requests import Request, State
from workflows.routing import Data, Facts, Org, Route, Stage, filled
from workflows.spend import NOTHING, Sums
from workflows.times import INSTANT, Period, Window, local_day, window_at


@dataclass(frozen=True, slots=True)
class Seat:
    """A stage and where it stands: the yes of those whose seats are in it, and whether it is the one that is asked now."""

    stage: Stage
    approved: tuple[Vote, ...]
    full: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A request as it is at `now`.

    `outlook` is its quota's outlook, `after` the same with the override, `above` every ancestor quota's. `private` says that the
    data class keeps the person's words out of channels. `ends` is when the override ends, or would if it began now; `at_reset`
    that this is the window's end and not the term's. `away` are those who are waited for and away, with who covers for them.
    """

    request: Request
    quota: Quota
    now: datetime
    outlook: Outlook
    after: Outlook
    above: tuple[Outlook, ...]
    seats: tuple[Seat, ...]
    ends: datetime
    at_reset: bool
    private: bool
    override: Override | None = None
    status: Status | None = None
    reason: Reason | None = None
    outcome: Outcome | None = None
    away: tuple[Away, ...] = ()

    @property
    def asked(self) -> tuple[PersonId, ...]:
        """Those who may decide now: who is asked, and who covers for one of them."""
        return tuple(dict.fromkeys((*self.request.waiting_on(), *(a.delegate for a in self.away if a.delegate))))


@dataclass(frozen=True, slots=True)
class Preview:
    """Who will be asked for a draft, and why; or why it would be refused. `after` is the quota's outlook with it."""

    facts: Facts
    route: Route | Refused
    now: datetime
    ends: datetime
    at_reset: bool
    after: Outlook


@dataclass(frozen=True, slots=True)
class Details:
    """A quota's state on demand: its outlook, its ancestors', and the overrides and open requests on it."""

    now: datetime
    outlook: Outlook
    above: tuple[Outlook, ...]
    overrides: tuple[Override, ...]
    open: tuple[Request, ...]


def above(unit: UnitOfWork, policy: Policy, quota: Quota, now: datetime) -> tuple[Outlook, ...]:
    """The outlook of every quota on the scopes over this one, nearest first."""
    scopes = lineage(quota.scope)[1:]
    return tuple(outlook(unit, policy, q, now) for scope in scopes for q in policy.on(scope) if q.unit is quota.unit)


def details(unit: UnitOfWork, policy: Policy, quota: Quota, now: datetime, *, ranged: bool = False) -> Details:
    """A quota's state on demand; `ranged` also says how sure its outlook is."""
    overrides = tuple(unit.overrides.current(quota.key))
    pending = tuple(unit.requests.pending(quota.key))
    return Details(now, outlook(unit, policy, quota, now, ranged=ranged), above(unit, policy, quota, now), overrides, pending)


def card(unit: UnitOfWork, policy: Policy, request: Request, now: datetime, *, override: Override | None = None) -> Card:
    """Everything a card tells about a request, and about its newest override if none is named.

    When a decision was undone the request is open again, and what was granted before is not what its card is about.
    """
    quota = policy.quota(request.case.quota) or retired(request.case.quota, request.case.unit)
    override = override or (unit.overrides.of(request.id) if request.state is State.APPROVED else None)
    out = outlook(unit, policy, quota, now, ranged=request.state is State.PENDING)
    coming = request.case.amount if override is None or override.starts is None else 0
    ends, at_reset = _ends(request.case.term, out, now, override)
    return Card(
        request=request,
        quota=quota,
        now=now,
        outlook=out,
        after=outlook(unit, policy, quota, now, extra=coming),
        above=above(unit, policy, quota, now),
        seats=seats(request),
        ends=ends,
        at_reset=at_reset,
        private=request.case.data >= Data.CONFIDENTIAL,
        override=override,
        status=override.status(now) if override else None,
        reason=override.reason() if override and not override.wanted(now) else None,
        outcome=unit.outcomes.get(override.id) if override else None,
        away=covers(unit, request, now),
    )


def _ends(asked: Term, out: Outlook, now: datetime, override: Override | None) -> tuple[datetime, bool]:
    reset = out.standing.window.end
    if override is not None and (over := override.over_at()) is not None:
        return over, over == reset
    end = asked.end(now, reset)
    return end, end == reset


def seats(request: Request) -> tuple[Seat, ...]:
    """Every stage of a request and where it stands."""
    stages = request.route.stages
    asked = request.open_stage()
    return tuple(
        Seat(stage, tuple(vote for vote in request.yes() if vote.seat in stage.approvers), full >= stage.quorum, stage is asked)
        for stage, full in zip(stages, filled(stages, request.approved_by()), strict=True)
    )


def loose(unit: UnitOfWork, policy: Policy, window: Window) -> Loose:
    """What was loose in a window of whole local days."""
    zone = policy.organization.zone
    first, last = local_day(window.start, zone), local_day(window.end - INSTANT, zone)
    slices = unit.meter.slices(first, last, policy.unattributed)
    fallen = unit.meter.unpriced(first, last).items()
    return Loose(
        window=window,
        scope=policy.unattributed,
        owner=next((quota.owner for quota in policy.minders if quota.owner), None),
        strays=reduce(Sums.plus, (piece.sums for piece in slices), NOTHING),
        whole=unit.meter.total(first, last),
        origins=origins(piece.series for piece in slices),
        unpriced=tuple(Unpriced(model, events, cost) for model, (events, cost) in fallen),
        free=policy.fallback_price == FREE,
    )


def loose_this_month(unit: UnitOfWork, policy: Policy, now: datetime) -> Loose:
    """What is loose since the month began."""
    return loose(unit, policy, window_at(Period.MONTH, policy.organization.zone, now))


@dataclass(frozen=True, slots=True)
class Drafted:
    """A form being filled in: the quota's outlook, what is in the fields, and who would be asked once that can be told."""

    now: datetime
    outlook: Outlook
    typed: Typed
    preview: Preview | None


def draft(unit: UnitOfWork, policy: Policy, quota: Quota, typed: Typed, *, org: Org, now: datetime) -> Drafted:
    """What the form shows for what is typed so far; an untouched form is filled with what the system knows."""
    out = outlook(unit, policy, quota, now)
    filled_in = typed or {"quota": quota.key, "amount": _suggested(out), "duration": UNTIL_RESET, "data": "internal"}
    return Drafted(now, out, filled_in, _preview(unit, policy, filled_in, out=out, org=org, now=now))


def _suggested(out: Outlook) -> str:
    """The suggestion as a person would type it."""
    unit = out.standing.quota.unit
    return show(suggestion(out.standing, out.lacking), unit).removesuffix(f" {unit}")


def _preview(unit: UnitOfWork, policy: Policy, typed: Typed, *, out: Outlook, org: Org, now: datetime) -> Preview | None:
    """Who would be asked; None while amount, duration or data class are not there or not right."""
    quota = out.standing.quota
    desk = Desk(policy, out.standing, now)
    asked, wanted, sort = amount(typed, desk), term(typed, desk), data(typed)
    if isinstance(asked, Refused) or isinstance(wanted, Refused) or isinstance(sort, Refused):
        return None
    models = typed.get("models", ())
    named = (models,) if isinstance(models, str) else tuple(models)
    case = Case(quota.key, asked, quota.unit, wanted, "", Impact("", 0, ""), sort, named)
    way = assessing.way(unit, policy, case, stands=out.standing, org=org, now=now)
    known = assessing.facts(case, out.standing, policy, now)
    ends, at_reset = _ends(wanted, out, now, None)
    after = outlook(unit, policy, quota, now, extra=asked)
    return Preview(known, way if isinstance(way, Refused) else way.route, now, ends, at_reset, after)


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

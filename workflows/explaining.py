"""Explaining: gathers what a card, a modal or a details answer tells, as values that a template can lay out.

Nothing is decided here. Every figure is read in one unit of work, at one moment, so that what is shown belongs together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

from workflows import coming, switch
from workflows.acceptable import Used
from workflows.aways import Away
from workflows.ballots import Vote
from workflows.cases import Part, Term
from workflows.changes import Change, changes
from workflows.covering import covers
from workflows.extending import goes_on
from workflows.forecast import Outlook
from workflows.hands import ANY, Hand
from workflows.history import UNKNOWN, History, history
from workflows.limits import HERE, Traits
from workflows.loose import Loose, Unpriced, origins
from workflows.metering import outlook
from workflows.overrides import Outcome, Override, Reason, Status, rest_of, step_of, undone
from workflows.people import PersonId
from workflows.policy import FREE, Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota, lineage, retired
from workflows.requests import Request, State
from workflows.rules import Data
from workflows.seats import Stage, filled
from workflows.spend import NOTHING, Sums
from workflows.switch import Paused
from workflows.times import INSTANT, Period, Window, local_day, window_at
from workflows.tranches import Progress, progress


@dataclass(frozen=True, slots=True)
class Seat:
    """A stage and where it stands: the yes of those whose seats are in it, and whether it is the one that is asked now."""

    stage: Stage
    approved: tuple[Vote, ...]
    full: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A further quota that a request asks for, or was given: how it stands, how with the part, and where its override is."""

    part: Part
    quota: Quota
    outlook: Outlook
    after: Outlook
    override: Override | None = None
    status: Status | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A request as it is at `now`.

    `outlook` is its quota's outlook, `after` the same with the override, `above` those of the ancestor quotas that are not asked
    for. `private` says that the data class keeps the person's words out of channels. `ends` is when the override ends, or would
    if it began at once; `begins` when it begins if that is later; `at_reset` that this is the window's end and not the term's.
    `rest` is what is held back of it until a check-in, or was, which said how it goes (`progress`); `step` the grace after it,
    `later` what that would be: an amount, and until when. A request for several quotas has one card: its `status` is "active"
    when the store enforces every part, and `also` are the parts beside the first. `changes` are its edits, oldest first. `away`
    are those who are waited for and away, with who covers for them. `history` is what its approvers may want to know, `hand` what
    its reader can do with it, one of `hands` where the copy is theirs alone. `retention` is what becomes of prompts with such
    data. `extends` is the override that it asks to carry on, `goes_on` what was granted to carry its own on. `paused` says that
    it begins only once new overrides may, and `store` is how its quota store behaves.
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
    begins: datetime | None = None
    later: tuple[int, datetime] | None = None
    override: Override | None = None
    status: Status | None = None
    reason: Reason | None = None
    outcome: Outcome | None = None
    rest: Override | None = None
    progress: Progress | None = None
    step: Override | None = None
    used: Used | None = None
    retention: str = ""
    away: tuple[Away, ...] = ()
    also: tuple[Beside, ...] = ()
    changes: tuple[Change, ...] = ()
    history: History = UNKNOWN
    hand: Hand = ANY
    hands: Mapping[PersonId, Hand] = field(default_factory=dict)
    extends: Override | None = None
    goes_on: Override | None = None
    paused: Paused | None = None
    store: Traits = HERE

    @property
    def granted(self) -> bool:
        """Whether a yes to less counts in it: nothing was denied, withdrawn or left to lapse."""
        return self.request.state in (State.PENDING, State.APPROVED)

    @property
    def amount(self) -> int:
        """How much it is about: what was decided, what those who said yes agree to, or what was asked for."""
        if self.override is not None:
            return self.override.amount + self.more
        return self.request.offered()[0] if self.granted else self.request.case.amount

    @property
    def more(self) -> int:
        """What comes on top of its override, or came, because a check-in released it."""
        return self.rest.amount if self.rest and (self.rest.stopped is None or self.rest.began) else 0

    @property
    def waits(self) -> bool:
        """Whether a check-in would release more now."""
        return self.status is Status.ACTIVE and self.rest is not None and self.rest.status(self.now) is Status.HELD

    @property
    def term(self) -> Term:
        """How long, in the same way."""
        if self.override is not None:
            return self.override.term
        return self.request.offered()[1] if self.granted else self.request.case.term

    @property
    def lessened(self) -> bool:
        """Whether that is not what was asked for."""
        case = self.request.case
        return self.granted and self.request.offered() != (case.amount, case.term)

    @property
    def undone(self) -> bool:
        """Whether its override is over because an approval was taken back."""
        return self.override is not None and undone(self.override, self.request)

    @property
    def turned(self) -> bool:
        """Whether its quota was reset since it was asked for: what was said of it then is of a window that is over."""
        return self.request.submitted < self.outlook.standing.window.start

    @property
    def began(self) -> bool:
        """Whether its override was ever in force."""
        return self.override is not None and self.override.began

    @property
    def lesser(self) -> tuple[Vote, ...]:
        """The votes to less."""
        return tuple(vote for vote in self.request.yes() if vote.amount is not None or vote.term is not None)

    @property
    def asked(self) -> tuple[PersonId, ...]:
        """Those who may decide now: who is asked, and who covers for one of them."""
        return tuple(dict.fromkeys((*self.request.waiting_on(), *(a.delegate for a in self.away if a.delegate))))


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
    named = override
    key, counted = (named.quota, named.unit) if named else (request.case.quota, request.case.unit)
    quota = policy.quota(key) or retired(key, counted)
    override = named or (unit.overrides.of(request.id) if request.state is State.APPROVED else None)
    its = unit.overrides.every(request.id) if override else []
    also = _also(unit, policy, request, override, now=now) if quota.key == request.case.quota else ()
    asked = {beside.quota.key for beside in also}
    waits = named is None and Status.ACTIVATING in [beside.status for beside in also]
    out = outlook(unit, policy, quota, now, ranged=request.state is State.PENDING)
    amount, term = request.offered()
    more = amount if override is None or override.starts is None else 0
    begins = override.starts or override.term.begin(now) if override else term.begin(now)
    ends, at_reset = _ends(policy, quota, term, now=now, override=override)
    return Card(
        request=request,
        quota=quota,
        now=now,
        outlook=out,
        after=coming.outlook(unit, policy, quota, now, begins=begins, extra=more),
        above=tuple(over for over in above(unit, policy, quota, now) if over.standing.quota.key not in asked),
        seats=seats(request),
        ends=ends,
        at_reset=at_reset,
        begins=begins if begins > now else None,
        later=coming.step(policy, quota, amount, ends),
        private=request.case.data >= Data.CONFIDENTIAL,
        override=override,
        status=_status(override, now, waits=waits) if override else None,
        reason=_reason(override, now),
        outcome=unit.outcomes.get(override.id) if override else None,
        rest=rest_of(its, override) if override else None,
        progress=progress(unit, override.id) if override else None,
        step=step_of(its, override) if override else None,
        history=history(unit, policy, request, quota, now=now) if request.state is State.PENDING else UNKNOWN,
        used=policy.acceptable.used(request.case.use_case, local_day(now, policy.organization.zone)),
        retention=policy.acceptable.retention.get(request.case.data, ""),
        away=covers(unit, request, now),
        also=also,
        changes=changes(unit.record.chain(request.id)) if request.revision > 1 else (),
        extends=unit.overrides.get(request.case.extends) if request.case.extends else None,
        goes_on=goes_on(unit, override) if override else None,
        paused=switch.paused(unit) if override and override.status(now) is Status.ACTIVATING else None,
    )


def _status(override: Override, now: datetime, *, waits: bool) -> Status:
    status = override.status(now)
    return Status.ACTIVATING if waits and status is Status.ACTIVE else status


def _also(unit: UnitOfWork, policy: Policy, request: Request, first: Override | None, *, now: datetime) -> tuple[Beside, ...]:
    its = reversed(unit.overrides.every(request.id)) if first else ()
    given = {o.quota: o for o in its if first and o.granted == first.granted and not o.steps_down}
    begins = request.offered()[1].begin(now)
    return tuple(_beside(unit, policy, part, given.get(part.quota), begins=begins, now=now) for part in request.parts()[1:])


def _beside(
    unit: UnitOfWork, policy: Policy, part: Part, override: Override | None, *, begins: datetime, now: datetime
) -> Beside:
    quota = policy.quota(part.quota) or retired(part.quota, part.unit)
    more = part.amount if override is None or override.starts is None else 0
    return Beside(
        part=part,
        quota=quota,
        outlook=outlook(unit, policy, quota, now),
        after=coming.outlook(unit, policy, quota, now, begins=begins, extra=more),
        override=override,
        status=override.status(now) if override else None,
        reason=_reason(override, now),
    )


def _reason(override: Override | None, now: datetime) -> Reason | None:
    """Why it is over; None while it is not."""
    over = override is not None and override.status(now) in (Status.ENDING, Status.ENDED)
    return override.reason() if override and over else None


def _ends(policy: Policy, quota: Quota, asked: Term, *, now: datetime, override: Override | None) -> tuple[datetime, bool]:
    reset = coming.reset(policy, quota, asked, now)
    over = override.over_at() if override else None
    end = over or asked.end(asked.begin(now), reset)
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

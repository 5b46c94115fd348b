"""Extending: what carries an override on without a gap is a request of its own, with its own route.

It asks for what the one before it has, or for less, from its end on. How often that may be, and for how long in all, is bounded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows import drafting
from workflows.cases import Case
from workflows.drafting import Typed
from workflows.keeping import Kit, attempt, refuse_click
from workflows.overrides import Override, Reason, Status
from workflows.people import PersonId
from workflows.policy import Policy, Timing
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requests import Request


@dataclass(frozen=True, slots=True)
class Line:
    """An override, newest first with those it carried on. `amounts` are what its grant has, by quota, further ones included."""

    overrides: tuple[Override, ...]
    amounts: Mapping[str, int]

    @property
    def last(self) -> Override:
        return self.overrides[0]

    @property
    def first(self) -> Override:
        return self.overrides[-1]

    @property
    def extensions(self) -> int:
        """How often it was extended."""
        return len(self.overrides) - 1

    @property
    def began(self) -> datetime:
        """When the first of them began, or was granted if that is not known."""
        return self.first.starts or self.first.granted

    def full(self, timing: Timing) -> Refused | None:
        """Why it cannot be extended any more, however little is asked for."""
        over = self.last.over_at()
        if self.extensions >= timing.extensions:
            return Refused(Why.EXTENDED_ENOUGH, {"had": self.extensions, "most": timing.extensions})
        if over is not None and over - self.began >= timing.extended_at_most:
            return Refused(Why.EXTENDED_LONG, self._lasts(over, timing))
        return None

    def refuses(self, case: Case, timing: Timing) -> tuple[Refused, ...]:
        """Every reason why it cannot be extended by a case, each with its field."""
        return tuple(filter(None, (self.full(timing), self._longer(case, timing), *self._more(case))))

    def _longer(self, case: Case, timing: Timing) -> Refused | None:
        until = case.term.until
        if until is None or until - self.began <= timing.extended_at_most or self.full(timing):
            return None
        return Refused(Why.EXTENDED_LONG, self._lasts(until, timing), place="duration")

    def _lasts(self, until: datetime, timing: Timing) -> dict[str, object]:
        return {"would": until - self.began, "most": timing.extended_at_most, "until": self.began + timing.extended_at_most}

    def _more(self, case: Case) -> list[Refused]:
        more = [part for part in case.parts() if part.amount > self.amounts.get(part.quota, part.amount)]
        return [
            Refused(
                Why.EXTENDS_MORE,
                {"most": self.amounts[part.quota], "unit": part.unit, "quota": part.quota},
                place="amount" if part.quota == case.quota else "also",
            )
            for part in more
        ]


def led(unit: UnitOfWork, override: Override) -> Override:
    """The override that another one is a lesser rest of, after its end; any other is its own."""
    before = unit.overrides.get(override.follows) if override.follows else None
    return before if before and before.request == override.request else override


def line(unit: UnitOfWork, override: Override) -> Line:
    """An override and those it carried on."""
    found = [led(unit, override)]
    while (request := unit.requests.get(found[-1].request)) and request.case.extends:
        before = unit.overrides.get(request.case.extends)
        if before is None:
            break
        found.append(_like(unit, before, found[0].quota))
    return Line(tuple(found), _amounts(granted_with(unit, found[0])))


def _amounts(granted: Iterable[Override]) -> dict[str, int]:
    """What each quota was given that is not given back, nor held back."""
    found: dict[str, int] = {}
    for override in granted:
        if override.stopped is None and not override.held:
            found[override.quota] = found.get(override.quota, 0) + override.amount
    return found


def _like(unit: UnitOfWork, before: Override, quota: str) -> Override:
    """Of a grant with several parts the first on this quota."""
    return next((o for o in granted_with(unit, before) if o.quota == quota), before)


def granted_with(unit: UnitOfWork, override: Override) -> list[Override]:
    """An override and everything that was granted with it, in order; what follows them by grace left out."""
    every = unit.overrides.every(override.request)
    return [o for o in every if o.granted == override.granted and not o.steps_down]


def goes_on(unit: UnitOfWork, override: Override) -> Override | None:
    """What was granted to carry an override on, if it is not over; its rest, released after a check-in, goes on with it."""
    mine = {o.id for o in granted_with(unit, override) if o.quota == override.quota} | {override.id}
    after = (o for o in unit.overrides.current(override.quota) if o.follows in mine and o.request != override.request)
    return next((o for o in after if o.stopped is None), None)


def spent_since(unit: UnitOfWork, policy: Policy, override: Override, now: datetime) -> int:
    """What was spent on an override's quota since it began, under whatever; in its unit."""
    quota = policy.quota(override.quota)
    if quota is None or override.starts is None:
        return 0
    window = policy.window(quota, override.starts)
    total = unit.meter.spent(quota.key, window) - override.outset
    while window.end <= now:
        window = policy.window(quota, window.end)
        total += unit.meter.spent(quota.key, window)
    return max(0, total)


def refused(unit: UnitOfWork, policy: Policy, override: Override, *, by: PersonId, now: datetime) -> Refused | None:
    """Why somebody cannot ask to extend an override now."""
    last = led(unit, override)
    if override.holder != by:
        return Refused(Why.NOT_YOURS, {"requester": override.holder})
    if override.status(now) is not Status.ACTIVE or last.reason() is not Reason.EXPIRED:
        return Refused(Why.NOT_RUNNING, {"state": override.status(now), "at": override.over_at()})
    if after := goes_on(unit, last):
        return Refused(Why.GOES_ON, {"until": after.over_at()})
    return line(unit, last).full(policy.timing)


def refuses(unit: UnitOfWork, policy: Policy, case: Case, *, by: PersonId, now: datetime, mine: str = "") -> tuple[Refused, ...]:
    """Every reason why a case cannot carry on what it extends; `mine` is the request that it changes, which could once."""
    override = unit.overrides.get(case.extends) if case.extends else None
    if override is None:
        return ()
    found = None if mine else refused(unit, policy, override, by=by, now=now)
    return (found,) if found else line(unit, override).refuses(case, policy.timing)


def named(unit: UnitOfWork, typed: Typed) -> Override | None:
    """The override that a form asks to carry on."""
    name = str(typed.get("extends") or "")
    return unit.overrides.get(name) if name else None


def form(unit: UnitOfWork, policy: Policy, override: Override) -> Typed:
    """What a form to extend an override begins with: what it has now, and the same words, but for why it is still needed."""
    request, quota = unit.requests.get(override.request), policy.quota(override.quota)
    if request is None or quota is None:
        return {}
    amounts = _amounts(granted_with(unit, override))
    resets = policy.resets(quota, override.starts or override.granted, policy.bounds.resets)
    had = drafting.retyped(request.case, resets, override.granted)
    duration = had["duration"] if had["duration"] != drafting.CUSTOM else "days:1"
    same = {
        "quota": override.quota,
        "amount": drafting.as_typed(amounts.get(override.quota, override.amount), override.unit),
        "extends": override.id,
    }
    also = tuple(f"{key} {amount}" for key, amount in amounts.items() if key != override.quota)
    return {**had, **same, "duration": duration, "until": "", "justification": "", "also": also}


def may_extend(kit: Kit, override_id: str, by: PersonId) -> Override | Request | Refused:
    """The override that somebody may ask to extend now; their request that does so already; or why they may not.

    Changes nothing but the record.
    """

    def look(unit: UnitOfWork) -> Override | Request | Refused:
        override, now = unit.overrides.get(override_id), kit.clock.now()
        if override is None:
            return Refused(Why.NO_SUCH_REQUEST)
        last = led(unit, override)
        mine = unit.requests.open(last.quota, by)
        found = refused(unit, kit.policy, override, by=by, now=now)
        if found is None and mine is not None:
            if mine.case.extends == last.id:
                return mine
            found = Refused(Why.OPEN_REQUEST, {"request": mine.id, "at": mine.submitted})
        return refuse_click(unit, override_id, by=by, refused=found, at=now) if found else last

    return attempt(kit.units, look)

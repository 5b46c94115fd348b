"""The life of an override: an immutable additive grant `[starts, ends)` of an amount on one quota.

Two rules. Status is never stored: it follows from the grant, the time, and what the store last confirmed. Ending depends on the
override and the time alone; no policy, person or switch is asked.

    held         the rest of a grant, which a check-in releases
    scheduled    it begins later, as was asked
    activating   approved; the store did not confirm it yet, so its clock does not run
    active       the store was read back and enforces it; starts <= now < ends
    ending       over; the store did not confirm that yet
    ended        over, and the store was read back without it
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from workflows.cases import Term
from workflows.money import Unit
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.requests import Request, State


class Status(StrEnum):
    """Where an override is at a moment; derived."""

    HELD = "held"
    SCHEDULED = "scheduled"
    ACTIVATING = "activating"
    ACTIVE = "active"
    ENDING = "ending"
    ENDED = "ended"


class Reason(StrEnum):
    """Why an override is over; each is its own word to the reader."""

    EXPIRED = "expired"
    RETURNED = "returned"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"  # an extension takes the place of what would have followed
    UNUSED = "unused"  # nothing of it was used for days, and nobody said that it is still needed
    LAPSED = "lapsed"  # the rest of a grant that no check-in released
    UNAPPLIED = "unapplied"  # its activation deadline passed; the store never confirmed it


@dataclass(frozen=True, slots=True)
class Grace:
    """What follows an end that time brings: `percent` of the amount for a while more, so that work can be wound up."""

    percent: int
    span: timedelta


@dataclass(frozen=True, slots=True)
class Override:
    """A grant as it is.

    `starts` and `ends` are set once, when the store is verified to enforce it. `stopped` with `why` is an end before `ends`;
    `gone` is when the store was first read back without it. `activate_by` is the activation deadline. `follows` is the override
    that it carries on without a gap, "" for none. `held` says that a check-in must release it. `kept` is when its holder last
    said that it is still needed although it is not used. `outset` is what its window had spent when it began; `back` what of
    it was unspent when it was returned.
    """

    id: str
    request: str
    quota: str
    amount: int
    unit: Unit
    holder: PersonId
    term: Term
    granted: datetime
    activate_by: datetime
    version: int = 1
    starts: datetime | None = None
    ends: datetime | None = None
    stopped: datetime | None = None
    why: Reason | None = None
    gone: datetime | None = None
    follows: str = ""
    held: bool = False
    grace: Grace | None = None
    kept: datetime | None = None
    outset: int = 0
    back: int = 0

    def over_at(self) -> datetime | None:
        """When it is over, None while that is not known: the end of its clock, or where it was stopped."""
        if self.stopped is not None and self.ends is not None:
            return min(self.stopped, self.ends)
        return self.stopped or self.ends

    @property
    def began(self) -> bool:
        """Whether it was ever in force, or will be: it has a start, and was not stopped before that."""
        return self.starts is not None and (self.stopped is None or self.stopped >= self.starts)

    @property
    def steps_down(self) -> bool:
        """Whether it is the grace after another one of its request."""
        return self.follows.partition(".")[0] == self.id.partition(".")[0]

    @property
    def number(self) -> int:
        """Which of its request's overrides it is, from 1."""
        return int(self.id.partition(".")[2] or 1)

    def wanted(self, now: datetime) -> bool:
        """Whether the store should enforce it now: approved, due and not over.

        What was stopped is over also for a clock a little behind the one that noted it; it would be enforced until its end else.
        """
        due = not self.held and (self.term.since is None or self.term.since <= now)
        return due and self.stopped is None and self.gone is None and (self.ends is None or now < self.ends)

    def in_force(self, at: datetime) -> bool:
        """Whether it counts at a moment, past or present: start inclusive, end exclusive."""
        over = self.over_at()
        return self.starts is not None and self.starts <= at and (over is None or at < over)

    def status(self, now: datetime) -> Status:
        """Where it is now."""
        if self.gone is not None:
            return Status.ENDED
        if self.stopped is not None or (self.ends is not None and now >= self.ends):
            return Status.ENDING
        if self.held:
            return Status.HELD
        if not self.wanted(now):
            return Status.SCHEDULED
        return Status.ACTIVATING if self.starts is None else Status.ACTIVE

    def reason(self) -> Reason:
        """Why it is over, or will be."""
        if self.stopped is not None and self.why is not None and (self.ends is None or self.stopped < self.ends):
            return self.why
        return Reason.EXPIRED

    def carries_on(self, before: "Override", now: datetime, beside: int = 0) -> bool:
        """Whether it follows one on its quota that is in force until it begins, and adds no more: nothing changes then.

        `beside` is what else was granted with that one and ends with it.
        """
        joins = self.follows == before.id and before.over_at() == self.term.since
        return joins and before.in_force(now) and self.amount <= before.amount + beside


@dataclass(frozen=True, slots=True)
class Verified:
    """The store was read back and enforces it. It does not live through `reset`; its window had `spent` so much by then."""

    reset: datetime
    spent: int = 0


@dataclass(frozen=True, slots=True)
class Gone:
    """The store was read back without it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """It is over before its end. `back` is what of it was unspent."""

    why: Reason
    back: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """What was held may begin. It is over `until` then at the latest; the store has until `deadline` to confirm it."""

    until: datetime
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Keep:
    """Its holder says that it is still needed, although it is not used."""


Event = Verified | Gone | Stop | Release | Keep

LEGAL: Mapping[Status, frozenset[type]] = {
    Status.ACTIVATING: frozenset({Verified, Stop}),
    Status.SCHEDULED: frozenset({Verified, Stop}),
    Status.HELD: frozenset({Release, Stop}),
    Status.ACTIVE: frozenset({Stop, Keep}),
    Status.ENDING: frozenset({Gone}),
    Status.ENDED: frozenset(),
}


def decide(override: Override, event: Event, *, now: datetime) -> Override | Refused:
    """The override after an event, or why nothing happened."""
    status = override.status(now)
    if type(event) not in LEGAL[status]:
        return Refused(Why.ALREADY_DECIDED, {"state": status, "at": override.over_at()})
    version = override.version + 1
    match event:
        case Verified():
            starts = max(now, override.term.since or now)
            end = override.term.end(starts, event.reset)
            return replace(override, starts=starts, ends=max(starts, end), outset=event.spent, version=version)
        case Stop():
            return replace(override, stopped=now, why=event.why, back=event.back, version=version)
        case Gone():
            return replace(override, gone=now, version=version)
        case Release():
            term = override.term.within(Term(until=event.until))
            return replace(override, held=False, term=term, activate_by=event.deadline, version=version)
        case Keep():
            return replace(override, kept=now, version=version)
        case _:
            assert_never(event)


def undone(override: Override, request: Request) -> bool:
    """Whether it was stopped because the approval that granted it was taken back: the request is open since, or decided anew."""
    if override.stopped is None or override.why is not Reason.REVOKED:
        return False
    return request.state is not State.APPROVED or (request.decided is not None and request.decided > override.stopped)


def target(base: int, overrides: Iterable[Override], now: datetime) -> int:
    """The limit that the store should enforce now: base + every override that is due and not over."""
    return base + sum(o.amount for o in overrides if o.wanted(now))


def unspent(override: Override, limit: int, spent: int) -> int:
    """What of an override nobody has used, when so much was spent under this effective limit, in which it counts.

    What others add is used first. So however several are returned, one after the other, they give back what was left of the limit
    and no more.
    """
    return min(override.amount, max(0, limit - spent))


def main_of(its: Iterable[Override], quota: str) -> Override | None:
    """The one that a request is about, of all of its overrides: the first on its quota of what was granted last."""
    mine = [o for o in its if o.quota == quota and not o.steps_down]
    # Of two grants of one moment, the one that was not taken back.
    return min(mine, key=lambda o: (-o.granted.timestamp(), o.stopped is not None, o.number), default=None)


def rest_of(its: Iterable[Override], first: Override) -> Override | None:
    """What is held back of an override, or was, of all of its request's."""
    mine = [o for o in its if (o.quota, o.granted) == (first.quota, first.granted) and not o.steps_down]
    after = (o for o in sorted(mine, key=lambda o: o.number) if first.number < o.number)
    return next((o for o in after if first.stopped is None or o.stopped is not None), None)


def step_of(its: Iterable[Override], before: Override) -> Override | None:
    """The grace that follows an override, of all of its request's; one that was replaced does not."""
    return next((o for o in its if o.follows == before.id and o.steps_down and (o.stopped is None or o.began)), None)


def extra(overrides: Iterable[Override], at: datetime) -> int:
    """What overrides add to the base at a moment: start inclusive, end exclusive."""
    return sum(o.amount for o in overrides if o.in_force(at))


class Happened(StrEnum):
    """Whether the expected impact came about, in the requester's words."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    TOO_EARLY = "too_early"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an override produced: the answer to its check-in, in the metric that was promised."""

    override: str
    happened: Happened
    at: datetime
    by: PersonId
    quantity: int | None = None
    words: str = ""
    link: str = ""

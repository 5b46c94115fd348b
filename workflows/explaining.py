"""Explaining: gathers what a card, a modal or a details answer tells, as values that a template can lay out.

Nothing is decided here. Every figure is read in one unit of work, at one moment, so that what is shown belongs together.
"""

from dataclasses import dataclass
from datetime import datetime

from workflows.metering import Outlook
from workflows.overrides import Outcome, Override, Reason, Status
from workflows.people import PersonId
from workflows.quotas import Quota
from workflows.refusals import Refused
from workflows.requests import Request
from workflows.routing import Facts, Route, Stage


@dataclass(frozen=True, slots=True)
class Seat:
    """A stage and where it stands: who said yes in it, and whether it is the one that is asked now."""

    stage: Stage
    approved: tuple[PersonId, ...]
    full: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A request as it is at `now`. `now_out` is its quota's outlook, `after` the same with the override, `above` every ancestor quota's.

    `private` says that the data class keeps the person's words out of channels. `ends` is when the override ends, or would if it
    began now; `at_reset` that this is the window's end and not the term's.
    """

    request: Request
    quota: Quota
    now: datetime
    now_out: Outlook
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

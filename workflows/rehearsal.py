"""A rehearsal: requests of the past under a policy that is not in force, next to what happened to them.

Two rules. Each request is judged by the facts that were kept of it, so how full its quota was, what share of the base it asked
for and what its scope had been granted are those of its day; only what the policy itself says of it (approved models, kind of
work) is the draft's. And nothing is foretold: whom the draft would ask is told, never what they would have said.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.automatic import Automatic
from workflows.money import Unit
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.requests import Request, State
from workflows.rules import Facts
from workflows.seats import Route
from workflows.strictness import Answer, Breach, weaker

WAITED = (State.APPROVED, State.LAPSED, State.PENDING)  # whoever was denied, or took it back, would have been spared no wait


@dataclass(frozen=True, slots=True)
class Known:
    """A request of the past with what the rules may know of it. `remade`: no facts were kept, so they are made from its case.

    `further` is what is known of further quotas that were asked for with it, and their owners: no more than the case says.
    """

    request: Request
    facts: Facts
    remade: bool = False
    further: tuple[tuple[Facts, PersonId | None], ...] = ()


class Change(StrEnum):
    """How the draft answers a request, next to what happened to it."""

    SAME = "as before"
    LESS = "fewer asked"
    MORE = "more asked"
    OTHERS = "others asked"
    APPROVED = "automatic"
    SHADOW = "in shadow"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Take:
    """A request under the draft: whom it would ask or why it would be refused, and what the guardrails would say."""

    known: Known
    route: Route | Refused
    auto: Automatic | None = None

    @property
    def request(self) -> Request:
        return self.known.request

    @property
    def before(self) -> Answer:
        """What happened to it."""
        auto = self.request.auto
        return auto if auto is not None and auto.approves else self.request.route

    @property
    def change(self) -> Change:
        if isinstance(self.route, Refused):
            return Change.REFUSED
        if self.auto is not None and self.auto.would:
            return Change.APPROVED if self.auto.approves else Change.SHADOW
        less, more = weaker(self.route, self.before), weaker(self.before, self.route)
        return Change.OTHERS if less and more else Change.LESS if less else Change.MORE if more else Change.SAME

    @property
    def alone(self) -> bool:
        """Whether nobody would be asked, now or once the rule is on."""
        return self.change in (Change.APPROVED, Change.SHADOW)

    def waited(self, now: datetime) -> timedelta:
        """How long its requester waited for people."""
        request = self.request
        return (request.decided or now) - request.submitted if request.state in WAITED else timedelta()


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was played, what could not be with the reason, and every breach. `rules` tells how often each held, and would hold."""

    since: datetime
    until: datetime
    takes: tuple[Take, ...]
    skipped: tuple[tuple[str, str], ...]
    breaches: tuple[Breach, ...]
    rules: Mapping[str, tuple[int, int]]

    def counts(self) -> dict[Change, int]:
        """How many are answered in each way."""
        counted = Counter(take.change for take in self.takes)
        return {change: counted[change] for change in Change}

    def alone(self, *states: State) -> tuple[Take, ...]:
        """Those about which nobody would be asked; with `states` only those of them that ended so."""
        return tuple(take for take in self.takes if take.alone and take.request.state in (states or State))

    def saved(self) -> timedelta:
        """How long the requesters of those waited for people."""
        return sum((take.waited(self.until) for take in self.alone()), timedelta())

    def kept(self) -> dict[str, int]:
        """How many requests each guardrail keeps from being approved without a person."""
        return dict(Counter(word for take in self.takes if take.auto for word in take.auto.violated))


def exposed(takes: Iterable[Take]) -> dict[Unit, int]:
    """What these ask for, by unit."""
    sizes: Counter[Unit] = Counter()
    for take in takes:
        for part in take.request.case.parts():
            sizes[part.unit] += part.amount
    return dict(sizes)

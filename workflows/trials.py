"""Trials: what rules that approve said of requests, next to what people decided: so that whoever turns one on knows what it does.

It is told by rule, and by request; never by person.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from workflows.automatic import Mode
from workflows.money import Unit
from workflows.requests import Request, State


class Ending(StrEnum):
    """How people ended a request that a rule judged."""

    GRANTED = "granted"  # as it was asked
    LESS = "less"
    DENIED = "denied"
    UNDECIDED = "undecided"  # withdrawn or lapsed
    WAITING = "waiting"
    BY_POLICY = "by policy"
    REVOKED = "revoked"  # approved by policy, and taken back


APART = (Ending.LESS, Ending.DENIED, Ending.REVOKED)


@dataclass(frozen=True, slots=True)
class Apart:
    """A request that a rule approved, or would have, and people decided otherwise."""

    request: str
    quota: str
    amount: int
    unit: Unit
    ending: Ending


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule: how many requests it judged, how those that it approves ended, and where people decided otherwise.

    `outside` are the guardrails that the others were past, with how many of them, and `granted` how many of those people granted
    as they were asked.
    """

    rule: str
    mode: Mode
    judged: int
    endings: tuple[tuple[Ending, int], ...] = ()
    outside: tuple[tuple[str, int], ...] = ()
    granted: int = 0
    apart: tuple[Apart, ...] = field(default=())

    @property
    def would(self) -> int:
        """How many it approves, or would have."""
        return sum(count for _, count in self.endings)

    def ended(self, ending: Ending) -> int:
        """How many of those ended so."""
        return dict(self.endings).get(ending, 0)


def ending(request: Request) -> Ending:
    """How a request ended."""
    match request.state:
        case State.APPROVED if request.by_policy:
            return Ending.REVOKED if request.revoked else Ending.BY_POLICY
        case State.APPROVED:
            return Ending.GRANTED if request.offered() == (request.case.amount, request.case.term) else Ending.LESS
        case State.DENIED:
            return Ending.DENIED
        case State.PENDING:
            return Ending.WAITING
        case _:
            return Ending.UNDECIDED


def trials(requests: Iterable[Request]) -> tuple[Trial, ...]:
    """Every rule that judged one of these requests, in each of its modes, by name."""
    by: dict[tuple[str, Mode], list[Request]] = {}
    for request in requests:
        if request.auto is not None:
            by.setdefault((request.auto.rule, request.auto.mode), []).append(request)
    return tuple(_trial(rule, mode, judged) for (rule, mode), judged in sorted(by.items()))


def _trial(rule: str, mode: Mode, judged: list[Request]) -> Trial:
    inside = [request for request in judged if request.auto and request.auto.would]
    outside = [request for request in judged if request.auto and not request.auto.would]
    endings = Counter(map(ending, inside))
    past = Counter(name for request in outside if request.auto for name in request.auto.violated)
    return Trial(
        rule,
        mode,
        len(judged),
        tuple((each, endings[each]) for each in Ending if endings[each]),
        tuple(past.most_common()),
        sum(ending(request) is Ending.GRANTED for request in outside),
        tuple(_apart(request) for request in inside if ending(request) in APART),
    )


def _apart(request: Request) -> Apart:
    case = request.case
    return Apart(request.id, case.quota, case.amount, case.unit, ending(request))

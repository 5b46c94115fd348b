"""Policy violations: submissions that a rule refused, kept so that they are counted, and so that an appeal can carry the case.

They are counted and never shown with a person's name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.appeals import Broken
from workflows.cases import Case
from workflows.people import PersonId
from workflows.requests import State


@dataclass(frozen=True, slots=True)
class Violation:
    """A case as it was typed, and every rule that refused it. `appeal` is the request that asks all the same, "" for none.

    `id` names the form and what was typed into it, so the same submission is one violation; `origin` is as a request's.
    `request` is the one that this was to change, "" for none.
    """

    id: str
    by: PersonId
    at: datetime
    case: Case
    broken: tuple[Broken, ...]
    origin: str = ""
    request: str = ""
    appeal: str = ""


@dataclass(frozen=True, slots=True)
class Violated:
    """How many submissions were refused, how many of those were appealed, and how the appeals ended so far."""

    refused: int = 0
    appealed: int = 0
    allowed: int = 0
    upheld: int = 0


def counted(violations: Iterable[Violation], appeals: Mapping[str, State]) -> Violated:
    """What became of them; `appeals` is where each request that appeals is. An appeal that lapses leaves the refusal standing."""
    every = list(violations)
    ends = [appeals[violation.appeal] for violation in every if violation.appeal]
    upheld = sum(end in (State.DENIED, State.LAPSED, State.WITHDRAWN) for end in ends)
    return Violated(len(every), len(ends), ends.count(State.APPROVED), upheld)

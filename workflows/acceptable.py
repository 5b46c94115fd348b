"""Acceptable use: what becomes of prompts by data class, and which use cases run by themselves or only under review.

Everything here was written by the operator. Not here: which models a data class may use (`policy.Models`), and what a rule
refuses (`routing`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from workflows.people import PersonId
from workflows.rules import Data


class Oversight(StrEnum):
    """How a use case runs."""

    AUTOMATIC = "automatically"
    REVIEWED = "with human review"


class Risk(StrEnum):
    """What is true of a use case as a high-risk workflow; ORDINARY when it is none."""

    ORDINARY = "ordinary"
    APPROVED = "approved"
    ENDED = "ended"
    UNAPPROVED = "unapproved"


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved a high-risk workflow, and the last day on which that holds."""

    by: PersonId
    until: date


@dataclass(frozen=True, slots=True)
class UseCase:
    """A use case by the name that senders give it. It is one of each of its `scopes` and of all below them."""

    name: str
    scopes: tuple[str, ...]
    runs: Oversight
    high_risk: bool = False
    approval: Approval | None = None

    def risk(self, day: date) -> Risk:
        """What it is on a local day."""
        if not self.high_risk:
            return Risk.ORDINARY
        if self.approval is None:
            return Risk.UNAPPROVED
        return Risk.APPROVED if day <= self.approval.until else Risk.ENDED

    def touches(self, scope: str) -> bool:
        """Whether what it spends may count in a scope: it is of that scope, of one above, or of one below."""
        return any(_within(scope, own) or _within(own, scope) for own in self.scopes)


def _within(scope: str, whole: str) -> bool:
    return f"{scope}/".startswith(f"{whole}/")


@dataclass(frozen=True, slots=True)
class Used:
    """A use case as a request names it, and what it is on a day; `use_case` is None when app.yaml no longer has it."""

    name: str
    use_case: UseCase | None = None
    risk: Risk = Risk.ORDINARY


@dataclass(frozen=True, slots=True)
class Acceptable:
    """The rules of acceptable use. `retention` is a sentence for a data class; use cases are in the order of app.yaml."""

    retention: Mapping[Data, str] = field(default_factory=dict)
    use_cases: tuple[UseCase, ...] = ()

    def on(self, scope: str) -> tuple[UseCase, ...]:
        """The use cases that a request on a scope may be for."""
        return tuple(use for use in self.use_cases if use.touches(scope))

    def use_case(self, name: str) -> UseCase | None:
        """The use case of that name; capitals do not count."""
        return next((use for use in self.use_cases if use.name.casefold() == name.casefold()), None)

    def used(self, name: str, day: date) -> Used | None:
        """What a request tells of the use case that it names; None when it names none."""
        use = self.use_case(name)
        return Used(name, use, use.risk(day) if use else Risk.ORDINARY) if name else None

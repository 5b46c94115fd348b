"""What approvers say about a request: votes and questions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.authority import Charge
from workflows.cases import Term
from workflows.people import PersonId


class Verdict(StrEnum):
    """What a vote says."""

    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's decision; `revision` is the request as they saw it. With a denial, `instead` is what would get a yes.

    A yes may be to less: `amount` and `term`, None as asked for, and may release only so much at `first`: the rest is held until
    the holder has said how it goes. `acting_for` is who was away and whose delegate voted: the seat
    is theirs, and so is the authority that it was charged to, if it was. `over` says that the amount is past that authority: they
    agree, and somebody with more is asked.
    """

    by: PersonId
    verdict: Verdict
    at: datetime
    revision: int = 1
    reason: str = ""
    instead: str = ""
    amount: int | None = None
    term: Term | None = None
    first: int | None = None
    acting_for: PersonId | None = None
    over: bool = False
    charge: Charge | None = None

    @property
    def seat(self) -> PersonId:
        """Whose authority it carries."""
        return self.acting_for or self.by


@dataclass(frozen=True, slots=True)
class Question:
    """What an approver wants to know, and the requester's answer, "" while there is none."""

    by: PersonId
    at: datetime
    text: str
    answer: str = ""
    answered: datetime | None = None

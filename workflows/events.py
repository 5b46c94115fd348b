"""What can happen to a request. Whether it may, and what follows, is `decisions`."""

from dataclasses import dataclass
from datetime import timedelta

from workflows.ballots import Vote
from workflows.cases import Case
from workflows.people import PersonId
from workflows.requests import Way


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The requester takes the request back."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody decided it where it was asked: `origin` says that of the wish it came from."""

    origin: str


@dataclass(frozen=True, slots=True)
class Lapse:
    """Nobody decided before the deadline."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The requester changes the case; `way` is how the changed one would be routed, `revision` the request as they saw it."""

    by: PersonId
    case: Case
    way: Way
    revision: int


@dataclass(frozen=True, slots=True)
class Ask:
    """An approver asks the requester something."""

    by: PersonId
    text: str
    acting_for: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The requester answers question `number`, counted from 0."""

    by: PersonId
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Pass:
    """An approver leaves it to the others: no denial."""

    by: PersonId


@dataclass(frozen=True, slots=True)
class Reassign:
    """An approver names who should decide in their place."""

    by: PersonId
    to: PersonId


@dataclass(frozen=True, slots=True)
class Escalate:
    """Nobody of the open stage decided in time: the next rung of its ladder is asked, too."""


@dataclass(frozen=True, slots=True)
class Lose:
    """These people cannot be asked any more: they left, or are guests now."""

    people: frozenset[PersonId]


@dataclass(frozen=True, slots=True)
class Nudge:
    """The requester reminds those who are asked, at most once in `every`."""

    by: PersonId
    every: timedelta


@dataclass(frozen=True, slots=True)
class Undo:
    """A voter takes their vote back, `within` a time of casting it. The yes of `unpaid` is past their authority by now."""

    by: PersonId
    within: timedelta
    unpaid: frozenset[PersonId] = frozenset()


@dataclass(frozen=True, slots=True)
class Reopen:
    """The requester asks again after a denial, with new facts: once."""

    by: PersonId
    case: Case
    way: Way


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody looked at a broken glass: was it right? `called` says that they are of the reviewing group now."""

    by: PersonId
    fine: bool
    words: str = ""
    called: bool = False


@dataclass(frozen=True, slots=True)
class Clear:
    """It is inside every guardrail of a rule that is on: policy approves it."""


@dataclass(frozen=True, slots=True)
class Revoke:
    """Somebody who would have been asked takes back what policy approved."""

    by: PersonId
    words: str


OfPeople = Vote | Withdraw | Edit | Ask | Answer | Pass | Reassign | Nudge | Undo | Reopen | Review | Revoke
Event = OfPeople | Overtaken | Lapse | Escalate | Lose | Clear

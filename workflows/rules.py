"""The rules of the routing policy, as values: what they may test of a request, whom they ask, what they approve.

A condition says "this or stricter", a guardrail "this or milder". (Scope, unit and kind are no stricter than one another: each
has a policy of its own.) How rules become a route is `routing`.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from fnmatch import fnmatchcase

from workflows.automatic import Mode
from workflows.money import Unit
from workflows.people import PersonId
from workflows.quotas import Kind


class Data(IntEnum):
    """How sensitive the data is, mildest first."""

    PUBLIC = 0
    INTERNAL = 1
    CONFIDENTIAL = 2
    RESTRICTED = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Limit(StrEnum):
    """Which limit the request goes past."""

    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may test. `amount` is in `unit`; `percent` is the amount over the base, rounded up."""

    scope: str
    limit: Limit
    amount: int
    unit: Unit
    percent: int
    duration: timedelta
    data: Data
    kind: Kind = Kind.PRODUCTION
    unapproved: tuple[str, ...] = ()  # models asked for that are not approved for the data
    exceptions_30: int = 0  # overrides granted in the scope in the last 30 days, and in the last 90
    exceptions_90: int = 0
    exposure: int = 0  # what its overrides add now, or will when the store confirms them; in `unit`


@dataclass(frozen=True, slots=True)
class When:
    """Conditions; all must hold, and each says "this or stricter". Amounts are in `unit`, and hold for that unit alone."""

    limit: Limit = Limit.SOFT
    over: int = -1
    unit: Unit | None = None
    percent_over: int = -1
    longer_than: timedelta = timedelta(-1)
    data: Data = Data.PUBLIC
    scopes: tuple[str, ...] = ()
    kind: Kind | None = None
    model_not_approved: bool = False
    exceptions_30_over: int = -1
    exceptions_90_over: int = -1
    exposure_over: int = -1
    exposure_unit: Unit | None = None

    def holds(self, facts: Facts) -> bool:
        return not self.unmet(facts)

    def unmet(self, facts: Facts) -> tuple[str, ...]:
        """Every condition that these facts do not meet, by the word that app.yaml has for it."""
        met = (
            ("limit", self.limit is Limit.SOFT or facts.limit is Limit.HARD),
            ("amount", facts.amount > self.over and self.unit in (None, facts.unit)),
            ("percent", facts.percent > self.percent_over),
            ("duration", facts.duration > self.longer_than),
            ("data", facts.data >= self.data),
            ("scope", not self.scopes or any(fnmatchcase(facts.scope, pattern) for pattern in self.scopes)),
            ("kind", self.kind in (None, facts.kind)),
            ("model", not self.model_not_approved or bool(facts.unapproved)),
            ("exceptions in 30 days", facts.exceptions_30 > self.exceptions_30_over),
            ("exceptions in 90 days", facts.exceptions_90 > self.exceptions_90_over),
            ("exposure", facts.exposure > self.exposure_over and self.exposure_unit in (None, facts.unit)),
        )
        return tuple(name for name, holds in met if not holds)


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom a rule asks: `who` is "manager", "manager's manager", "owner", a group's name, or "" with `people` named.

    `first` is how many of them are asked at first, the others only when these do not answer; 0 is all of them.
    """

    who: str = ""
    people: tuple[PersonId, ...] = ()
    quorum: int = 1
    first: int = 0

    def __post_init__(self) -> None:
        at_least_one(self.quorum)


def at_least_one(quorum: int) -> None:
    """A bug where a quorum asks nobody."""
    if quorum < 1:
        raise ValueError(f"a quorum of {quorum} asks nobody")


@dataclass(frozen=True, slots=True)
class Approve:
    """Guardrails: inside all of them a rule approves. Each says "this or milder"; None is no bound. Amounts are in its units."""

    mode: Mode
    limit: Limit = Limit.HARD
    amount: int | None = None
    percent: int | None = None
    duration: timedelta | None = None
    data: Data = Data.RESTRICTED
    model_approved: bool = False
    exceptions_30: int | None = None
    exceptions_90: int | None = None
    exposure: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A named line of the routing policy: it asks, refuses with a sentence, or approves inside guardrails.

    Of a rule that approves, `when` says only for which scopes, kind and units it is.
    """

    name: str
    when: When = When()
    ask: tuple[Ask, ...] = ()
    refuse: str = ""
    approve: Approve | None = None
    at_once: bool = False  # it also refuses approvals of requests that were made before it

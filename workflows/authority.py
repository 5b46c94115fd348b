"""Authority: how many dollars somebody may approve in a period, how many they have, and what is left.

Whom app.yaml does not name may approve any amount. A person's own line goes before those of their groups; of several groups the
one that allows most counts, taken over a year. Only dollars are capped: no rate turns tokens or requests into an amount.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

from workflows.people import PersonId
from workflows.times import A_YEAR, Period

Groups = Mapping[str, Collection[PersonId]]
"""Who is in which group, Slack's looked up."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that may be approved in each period, in nano-dollars."""

    limit: int
    period: Period

    @property
    def yearly(self) -> Fraction:
        """What it comes to in a year: the measure of caps of different periods."""
        return self.limit * A_YEAR[self.period]


@dataclass(frozen=True, slots=True)
class Authority:
    """Caps of people, and of each member of a group by the group's name."""

    people: Mapping[PersonId, Cap] = field(default_factory=dict)
    groups: Mapping[str, Cap] = field(default_factory=dict)

    def cap(self, who: PersonId, groups: Groups) -> Cap | None:
        """How much somebody may approve; None when that is any amount."""
        if who in self.people:
            return self.people[who]
        theirs = [cap for name, cap in self.groups.items() if who in groups.get(name, ())]
        return max(theirs, key=lambda cap: cap.yearly, default=None)

    def lacking(self, amount: int, groups: Groups) -> frozenset[PersonId]:
        """Those who could not approve so many nano-dollars, had they approved nothing yet."""
        named = {*self.people, *(who for name in self.groups for who in groups.get(name, ()))}
        caps = {who: self.cap(who, groups) for who in named}
        return frozenset(who for who, cap in caps.items() if cap is not None and cap.limit < amount)


ANY = Authority()
"""Nobody is capped."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one yes was charged: so many nano-dollars, in the period that began at `start`."""

    start: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class Charged:
    """What a person has approved in the period that began at `start`, in nano-dollars. `version` counts every change."""

    person: PersonId
    start: datetime
    used: int
    version: int = 1

    def plus(self, amount: int) -> "Charged":
        """The same with so much more, or less; never below nothing."""
        return replace(self, used=max(0, self.used + amount), version=self.version + 1)


def left(cap: Cap, charged: Charged | None) -> int:
    """How much may still be approved in a period. A cap that was lowered since leaves nothing, not less."""
    return max(0, cap.limit - (charged.used if charged else 0))

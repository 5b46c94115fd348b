"""Being away: who decides in somebody's place, and when. The original may act all the same.

There are no chains: whoever stands in for somebody does so only while they are not away themselves, and never passes it on.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from workflows.people import PersonId


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is away, `start <= t < end`; `delegate` decides in their place, None for nobody."""

    person: PersonId
    start: datetime
    end: datetime
    delegate: PersonId | None = None
    reason: str = ""

    def at(self, now: datetime) -> bool:
        """Whether they are away at a moment."""
        return self.start <= now < self.end


def seats_of(by: PersonId, approvers: Collection[PersonId], aways: Iterable[Away], now: datetime) -> tuple[PersonId, ...]:
    """For whom somebody may decide now: first themselves, then those who are away and named them."""
    away = [a for a in aways if a.at(now)]
    own = (by,) if by in approvers else ()
    return own if any(a.person == by for a in away) else (*own, *_for(by, approvers, away))


def _for(by: PersonId, approvers: Collection[PersonId], away: Iterable[Away]) -> tuple[PersonId, ...]:
    return tuple(a.person for a in away if a.delegate == by and a.person in approvers and a.person != by)

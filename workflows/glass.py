"""Break-glass: who may grant an override now, without asking, how much and for how long, and who reviews it afterwards."""

from dataclasses import dataclass
from datetime import timedelta

HOUR = timedelta(hours=1)
SPANS = (HOUR / 2, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR, 72 * HOUR)


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """What app.yaml allows: members of the group `who`, up to so many nano-dollars, and members of `review` look at it."""

    who: str
    at_most: int
    for_at_most: timedelta
    review: str

    @property
    def spans(self) -> tuple[timedelta, ...]:
        """The times that can be chosen, the longest last."""
        return (*(span for span in SPANS if span < self.for_at_most), self.for_at_most)

"""Break-glass: who may grant an override now, without asking, how much and for how long, and who reviews it afterwards."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """What app.yaml allows: members of the group `who`, up to so many nano-dollars, and members of `review` look at it."""

    who: str
    at_most: int
    for_at_most: timedelta
    review: str

"""What all state of one workspace shares: its time, its revision, its supply of ids."""

from collections.abc import Callable
from datetime import datetime
from itertools import count


class Pulse:
    """`now` is given by whoever owns the clock; `rev` grows with every change anybody could see."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.rev = 1
        self._ids = count(1)

    def touch(self) -> None:
        self.rev += 1

    def serial(self) -> int:
        return next(self._ids)

    def fresh(self, prefix: str) -> str:
        """An id never given before in this sandbox; ids follow the order of events, so a run can be repeated."""
        return f"{prefix}0{self.serial():09X}"

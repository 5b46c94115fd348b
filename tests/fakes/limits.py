"""A quota store in memory that can fail in every way a gateway does."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from workflows.money import Unit
from workflows.ports import Clock, LimitStore, Reading, Rejected, Unavailable


class Fault(Enum):
    """What goes wrong with one write."""

    IGNORED = auto()  # it says yes and does nothing
    LATE = auto()  # it says yes and applies it at `FakeLimits.settle`
    LOST = auto()  # it does not answer, and did nothing
    UNANSWERED = auto()  # it does not answer, but applied it
    REFUSED = auto()  # it says no


@dataclass(frozen=True, slots=True)
class Write:
    """A write that reached the store."""

    quota: str
    limit: int
    unit: Unit
    overrides: tuple[str, ...]


class FakeLimits(LimitStore):
    """Enforces `limits`. `faults` befall the coming writes in turn; while `down` it answers nothing."""

    def __init__(self, clock: Clock) -> None:
        self.limits: dict[str, int] = {}
        self.writes: list[Write] = []
        self.faults: deque[Fault] = deque()
        self.down = False
        self._clock = clock
        self._late: list[Callable[[], None]] = []

    def read(self, quota: str) -> Reading:
        self._answer()
        return Reading(self.limits.get(quota), self._clock.now())

    def write(self, quota: str, limit: int, unit: Unit, overrides: Sequence[str]) -> None:
        self._answer()
        self.writes.append(Write(quota, limit, unit, tuple(overrides)))
        fault = self.faults.popleft() if self.faults else None
        if fault is Fault.LATE:
            self._late.append(lambda: self.limits.update({quota: limit}))
        if fault in (None, Fault.UNANSWERED):
            self.limits[quota] = limit
        if fault in (Fault.LOST, Fault.UNANSWERED):
            raise Unavailable("the gateway did not answer")
        if fault is Fault.REFUSED:
            raise Rejected("the gateway refused the limit")

    def settle(self) -> None:
        """Applies what was late, in the order in which it was written."""
        for apply in self._late:
            apply()
        self._late.clear()

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the gateway is down")

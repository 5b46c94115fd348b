"""A quota store in memory that can fail in every way a gateway does."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from workflows.limits import Reading, Traits, Wanted
from workflows.ports import Clock, LimitStore, Rejected, Unavailable
from workflows.quotas import Quota


class Fault(Enum):
    """What goes wrong with one write."""

    IGNORED = auto()  # it says yes and does nothing
    LATE = auto()  # it says yes and applies it at `FakeLimits.settle`
    LOST = auto()  # it does not answer, and did nothing
    UNANSWERED = auto()  # it does not answer, but applied it
    AGAIN = auto()  # it applies it, and once more at `FakeLimits.settle`
    CONFLICT = auto()  # 409: somebody else is writing
    BUSY = auto()  # 429: not now, in a minute
    BROKEN = auto()  # 500
    REFUSED = auto()  # it says no


UNAPPLIED = {
    Fault.LOST: Unavailable("the gateway did not answer"),
    Fault.CONFLICT: Unavailable("the gateway says 409: somebody else is writing"),
    Fault.BUSY: Unavailable("the gateway says 429", timedelta(minutes=1)),
    Fault.BROKEN: Unavailable("the gateway says 500"),
    Fault.REFUSED: Rejected("the gateway refused the limit"),
}


@dataclass(frozen=True, slots=True)
class Write:
    """A write that reached the store."""

    quota: str
    limit: int
    overrides: tuple[str, ...]


class FakeLimits(LimitStore):
    """Enforces `limits`. `faults` befall the coming writes in turn; while `down` it answers nothing. It
    has room for the `names` of overrides, or not.
    """

    def __init__(self, clock: Clock, traits: Traits | None = None, *, names: bool = True) -> None:
        self.limits: dict[str, int] = {}
        self.names: dict[str, frozenset[str]] = {}
        self.held: dict[str, set[str]] = {}  # every override that it ever enforced
        self.writes: list[Write] = []
        self.faults: deque[Fault] = deque()
        self.down = False
        self._clock = clock
        self._traits = traits or Traits()
        self._naming = names
        self._late: list[Callable[[], None]] = []

    def traits(self, quota: Quota) -> Traits:
        return self._traits

    def read(self, quota: Quota) -> Reading:
        self._answer()
        return Reading(
            self.limits.get(quota.key), self._clock.now(), self.names.get(quota.key, frozenset()) if self._naming else None
        )

    def write(self, quota: Quota, wanted: Wanted) -> None:
        self._answer()
        self.writes.append(Write(quota.key, wanted.limit, wanted.ids))
        fault = self.faults.popleft() if self.faults else None
        if fault in (Fault.LATE, Fault.AGAIN):
            self._late.append(lambda: self._apply(quota, wanted))
        if fault in (None, Fault.UNANSWERED, Fault.AGAIN):
            self._apply(quota, wanted)
        if fault is Fault.UNANSWERED:
            raise Unavailable("the gateway did not answer")
        if fault in UNAPPLIED:
            raise UNAPPLIED[fault]

    @property
    def late(self) -> bool:
        """Whether a write may still come into force."""
        return bool(self._late)

    def settle(self) -> None:
        """Applies what was late, in the order in which it was written."""
        for apply in self._late:
            apply()
        self._late.clear()

    def edit(self, quota: str, limit: int | None) -> None:
        """Somebody sets the limit by another door; None takes it away."""
        self.limits.pop(quota, None)
        if limit is not None:
            self.limits[quota] = limit

    def forget(self, quota: str) -> None:
        """The store loses what it was told of overrides, as some do after a reset; the limit is `edit`'s."""
        self.names.pop(quota, None)

    def _apply(self, quota: Quota, wanted: Wanted) -> None:
        self.limits[quota.key] = self._traits.whole(wanted.limit)
        self.names[quota.key] = frozenset(wanted.ids)
        self.held.setdefault(quota.key, set()).update(wanted.ids)

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the gateway is down")

"""The clock: the only place that reads it. Rules get the time as an argument."""

import threading
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class DemoClock:
    """The machine's time, moved forward by what a person jumped: for the demo. It never goes back.

    With `standing` it does not run by itself: for stories and tests, where each step of time is said.
    """

    def __init__(self, start: datetime | None = None, *, standing: bool = False) -> None:
        self._lock = threading.Lock()
        self._standing = standing
        self._origin = datetime.now(UTC)
        self._base = start or self._origin

    def now(self) -> datetime:
        with self._lock:
            return self._base if self._standing else self._base + (datetime.now(UTC) - self._origin)

    def jump(self, to: datetime) -> datetime:
        """Moves to a later moment; an earlier one changes nothing."""
        ahead = to - self.now()
        if ahead > timedelta():
            with self._lock:
                self._base += ahead
        return self.now()

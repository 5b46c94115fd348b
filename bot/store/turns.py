"""Whose turn it is to write: a first-come, first-served lock for the threads of this process.

SQLite's own queue is a back-off that sleeps up to 100 ms and lets the luckiest go first; beside a busy writer a click could wait
for seconds. In line, it waits for one batch. Other processes still meet in SQLite's lock.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from workflows.ports import Unavailable


class Turns:
    """A lock that is handed to whoever waits longest."""

    def __init__(self, patience: float) -> None:
        self._patience = patience  # seconds
        self._guard = Lock()
        self._taken = False
        self._line: deque[Lock] = deque()

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._line)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Holds the turn; Unavailable after `patience`, as when a thread opens a unit inside a unit."""
        self._take()
        try:
            yield
        finally:
            self._pass_on()

    def _take(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._line.append(mine)
        if mine.acquire(timeout=self._patience):
            return
        with self._guard:
            if mine in self._line:
                self._line.remove(mine)
                raise Unavailable(f"other writers held the database for {self._patience:g} s")
        # It was handed over between the timeout and the guard: the turn is ours.

    def _pass_on(self) -> None:
        with self._guard:
            if self._line:
                self._line.popleft().release()
            else:
                self._taken = False

"""Threads that begin at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def race(*runners: Callable[[], T]) -> Sequence[T]:
    """Runs all at once; what each returned, in order."""
    start = Barrier(len(runners))

    def run(runner: Callable[[], T]) -> T:
        start.wait(timeout=10)
        return runner()

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))

"""The till: usage from many calls is committed together, because a commit costs the same for one event as for a thousand.

While one group is being committed, whatever comes in waits and is the next group. Nobody waits for a timer, and everybody is
answered after the commit that holds their events. One thread commits, and goes on while there is more: waking it costs as much as
keeping a dozen events.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from workflows.metering import Recorded
from workflows.ports import Unavailable
from workflows.spend import Usage

Record = Callable[[Sequence[Usage]], Recorded]

LARGEST = 5_000  # events in a group; a larger one keeps others waiting for longer than a person likes
MOST_WAITING = 50_000  # events; beyond it a sender is asked to come back, so that memory has a bound


@dataclass(slots=True)
class _Waiting:
    usages: Sequence[Usage]
    answer: asyncio.Future[Recorded]


class Till:
    """Takes usage from the calls of one event loop."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._queue: deque[_Waiting] = deque()
        self._events = 0
        self._busy = False
        self._clerk = ThreadPoolExecutor(1, "leeway-till")

    async def take(self, usages: Sequence[Usage]) -> Recorded:
        """What became of these, once they are committed. Raises Unavailable when they are not, or may not be."""
        if not usages:
            return Recorded(0, 0)
        if self._events and self._events + len(usages) > MOST_WAITING:
            raise Unavailable("more usage comes in than can be kept right now")
        loop = asyncio.get_running_loop()
        waiting = _Waiting(usages, loop.create_future())
        self._queue.append(waiting)
        self._events += len(usages)
        if not self._busy:
            self._open(loop)
        return await waiting.answer

    def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        self._busy = True
        self._clerk.submit(self._serve, loop)

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """In the clerk's thread: commits groups until nobody waits."""
        try:
            while self._queue:
                self._commit(self._group(), loop)
        finally:
            loop.call_soon_threadsafe(self._rest, loop)

    def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        self._busy = False
        if self._queue:  # somebody came after the clerk had looked
            self._open(loop)

    def _group(self) -> list[_Waiting]:
        """The next group: whole calls in their order, at least one."""
        group = [self._queue.popleft()]
        size = len(group[0].usages)
        while self._queue and size + len(self._queue[0].usages) <= LARGEST:
            group.append(self._queue.popleft())
            size += len(group[-1].usages)
        return group

    def _commit(self, group: list[_Waiting], loop: asyncio.AbstractEventLoop) -> None:
        """Commits a group and answers everyone in it. When one call is why it fails, the others must not suffer."""
        try:
            recorded = self._record([usage for each in group for usage in each.usages])
        except Exception as error:
            if len(group) > 1 and not isinstance(error, Unavailable):
                for each in group:
                    self._commit([each], loop)
                return
            shares: list[Recorded | Exception] = [error] * len(group)
        else:
            shares = _shares(group, recorded)
        loop.call_soon_threadsafe(self._answer, group, shares)

    def _answer(self, group: Sequence[_Waiting], shares: Sequence[Recorded | Exception]) -> None:
        for each, share in zip(group, shares, strict=True):
            self._events -= len(each.usages)
            if each.answer.done():
                continue  # the sender hung up
            if isinstance(share, Exception):
                each.answer.set_exception(share)
            else:
                each.answer.set_result(share)


def _shares(group: Sequence[_Waiting], outcome: Recorded) -> list[Recorded | Exception]:
    """What became of each call's usage; each new event belongs to the first call that brought it."""
    if not outcome.duplicates and not outcome.absurd:
        return [Recorded(len(each.usages), 0) for each in group]
    new = set(outcome.new)
    return [_share(each.usages, new, outcome) for each in group]


def _share(usages: Sequence[Usage], new: set[bytes], outcome: Recorded) -> Recorded:
    keys = {usage.key for usage in usages}
    mine = frozenset(keys & new)
    new -= mine
    absurd = {key: outcome.absurd[key] for key in keys & outcome.absurd.keys()}
    refused = sum(1 for usage in usages if usage.key in absurd)
    return Recorded(len(mine), len(usages) - refused - len(mine), mine, absurd)

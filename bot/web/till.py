"""The till: usage from many requests is committed together, because a commit costs the same for one event as for a thousand.

While one group is being committed, whatever comes in waits and is the next group. Nobody waits for a timer, and everybody is
answered after the commit that holds their events.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anyio import to_thread

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
    """Takes usage from the requests of one event loop."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._queue: list[_Waiting] = []
        self._events = 0
        self._clerk: asyncio.Task[None] | None = None

    async def take(self, usages: Sequence[Usage]) -> Recorded:
        """What became of these, once they are committed. Raises Unavailable when they are not, or may not be."""
        if not usages:
            return Recorded(0, 0)
        if self._events and self._events + len(usages) > MOST_WAITING:
            raise Unavailable("more usage comes in than can be kept right now")
        waiting = _Waiting(usages, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._events += len(usages)
        if self._clerk is None:
            self._clerk = asyncio.create_task(self._serve())
        return await waiting.answer

    async def _serve(self) -> None:
        try:
            while self._queue:
                await self._commit(self._group())
        finally:
            self._clerk = None

    def _group(self) -> list[_Waiting]:
        """The next group: whole requests in their order, at least one."""
        group, size = [self._queue.pop(0)], 0
        size += len(group[0].usages)
        while self._queue and size + len(self._queue[0].usages) <= LARGEST:
            group.append(self._queue.pop(0))
            size += len(group[-1].usages)
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        """Commits a group and answers everyone in it. When one request is why it fails, the others must not suffer."""
        try:
            recorded = await to_thread.run_sync(self._record, [usage for each in group for usage in each.usages])
        except Exception as error:
            if len(group) > 1 and not isinstance(error, Unavailable):
                for each in group:
                    await self._commit([each])
                return
            self._answer(group, error)
        else:
            self._answer(group, recorded)

    def _answer(self, group: list[_Waiting], outcome: Recorded | Exception) -> None:
        shared = set(outcome.new) if isinstance(outcome, Recorded) else set()
        for each in group:
            self._events -= len(each.usages)
            if isinstance(outcome, Recorded):
                mine = _share(each.usages, shared, outcome)
                _set(each.answer, mine)
            elif not each.answer.done():
                each.answer.set_exception(outcome)


def _share(usages: Sequence[Usage], new: set[bytes], outcome: Recorded) -> Recorded:
    """What became of one request's usage; each new event belongs to the first request that brought it."""
    keys = {usage.key for usage in usages}
    mine = frozenset(keys & new)
    new -= mine
    absurd = {key: outcome.absurd[key] for key in keys & outcome.absurd.keys()}
    refused = sum(1 for usage in usages if usage.key in absurd)
    return Recorded(len(mine), len(usages) - refused - len(mine), mine, absurd)


def _set(answer: "asyncio.Future[Recorded]", outcome: Recorded) -> None:
    if not answer.done():  # the sender may have hung up
        answer.set_result(outcome)

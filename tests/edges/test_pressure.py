"""Under pressure memory has a bound: who cannot be served now is told when to come back, and loses nothing by it."""

import asyncio
import json
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from bot.web.till import LARGEST, MOST_WAITING, Till
from tests.edges.door import event, opened
from workflows.metering import Recorded
from workflows.ports import Unavailable, UnitOfWork, Units
from workflows.spend import Tokens, Usage

USAGE = Usage(b"", datetime(2026, 11, 25, tzinfo=UTC), "platform", "mini", Tokens())


def usages(first: int, count: int) -> list[Usage]:
    return [USAGE._replace(key=b"%d" % n) for n in range(first, first + count)]


def run(work: Coroutine[None, None, list[Recorded]]) -> list[Recorded]:
    """In a thread of its own: here another suite's loop may be running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Clerk:
    """Records when it is let, and remembers how many events it was given at a time."""

    def __init__(self) -> None:
        self.inside = Event()
        self.let = Event()
        self.groups: list[int] = []

    def record(self, given: Sequence[Usage]) -> Recorded:
        self.inside.set()
        assert self.let.wait(60)
        self.groups.append(len(given))
        return Recorded(len(given), 0)


def test_more_than_may_wait_is_turned_away_at_once_and_what_waits_is_kept() -> None:
    clerk = Clerk()

    async def pressed() -> list[Recorded]:
        till = Till(clerk.record)
        waiting = [asyncio.create_task(till.take(usages(n, 5_000))) for n in range(0, MOST_WAITING, 5_000)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="more usage comes in"):
            await till.take(usages(MOST_WAITING, 1))
        clerk.let.set()
        kept = await asyncio.gather(*waiting)
        return [*kept, await till.take(usages(MOST_WAITING, 1))]

    assert [each.accepted for each in run(pressed())] == [5_000] * (MOST_WAITING // 5_000) + [1]
    assert max(clerk.groups) <= LARGEST


def test_what_comes_while_a_group_is_committed_is_the_next_group() -> None:
    clerk = Clerk()

    async def crowd() -> list[Recorded]:
        till = Till(clerk.record)
        first = asyncio.create_task(till.take(usages(0, 1)))
        await asyncio.to_thread(clerk.inside.wait, 60)
        rest = [asyncio.create_task(till.take(usages(n, 1))) for n in range(1, 40)]
        await asyncio.sleep(0)
        clerk.let.set()
        return list(await asyncio.gather(first, *rest))

    assert sum(each.accepted for each in run(crowd())) == 40
    assert clerk.groups == [1, 39]


def test_bodies_that_are_being_read_have_a_bound_together(tmp_path: Path) -> None:
    let, inside = Event(), Event()

    with opened(tmp_path) as spare:
        real: Units = spare.store.units

        def slow() -> UnitOfWork:
            inside.set()
            assert let.wait(60)
            return real()

        folder = tmp_path / "pressed"
        folder.mkdir()
        with opened(folder, units=slow, most_held=1_000) as door, ThreadPoolExecutor(1) as pool:
            held = pool.submit(door.post, [event(n) for n in range(3)])
            assert inside.wait(60)
            turned = door.post(json.dumps([event(n) for n in range(3, 6)]).encode())
            assert (turned.status_code, turned.headers["retry-after"]) == (503, "1")
            assert turned.json()["error"] == "as much usage as there is room for is being read; send the same again"
            let.set()
            assert held.result().json()["accepted"] == 3
            again = door.post([event(n) for n in range(6)]).json()
            assert (again["accepted"], again["duplicates"]) == (3, 3)

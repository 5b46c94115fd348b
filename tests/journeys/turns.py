"""Turns: actors on one database who take their steps one at a time, in every order there is.

An actor reads a request, waits for its turn, and then decides and writes in one transaction; when somebody else was first it
reads again, and so on. On SQLite writers wait for each other anyway, so a request is read here before the lock is held, as on
PostgreSQL it may be. Threads that write at the very same moment are in `test_races`.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from bot.store import Store
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.requests import Request

Wait = Callable[[], None]
Move = Callable[[Wait], Any]  # what an actor does; it ends a step by waiting for the next
PATIENCE = 20  # seconds; whoever waits longer has no turn to wait for


class Actor:
    """Somebody who moves when told to, up to where they wait next."""

    def __init__(self, move: Move) -> None:
        self._move = move
        self._go, self._waits = threading.Semaphore(0), threading.Semaphore(0)
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def step(self) -> None:
        self._go.release()
        assert self._waits.acquire(timeout=PATIENCE), "an actor waits for another who waits for a turn"
        if self.error:
            raise self.error

    def wait(self) -> None:
        """The end of a step."""
        self._waits.release()
        assert self._go.acquire(timeout=PATIENCE)

    def _run(self) -> None:
        assert self._go.acquire(timeout=PATIENCE)
        try:
            self.result = self._move(self.wait)
        except BaseException as error:  # it belongs to who plays
            self.error = error
        self.done = True
        self._waits.release()


class Early:
    """A unit of work that reads requests before it holds the lock, and waits for its turn then."""

    def __init__(self, store: Store, wait: Wait) -> None:
        self._store, self._wait = store, wait
        self._held: UnitOfWork | None = None

    def __enter__(self) -> "Early":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._held is not None:
            self._held.__exit__(kind, error, trace)

    def __getattr__(self, name: str) -> Any:
        if self._held is None:
            self._held = self._store.units().__enter__()
        return getattr(self._held, name)

    @property
    def requests(self) -> Any:
        return self if self._held is None else self._held.requests

    def get(self, request: str) -> Request | None:
        with self._store.reads() as unit:
            found = unit.requests.get(request)
        self._wait()
        return found

    def open(self, quota: str, requester: PersonId) -> Request | None:
        found: Request | None = self.__getattr__("requests").open(quota, requester)
        return found

    def add(self, request: Request) -> None:
        self.__getattr__("requests").add(request)

    def save(self, request: Request) -> None:
        self.__getattr__("requests").save(request)


@dataclass
class Played:
    """One order of turns to its end: who moved, and between whom it could be chosen."""

    results: list[Any]
    order: list[int] = field(default_factory=list)
    choices: list[list[int]] = field(default_factory=list)


def play(moves: Sequence[Move], prefix: Sequence[int]) -> Played:
    """Takes the turns of the prefix, and after it always those of the first who can move."""
    actors = [Actor(move) for move in moves]
    played = Played([])
    while able := [n for n, actor in enumerate(actors) if not actor.done]:
        turn = len(played.order)
        chosen = prefix[turn] if turn < len(prefix) else able[0]
        played.order.append(chosen)
        played.choices.append(able)
        actors[chosen].step()
    played.results = [actor.result for actor in actors]
    return played


def every_order(once: Callable[[Sequence[int]], Played]) -> Iterator[Played]:
    """Plays from the start again and again, each time in another order of turns, until there is none left."""
    ahead: list[list[int]] = [[]]
    while ahead:
        prefix = ahead.pop()
        played = once(prefix)
        assert played.order[: len(prefix)] == prefix
        yield played
        for turn in range(len(prefix), len(played.order)):
            others = [n for n in played.choices[turn] if n != played.order[turn]]
            ahead += [[*played.order[:turn], other] for other in others]

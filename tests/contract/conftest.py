"""Every implementation of a port, one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store import Store, open_store
from tests.contract.given import NOW
from tests.fakes.clock import ManualClock
from tests.fakes.limits import FakeLimits
from tests.fakes.memory import Memory
from workflows.ports import LimitStore, Listener, UnitOfWork, Units


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/leeway.db"


@pytest.fixture
def store(database: str, clock: ManualClock) -> Iterator[Store]:
    opened = open_store(database, clock)
    opened.migrate()
    yield opened
    opened.close()


@dataclass
class World:
    """Where units come from. `other` gives them as another process would; `reads` are for looking. `listen` hears of `units`."""

    units: Units
    reads: Units
    other: Units
    listen: Callable[[Listener], None]

    def keep(self, work: Callable[[UnitOfWork], object]) -> None:
        """Does the work in a unit of its own and commits it."""
        with self.units() as unit:
            work(unit)
            unit.commit()


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        memory = Memory()
        yield World(memory.units, memory.reads, memory.units, memory.listen)
        return
    store = request.getfixturevalue("store")
    another = open_store(request.getfixturevalue("database"), ManualClock(NOW))
    yield World(store.units, store.reads, another.units, store.listen)
    another.close()


@pytest.fixture(params=["fake", "embedded"])
def limits(request: pytest.FixtureRequest, clock: ManualClock) -> LimitStore:
    return FakeLimits(clock) if request.param == "fake" else request.getfixturevalue("store").limits

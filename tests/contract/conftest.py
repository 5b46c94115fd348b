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
from tests.postgres import Server
from workflows.ports import LimitStore, Listener, UnitOfWork, Units


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


STORED = ["sqlite", "postgresql"]


@pytest.fixture(params=STORED)
def database(request: pytest.FixtureRequest) -> str:
    """The URL of a database that is there, in each kind."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(params=STORED)
def blank(request: pytest.FixtureRequest, server: Server) -> Iterator[str]:
    """The URL of a database without tables, in each kind."""
    if request.param == "sqlite":
        yield str(request.getfixturevalue("sqlite"))
        return
    with server.database("template0") as name:
        yield server.url(name)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The URL of an SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path}/leeway.db"


@pytest.fixture
def store(database: str, clock: ManualClock) -> Iterator[Store]:
    yield from _opened(database, clock)


def _opened(url: str, clock: ManualClock) -> Iterator[Store]:
    store = open_store(url, clock)
    store.migrate()
    yield store
    store.close()


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


@pytest.fixture(params=["memory", *STORED])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        memory = Memory()
        yield World(memory.units, memory.reads, memory.units, memory.listen)
        return
    url = str(request.getfixturevalue(request.param))
    one, another = (open_store(url, ManualClock(NOW)) for _ in range(2))
    one.migrate()
    yield World(one.units, one.reads, another.units, one.listen)
    one.close()
    another.close()


@pytest.fixture(params=["fake", *STORED])
def limits(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[LimitStore]:
    if request.param == "fake":
        yield FakeLimits(clock)
        return
    yield from (store.limits for store in _opened(str(request.getfixturevalue(request.param)), clock))


@pytest.fixture
def sqlite_store(sqlite: str, clock: ManualClock) -> Iterator[Store]:
    yield from _opened(sqlite, clock)

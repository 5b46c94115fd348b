"""One world a module, emptied before each test: the servers are the slow part."""

from collections.abc import Iterator

import pytest

from tests.sandbox.world import World


@pytest.fixture(scope="module")
def _world() -> Iterator[World]:
    world = World()
    yield world
    world.close()


@pytest.fixture
def world(_world: World) -> World:
    _world.fresh()
    return _world

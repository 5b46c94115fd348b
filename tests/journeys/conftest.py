"""A world for each journey that asks for one."""

from collections.abc import Iterator

import pytest

from tests.journeys.world import World
from tests.journeys.world import world as opened


@pytest.fixture
def world() -> Iterator[World]:
    with opened() as made:
        yield made

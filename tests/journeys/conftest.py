"""A world for each journey that asks for one, on SQLite; those in which rows and locks matter also on PostgreSQL (`BOTH`)."""

from collections.abc import Iterator

import pytest

from tests.journeys.world import World
from tests.journeys.world import world as opened

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The URL of the world's database; "" is SQLite in a file of its own."""
    return str(request.getfixturevalue("postgresql")) if getattr(request, "param", "sqlite") == "postgresql" else ""


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(database=database) as made:
        yield made

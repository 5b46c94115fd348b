"""One lobby a module, emptied before each test: the servers are the slow part."""

from collections.abc import Iterator

import pytest

from tests.edges.lobby import Lobby, lobby


@pytest.fixture(scope="module")
def _lobby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lobby]:
    with lobby(tmp_path_factory.mktemp("lobby")) as made:
        yield made


@pytest.fixture
def app(_lobby: Lobby) -> Lobby:
    _lobby.fresh()
    return _lobby

"""Tokens at the door: asked for beside the calls, refused soon after they were revoked, and good while the database is away."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import httpx
import pytest

from bot.store import Scope
from tests.edges.commands import until
from tests.edges.door import Door, opened
from workflows.ports import Unavailable

SECOND = timedelta(seconds=1)
QUESTION = {"model": "opus"}


class Book:
    """The tokens that are good. It counts who asks, and can be away or slow."""

    def __init__(self) -> None:
        self.scopes: list[str] | None = list(Scope)
        self.asked, self.away, self.open = 0, False, Event()
        self.open.set()

    def check(self, _: str) -> list[str] | None:
        self.open.wait(20)
        self.asked += 1
        if self.away:
            raise Unavailable("the database does not answer")
        return self.scopes


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def door(tmp_path: Path, book: Book) -> Iterator[Door]:
    with opened(tmp_path, token=book.check) as open_door:
        yield open_door


def checked(door: Door) -> int:
    return door.client.post("/v1/check", json=QUESTION).status_code


def test_in_a_stream_of_calls_none_waits_for_the_database(door: Door, book: Book) -> None:
    assert checked(door) == 200
    door.clock.forward(3 * SECOND)
    book.open.clear()
    assert [checked(door) for _ in range(5)] == [200] * 5
    assert book.asked == 1
    book.open.set()
    until(lambda: book.asked == 2)
    door.clock.forward(2 * SECOND)
    assert checked(door) == 200
    assert book.asked == 2


def test_a_revoked_token_is_refused_within_five_seconds(door: Door, book: Book) -> None:
    assert checked(door) == 200
    book.scopes = None
    door.clock.forward(3 * SECOND)
    assert checked(door) == 200
    until(lambda: checked(door) == 401)
    book.scopes = list(Scope)
    assert checked(door) == 200
    book.scopes = None
    door.clock.forward(5 * SECOND)
    assert checked(door) == 401


def test_who_came_in_before_may_still_ask_while_the_database_is_away_and_strangers_may_not(door: Door, book: Book) -> None:
    assert checked(door) == 200
    book.away = True
    door.clock.forward(60 * SECOND)
    assert [checked(door), checked(door)] == [200, 200]
    assert book.asked == 2
    stranger = {"Authorization": "Bearer leeway_other"}
    answer = httpx.post(f"{door.client.base_url}/v1/check", json=QUESTION, headers=stranger)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    book.away, book.scopes = False, None
    door.clock.forward(5 * SECOND)
    assert checked(door) == 401

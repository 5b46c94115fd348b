"""`POST /v1/events` over HTTP: what is kept, what is refused and with which words, and what happens when it is sent again."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import Scope
from bot.web.usage import key_of
from tests.edges.door import NOW, POLICY, Door, event, opened
from workflows.ports import Unavailable, UnitOfWork

ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path) as open_door:
        yield open_door


@pytest.fixture(scope="module")
def porter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door for what does not depend on what came before: one will do for all."""
    with opened(tmp_path_factory.mktemp("door")) as open_door:
        yield open_door


def at(moment: datetime, number: object = 1, **data: Any) -> dict[str, Any]:
    return event(number, **data) | {"time": moment.isoformat()}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ONE, event()),
        (MANY, [event()]),
        ("application/json", event()),
        ("application/json", [event()]),
        (f"{ONE}; charset=UTF-8", event()),
        (MANY.upper(), [event()]),
    ],
)
def test_one_event_and_a_batch_are_taken_in_every_content_type_that_says_so(porter: Door, kind: str, body: Any) -> None:
    assert porter.post(body, kind).status_code == 200


def test_an_event_counts_in_its_scope_and_in_all_above(door: Door) -> None:
    assert door.post(event()).json() == {"accepted": 1, "duplicates": 0, "refused": []}
    assert (door.quota("team")["spent"], door.quota("all")["spent"], door.quota("team tokens")["spent"]) == (10**7, 10**7, 2_000)


def test_what_is_sent_again_counts_once(door: Door) -> None:
    batch = [at(NOW, n) for n in range(5)]
    assert door.post(batch).json()["accepted"] == 5
    assert door.post([*batch, at(NOW, 5), at(NOW, 5)]).json() == {"accepted": 1, "duplicates": 6, "refused": []}
    assert door.quota("team")["spent"] == 6 * 10**7


def test_the_same_id_of_another_source_is_another_event(door: Door) -> None:
    assert door.post([event(1), event(1) | {"source": "elsewhere"}]).json()["accepted"] == 2


def test_an_event_without_a_time_is_recognised_after_midnight(door: Door) -> None:
    door.clock.at = datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC)
    assert door.post(event()).json()["accepted"] == 1
    door.clock.forward(timedelta(seconds=2))
    assert door.post(event()).json()["duplicates"] == 1


def test_an_event_counts_in_the_month_in_which_it_happened(door: Door) -> None:
    assert door.post(at(NOW - timedelta(days=30))).json()["accepted"] == 1
    assert door.quota("team")["spent"] == 0


@pytest.mark.parametrize(
    ("data", "nanos"),
    [
        ({"cost_usd": 0.1}, 100_000_000),
        ({"cost_usd": "0.1"}, 100_000_000),
        ({"cost_usd": "1e-9"}, 1),
        ({"cost_usd": "0.0000000005"}, 0),
        ({"cost_usd": "0.0000000015"}, 2),
        ({"cost_usd": "0.00000000050000000000000000000000000000000001"}, 1),
        ({"cost_usd": 1_000_000}, 10**15),
        ({"cost_usd": None}, 10**7),
        ({"input_tokens": "2000"}, 10**7),
        ({"input_tokens": 0, "cache_read_tokens": 1_000, "cache_write_tokens": "1000", "output_tokens": 1_000}, 31_750_000),
    ],
)
def test_a_cost_is_exact_to_the_nano_dollar(porter: Door, data: dict[str, Any], nanos: int) -> None:
    before = porter.quota("team")["spent"]
    assert porter.post(event(f"{data}", **data)).json()["accepted"] == 1
    assert porter.quota("team")["spent"] - before == nanos


def test_unknown_fields_are_ignored_and_optional_ones_may_be_null(door: Door) -> None:
    said = event(team="search", environment="prod", user=None, requests=None, provider=None, temperature=[1, {}])
    assert (
        door.post(said | {"datacontenttype": "application/json", "traceparent": "00-1", "subject": "ada"}).json()["accepted"] == 1
    )
    with door.store.reads() as unit:
        assert unit.meter.unpriced(NOW.date(), NOW.date()) == {}


def test_history_is_taken_from_whom_says_that_it_is(door: Door) -> None:
    old, older = (event(days) | {"time": (NOW - timedelta(days=days)).isoformat()} for days in (400, 401))
    assert door.post([old]).json()["accepted"] == 0
    said = door.client.post("/v1/events?history=1", json=[old, older]).json()
    assert (said["accepted"], said["refused"]) == (
        1,
        [{"index": 1, "field": "time", "reason": "is 401 days ago; events are taken up to 400 days late"}],
    )
    with door.store.reads() as unit:
        day = (NOW - timedelta(days=400)).date()
        assert list(unit.meter.days("team", day, day)) == [day]
        assert unit.outbox.waiting() is None  # nobody is told of a window that is over


def test_the_edges_of_time_are_open(door: Door) -> None:
    batch = [
        at(NOW + timedelta(minutes=5), 1),
        at(NOW - timedelta(days=35), 2),
        event(3) | {"time": "2026-11-25T13:00:00.123456789+01:00"},
    ]
    assert door.post(batch).json() == {"accepted": 3, "duplicates": 0, "refused": []}


def test_a_body_of_ten_megabytes_is_refused_over_a_real_socket_and_the_sender_hears_why(porter: Door) -> None:
    answer = porter.post(b"[" + b" " * 10_000_000 + b"]")
    assert (answer.status_code, answer.json()["error"]) == (413, "the body is over 5,242,880 bytes; send smaller batches")


def test_a_body_without_a_length_is_cut_off_where_it_is_too_large(porter: Door) -> None:
    parts = (b" " * 100_000 for _ in range(100))
    assert porter.client.post("/v1/events", content=parts, headers={"Content-Type": ONE}).status_code == 413


def test_a_body_that_says_it_is_endless_is_not_waited_for(porter: Door) -> None:
    said = (
        f"Host: x\r\nAuthorization: {porter.client.headers['authorization']}\r\nContent-Type: {ONE}\r\nContent-Length: {10**12}"
    )
    with socket.create_connection(("127.0.0.1", porter.client.base_url.port or 0), timeout=30) as connection:
        connection.sendall(f"POST /v1/events HTTP/1.1\r\n{said}\r\n\r\n[".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_body_just_below_the_limit_is_read(tmp_path: Path) -> None:
    with opened(tmp_path, largest_body=10_000) as door:
        body = json.dumps(event()).encode()
        assert door.post(body + b" " * (10_000 - len(body))).status_code == 200
        assert door.post(body + b" " * (10_001 - len(body))).status_code == 413


def test_a_token_is_needed_and_it_must_be_good_for_this(porter: Door) -> None:
    def knock(said: dict[str, str]) -> httpx.Response:
        return httpx.post(f"{porter.client.base_url}/v1/events", json=event(), headers=said)

    for said in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer leeway_no"}):
        answer = knock(said)
        assert (answer.status_code, answer.headers["www-authenticate"].split()[0]) == (401, "Bearer")
    answer = knock({"Authorization": f"Bearer {porter.token(Scope.READ)}"})
    assert (answer.status_code, 'scope="ingest"' in answer.headers["www-authenticate"]) == (403, True)


def test_a_token_that_was_revoked_is_refused_a_moment_later(door: Door) -> None:
    assert door.post(event(1)).status_code == 200
    door.store.tokens.revoke("all")
    door.clock.forward(timedelta(seconds=6))
    assert door.post(event(2)).status_code == 401


class Away:
    """Units that cannot be had."""

    def __init__(self, after: timedelta | None) -> None:
        self.after = after

    def units(self) -> UnitOfWork:
        raise Unavailable("the database does not answer", self.after)


@pytest.mark.parametrize(("after", "told"), [(None, "1"), (timedelta(seconds=2.1), "3")])
def test_an_outage_asks_the_sender_to_come_back(tmp_path: Path, after: timedelta | None, told: str) -> None:
    with opened(tmp_path, units=Away(after).units) as door:
        answer = door.post(event())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, told)
        assert "the database does not answer" in answer.json()["error"]


def test_an_answer_means_that_it_is_committed(door: Door) -> None:
    door.post(event())
    with door.store.reads() as unit:
        assert sum(unit.meter.days("team", NOW.date(), NOW.date()).values()) == 10**7


def test_many_senders_at_once_lose_and_double_nothing(door: Door) -> None:
    """Each event is sent by two senders; requests share commits, and each hears of its own events only."""
    batches = [[at(NOW, n) for n in range(start, start + 10)] for start in range(0, 400, 5)]
    with ThreadPoolExecutor(16) as pool:
        answers = [answer.json() for answer in pool.map(door.post, batches)]
    assert sum(answer["accepted"] for answer in answers) == 405
    assert all(answer["accepted"] + answer["duplicates"] == 10 for answer in answers)
    assert door.quota("team")["spent"] == 405 * 10**7


def test_one_request_that_breaks_does_not_break_those_that_wait_with_it(tmp_path: Path) -> None:
    dear = replace(POLICY, fallback_price=replace(POLICY.fallback_price, input="x"))  # type: ignore[arg-type]
    with opened(tmp_path, policy=dear) as door, ThreadPoolExecutor(16) as pool:
        asked = [event(n, model="who-knows" if n % 8 == 0 else "opus") for n in range(64)]
        statuses = [answer.status_code for answer in pool.map(door.post, asked)]
    assert [statuses[n] for n in range(64)] == [500 if n % 8 == 0 else 200 for n in range(64)]


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_keys_differ_whenever_source_or_id_does(a: str, b: str, c: str, d: str) -> None:
    assert (key_of(a, b) == key_of(c, d)) == ((a, b) == (c, d))
    assert len(key_of(a, b)) == 16


@given(st.decimals(0, 1_000_000, allow_nan=False, allow_infinity=False, places=12))
def test_any_cost_is_within_half_a_nano_dollar(porter: Door, cost: Decimal) -> None:
    before = porter.quota("all")["spent"]
    porter.post(event(f"cost {cost} {before}", scope="platform", cost_usd=str(cost)))
    after = porter.quota("all")["spent"]
    assert abs(Decimal(after - before) - cost * 10**9) <= Decimal("0.5")

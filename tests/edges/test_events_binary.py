"""`POST /v1/events` in binary mode: the envelope in headers, as CloudEvents over HTTP has it, the data in the body."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.binary import enveloped
from tests.edges.door import NOW, Door, event, opened


@pytest.fixture(scope="module")
def porter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("door")) as open_door:
        yield open_door


def post(door: Door, said: dict[str, Any], **headers: str) -> httpx.Response:
    """The event in binary mode; `headers` replace those of its envelope."""
    envelope = {f"ce-{name}": str(value) for name, value in said.items() if name != "data"}
    return door.client.post("/v1/events", json=said["data"], headers={**envelope, **headers})


def test_an_event_counts_once_whichever_mode_it_comes_in(porter: Door) -> None:
    said = event("both", cost_usd="0.25") | {"time": NOW.isoformat().replace("+00:00", "Z"), "subject": "ada@acme.example"}
    before = porter.quota("team")["spent"]
    assert post(porter, said).json() == {"accepted": 1, "duplicates": 0, "refused": []}
    assert porter.post(said).json()["duplicates"] == 1
    assert post(porter, said).json()["duplicates"] == 1
    assert porter.quota("team")["spent"] - before == 250_000_000


def test_a_name_that_is_no_ascii_is_the_same_in_both_modes(porter: Door) -> None:
    said = event("größe") | {"source": "żółw/gateway"}
    assert post(porter, said, **{"ce-id": quote("größe"), "ce-source": quote("żółw/gateway")}).json()["accepted"] == 1
    assert porter.post(said).json()["duplicates"] == 1


def test_a_field_that_is_wrong_is_named_as_in_the_other_mode(porter: Door) -> None:
    answer = post(porter, event("wrong", input_tokens=-1))
    assert (answer.status_code, answer.json()["refused"][0]["field"]) == (422, "data.input_tokens")
    answer = post(porter, event("wrong"), **{"ce-specversion": "0.3"})
    assert answer.json()["refused"] == [{"index": 0, "field": "specversion", "reason": 'must be "1.0"'}]


def test_an_envelope_that_lacks_something_says_what(porter: Door) -> None:
    lacking = {key: value for key, value in event("x").items() if key != "source"}
    assert post(porter, lacking).json()["refused"] == [{"index": 0, "field": "source", "reason": "is missing"}]


def test_data_that_is_no_json_is_told_where(porter: Door) -> None:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "1",
        "ce-source": "g",
        "ce-type": "ai.leeway.usage",
        "content-type": "application/json",
    }
    answer = porter.client.post("/v1/events", content=b'{"model": }', headers=headers)
    assert (answer.status_code, answer.json()["position"]) == (400, 10)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_comes_through_a_header(number: str, source: str) -> None:
    headers = {b"ce-id": quote(number).encode(), b"ce-source": quote(source).encode(), b"ce-specversion": b"1.0", b"host": b"x"}
    assert json.loads(enveloped(headers, b'{"model": "m"}')) == {
        "id": number,
        "source": source,
        "specversion": "1.0",
        "data": {"model": "m"},
    }

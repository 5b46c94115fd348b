"""`POST /v1/events`: every kind of bad input, with the words for it; whatever is good beside it is kept."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edges.door import TEAM, Door, event, opened

ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"


@pytest.fixture(scope="module")
def porter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door for what is refused: it stays as it is, so one will do for all."""
    with opened(tmp_path_factory.mktemp("door")) as open_door:
        yield open_door


WHOLE = "must be a whole number, not"
BAD: list[tuple[str, Any, str, str]] = [
    ("no id", {"id": None}, "id", "must be text, not null"),
    ("empty id", {"id": ""}, "id", "must not be empty"),
    ("id that is a number", {"id": 7}, "id", "must be text, not a number"),
    ("empty source", {"source": " "}, "source", "must not be empty"),
    ("another version", {"specversion": "0.3"}, "specversion", 'must be "1.0"'),
    ("another type", {"type": "ai.leeway.invoice"}, "type", 'must end in "usage"'),
    ("no data", {"data": None}, "data", "must be an object, not null"),
    ("data that is a list", {"data": []}, "data", "must be an object, not a list"),
    ("negative tokens", {"input_tokens": -1}, "data.input_tokens", "must not be negative, but is -1"),
    ("negative tokens as text", {"output_tokens": "-5"}, "data.output_tokens", "must not be negative, but is -5"),
    ("too many tokens", {"input_tokens": 2**53 + 1}, "data.input_tokens", "must not be over 1,000,000,000,000 in one event"),
    ("an endless number", {"input_tokens": 10**400}, "data.input_tokens", "must not be over"),
    ("half a token", {"cache_read_tokens": 1.5}, "data.cache_read_tokens", f"{WHOLE} a fraction"),
    ("tokens that are true", {"cache_write_tokens": True}, "data.cache_write_tokens", f"{WHOLE} true or false"),
    ("tokens in words", {"input_tokens": "many"}, "data.input_tokens", f'{WHOLE} "many"'),
    ("tokens in Arabic digits", {"input_tokens": "١٢"}, "data.input_tokens", WHOLE),
    ("requests in a list", {"requests": [1]}, "data.requests", f"{WHOLE} a list"),
    ("negative cost", {"cost_usd": -0.01}, "data.cost_usd", 'must not be negative, but is "-0.01"'),
    ("cost in cents", {"cost_usd": 1_000_001}, "data.cost_usd", "must not be over $1,000,000 in one event"),
    ("endless cost", {"cost_usd": "1e999999"}, "data.cost_usd", "must not be over $1,000,000 in one event"),
    ("cost that is NaN as text", {"cost_usd": "NaN"}, "data.cost_usd", "must be a number, not NaN"),
    ("cost that is NaN", {"cost_usd": float("nan")}, "data.cost_usd", "must be a number, not NaN"),
    ("cost that is infinite", {"cost_usd": float("inf")}, "data.cost_usd", "must be a number, not Infinity"),
    ("cost that is true", {"cost_usd": True}, "data.cost_usd", "must be an amount in dollars, not true or false"),
    ("cost in words", {"cost_usd": "a lot"}, "data.cost_usd", "must be an amount in dollars"),
    ("no model", {"model": ""}, "data.model", "must not be empty"),
    ("a model with a zero byte", {"model": "op\0us"}, "data.model", "has characters that cannot be printed"),
    ("an endless model", {"model": "x" * 1_000}, "data.model", "has 1,000 characters; 300 are the most"),
    ("a scope with a typing error", {"scope": "platform/enginering/search"}, "data.scope", f'did you mean "{TEAM}"?'),
    ("a scope of somebody else", {"scope": "zzz"}, "data.scope", '"zzz" is not in app.yaml'),
    ("an empty scope", {"scope": ""}, "data.scope", "must not be empty"),
    ("an absurd price", {"input_tokens": 10**12}, "data", "comes to $5,000,000; are these tokens of one event?"),
    ("a naive time", {"time": "2026-11-25T12:00:00"}, "time", "has no time zone"),
    ("an end that is none", {"ended": "fine"}, "data.ended", 'must be ok, error, refused, not "fine"'),
    ("latency in words", {"latency_ms": "fast"}, "data.latency_ms", f'{WHOLE} "fast"'),
    ("tags that are no list", {"tags": "rag"}, "data.tags", "must be a list, not text"),
    ("no time at all", {"time": "yesterday"}, "time", "must be a time such as"),
    ("a day that is none", {"time": "2026-02-30T00:00:00Z"}, "time", "must be a time such as"),
    ("a time that is a number", {"time": 1_795_000_000}, "time", "must be a time, not a number"),
    ("a clock that is ahead", {"time": "2026-11-25T12:05:01Z"}, "time", "is more than 5 minutes in the future"),
    ("a month that is closed", {"time": "2026-10-21T11:59:59Z"}, "time", "is 35 days ago; events are taken up to 35 days late"),
    ("before there was time", {"time": "0001-01-01T00:00:00+14:00"}, "time", "days ago"),
    ("after all time", {"time": "9999-12-31T23:59:59-14:00"}, "time", "in the future"),
]
ENVELOPE = {"id", "source", "specversion", "type", "time", "data"}


def spoiled(change: dict[str, Any]) -> dict[str, Any]:
    outer = {key: value for key, value in change.items() if key in ENVELOPE}
    inner = {key: value for key, value in change.items() if key not in ENVELOPE}
    return event("bad", **inner) | outer


@pytest.mark.parametrize(("change", "field", "reason"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_event_is_named_by_its_place_field_and_reason_and_the_rest_is_kept(
    porter: Door, change: dict[str, Any], field: str, reason: str
) -> None:
    good = [event(f"{field} {reason} {change} {n}") for n in range(2)]
    answer = porter.post(json.dumps([good[0], spoiled(change), good[1]]).encode())
    assert (answer.status_code, answer.json()["accepted"]) == (200, 2)
    [refused] = answer.json()["refused"]
    assert (refused["index"], refused["field"]) == (1, field)
    assert reason in refused["reason"]


@pytest.mark.parametrize(("change", "field"), [(row[1], row[2]) for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_event_that_comes_alone_is_a_422(porter: Door, change: dict[str, Any], field: str) -> None:
    answer = porter.post(json.dumps(spoiled(change)).encode())
    assert (answer.status_code, answer.json()["accepted"]) == (422, 0)
    assert [(refused["index"], refused["field"]) for refused in answer.json()["refused"]] == [(0, field)]


@pytest.mark.parametrize("name", ["id", "source", "type", "data"])
def test_what_is_missing_is_named(porter: Door, name: str) -> None:
    said = {key: value for key, value in event().items() if key != name}
    assert porter.post(said).json()["refused"] == [{"index": 0, "field": name, "reason": "is missing"}]


def test_what_is_missing_in_the_data_is_named(porter: Door) -> None:
    said = event()
    del said["data"]["model"]
    assert porter.post([said]).json()["refused"] == [{"index": 0, "field": "data.model", "reason": "is missing"}]


@pytest.mark.parametrize(("shape", "words"), [(3, "a number"), ("x", "text"), ([], "a list"), (None, "null")])
def test_what_is_no_object_is_no_event(porter: Door, shape: Any, words: str) -> None:
    assert porter.post([shape]).json()["refused"] == [{"index": 0, "field": "", "reason": f"must be an object, not {words}"}]


@pytest.mark.parametrize(
    ("body", "position"),
    [
        (b"", 0),
        (b"   ", 0),
        (b"nonsense", 0),
        (b'{"id": }', 7),
        (b'[{"id": "1"}', 12),
        (b'[{"id": "1"},]', 13),
        (b"[]\n\n  x", 6),
        (b'{"id": 01}', 8),
    ],
)
def test_what_is_not_json_is_refused_with_the_place(porter: Door, body: bytes, position: int) -> None:
    answer = porter.post(body)
    assert (answer.status_code, answer.json()["position"]) == (400, position)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b'[{"data":' + b"[" * 100_000])
def test_deep_nesting_is_refused_and_harms_nobody(porter: Door, body: bytes) -> None:
    assert porter.post(body).status_code == 400
    assert porter.client.get("/healthz").status_code == 200


def test_text_that_is_not_utf_8_costs_only_its_own_event(porter: Door) -> None:
    for bad in (b'{"id": "\xff"}', b'{"id": "\\ud83d"}'):
        answer = porter.post(b"[" + bad + b", " + json.dumps(event(f"utf {bad!r}")).encode() + b"]").json()
        assert (answer["accepted"], answer["refused"]) == (
            1,
            [{"index": 0, "field": "", "reason": "the event is not UTF-8 text"}],
        )


@pytest.mark.parametrize(("kind", "body"), [(ONE, [event()]), (MANY, event())])
def test_a_body_must_be_what_its_content_type_says(porter: Door, kind: str, body: Any) -> None:
    assert porter.post(body, kind).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-ndjson", f"{ONE}; charset=latin-1", "application/jsonp"])
def test_other_content_types_are_told_which_ones_there_are(porter: Door, kind: str) -> None:
    assert porter.post(b"[]", kind).status_code == 415


def test_a_body_may_be_compressed_with_gzip(porter: Door) -> None:
    headers = {"Content-Type": ONE, "Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps(event("squeezed")).encode())
    assert porter.client.post("/v1/events", content=body, headers=headers).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("coding", "body", "status", "said"),
    [
        ("br", b"x", 415, "not with br"),
        ("gzip", b"this is plain text", 400, "says that it is gzip, and is not"),
        ("gzip", gzip.compress(b"[]" * 99)[:-9], 400, "ends too early"),
        ("gzip", gzip.compress(b" " * (5 * 2**20 + 1)), 413, "send smaller batches"),
    ],
)
def test_a_body_that_cannot_be_unfolded_is_refused(porter: Door, coding: str, body: bytes, status: int, said: str) -> None:
    headers = {"Content-Type": ONE, "Content-Encoding": coding}
    answer = porter.client.post("/v1/events", content=body, headers=headers)
    assert answer.status_code == status
    assert said in answer.json()["error"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*event(), *event()["data"]]), inner, max_size=6),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=4))
def test_whatever_comes_every_event_is_answered(porter: Door, batch: list[Any]) -> None:
    answer = porter.post(json.dumps(batch).encode())
    assert answer.status_code == 200
    said = answer.json()
    assert said["accepted"] + said["duplicates"] + len(said["refused"]) == len(batch)

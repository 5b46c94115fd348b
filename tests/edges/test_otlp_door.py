"""`POST /v1/otlp/v1/…` over HTTP: answers in the encoding of the call, and nothing kept of what people wrote."""

import gzip
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from bot.store import Scope
from bot.web.otlp.reading import Kind
from tests.edges.door import TEAM, Door, opened
from tests.edges.otlp import PATH, as_protobuf, counted, counter, log, logs, metrics, point, send, span, spans
from tests.edges.test_otlp_gen_ai import CHAT
from tests.edges.test_otlp_tools import ADA, CLAUDE, EVENTS, REQUEST, claude
from workflows.money import usd
from workflows.ports import Unavailable, UnitOfWork, Units

HERE = CLAUDE | {"leeway.scope": TEAM}
GOOD = {
    Kind.LOGS: logs(claude(REQUEST), resource=HERE, scope=EVENTS),
    Kind.TRACES: spans(span(CHAT), resource=HERE),
    Kind.METRICS: metrics(counter("claude_code.cost.usage", point(0.5, ADA | {"model": "opus"})), resource=HERE),
}
BAD = {
    Kind.LOGS: logs(claude(REQUEST), claude(REQUEST | {"model": ""}), resource=HERE, scope=EVENTS),
    Kind.TRACES: spans(span(CHAT), span(CHAT | {"gen_ai.usage.input_tokens": -1}, spanId="ab" * 8), resource=HERE),
    Kind.METRICS: metrics(counter("claude_code.cost.usage", point(0.5, ADA), point(1.5, ADA | {"model": "opus"})), resource=HERE),
}
RESPONSES = {
    Kind.LOGS: ExportLogsServiceResponse,
    Kind.TRACES: ExportTraceServiceResponse,
    Kind.METRICS: ExportMetricsServiceResponse,
}
REJECTED = {Kind.LOGS: "rejectedLogRecords", Kind.TRACES: "rejectedSpans", Kind.METRICS: "rejectedDataPoints"}
WHY = {
    Kind.LOGS: "1: model must not be empty",
    Kind.TRACES: "1: gen_ai.usage.input_tokens must not be negative, but is -1",
    Kind.METRICS: "0: model must not be empty",
}
BINARY, JSON = "application/x-protobuf", "application/json"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path) as open_door:
        yield open_door


@pytest.fixture(scope="module")
def porter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door for what does not depend on what came before: one will do for all."""
    with opened(tmp_path_factory.mktemp("door")) as open_door:
        yield open_door


def post(door: Door, content: bytes, kind: Kind = Kind.LOGS, *, said: str = BINARY, **headers: str) -> httpx.Response:
    return door.client.post(f"{PATH}/{kind.value}", content=content, headers={"Content-Type": said, **headers})


def refused(answer: httpx.Response) -> str:
    """What an answer that is an error says, in either encoding."""
    if answer.headers["content-type"] == JSON:
        return str(answer.json()["message"])
    assert answer.headers["content-type"] == BINARY
    return str(Status.FromString(answer.content).message)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("protobuf", [False, True])
def test_what_is_all_kept_is_answered_with_an_empty_response(door: Door, kind: Kind, protobuf: bool) -> None:
    answer = send(door, kind, GOOD[kind], protobuf=protobuf)
    assert answer.status_code == 200
    if protobuf:
        assert answer.headers["content-type"] == BINARY
        assert RESPONSES[kind].FromString(answer.content) == RESPONSES[kind]()
    else:
        assert (answer.headers["content-type"], answer.json()) == (JSON, {})
    assert counted(door, TEAM).events == 1


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("protobuf", [False, True])
def test_the_good_are_kept_and_the_bad_are_told_by_place_field_and_reason(door: Door, kind: Kind, protobuf: bool) -> None:
    answer = send(door, kind, BAD[kind], protobuf=protobuf)
    assert answer.status_code == 200
    if protobuf:
        said: Any = RESPONSES[kind].FromString(answer.content).partial_success
        [(rejected, number), (message, why)] = said.ListFields()
        assert (rejected.camelcase_name, number, message.camelcase_name, why) == (REJECTED[kind], 1, "errorMessage", WHY[kind])
    else:
        assert answer.json() == {"partialSuccess": {REJECTED[kind]: "1", "errorMessage": WHY[kind]}}
    assert counted(door, TEAM).events == 1


def test_only_the_first_few_of_many_that_are_bad_are_told(porter: Door) -> None:
    bad = [claude(REQUEST | {"model": "", "request_id": str(n)}) for n in range(1_234)]
    said = send(porter, Kind.LOGS, logs(*bad, scope=EVENTS)).json()["partialSuccess"]
    assert said["rejectedLogRecords"] == "1234"
    assert said["errorMessage"].startswith("0: model must not be empty; 1: ") and said["errorMessage"].endswith(
        "; and 1,214 more"
    )


def test_what_costs_more_than_any_call_is_rejected(door: Door) -> None:
    dear = span(CHAT | {"gen_ai.response.model": "opus", "gen_ai.usage.input_tokens": 10**12})
    said = send(door, Kind.TRACES, spans(dear, resource=HERE)).json()["partialSuccess"]
    assert said["rejectedSpans"] == "1" and "are these tokens of one event?" in said["errorMessage"]
    assert counted(door).events == 0


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_an_export_too(porter: Door, kind: Kind) -> None:
    for content, said in ((b"", BINARY), (b"{}", JSON), (b'{"resourceLogs": null, "resourceSpans": [{}]}', JSON)):
        answer = post(porter, content, kind, said=said)
        assert (answer.status_code, answer.content) == (200, b"" if said == BINARY else b"{}")


@pytest.mark.parametrize("kind", Kind)
def test_what_is_sent_again_counts_once(door: Door, kind: Kind) -> None:
    for protobuf in (True, True):
        assert send(door, kind, GOOD[kind], protobuf=protobuf).status_code == 200
    assert counted(door).events == 1


@pytest.mark.parametrize(
    ("said", "content", "words"),
    [
        (BINARY, b"\xff\xff\xff", "the body is no protobuf message of this kind"),
        (BINARY, b"{}", "the body is no protobuf message of this kind"),
        (JSON, b"", "the body is not JSON"),
        (JSON, b'{"resourceLogs": [', "the body is not JSON"),
        (JSON, b"\xff\xfe", "the body is not JSON"),
        (JSON, b'{"resourceLogs": 5}', "the body is no OTLP: Expected `array | null`, got `int` - at `$.resourceLogs`"),
        (JSON, b"[]", "the body is no OTLP"),
        (JSON, b'{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"attributes": [{"key": 5}]}]}]}]}', "the body is no OTLP"),
    ],
)
def test_what_cannot_be_read_is_a_bad_request_with_a_status(porter: Door, said: str, content: bytes, words: str) -> None:
    answer = post(porter, content, said=said)
    assert answer.status_code == 400
    assert words in refused(answer)


def test_a_body_that_is_json_only_to_javascript_is_read(door: Door) -> None:
    """A bare NaN and half an emoji cost their records, not the batch."""
    body = json.dumps(logs(claude(REQUEST), claude(REQUEST | {"request_id": "2", "user.email": "\ud83d"}), scope=EVENTS))
    content = body.replace('"12"', "NaN", 1).replace('{"stringValue": NaN}', '{"doubleValue": NaN}', 1).encode()
    said = post(door, content, said=JSON).json()["partialSuccess"]
    assert said["errorMessage"] == (
        "0: input_tokens must be a number, not 'NaN'; 1: user.email has characters that cannot be printed"
    )


def test_fields_that_nobody_knows_are_passed_over(door: Door) -> None:
    """opentelemetry-proto, docs/specification.md: receivers MUST ignore message fields with unknown names."""
    body = GOOD[Kind.LOGS] | {"new": {"deep": [[[1]]]}}
    assert send(door, Kind.LOGS, body).json() == {}
    assert post(door, as_protobuf(body, Kind.LOGS) + b"\x9a\x06\x03abc").status_code == 200


@pytest.mark.parametrize("said", [BINARY, JSON])
def test_who_may_not_is_told_in_the_encoding_of_the_call(door: Door, said: str) -> None:
    answer = post(door, b"", said=said, Authorization="Bearer leeway_nobody")
    assert (answer.status_code, "www-authenticate" in answer.headers) == (401, True)
    assert "this token is not known" in refused(answer)
    answer = post(door, b"", said=said, Authorization=f"Bearer {door.token(Scope.READ)}")
    assert answer.status_code == 403
    assert refused(answer) == 'this token may not do that: make one with "leeway token create --scope ingest"'


def test_other_content_types_and_codings_are_not_taken(porter: Door) -> None:
    for said in ("text/plain", "application/grpc", ""):
        answer = post(porter, b"{}", said=said)
        assert (answer.status_code, refused(answer)) == (415, "send application/x-protobuf or application/json")
    assert post(porter, b"{}", **{"Content-Encoding": "br"}).status_code == 415


def test_the_parameters_of_a_content_type_do_not_matter(porter: Door) -> None:
    assert post(porter, b"{}", said="Application/JSON; charset=utf-8").json() == {}


def test_only_post_is_taken(porter: Door) -> None:
    assert porter.client.get(f"{PATH}/logs").status_code == 405
    assert porter.client.post(f"{PATH}/profiles", content=b"").status_code == 404


@pytest.mark.parametrize("kind", Kind)
def test_bodies_may_be_compressed(door: Door, kind: Kind) -> None:
    content = gzip.compress(as_protobuf(GOOD[kind], kind))
    assert post(door, content, kind, **{"Content-Encoding": "gzip"}).status_code == 200
    assert counted(door).events == 1


def test_a_body_that_unfolds_to_more_than_is_taken_is_refused_before_it_does(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    with opened(tmp_path, largest_body=100_000) as door:
        for content, headers in ((bomb, {"Content-Encoding": "gzip"}), (b" " * 100_001, {})):
            answer = post(door, content, **headers)
            assert answer.status_code == 413
            assert refused(answer) == "the body is over 100,000 bytes; send smaller batches"


@pytest.mark.parametrize("kind", Kind)
def test_who_cannot_be_served_now_comes_back_and_loses_and_doubles_nothing(tmp_path: Path, kind: Kind) -> None:
    with opened(tmp_path) as spare:
        real: Units = spare.store.units
        trouble: list[Exception] = [Unavailable("the database is busy"), ValueError("a bug"), Unavailable("again")]

        def units() -> UnitOfWork:
            if trouble:
                raise trouble.pop(0)
            return real()

        folder = tmp_path / "busy"
        folder.mkdir()
        with opened(folder, units=units) as door:
            answers = [post(door, as_protobuf(GOOD[kind], kind), kind) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [503, 503, 503, 200, 200]
        assert all(answer.headers["retry-after"] == "1" for answer in answers[:3])
        assert refused(answers[0]) == "the database is busy; send the same again"
        assert counted(spare).events == 1


def test_more_than_there_is_room_for_is_asked_to_come_back(tmp_path: Path) -> None:
    with opened(tmp_path, most_held=0) as door:
        answer = post(door, as_protobuf(GOOD[Kind.LOGS], Kind.LOGS))
        assert answer.status_code == 200, "one body is always read, or nobody ever would be"


SECRET = "the launch codes are 0000"


def test_what_people_wrote_is_neither_stored_nor_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """In all the places in which prompts and answers travel: attributes, bodies, events of spans, names that are refused."""
    caplog.set_level(logging.DEBUG)
    message = [{"role": "user", "parts": [{"type": "text", "content": SECRET}]}]
    wrote = {
        "prompt": SECRET,
        "request_text": SECRET,
        "response_text": SECRET,
        "gen_ai.prompt": SECRET,
        "gen_ai.input.messages": json.dumps(message),
        "gen_ai.output.messages": {"arrayValue": {"values": [{"stringValue": SECRET}]}},
        "gen_ai.system_instructions": {"kvlistValue": {"values": [{"key": SECRET, "value": {"stringValue": SECRET}}]}},
        "tool_parameters": SECRET,
        "error": SECRET,
    }
    event = {"name": SECRET, "timeUnixNano": "1", "attributes": [{"key": "gen_ai.prompt", "value": {"stringValue": SECRET}}]}
    with opened(tmp_path) as door:
        for protobuf in (False, True):
            records = [
                claude(REQUEST | wrote),
                log(REQUEST | wrote, body=SECRET),
                log(wrote | {"event.name": SECRET}, body=SECRET),
            ]
            send(door, Kind.LOGS, logs(*records, resource=HERE | {"note": SECRET}, scope=EVENTS), protobuf=protobuf)
            said = span(CHAT | wrote, events=[event], status=2, name=SECRET)
            said["status"]["message"] = SECRET
            send(door, Kind.TRACES, spans(said, resource=HERE), protobuf=protobuf)
            send(door, Kind.METRICS, metrics(counter("claude_code.cost.usage", point(0.5, ADA | {"model": "opus"} | wrote))))
        assert counted(door).events >= 2
        stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    stored += b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"ada@acme.example" in stored
    assert SECRET.encode() not in stored
    assert SECRET not in caplog.text


def test_usage_that_comes_by_several_doors_adds_up(door: Door) -> None:
    assert (
        door.post(
            {
                "specversion": "1.0",
                "type": "ai.leeway.usage",
                "source": "g",
                "id": "1",
                "data": {"scope": TEAM, "model": "opus", "cost_usd": "1"},
            }
        ).json()["accepted"]
        == 1
    )
    for kind in (Kind.LOGS, Kind.TRACES):
        send(door, kind, GOOD[kind])
    assert counted(door, TEAM).cost == usd(1) + 87_512_000
    assert door.quota("team")["spent"] == usd(1) + 87_512_000

"""What Claude Code, Codex CLI and Gemini CLI log of their calls, in the shapes in which each sends it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.web.otlp.reading import Kind
from tests.edges.door import NOW
from tests.edges.otlp import found, log, logs
from workflows.attribution import Origin
from workflows.spend import Ended, Tokens, Usage
from workflows.streams import Signal

CLAUDE = {"service.name": "claude-code", "service.version": "2.1.223", "os.type": "darwin", "host.arch": "arm64"}
EVENTS = "com.anthropic.claude_code.events"
ADA = {
    "session.id": "0b9c6a5e-5a0c-4a39-9c1b-7f2d6f0f9f10",
    "organization.id": "9f0c3a52-8c8b-4f6e-9a0b-1d9f6a5b7c11",
    "user.account_uuid": "7d5a9f7e-3b7c-4c19-8a47-2f1f4be4a0aa",
    "user.id": "6f1d6f0c" * 8,
    "user.email": "ada@acme.example",
    "terminal.type": "vscode",
}
REQUEST = ADA | {
    "event.name": "api_request",
    "event.timestamp": "2026-11-25T11:59:58.412Z",
    "event.sequence": "42",
    "prompt.id": "5d0b8f3e-2f9e-4a65-8f0d-3c4f7a1b2c3d",
    "model": "claude-sonnet-5",
    "cost_usd": "0.0875",
    "cost_usd_micros": "87512",
    "duration_ms": "4213",
    "input_tokens": "12",
    "output_tokens": "345",
    "cache_read_tokens": "34567",
    "cache_creation_tokens": "123",
    "request_id": "req_011CS8oQHkqzLM8rgkq5Vx3Q",
    "speed": "normal",
    "query_source": "repl_main_thread",
}


def claude(said: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return log(said, body=f"claude_code.{said['event.name']}", **fields)


def one(body: dict[str, Any]) -> Usage:
    read = found(body, Kind.LOGS)
    assert not read.refused
    [usage] = read.usages
    return usage


def test_a_request_of_claude_code_counts_as_it_says() -> None:
    """Documentation of Claude Code, "Monitoring": the API request event. It writes its numbers as text."""
    usage = one(logs(claude(REQUEST), resource=CLAUDE, scope=EVENTS))
    assert usage._replace(key=b"", via=None) == Usage(
        key=b"",
        at=NOW,
        scope="platform",
        model="claude-sonnet-5",
        tokens=Tokens(12, 345, 34_567, 123),
        cost=87_512_000,
        user="ada@acme.example",
        source="claude_code",
        provider="anthropic",
        ended=Ended.OK,
        latency=4_213,
    )


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ({"cost_usd": 0.0875}, 87_500_000),
        ({"cost_usd": "0.000000075"}, 75),
        ({"cost_usd": "3e-05"}, 30_000),
        ({"cost_usd": 0.0875, "cost_usd_micros": 87_512}, 87_512_000),
        ({"cost_usd_micros": 0, "cost_usd": 0}, 0),
        ({}, None),
    ],
)
def test_the_cost_in_whole_micro_dollars_is_taken_before_the_rounded_one(said: dict[str, Any], cost: int | None) -> None:
    without = {name: value for name, value in REQUEST.items() if not name.startswith("cost_usd")}
    assert one(logs(claude(without | said), scope=EVENTS)).cost == cost


def test_numbers_may_be_numbers() -> None:
    """Protobuf's JSON writes whole ones as text, the JavaScript SDK as numbers."""
    said = REQUEST | {
        "input_tokens": {"intValue": 12},
        "output_tokens": 345.0,
        "cache_read_tokens": 34_567,
        "duration_ms": 4213.4,
    }
    usage = one(logs(claude(said), scope=EVENTS))
    assert (usage.tokens.input, usage.tokens.output, usage.latency) == (12, 345, 4_213)


@pytest.mark.parametrize(
    "record",
    [
        claude(REQUEST),
        log(REQUEST),
        log(REQUEST | {"event.name": "claude_code.api_request"}),
        log({n: v for n, v in REQUEST.items() if n != "event.name"}, eventName="claude_code.api_request"),
        log({n: v for n, v in REQUEST.items() if n != "event.name"}, body="claude_code.api_request"),
    ],
    ids=["body and attribute", "attribute", "whole name", "field", "body"],
)
def test_the_event_is_known_wherever_its_name_stands(record: dict[str, Any]) -> None:
    assert one(logs(record, scope=EVENTS)).tokens.input == 12


def test_a_failed_request_of_claude_code_is_a_call_that_cost_nothing() -> None:
    """Documentation of Claude Code, "Monitoring": the API error event, once for a request after its last retry."""
    said = ADA | {"event.name": "api_error", "event.timestamp": "2026-11-25T11:59:58.412Z", "event.sequence": "43"}
    said |= {"model": "claude-sonnet-5", "error": "Overloaded", "status_code": 529, "duration_ms": 100, "attempt": 11}
    usage = one(logs(claude(said), scope=EVENTS))
    assert (usage.tokens, usage.cost, usage.requests, usage.ended) == (Tokens(), 0, 1, "error")


def keys(*records: dict[str, Any], scope: str = EVENTS) -> int:
    """How many calls these are."""
    return len({usage.key for usage in found(logs(*records, scope=scope), Kind.LOGS).usages})


def test_a_request_is_known_by_its_id_then_by_the_client_s_then_by_its_place_in_the_session() -> None:
    no_id = {name: value for name, value in REQUEST.items() if name != "request_id"}
    assert keys(claude(REQUEST), claude(REQUEST | {"event.sequence": "43", "output_tokens": "1"})) == 1
    assert (
        keys(claude(no_id | {"client_request_id": "a"}), claude(no_id | {"client_request_id": "a", "event.sequence": "43"})) == 1
    )
    assert keys(claude(no_id), claude(no_id), claude(no_id | {"event.sequence": "43"})) == 2
    assert keys(claude(no_id), claude(no_id | {"session.id": "another"})) == 2


def test_a_session_that_is_resumed_counts_from_the_start_again_and_is_not_taken_for_what_it_was() -> None:
    no_id = {name: value for name, value in REQUEST.items() if name != "request_id"}
    assert keys(claude(no_id), claude(no_id | {"event.timestamp": "2026-11-25T12:00:00.000Z"})) == 2


def test_a_request_that_failed_and_one_that_went_well_are_two_even_with_one_id() -> None:
    assert keys(claude(REQUEST), claude(REQUEST | {"event.name": "api_error"})) == 2


def test_other_events_of_claude_code_are_not_usage() -> None:
    """Documentation of Claude Code, "Monitoring": names of its other events."""
    names = ("user_prompt", "tool_result", "api_refusal", "api_retries_exhausted", "api_request_body", "assistant_response")
    read = found(logs(*(claude(REQUEST | {"event.name": name}) for name in names), scope=EVENTS), Kind.LOGS)
    assert (read.usages, read.refused) == ([], [])


def test_an_event_of_that_name_from_elsewhere_is_not_claude_code_s() -> None:
    assert found(logs(log(REQUEST, body="api_request"), scope="gateway"), Kind.LOGS).usages == []


# What tracing's bridge makes of codex's `log_event!`: names, and times of observation only.
CODEX = {"service.name": "codex_cli_rs", "service.version": "0.98.0", "env": "dev", "host.name": "ada-laptop"}
TURN = {
    "event.name": "codex.sse_event",
    "event.kind": "response.completed",
    "event.timestamp": "2026-11-25T11:59:59.120Z",
    "conversation.id": "019b7e0c-6cb1-7f33-a1d7-4d2f8f7b3a11",
    "app.version": "0.98.0",
    "auth_mode": "Chatgpt",
    "originator": "codex_cli_rs",
    "user.account_id": "acc-1",
    "user.email": "bob@acme.example",
    "terminal.type": "iTerm.app/3.6.6",
    "model": "gpt-5.6",
    "slug": "gpt-5.6",
    "input_token_count": "12000",
    "output_token_count": "900",
    "cached_token_count": 8_000,
    "reasoning_token_count": 250,
    "tool_token_count": "12900",
}


def codex(said: dict[str, Any], **fields: Any) -> dict[str, Any]:
    observed = {"observedTimeUnixNano": "1795607999120345678"}
    return log(said, at=None, eventName="event codex-rs/otel/src/events/session_telemetry.rs:999", **observed | fields)


def test_a_completed_response_of_codex_has_its_cached_tokens_in_its_input_and_its_reasoning_in_its_output() -> None:
    """openai/codex, codex-rs/otel/src/events/session_telemetry.rs, `sse_event_completed`; `tool_token_count` is the total."""
    usage = one(logs(codex(TURN), resource=CODEX, scope="codex_otel"))
    assert (usage.tokens, usage.cost) == (Tokens(4_000, 900, 8_000), None)
    assert usage.at == datetime(2026, 11, 25, 11, 59, 59, 120_000, UTC)
    assert (usage.user, usage.environment, usage.provider, usage.ended) == ("bob@acme.example", "dev", "openai", "ok")


def test_the_other_events_of_a_stream_of_codex_say_nothing_of_tokens() -> None:
    """The same file: `sse_event` logs each, the completed one included, without counts."""
    kinds = ("response.created", "response.output_item.done", "response.completed")
    bare = {name: value for name, value in TURN.items() if not name.endswith("_count")}
    others = [codex(bare | {"event.kind": kind}) for kind in kinds] + [codex(TURN | {"event.kind": "response.in_progress"})]
    read = found(logs(*others), Kind.LOGS)
    assert (read.usages, read.refused) == ([], [])


def test_a_response_of_codex_that_failed_is_a_call_that_cost_nothing() -> None:
    """The same file: `sse_event_failed`, and `see_event_completed_failed`."""
    bare = {name: value for name, value in TURN.items() if not name.endswith("_count")}
    for kind in ("response.failed", "response.completed"):
        usage = one(logs(codex(bare | {"event.kind": kind, "error.message": "server_error"})))
        assert (usage.tokens, usage.cost, usage.ended) == (Tokens(), 0, "error")


def test_two_responses_of_codex_are_two_and_one_that_is_sent_again_is_one() -> None:
    later = codex(TURN, observedTimeUnixNano="1795607999120345679")
    assert keys(codex(TURN), codex(TURN), later, scope="codex_otel") == 2


GEMINI = {"service.name": "gemini-cli", "service.version": "v22.1.0", "session.id": "0f2c7d7e-6b6b-4a1c-9d55-0a4f8a2a9a01"}
RESPONSE = {
    "session.id": GEMINI["session.id"],
    "installation.id": "2f6c8f0e-0b7e-4a3d-8f6c-1a2b3c4d5e6f",
    "interactive": True,
    "user.email": "cy@acme.example",
    "auth_type": "oauth-personal",
    "event.name": "gemini_cli.api_response",
    "event.timestamp": "2026-11-25T11:59:58.412Z",
    "model": "gemini-3.7-pro",
    "duration_ms": 2_345,
    "input_token_count": 10_000,
    "output_token_count": 700,
    "cached_content_token_count": 6_000,
    "thoughts_token_count": 300,
    "tool_token_count": 50,
    "total_token_count": 11_050,
    "prompt_id": f"{GEMINI['session.id']}########3",
    "status_code": 200,
    "http.status_code": 200,
    "finish_reasons": ["STOP"],
}


def test_a_response_of_gemini_cli_has_its_thoughts_beside_its_output_and_what_tools_said_beside_its_input() -> None:
    """google-gemini/gemini-cli, packages/core/src/telemetry/types.ts, `ApiResponseEvent.toLogRecord`."""
    body = "API response from gemini-3.7-pro. Status: 200. Duration: 2345ms."
    usage = one(logs(log(RESPONSE, body=body), resource=GEMINI, scope="gemini-cli"))
    assert (usage.tokens, usage.tokens.total, usage.cost) == (Tokens(4_050, 1_000, 6_000), 11_050, None)
    assert (usage.user, usage.provider, usage.latency) == ("cy@acme.example", "google", 2_345)


def test_gemini_cli_tells_of_each_response_twice_and_it_counts_once() -> None:
    """The same file: `toSemanticLogRecord`, which is emitted beside the other, and `ApiRequestEvent`'s before it."""
    semantic = {
        "session.id": GEMINI["session.id"],
        "event.name": "gen_ai.client.inference.operation.details",
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": "gcp.vertex_ai",
        "gen_ai.request.model": "gemini-3.7-pro",
        "gen_ai.response.model": "gemini-3.7-pro",
        "gen_ai.response.id": "r1",
        "gen_ai.usage.input_tokens": 10_000,
        "gen_ai.usage.output_tokens": 700,
    }
    asked = {name: value for name, value in semantic.items() if "response" not in name and "usage" not in name}
    request = RESPONSE | {"event.name": "gemini_cli.api_request"}
    assert (
        one(logs(log(request), log(asked), log(RESPONSE), log(semantic), resource=GEMINI, scope="gemini-cli")).tokens.input
        == 4_050
    )


def test_a_failed_request_of_gemini_cli_is_a_call_that_cost_nothing() -> None:
    """The same file: `ApiErrorEvent.toLogRecord`."""
    said = {name: value for name, value in RESPONSE.items() if not name.endswith("_count")}
    said |= {"event.name": "gemini_cli.api_error", "error.message": "quota", "error": "quota", "status_code": 429, "duration": 9}
    usage = one(logs(log(said), resource=GEMINI, scope="gemini-cli"))
    assert (usage.tokens, usage.cost, usage.ended) == (Tokens(), 0, "error")


def test_who_what_for_and_where_is_read_from_the_record_and_then_from_the_resource() -> None:
    resource = CLAUDE | {
        "department": "engineering",
        "team.id": "search",
        "cost_center": "eng-123",
        "deployment.environment.name": "prod",
        "use_case": "reranking",
        "project": "atlas",
        "leeway.scope": "platform/engineering/search",
        "user.groups": "ml,platform",
    }
    origins: list[tuple[Origin, str]] = []
    read = found(logs(claude(REQUEST | {"team.id": "ranking"}), resource=resource, scope=EVENTS), Kind.LOGS, origins)
    assert origins == [
        (
            Origin(
                teams=("ranking", "engineering", "eng-123"),
                user="ada@acme.example",
                tags=("ml", "platform"),
                use_case="reranking",
                environment="prod",
                model="claude-sonnet-5",
                provider="anthropic",
                service="claude-code",
                project="atlas",
                source="claude_code",
            ),
            "platform/engineering/search",
        )
    ]
    [usage] = read.usages
    assert (usage.scope, usage.team, usage.use_case, usage.environment) == (
        "platform/engineering/search",
        "ranking",
        "reranking",
        "prod",
    )


@pytest.mark.parametrize(
    ("said", "user"),
    [
        ({}, "ada@acme.example"),
        ({"user.email": "", "enduser.id": "jdoe@acme.example"}, "jdoe@acme.example"),
        ({"user.email": ""}, ADA["user.account_uuid"]),
        ({"user.email": "", "user.account_uuid": ""}, ADA["user.id"]),
    ],
)
def test_a_person_is_named_by_what_says_most(said: dict[str, str], user: str) -> None:
    assert one(logs(claude(REQUEST | said), scope=EVENTS)).user == user


def test_an_event_tells_of_its_session_and_marks_its_service() -> None:
    with_session = one(logs(claude(REQUEST), resource=CLAUDE, scope=EVENTS)).via
    without = one(logs(claude({n: v for n, v in REQUEST.items() if n != "session.id"}), resource=CLAUDE, scope=EVENTS)).via
    assert with_session and without
    assert with_session.signal is without.signal is Signal.EVENTS
    assert with_session.teller not in with_session.marks and len(with_session.marks) == 2
    assert {without.teller, *without.marks} == set(with_session.marks)


@pytest.mark.parametrize(
    ("said", "field", "reason"),
    [
        ({"input_tokens": "many"}, "input_tokens", "must be a number, not 'many'"),
        ({"input_tokens": "1.5"}, "input_tokens", "must be a whole number, not 1.5"),
        ({"input_tokens": True}, "input_tokens", "must be a number, not 'True'"),
        ({"output_tokens": -1}, "output_tokens", "must not be negative, but is -1"),
        ({"cost_usd_micros": "-5"}, "cost_usd_micros", "must not be negative, but is -5"),
        ({"model": ""}, "model", "must not be empty"),
        ({"model": "x" * 301}, "model", "has 301 characters; 300 are the most"),
        ({"user.email": "a\nb"}, "user.email", "has characters that cannot be printed"),
        ({"duration_ms": "soon"}, "duration_ms", "must be a number, not 'soon'"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_the_others_are_kept(said: dict[str, Any], field: str, reason: str) -> None:
    read = found(logs(claude(REQUEST), claude(REQUEST | said), claude(REQUEST | {"request_id": "2"}), scope=EVENTS), Kind.LOGS)
    assert [(each.index, each.field, each.reason) for each in read.refused] == [(1, field, reason)]
    assert read.indices == [0, 2]


def test_a_number_that_is_none_is_told() -> None:
    """Protobuf's JSON writes it as text, some write it bare; either way only that record is lost."""
    read = found(logs(claude(REQUEST | {"input_tokens": {"doubleValue": "NaN"}}), scope=EVENTS), Kind.LOGS)
    assert [each.field for each in read.refused] == ["input_tokens"]


@pytest.mark.parametrize(("late", "words"), [(timedelta(days=36), "36 days ago"), (-timedelta(minutes=6), "in the future")])
def test_a_record_that_is_too_late_or_too_early_is_refused(late: timedelta, words: str) -> None:
    [refusal] = found(logs(claude(REQUEST, at=NOW - late), scope=EVENTS), Kind.LOGS).refused
    assert refusal.field == "time" and words in refusal.reason


def test_a_record_without_any_time_is_of_now() -> None:
    said = {name: value for name, value in REQUEST.items() if name != "event.timestamp"}
    usage = one(logs(claude(said, at=None), scope=EVENTS))
    assert (usage.at, usage.timed) == (NOW, False)

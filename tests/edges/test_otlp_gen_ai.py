"""Spans and events of the GenAI semantic conventions: what runs a model counts once, whichever way and how often it is told."""

from datetime import timedelta
from typing import Any

import pytest

from bot.web.otlp.reading import Kind
from tests.edges.door import NOW
from tests.edges.otlp import SPAN, TRACE, found, log, logs, span, spans
from workflows.spend import Tokens, Usage

SERVICE = {"service.name": "ranker", "deployment.environment": "prod"}
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5.6",
    "gen_ai.response.model": "gpt-5.6-2026-09-01",
    "gen_ai.response.id": "chatcmpl-9J3uIL87gldCFtiIbyaOvTeYBRA3l",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 1_000,
    "gen_ai.usage.output_tokens": 180,
    "gen_ai.usage.cache_read.input_tokens": 600,
    "gen_ai.usage.cache_creation.input_tokens": 100,
    "gen_ai.usage.reasoning.output_tokens": 50,
    "server.address": "api.openai.com",
}
DETAILS = {"event.name": "gen_ai.client.inference.operation.details"} | CHAT


def one(*some: dict[str, Any]) -> Usage:
    read = found(spans(*some, resource=SERVICE, scope="opentelemetry.instrumentation.openai_v2"), Kind.TRACES)
    assert not read.refused
    [usage] = read.usages
    return usage


def test_a_span_of_a_model_at_work_counts_with_its_cached_tokens_taken_out_of_its_input() -> None:
    """semantic-conventions-genai, docs/gen-ai/gen-ai-spans.md: input_tokens SHOULD include all types of input tokens."""
    usage = one(span(CHAT, start=NOW - timedelta(milliseconds=1_500), end=NOW))
    assert usage._replace(key=b"", via=None) == Usage(
        key=b"",
        at=NOW,
        scope="platform",
        model="gpt-5.6-2026-09-01",
        tokens=Tokens(300, 180, 600, 100),
        source="gen_ai",
        provider="openai",
        environment="prod",
        ended="ok",
        latency=1_500,
    )


def test_the_names_before_1_37_are_read_too() -> None:
    """semantic-conventions to v1.36.0: gen_ai.system; to v1.26.0: prompt_tokens; OpenLLMetry: llm.request.type."""
    old = {
        "llm.request.type": "chat",
        "gen_ai.system": "Anthropic",
        "gen_ai.request.model": "claude-sonnet-4-6",
        "gen_ai.usage.prompt_tokens": 1_000,
        "gen_ai.usage.completion_tokens": 180,
        "gen_ai.usage.cache_read_input_tokens": 600,
        "gen_ai.usage.cache_creation_input_tokens": 100,
    }
    usage = one(span(old))
    assert (usage.model, usage.provider, usage.tokens) == ("claude-sonnet-4-6", "Anthropic", Tokens(300, 180, 600, 100))


def test_input_that_is_less_than_what_was_cached_has_it_not_in_it() -> None:
    """Some write what Anthropic's API says: input_tokens without the cached ones beside them."""
    assert one(span(CHAT | {"gen_ai.usage.input_tokens": 12})).tokens == Tokens(12, 180, 600, 100)


@pytest.mark.parametrize("operation", ["chat", "text_completion", "generate_content", "embeddings"])
def test_what_runs_a_model_counts(operation: str) -> None:
    assert one(span(CHAT | {"gen_ai.operation.name": operation})).tokens.total == 1_180


@pytest.mark.parametrize(
    "operation",
    ["invoke_agent", "create_agent", "execute_tool", "invoke_workflow", "plan", "retrieval", "search_memory", "llm_call"],
)
def test_what_goes_on_around_it_repeats_its_usage_and_does_not_count(operation: str) -> None:
    """semantic-conventions-genai, the operations of gen_ai.operation.name; an agent's span sums up the calls within it."""
    agent = span(CHAT | {"gen_ai.operation.name": operation}, spanId="aaaaaaaaaaaaaaaa")
    assert one(agent, span(CHAT, parentSpanId="aaaaaaaaaaaaaaaa")).tokens.total == 1_180


def test_a_span_that_says_tokens_but_no_operation_does_not_count() -> None:
    """openai/codex, codex-rs/core, `handle_responses`: its spans repeat what its log records say."""
    codex = {name: value for name, value in CHAT.items() if "usage" in name}
    assert found(spans(span(codex), span({"http.request.method": "POST"})), Kind.TRACES).usages == []


@pytest.mark.parametrize("failed", [{"status": 2}, {"said": {"error.type": "timeout"}}])
def test_a_call_that_failed_is_a_call_without_tokens(failed: dict[str, Any]) -> None:
    said = {n: v for n, v in CHAT.items() if "usage" not in n and "response" not in n} | failed.get("said", {})
    usage = one(span(said, status=failed.get("status", 0)))
    assert (usage.tokens, usage.requests, usage.ended, usage.model) == (Tokens(), 1, "error", "gpt-5.6")


@pytest.mark.parametrize(
    ("said", "sold_by"),
    [("openai", "openai"), ("azure.ai.openai", "azure"), ("aws.bedrock", "aws"), ("gcp.vertex_ai", "google"), ("x_ai", "x-ai")],
)
def test_a_provider_is_known_by_the_name_that_prices_and_rules_use(said: str, sold_by: str) -> None:
    assert one(span(CHAT | {"gen_ai.provider.name": said})).provider == sold_by


def also(usage: Usage) -> bytes:
    assert usage.via
    return usage.via.also


def test_a_span_and_the_event_within_it_are_one_call_even_without_a_response_id() -> None:
    bare = {name: value for name, value in CHAT.items() if name != "gen_ai.response.id"}
    [event] = found(
        logs(log(DETAILS | {"gen_ai.response.id": ""}, traceId=TRACE, spanId=SPAN), resource=SERVICE), Kind.LOGS
    ).usages
    assert event.key == one(span(bare)).key


def test_two_tellings_of_one_response_are_one_call_whoever_tells() -> None:
    """The application and the gateway that it calls both trace, each with spans of its own."""
    there = one(span(CHAT, spanId="bbbbbbbbbbbbbbbb", traceId="c" * 32))
    [event] = found(logs(log(DETAILS), resource=SERVICE), Kind.LOGS).usages
    here = one(span(CHAT))
    assert len({here.key, there.key, event.key}) == 3
    assert also(here) == also(there) == also(event) != b""


def test_two_responses_with_one_id_and_other_tokens_are_two() -> None:
    """Small local servers draw their ids from a thousand numbers."""
    assert also(one(span(CHAT))) != also(one(span(CHAT | {"gen_ai.usage.output_tokens": 181})))


def test_calls_without_a_response_id_are_not_taken_for_each_other() -> None:
    bare = span({name: value for name, value in CHAT.items() if name != "gen_ai.response.id"})
    assert also(one(bare)) == b""


def test_events_of_several_calls_in_one_span_are_several() -> None:
    said = [DETAILS | {"gen_ai.response.id": str(n), "gen_ai.usage.output_tokens": n} for n in range(3)]
    read = found(logs(*(log(each, traceId=TRACE, spanId=SPAN) for each in said)), Kind.LOGS)
    assert len({usage.key for usage in read.usages}) == 3


def test_an_event_of_what_was_asked_is_no_usage_yet() -> None:
    asked = {name: value for name, value in DETAILS.items() if "usage" not in name and "response" not in name}
    assert found(logs(log(asked)), Kind.LOGS).usages == []
    [failed] = found(logs(log(asked | {"error.type": "429"})), Kind.LOGS).usages
    assert failed.ended == "error"


def test_other_events_of_the_conventions_are_no_usage() -> None:
    names = ("gen_ai.evaluation.result", "gen_ai.user.message", "gen_ai.choice")
    assert found(logs(*(log(DETAILS | {"event.name": name}) for name in names)), Kind.LOGS).usages == []


def test_a_call_without_a_model_is_refused_by_name() -> None:
    nameless = {name: value for name, value in CHAT.items() if "model" not in name}
    read = found(spans(span(nameless), span(CHAT)), Kind.TRACES)
    assert [(each.index, each.field, each.reason) for each in read.refused] == [(0, "gen_ai.request.model", "must not be empty")]
    assert read.indices == [1]


def test_a_span_that_ends_before_it_begins_has_no_latency() -> None:
    assert one(span(CHAT, start=NOW, end=NOW - timedelta(seconds=1))).latency is None


def test_all_services_of_a_batch_are_read() -> None:
    first, second = spans(span(CHAT), resource=SERVICE), spans(span(CHAT, spanId="dd" * 8), resource={"service.name": "chatbot"})
    both = {"resourceSpans": first["resourceSpans"] + second["resourceSpans"]}
    assert [usage.environment for usage in found(both, Kind.TRACES).usages] == ["prod", ""]

"""Metrics: what a meter grew by counts, in its own words of each tool, whether it is told as differences or as sums."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.otlp.reading import Kind
from tests.edges.door import NOW, POLICY, PRICES
from tests.edges.otlp import CUMULATIVE, DELTA, counter, found, histogram, log, logs, metrics, point, span, spans, summed
from tests.edges.test_otlp_tools import ADA, CLAUDE, CODEX, GEMINI, REQUEST, claude
from tests.fakes.memory import Memory
from workflows.metering import record
from workflows.spend import NOTHING, Sums, Usage

SECOND = timedelta(seconds=1)
SESSION = ADA | {"model": "opus", "query_source": "main"}
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "mini",
    "gen_ai.response.model": "mini",
}


def usages(*some: dict[str, Any], resource: dict[str, Any] | None = None, scope: str = "") -> list[Usage]:
    read = found(metrics(*some, resource=resource, scope=scope), Kind.METRICS)
    assert not read.refused
    return read.usages


def tokens(kind: str, value: float | str, *, at: int = 0, start: int = 0, **said: Any) -> dict[str, Any]:
    """A point of Claude Code's token counter, so many seconds after NOW."""
    return point(value, SESSION | {"type": kind} | said, at=NOW + at * SECOND, start=NOW + start * SECOND)


def count(memory: Memory, usages: Sequence[Usage]) -> None:
    record(usages, policy=POLICY, prices=PRICES, units=memory.units, now=NOW)


def counted(memory: Memory) -> Sums:
    total = NOTHING
    for sums in memory.data.kept.slices.values():
        total = total.plus(sums)
    return total


def test_claude_code_s_tokens_and_their_cost_are_one_usage_that_is_not_priced_again() -> None:
    """Documentation of Claude Code, "Monitoring": the token counter and the cost counter; delta is its default."""
    kinds = {"input": 12, "output": 345, "cacheRead": 34_567, "cacheCreation": 123}
    memory = Memory()
    token_usage = counter("claude_code.token.usage", *(tokens(kind, value) for kind, value in kinds.items()))
    cost = counter("claude_code.cost.usage", point(0.0875123456, SESSION))
    count(memory, usages(token_usage, cost, resource=CLAUDE))
    sums = counted(memory)
    assert (sums.input, sums.output, sums.cache_read, sums.cache_write) == (12, 345, 34_567, 123)
    assert (sums.cost, sums.requests) == (87_512_346, 0)


def test_codex_s_turns_are_priced_and_their_totals_are_not_added() -> None:
    """openai/codex, codex-rs/core/src/tasks/mod.rs: a histogram with one value of each type a turn."""
    turn = {"total": 12_900, "input": 12_000, "cached_input": 8_000, "output": 900, "reasoning_output": 250}
    said = {"model": "mini", "auth_mode": "Chatgpt", "originator": "codex_cli_rs", "tmp_mem_enabled": "false"}
    points = [summed(float(value), 1, said | {"token_type": kind}) for kind, value in turn.items()]
    memory = Memory()
    count(memory, usages(histogram("codex.turn.token_usage", *points), resource=CODEX))
    sums = counted(memory)
    assert (sums.input, sums.output, sums.cache_read, sums.cost) == (4_000, 900, 8_000, 4_000 * 250 + 900 * 2_000 + 8_000 * 25)


def test_gemini_cli_meters_its_tokens_by_two_names_and_its_own_counts() -> None:
    """google-gemini/gemini-cli, packages/core/src/telemetry/metrics.ts, `recordTokenUsageMetrics`."""
    said = {"session.id": GEMINI["session.id"], "model": "mini"}
    kinds = {"input": 10_000, "output": 700, "cache": 6_000, "thought": 300, "tool": 50}
    own = counter("gemini_cli.token.usage", *(point(value, said | {"type": kind}) for kind, value in kinds.items()))
    common = histogram("gen_ai.client.token.usage", summed(10_000, 1, said | CHAT | {"gen_ai.token.type": "input"}))
    memory = Memory()
    count(memory, usages(own, common, resource=GEMINI, scope="gemini-cli"))
    assert counted(memory)[2:6] == (4_050, 1_000, 6_000, 0)


@pytest.mark.parametrize("kind", ["histogram", "exponentialHistogram"])
def test_the_genai_histogram_counts_by_its_sum_and_its_calls_by_its_count(kind: str) -> None:
    """semantic-conventions-genai, docs/gen-ai/gen-ai-metrics.md: gen_ai.client.token.usage."""
    points = [summed(900.0, 3, CHAT | {"gen_ai.token.type": "input"}), summed(60.0, 3, CHAT | {"gen_ai.token.type": "output"})]
    memory = Memory()
    count(memory, usages(histogram("gen_ai.client.token.usage", *points, kind=kind)))
    sums = counted(memory)
    assert (sums.requests, sums.input, sums.output, sums.cost) == (3, 900, 60, 900 * 250 + 60 * 2_000)


def test_the_genai_histogram_of_what_goes_on_around_a_model_does_not_count() -> None:
    said = CHAT | {"gen_ai.operation.name": "invoke_agent", "gen_ai.token.type": "input"}
    assert usages(histogram("gen_ai.client.token.usage", summed(900, 3, said))) == []


def test_other_metrics_are_none_of_our_business_whatever_is_in_them() -> None:
    other = [
        counter("claude_code.session.count", point(1, SESSION)),
        counter("http.server.requests", point("NaN", {}), temporality=0),
        {"name": "gen_ai.client.operation.duration", "gauge": {"dataPoints": [point(1.5, CHAT)]}},
    ]
    assert usages(*other) == []


def test_sums_count_by_what_they_grew() -> None:
    memory = Memory()
    for at, value in ((1, 10), (2, 10), (3, 25)):
        count(memory, usages(counter("claude_code.token.usage", tokens("input", value, at=at), temporality=CUMULATIVE)))
    assert (counted(memory).input, counted(memory).events) == (25, 2)


def test_a_histogram_s_sum_and_its_calls_grow_alike() -> None:
    memory = Memory()
    for at, (value, calls) in enumerate([(100, 1), (250, 3)], 1):
        one = summed(value, calls, CHAT | {"gen_ai.token.type": "input"}, at=NOW + at * SECOND)
        count(memory, usages(histogram("gen_ai.client.token.usage", one, temporality=CUMULATIVE)))
    assert (counted(memory).input, counted(memory).requests) == (250, 3)


def test_a_sender_that_begins_anew_is_counted_from_its_new_beginning() -> None:
    memory = Memory()
    for start, at, value in ((0, 1, 10), (0, 2, 25), (3, 4, 7), (3, 5, 30), (0, 2, 25)):
        sent = counter("claude_code.token.usage", tokens("input", value, at=at, start=start), temporality=CUMULATIVE)
        count(memory, usages(sent))
    assert counted(memory).input == 25 + 30


def test_two_senders_that_say_the_same_of_themselves_are_told_apart_by_when_they_began() -> None:
    memory = Memory()
    for start, at, value in ((0, 10, 5), (1, 11, 100), (0, 20, 9), (1, 21, 150)):
        sent = counter("claude_code.token.usage", tokens("input", value, at=at, start=start), temporality=CUMULATIVE)
        count(memory, usages(sent))
    assert counted(memory).input == 9 + 150


def test_streams_that_differ_in_any_attribute_are_counted_each_by_itself() -> None:
    memory = Memory()
    for effort in ("low", "high"):
        sent = counter("claude_code.token.usage", tokens("input", 10, at=1, effort=effort), temporality=CUMULATIVE)
        count(memory, usages(sent, resource=CLAUDE))
        count(memory, usages(sent, resource=CLAUDE | {"host.name": "b"}))
        count(memory, usages(sent, resource=CLAUDE, scope="another"))
    assert counted(memory).input == 60


def test_a_point_with_nothing_recorded_is_passed_over() -> None:
    assert usages(counter("claude_code.token.usage", tokens("input", 5) | {"flags": 1})) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"temporality": 0}, "says neither that it is delta nor that it is cumulative"),
        ({"isMonotonic": False}, "is no counter: it may also fall"),
        ({"points": [tokens("input", -5)]}, "must be from 0 to"),
        ({"points": [tokens("input", 2.5)]}, "must be a whole number, not 2.5"),
        ({"points": [tokens("input", "NaN")]}, "must be a number, not 'NaN'"),
        ({"points": [tokens("input", "Infinity")]}, "must be a number, not 'Inf"),
        ({"points": [tokens("input", 5) | {"timeUnixNano": "0"}]}, "has no time"),
        ({"points": [tokens("input", 2**53 + 1)]}, "must be from 0 to"),
    ],
)
def test_a_point_that_cannot_be_right_is_refused_and_the_others_are_kept(changes: dict[str, Any], reason: str) -> None:
    points = changes.pop("points", [tokens("input", 5)])
    bad = counter("claude_code.token.usage", *points, **changes)
    good = counter("claude_code.cost.usage", point(0.5, SESSION))
    read = found(metrics(bad, good), Kind.METRICS)
    [refusal] = read.refused
    assert (refusal.index, refusal.field) == (0, "claude_code.token.usage")
    assert reason.casefold() in refusal.reason.casefold()
    assert read.indices == [1]


def test_a_session_that_logs_its_calls_is_not_counted_by_its_meters_and_the_other_way_round() -> None:
    calls = found(logs(claude(REQUEST), resource=CLAUDE, scope="com.anthropic.claude_code.events"), Kind.LOGS).usages
    meters = usages(counter("claude_code.token.usage", tokens("input", 12)), resource=CLAUDE)
    for first, second, requests in ((calls, meters, 1), (meters, calls, 0)):
        memory = Memory()
        count(memory, first)
        count(memory, second)
        assert (counted(memory).requests, counted(memory).input) == (requests, 12)


def test_codex_s_meters_name_no_conversation_and_count_only_where_no_conversation_was_logged() -> None:
    said = {"model": "mini", "token_type": "input"}
    meters = usages(histogram("codex.turn.token_usage", summed(700.0, 1, said)), resource=CODEX)
    turn = {"event.name": "codex.sse_event", "event.kind": "response.completed", "model": "mini", "conversation.id": "c1"}
    turn |= {"user.email": "bob@acme.example", "input_token_count": 700, "output_token_count": 0}
    calls = found(logs(log(turn), resource=CODEX), Kind.LOGS).usages
    both, only = Memory(), Memory()
    count(both, calls)
    count(both, meters)
    count(only, meters)
    assert (counted(both).requests, counted(both).input) == (1, 700)
    assert (counted(only).requests, counted(only).input) == (0, 700)


def test_a_service_that_traces_its_calls_is_not_counted_by_its_meters_and_another_is() -> None:
    """Spans may say whose call each was, and meters cannot."""
    meters = histogram("gen_ai.client.token.usage", summed(700.0, 1, CHAT | {"gen_ai.token.type": "input"}))
    call = span(CHAT | {"user.id": "ada", "gen_ai.usage.input_tokens": 700})
    memory = Memory()
    count(memory, found(spans(call, resource={"service.name": "a"}), Kind.TRACES).usages)
    for resource in ({"service.name": "a"}, {"service.name": "a", "service.instance.id": "2"}, {"service.name": "b"}):
        count(memory, usages(meters, resource=resource))
    assert counted(memory).input == 3 * 700


growing = st.lists(st.integers(0, 10**6), min_size=1, max_size=8).map(sorted)


def exports(sums: Sequence[int], kind: str, temporality: int) -> list[dict[str, Any]]:
    """What a meter that went through these sums says of itself, one export a second."""
    before = [0, *sums]
    said = {"temporality": temporality}
    if temporality == CUMULATIVE:
        return [counter("gemini_cli.token.usage", tokens(kind, now, at=n + 1), **said) for n, now in enumerate(sums)]
    grown = [(n, now - before[n]) for n, now in enumerate(sums)]
    return [counter("gemini_cli.token.usage", tokens(kind, value, at=n + 1, start=n), **said) for n, value in grown]


@given(growing, growing, growing, st.data())
def test_any_order_any_cut_and_any_repetition_of_exports_counts_the_same_as_sums_and_as_differences(
    inputs: list[int], outputs: list[int], cached: list[int], data: st.DataObject
) -> None:
    expected = (inputs[-1] - cached[-1], outputs[-1], cached[-1])
    for temporality in (DELTA, CUMULATIVE):
        sent = [
            export
            for sums, kind in ((inputs, "input"), (outputs, "output"), (cached, "cache"))
            for export in exports(sums, kind, temporality)
        ]
        rest = data.draw(st.permutations(sent + data.draw(st.lists(st.sampled_from(sent), max_size=6))))
        memory = Memory()
        while rest:
            size = data.draw(st.integers(1, len(rest)))
            count(memory, usages(*rest[:size], resource=GEMINI))
            rest = rest[size:]
        sums = counted(memory)
        assert (sums.input, sums.output, sums.cache_read) == expected
        assert sums.cost == sum(n * price for n, price in zip(expected, (5_000, 25_000, 500), strict=True))


def test_what_a_part_says_that_nobody_knows_is_nothing() -> None:
    assert usages(counter("claude_code.token.usage", tokens("something new", 5))) == []

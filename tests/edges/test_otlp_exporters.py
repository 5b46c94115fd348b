"""The exporters of the OpenTelemetry SDK, set by environment variables alone, against the real server."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from bot.clock import SystemClock
from bot.store import Scope
from tests.edges.door import TEAM, Door, opened
from tests.edges.otlp import counted
from workflows.ports import Unavailable, UnitOfWork, Units

RESOURCE = f"service.name=ranker,team.id=Search%20%26%20Ads,leeway.scope={quote(TEAM, safe='')}"
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "mini",
    "gen_ai.usage.input_tokens": 1_000,
    "gen_ai.usage.output_tokens": 100,
}
COUNTED = {"session.id": "s1", "model": "opus", "user.email": "ada@acme.example"}


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    with opened(tmp_path) as open_door:
        yield pointed(open_door, monkeypatch)


def pointed(door: Door, monkeypatch: pytest.MonkeyPatch) -> Door:
    """Sets what a user would set, for a door at the machine's time: the SDK reads the clock itself."""
    door.clock.at = SystemClock().now()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"{door.client.base_url}/v1/otlp")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"Authorization=Bearer%20{door.token(Scope.INGEST)}")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", RESOURCE)
    return door


def traced(*calls: Mapping[str, Any]) -> None:
    """An application that calls models within an agent's span and ends, as an instrumentation would trace it."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("opentelemetry.instrumentation.openai_v2")
    with tracer.start_as_current_span("invoke_agent", attributes={**CHAT, "gen_ai.operation.name": "invoke_agent"}):
        for call in calls:
            tracer.start_span("chat mini", attributes=call).end()
    provider.shutdown()


def logged(*records: Mapping[str, Any]) -> None:
    """A tool that logs and ends."""
    provider = LoggerProvider()
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    logger = provider.get_logger("com.anthropic.claude_code.events")
    for attributes in records:
        logger.emit(LogRecord(body="claude_code.api_request", attributes=attributes))
    provider.shutdown()


def metered(*rounds: Mapping[str, int]) -> None:
    """A tool that adds so many tokens by type, exports, and so on, and ends."""
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=float("inf"))
    provider = MeterProvider(metric_readers=[reader])
    meter = provider.get_meter("com.anthropic.claude_code")
    tokens, cost = (
        meter.create_counter("claude_code.token.usage", "tokens"),
        meter.create_counter("claude_code.cost.usage", "USD"),
    )
    for adds in rounds:
        for kind, amount in adds.items():
            tokens.add(amount, {**COUNTED, "type": kind})
        cost.add(0.25, COUNTED)
        provider.force_flush()
    provider.shutdown()


def recorded(*values: tuple[int, str]) -> None:
    """An instrumentation that records tokens by type in the GenAI histogram, exporting after each."""
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=float("inf"))
    provider = MeterProvider(metric_readers=[reader])
    usage = provider.get_meter("opentelemetry.instrumentation.openai_v2").create_histogram("gen_ai.client.token.usage", "{token}")
    said = {name: value for name, value in CHAT.items() if "usage" not in name}
    for tokens, kind in values:
        usage.record(tokens, {**said, "gen_ai.token.type": kind})
        provider.force_flush()
    provider.shutdown()


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_spans_count_in_the_scope_that_the_resource_names(door: Door, monkeypatch: pytest.MonkeyPatch, compression: str) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", compression)
    traced(CHAT, CHAT | {"gen_ai.usage.input_tokens": 500}, {"http.request.method": "GET"})
    sums = counted(door, TEAM)
    assert (sums.events, sums.requests, sums.input, sums.output, sums.clocked) == (2, 2, 1_500, 200, 2)
    assert sums.cost == 1_500 * 250 + 200 * 2_000


def test_what_the_environment_percent_encodes_arrives_as_it_was_meant(door: Door) -> None:
    traced(CHAT)
    with door.store.reads() as unit:
        [piece] = unit.meter.slices(door.clock.at.date(), door.clock.at.date().replace(year=9999))
    assert (piece.series.team, piece.series.scope) == ("Search & Ads", TEAM)


def test_log_records_count(door: Door) -> None:
    said = COUNTED | {"event.name": "api_request", "input_tokens": "12", "output_tokens": 345, "cost_usd_micros": "87512"}
    logged(said | {"request_id": "req_1"}, said | {"request_id": "req_2"}, {"event.name": "user_prompt"})
    sums = counted(door, TEAM)
    assert (sums.events, sums.input, sums.output, sums.cost) == (2, 24, 690, 2 * 87_512_000)


@pytest.mark.parametrize("temporality", ["cumulative", "delta", "lowmemory"])
def test_meters_count_what_was_added_however_they_are_told(door: Door, monkeypatch: pytest.MonkeyPatch, temporality: str) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", temporality)
    metered({"input": 10, "cacheRead": 700}, {"input": 5}, {"output": 3})
    metered({"input": 100})
    sums = counted(door, TEAM)
    assert (sums.input, sums.output, sums.cache_read, sums.cost) == (115, 3, 700, 4 * 250_000_000)


def test_a_histogram_of_genai_counts(door: Door) -> None:
    recorded((1_000, "input"), (100, "output"), (500, "input"), (100, "output"))
    sums = counted(door, TEAM)
    assert (sums.requests, sums.input, sums.output) == (2, 1_500, 200)


def test_a_service_that_traces_its_calls_and_meters_them_is_counted_once(door: Door) -> None:
    traced(CHAT)
    recorded((1_000, "input"), (100, "output"))
    assert (counted(door).requests, counted(door).input) == (1, 1_000)
    with door.store.reads() as unit:
        assert unit.streams.passed() == 2


def test_an_exporter_that_is_asked_to_come_back_does_and_nothing_counts_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as spare:
        real: Units = spare.store.units
        trouble = [Unavailable("the database is busy")]

        def units() -> UnitOfWork:
            if trouble:
                raise trouble.pop()
            return real()

        folder = tmp_path / "busy"
        folder.mkdir()
        with opened(folder, units=units) as door:
            pointed(door, monkeypatch)
            traced(CHAT)
        assert not trouble
        assert counted(spare).requests == 1

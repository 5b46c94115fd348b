"""The messages of OTLP as JSON has them, as far as they are read. Fields that are not named here are passed over unread.

Numbers and ids are taken as they come: JSON may write each in several ways, and one that is wrong must not cost the batch.
"""

from typing import Any

import msgspec


class AnyValue(msgspec.Struct, frozen=True, rename="camel"):
    string_value: str | None = None
    int_value: Any = None
    double_value: Any = None
    bool_value: bool | None = None


class KeyValue(msgspec.Struct, frozen=True, rename="camel"):
    key: str = ""
    value: AnyValue | None = None


class Resource(msgspec.Struct, frozen=True, rename="camel"):
    attributes: list[KeyValue] | None = None


class Scope(msgspec.Struct, frozen=True, rename="camel"):
    name: str | None = ""


class LogRecord(msgspec.Struct, frozen=True, rename="camel"):
    attributes: list[KeyValue] | None = None
    time_unix_nano: Any = 0
    observed_time_unix_nano: Any = 0
    event_name: str | None = ""
    body: AnyValue | None = None
    trace_id: Any = ""
    span_id: Any = ""


class ScopeLogs(msgspec.Struct, frozen=True, rename="camel"):
    scope: Scope | None = None
    log_records: list[LogRecord] | None = None


class ResourceLogs(msgspec.Struct, frozen=True, rename="camel"):
    resource: Resource | None = None
    scope_logs: list[ScopeLogs] | None = None


class Logs(msgspec.Struct, frozen=True, rename="camel"):
    resource_logs: list[ResourceLogs] | None = None


class Status(msgspec.Struct, frozen=True, rename="camel"):
    code: Any = 0


class Span(msgspec.Struct, frozen=True, rename="camel"):
    attributes: list[KeyValue] | None = None
    start_time_unix_nano: Any = 0
    end_time_unix_nano: Any = 0
    status: Status | None = None
    trace_id: Any = ""
    span_id: Any = ""


class ScopeSpans(msgspec.Struct, frozen=True, rename="camel"):
    scope: Scope | None = None
    spans: list[Span] | None = None


class ResourceSpans(msgspec.Struct, frozen=True, rename="camel"):
    resource: Resource | None = None
    scope_spans: list[ScopeSpans] | None = None


class Spans(msgspec.Struct, frozen=True, rename="camel"):
    resource_spans: list[ResourceSpans] | None = None


class Point(msgspec.Struct, frozen=True, rename="camel"):
    """Of a sum, or of a histogram."""

    attributes: list[KeyValue] | None = None
    start_time_unix_nano: Any = 0
    time_unix_nano: Any = 0
    as_int: Any = None
    as_double: Any = None
    sum: Any = None
    count: Any = 0
    flags: Any = 0


class Sum(msgspec.Struct, frozen=True, rename="camel"):
    data_points: list[Point] | None = None
    aggregation_temporality: Any = 0
    is_monotonic: bool = False


class Histogram(msgspec.Struct, frozen=True, rename="camel"):
    data_points: list[Point] | None = None
    aggregation_temporality: Any = 0


class Metric(msgspec.Struct, frozen=True, rename="camel"):
    name: str | None = ""
    sum: Sum = Sum()
    histogram: Histogram = Histogram()
    exponential_histogram: Histogram = Histogram()


class ScopeMetrics(msgspec.Struct, frozen=True, rename="camel"):
    scope: Scope | None = None
    metrics: list[Metric] | None = None


class ResourceMetrics(msgspec.Struct, frozen=True, rename="camel"):
    resource: Resource | None = None
    scope_metrics: list[ScopeMetrics] | None = None


class Metrics(msgspec.Struct, frozen=True, rename="camel"):
    resource_metrics: list[ResourceMetrics] | None = None


LOGS = msgspec.json.Decoder(Logs)
SPANS = msgspec.json.Decoder(Spans)
METRICS = msgspec.json.Decoder(Metrics)

"""OTLP as it comes over the wire, protobuf or JSON, to records, spans and points.

Both are walked alike: the structs that JSON is read into have the fields of the generated classes, with the same values for what
is not there. Protobuf is parsed by `FromString`; `json_format` would take twenty times as long. JSON may write 64-bit numbers as
text and ids as hex.
"""

import json
from collections.abc import Callable, Container, Iterator
from typing import Any, NamedTuple

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot.web.fields import Unreadable
from bot.web.otlp import shapes
from bot.web.otlp.attributes import WANTED, Said

ERROR = 2  # a span's status
UNRECORDED = 1  # a point's flag: there was nothing to report
BRIEF = 100  # characters: a body that is longer is no event's name, and may be somebody's prompt


class Logged(NamedTuple):
    """A log record; `name` is its event's, as far as that is not an attribute. Times are nanoseconds since 1970, 0 for none."""

    scope: str
    resource: Said
    said: Said
    name: str
    at: int
    observed: int
    trace: str
    span: str


class Span(NamedTuple):
    """A span that ended."""

    scope: str
    resource: Said
    said: Said
    start: int
    end: int
    failed: bool
    trace: str
    span: str


class Point(NamedTuple):
    """A data point of a metric, with all that is said of it. `temporality` is 1 for delta, 2 for cumulative.

    `grows` is whether the metric may only grow. A histogram's amount is its sum, and its calls how many values that is of.
    """

    scope: str
    resource: Said
    said: Said
    metric: str
    temporality: int
    grows: bool
    start: int
    at: int
    amount: Any
    calls: int


def logged(body: bytes, as_json: bool, *, deep: bool = True, events: Container[str] = ()) -> Iterator[Logged]:
    """The log records of a request, none when it is not to be looked at `deep`. Raises Unreadable.

    Of those that Claude Code names in their bodies only these `events` say more: most are long, and of other things.
    """
    read = _read(body, as_json, ExportLogsServiceRequest.FromString, shapes.LOGS)
    for within in (read.resource_logs or ()) if deep else ():
        resource = _wanted(within.resource)
        for part in within.scope_logs or ():
            scope = _scope(part)
            for record in part.log_records or ():
                name = record.event_name or _brief(record.body)
                said = {} if name.startswith("claude_code.") and name not in events else _wanted(record)
                times = _number(record.time_unix_nano), _number(record.observed_time_unix_nano)
                ids = _hex(record.trace_id), _hex(record.span_id)
                yield Logged(scope, resource, said, name, *times, *ids)


def spans(body: bytes, as_json: bool, *, deep: bool = True) -> Iterator[Span]:
    """The spans of a request, none when it is not to be looked at `deep`. Raises Unreadable."""
    read = _read(body, as_json, ExportTraceServiceRequest.FromString, shapes.SPANS)
    for within in (read.resource_spans or ()) if deep else ():
        resource = _wanted(within.resource)
        for part in within.scope_spans or ():
            scope = _scope(part)
            for span in part.spans or ():
                times = _number(span.start_time_unix_nano), _number(span.end_time_unix_nano)
                failed = span.status is not None and span.status.code == ERROR
                yield Span(scope, resource, _wanted(span), *times, failed, _hex(span.trace_id), _hex(span.span_id))


def points(body: bytes, as_json: bool, names: Container[str]) -> Iterator[Point]:
    """The points of the metrics of these names; the others are as if they were not there. Raises Unreadable."""
    for within in _read(body, as_json, ExportMetricsServiceRequest.FromString, shapes.METRICS).resource_metrics or ():
        resource = _all(within.resource)
        for part in within.scope_metrics or ():
            scope = _scope(part)
            for metric in part.metrics or ():
                if metric.name in names:
                    yield from _points(metric, scope, resource)


def _points(metric: Any, scope: str, resource: Said) -> Iterator[Point]:
    for point in metric.sum.data_points or ():
        if not _number(point.flags) & UNRECORDED:
            amount = point.as_int or point.as_double
            yield _point(metric, metric.sum, point, scope=scope, resource=resource, amount=amount, calls=0)
    for kind in (metric.histogram, metric.exponential_histogram):
        for point in kind.data_points or ():
            if not _number(point.flags) & UNRECORDED:
                yield _point(metric, kind, point, scope=scope, resource=resource, amount=point.sum, calls=_number(point.count))


def _point(metric: Any, kind: Any, point: Any, *, scope: str, resource: Said, amount: Any, calls: int) -> Point:
    grows = getattr(kind, "is_monotonic", True)
    times = _number(point.start_time_unix_nano), _number(point.time_unix_nano)
    return Point(scope, resource, _all(point), metric.name, kind.aggregation_temporality, grows, *times, amount or 0, calls)


def _read(body: bytes, as_json: bool, parse: Callable[[bytes], Any], decoder: msgspec.json.Decoder[Any]) -> Any:
    try:
        return decoder.decode(body) if as_json else parse(body)
    except DecodeError:
        raise Unreadable("the body is no protobuf message of this kind") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _lenient(body, decoder, error)


def _lenient(body: bytes, decoder: msgspec.json.Decoder[Any], error: Exception) -> Any:
    """A body that is JSON to Python and JavaScript only: a bare NaN or half an emoji must not cost the batch."""
    if isinstance(error, msgspec.ValidationError):
        raise Unreadable(f"the body is no OTLP: {error}") from error
    try:
        return msgspec.convert(json.loads(body, parse_constant=str), decoder.type)
    except msgspec.ValidationError as why:
        raise Unreadable(f"the body is no OTLP: {why}") from error
    except (ValueError, RecursionError):
        raise Unreadable(f"the body is not JSON: {error}") from error


def _wanted(holder: Any) -> Said:
    found = {}
    for pair in (holder.attributes or ()) if holder is not None else ():
        if (key := pair.key) in WANTED:
            found[key] = _value(pair.value)
    return found


def _all(holder: Any) -> Said:
    return {pair.key: _value(pair.value) for pair in (holder.attributes or ())} if holder is not None else {}


def _value(value: Any) -> Any:
    if value is None:
        return ""
    return value.string_value or value.int_value or value.double_value or value.bool_value


def _scope(part: Any) -> str:
    return part.scope.name or "" if part.scope is not None else ""


def _brief(body: Any) -> str:
    written = body.string_value if body is not None else ""
    return written if written and len(written) <= BRIEF else ""


def _hex(identity: Any) -> str:
    return identity.hex() if isinstance(identity, bytes) else str(identity).lower()


def _number(written: Any) -> int:
    """A whole number of the wire; 0 for what is none."""
    try:
        return int(written)
    except (TypeError, ValueError, OverflowError):
        return 0

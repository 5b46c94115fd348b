"""OTLP as senders write it: JSON bodies from plain values, and the same as protobuf."""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import httpx
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot.web.otlp.reading import Kind, read
from bot.web.usage import Place, Read
from tests.edges.door import NOW, POLICY, Door
from workflows.attribution import Origin
from workflows.spend import NOTHING, Sums, Usage

Said = Mapping[str, Any]
PATH = "/v1/otlp/v1"
DELTA, CUMULATIVE = 1, 2
MESSAGES = {
    Kind.LOGS: ExportLogsServiceRequest,
    Kind.TRACES: ExportTraceServiceRequest,
    Kind.METRICS: ExportMetricsServiceRequest,
}
TRACE, SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"


def nanos(at: datetime) -> str:
    return f"{int(at.timestamp()) * 10**6 + at.microsecond}000"


def pairs(said: Said) -> list[dict[str, Any]]:
    """Attributes as OTLP/JSON has them; a value that is a mapping is written as it is."""
    return [{"key": key, "value": _value(value)} for key, value in said.items()]


def _value(value: Any) -> Any:
    match value:
        case dict():
            return value
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [_value(each) for each in value]}}
        case _:
            return {"stringValue": value}


def log(said: Said, *, at: datetime | None = NOW, body: str = "", **fields: Any) -> dict[str, Any]:
    times = {"timeUnixNano": nanos(at), "observedTimeUnixNano": nanos(at)} if at else {"timeUnixNano": "0"}
    return {**times, "severityNumber": 9, "body": {"stringValue": body}, "attributes": pairs(said), **fields}


def logs(*records: Said, resource: Said | None = None, scope: str = "") -> dict[str, Any]:
    scoped = {"scope": {"name": scope, "version": "1"}, "logRecords": list(records)}
    return {"resourceLogs": [{"resource": {"attributes": pairs(resource or {})}, "scopeLogs": [scoped]}]}


def span(said: Said, *, start: datetime = NOW, end: datetime = NOW, status: int = 0, **fields: Any) -> dict[str, Any]:
    times = {"startTimeUnixNano": nanos(start), "endTimeUnixNano": nanos(end)}
    ids = {"traceId": TRACE, "spanId": SPAN, "parentSpanId": ""}
    return {**ids, "name": "a span", "kind": 3, **times, "attributes": pairs(said), "status": {"code": status}, **fields}


def spans(*some: Said, resource: Said | None = None, scope: str = "") -> dict[str, Any]:
    scoped = {"scope": {"name": scope}, "spans": list(some)}
    return {"resourceSpans": [{"resource": {"attributes": pairs(resource or {})}, "scopeSpans": [scoped]}]}


def point(value: float | str, said: Said, *, at: datetime = NOW, start: datetime = NOW, **fields: Any) -> dict[str, Any]:
    """A number's point: whole ones as the integers that OTLP/JSON writes as text; "NaN" is a double."""
    kind = {"asInt": str(value)} if isinstance(value, int) else {"asDouble": value}
    return {"startTimeUnixNano": nanos(start), "timeUnixNano": nanos(at), "attributes": pairs(said), **kind, **fields}


def summed(value: float, calls: int, said: Said, *, at: datetime = NOW, start: datetime = NOW) -> dict[str, Any]:
    """A histogram's point."""
    times = {"startTimeUnixNano": nanos(start), "timeUnixNano": nanos(at)}
    return {**times, "attributes": pairs(said), "sum": value, "count": str(calls), "bucketCounts": ["0"], "explicitBounds": []}


def counter(name: str, *points: Said, temporality: int = DELTA, **fields: Any) -> dict[str, Any]:
    return {
        "name": name,
        "sum": {"aggregationTemporality": temporality, "isMonotonic": True, "dataPoints": list(points), **fields},
    }


def histogram(name: str, *points: Said, temporality: int = DELTA, kind: str = "histogram") -> dict[str, Any]:
    return {"name": name, kind: {"aggregationTemporality": temporality, "dataPoints": list(points)}}


def metrics(*some: Said, resource: Said | None = None, scope: str = "") -> dict[str, Any]:
    scoped = {"scope": {"name": scope}, "metrics": list(some)}
    return {"resourceMetrics": [{"resource": {"attributes": pairs(resource or {})}, "scopeMetrics": [scoped]}]}


def as_protobuf(body: Said, kind: Kind) -> bytes:
    """A JSON body as the protobuf message that says the same. Ids are hex in OTLP/JSON, and base64 to protobuf's own JSON."""

    def rebased(value: Any) -> Any:
        match value:
            case dict():
                return {k: _base64(v) if k in ("traceId", "spanId", "parentSpanId") else rebased(v) for k, v in value.items()}
            case list():
                return [rebased(each) for each in value]
            case _:
                return value

    return Parse(json.dumps(rebased(body)), MESSAGES[kind](), ignore_unknown_fields=True).SerializeToString()


def _base64(number: str) -> str:
    return b64encode(bytes.fromhex(number)).decode()


def found(body: Said, kind: Kind, origins: list[tuple[Origin, str]] | None = None) -> Read:
    """What is read in a body: the same whether it comes as JSON or as protobuf. `origins` takes what the rules were asked."""
    asked: list[tuple[Origin, str]] = [] if origins is None else origins

    def scope_of(origin: Origin, named: str) -> str:
        asked.append((origin, named))
        return named or "platform"

    first = read(json.dumps(body).encode(), Place(NOW, POLICY.scopes, scope_of), kind=kind, as_json=True)
    second = read(
        as_protobuf(body, kind), Place(NOW, POLICY.scopes, lambda _, named: named or "platform"), kind=kind, as_json=False
    )
    assert [_but_key(usage) for usage in first.usages] == [_but_key(usage) for usage in second.usages]
    assert first.indices == second.indices
    assert [refusal.field for refusal in first.refused] == [refusal.field for refusal in second.refused]
    return first


def _but_key(usage: Usage) -> Usage:
    """Where there is no id the key is made of all that was said, and the two encodings spell numbers differently."""
    return usage._replace(key=b"", via=None)


def send(door: Door, kind: Kind, body: Said, *, protobuf: bool = False) -> httpx.Response:
    if protobuf:
        headers = {"Content-Type": "application/x-protobuf"}
        return door.client.post(f"{PATH}/{kind.value}", content=as_protobuf(body, kind), headers=headers)
    return door.client.post(f"{PATH}/{kind.value}", json=body)


def counted(door: Door, scope: str = "") -> Sums:
    """All that was ever counted in a scope."""
    total = NOTHING
    with door.store.reads() as unit:
        for piece in unit.meter.slices(date.min, date.max, scope):
            total = total.plus(piece.sums)
    return total

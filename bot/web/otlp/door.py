"""`POST /v1/otlp/v1/{logs,traces,metrics}`: OTLP in. It is answered when what it says is committed, and not before.

200  Export…ServiceResponse; partial_success says how many were rejected and why, the others are kept
400  Status: the body is no such export
401, 403, 413, 415  Status
503  Status: nothing was kept, or that is not known; exporters send the same again after Retry-After, and nothing counts twice

Answers are in the encoding of the call, protobuf or JSON.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

import msgspec
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsPartialSuccess, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsPartialSuccess, ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTracePartialSuccess, ExportTraceServiceResponse

from bot.web.calls import JSON, Answer, Call, Handler, Turned
from bot.web.intake import Intake
from bot.web.otlp.reading import Kind, read
from bot.web.usage import Refusal

PROTOBUF = (b"content-type", b"application/x-protobuf")
TOLD = 20  # refusals in an answer; exporters write it to a log
AGAIN = (b"retry-after", b"1")

RESPONSES: dict[Kind, tuple[Any, Any, str]] = {
    Kind.LOGS: (ExportLogsServiceResponse, ExportLogsPartialSuccess, "rejected_log_records"),
    Kind.TRACES: (ExportTraceServiceResponse, ExportTracePartialSuccess, "rejected_spans"),
    Kind.METRICS: (ExportMetricsServiceResponse, ExportMetricsPartialSuccess, "rejected_data_points"),
}


class Otlp:
    """The door for OpenTelemetry."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def handlers(self) -> dict[str, Handler]:
        """What answers at which path."""
        return {f"/v1/otlp/v1/{kind.value}": partial(self._post, kind=kind) for kind in Kind}

    async def _post(self, call: Call, *, kind: Kind) -> Answer:
        as_json = _is_json(call.headers.get(b"content-type", b""))
        try:
            body = await self._intake.body(call)
            if as_json is None:
                raise Turned(415, "send application/x-protobuf or application/json")
            found = await self._intake.read(body, partial(read, kind=kind, as_json=as_json))
            await self._intake.keep(found)
        except Turned as turned:
            return _turned(turned, bool(as_json))
        return _kept(kind, found.refused, as_json)


@lru_cache(64)
def _is_json(header: bytes) -> bool | None:
    """Whether a body is JSON; None when it is nothing that is read here."""
    kind = header.decode("latin-1").lower().partition(";")[0].strip()
    return {"application/json": True, "application/x-protobuf": False, "application/protobuf": False}.get(kind)


def _kept(kind: Kind, refused: Sequence[Refusal], as_json: bool) -> Answer:
    response, partial_success, rejected = RESPONSES[kind]
    if as_json:
        part = {_camel(rejected): str(len(refused)), "errorMessage": _told(refused)}
        return Answer(200, msgspec.json.encode({"partialSuccess": part} if refused else {}))
    said = partial_success(error_message=_told(refused), **{rejected: len(refused)}) if refused else None
    return Answer(200, response(partial_success=said).SerializeToString(), (PROTOBUF,))


def _told(refused: Sequence[Refusal]) -> str:
    """Every refusal, up to a number, in one line."""
    lines = [f"{refusal.index}: {refusal.field} {refusal.reason}" for refusal in refused[:TOLD]]
    return "; ".join(lines + ([f"and {len(refused) - TOLD:,} more"] if len(refused) > TOLD else []))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def _turned(turned: Turned, as_json: bool) -> Answer:
    """A google.rpc.Status. What could not be kept is not said to be 500, which exporters take for a reason to drop it."""
    status, headers = (503, (*turned.headers, AGAIN)) if turned.status == 500 else (turned.status, turned.headers)
    if as_json:
        return Answer(status, msgspec.json.encode({"message": turned.said}), (JSON, *headers))
    return Answer(status, _status(turned.said), (PROTOBUF, *headers))


def _status(message: str) -> bytes:
    """The Status of a message, which is its second field: a tag, a length of 7 bits a byte, and the text."""
    text = message.encode("utf-8", "surrogatepass")
    length, left = bytearray(), len(text)
    while left > 127:
        length.append(left & 127 | 128)
        left >>= 7
    return b"\x12" + bytes(length) + bytes([left]) + text

"""`POST /v1/events`: usage in as CloudEvents, corrections, and what was produced. It is answered when it is committed.

One event is structured (`application/cloudevents+json`) or binary (its envelope in `ce-` headers, the body its data); a batch is
a list.

200  {"accepted": 2, "duplicates": 0, "refused": [{"index": 1, "field": "data.scope", "reason": "…"}]}
400  nothing could be read: {"error": "…", "position": 17}
401, 403  no token, or one that may not do this
413, 415  too large, or no CloudEvents as JSON
422  as 200, when the body is one event and it was refused
503  nothing was kept, or that is not known: send the same again after Retry-After; what was kept is not counted twice
"""

from functools import lru_cache, partial

from bot.web.binary import enveloped, is_binary
from bot.web.calls import Answer, Call, Turned, answer
from bot.web.clerk import Clerk
from bot.web.fields import Unreadable
from bot.web.intake import Intake
from bot.web.parts import is_list
from bot.web.restated import read_all

BATCH = {  # by content type: whether the body is a list, None for either
    "application/cloudevents+json": False,
    "application/cloudevents-batch+json": True,
    "application/json": None,
}


class Ingest:
    """The door for usage."""

    def __init__(self, intake: Intake, clerk: Clerk) -> None:
        self._intake = intake
        self._clerk = clerk

    async def post(self, call: Call) -> Answer:
        body = await self._intake.body(call)
        batch = _batch(call.headers.get(b"content-type", b""))
        if is_binary(call.headers):
            body, batch = self._enveloped(call, body), False
        found = await self._intake.read(body, partial(read_all, batch=batch), call)
        recorded = await self._intake.keep(found)
        more = await self._clerk.keep(call, found)
        accepted, duplicates = recorded.accepted + more.accepted, recorded.duplicates + more.duplicates
        said = {"accepted": accepted, "duplicates": duplicates, "refused": found.refused}
        return answer(422 if found.refused and not is_list(body) else 200, said)

    @staticmethod
    def _enveloped(call: Call, body: bytes) -> bytes:
        try:
            return enveloped(call.headers, body)
        except Unreadable as error:
            raise Turned(400, str(error), position=error.position) from error


@lru_cache(64)
def _batch(header: bytes) -> bool | None:
    """What the content type promises."""
    kind, *parameters = header.decode("latin-1").lower().split(";")
    if kind.strip() not in BATCH:
        raise Turned(415, f"send {', '.join(BATCH)}, not {kind.strip() or 'a body without a content type'}")
    charset = next((p.partition("=")[2].strip(' "') for p in parameters if p.strip().startswith("charset")), "utf-8")
    if charset not in ("utf-8", "utf8"):
        raise Turned(415, "send UTF-8")
    return BATCH[kind.strip()]

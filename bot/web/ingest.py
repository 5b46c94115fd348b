"""`POST /v1/events`: usage in. It is answered when it is committed, and not before.

200  {"accepted": 2, "duplicates": 0, "refused": [{"index": 1, "field": "data.scope", "reason": "…"}]}
400  nothing could be read: {"error": "…", "position": 17}
401, 403  no token, or one that may not do this
413, 415  too large, or no CloudEvents as JSON
422  as 200, when the body is one event and it was refused
503  nothing was kept, or that is not known: send the same again after Retry-After; what was kept is not counted twice
"""

import logging
from math import ceil

import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.web.bearer import Bearers
from bot.web.bodies import TooLarge, whole
from bot.web.cloudevents import Unreadable, is_list
from bot.web.doors import Doors
from bot.web.till import Till
from bot.web.usage import Read, Refusal, read
from workflows.metering import Recorded
from workflows.money import Unit, show
from workflows.ports import Unavailable

BATCH = {  # by content type: whether the body is a list, None for either
    "application/cloudevents+json": False,
    "application/cloudevents-batch+json": True,
    "application/json": None,
}
log = logging.getLogger(__name__)

SMALL = 16_000  # bytes that are decoded faster than a thread is woken


class Ingest:
    """The door for usage."""

    def __init__(self, doors: Doors, bearers: Bearers) -> None:
        self._doors = doors
        self._bearers = bearers
        self._till = Till(doors.record)

    async def post(self, request: Request) -> Response:
        if refusal := await self._bearers.refusal(request, "ingest"):
            return refusal
        kind = _kind(request)
        if isinstance(kind, Response):
            return kind
        try:
            body = await whole(request, self._doors.largest_body)
            found = await self._read(body, BATCH[kind])
            recorded = await self._till.take(found.usages)
        except TooLarge:
            return _too_large(self._doors.largest_body)
        except Unreadable as error:
            return JSONResponse({"error": str(error), "position": error.position}, 400)
        except Unavailable as error:
            wait = ceil(error.after.total_seconds()) if error.after else 1
            return JSONResponse({"error": f"{error}; send the same again"}, 503, {"Retry-After": str(max(1, wait))})
        except Exception:
            # Answered here: left to the server, it would take the connection and those who share it along.
            log.exception("usage could not be kept")
            return JSONResponse({"error": "this could not be kept, and why is in Leeway's log; sending it again is safe"}, 500)
        refused = _refused(found, recorded)
        said = {"accepted": recorded.accepted, "duplicates": recorded.duplicates, "refused": refused}
        status = 422 if refused and not is_list(body) else 200
        return Response(msgspec.json.encode(said), status, media_type="application/json")

    async def _read(self, body: bytes, batch: bool | None) -> Read:
        place = self._doors.place()

        def work() -> Read:
            return read(body, place, batch=batch)

        return work() if len(body) <= SMALL else await to_thread.run_sync(work)


def _kind(request: Request) -> str | Response:
    """The content type, or what to answer when it is not one of ours."""
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    if kind.strip() not in BATCH:
        return JSONResponse({"error": f"send {', '.join(BATCH)}, not {kind.strip() or 'a body without a content type'}"}, 415)
    charset = next((p.partition("=")[2].strip(' "') for p in parameters if p.strip().startswith("charset")), "utf-8")
    coding = request.headers.get("content-encoding", "identity").lower()
    if charset not in ("utf-8", "utf8") or coding != "identity":
        return JSONResponse({"error": "send UTF-8, not compressed"}, 415)
    return kind.strip()


def _too_large(most: int) -> Response:
    said = f"the body is over {most:,} bytes; send smaller batches"
    return JSONResponse({"error": said}, 413, {"Connection": "close"})


def _refused(found: Read, recorded: Recorded) -> list[Refusal]:
    """What the door refused, and what turned out to cost more than any call, in the order of the batch."""
    late = [
        Refusal(index, "data", f"comes to {show(recorded.absurd[usage.key], Unit.USD)}; are these tokens of one event?")
        for index, usage in zip(found.indices, found.usages, strict=True)
        if usage.key in recorded.absurd
    ]
    return sorted(found.refused + late, key=lambda refusal: refusal.index)

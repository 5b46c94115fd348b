"""Calls and answers of the doors that are knocked at all day, ahead of Starlette, whose routing costs more than they do.

A handler takes a `Call` and gives an `Answer`, or raises `Turned` for a call that is turned away as a whole.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from typing import Any, NamedTuple

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from workflows.ports import Unavailable

log = logging.getLogger("leeway.web")

Header = tuple[bytes, bytes]
JSON: Header = (b"content-type", b"application/json")
BROKEN = "something went wrong here; it is in the log, and sending the same again is safe"
AWAY = "this cannot be answered right now, and why is in Leeway's log; try again"


class Hungup(Exception):
    """Whoever called is gone; nobody hears an answer."""


class Answer(NamedTuple):
    """A status, a body and the headers beside its length."""

    status: int
    body: bytes
    headers: tuple[Header, ...] = (JSON,)


def answer(status: int, value: object, *headers: Header) -> Answer:
    """A value as JSON."""
    return Answer(status, msgspec.json.encode(value), (JSON, *headers))


class Turned(Exception):
    """A call that is turned away: what it is told, and more facts for programs."""

    def __init__(self, status: int, said: str, *headers: Header, **more: object) -> None:
        super().__init__(said)
        self.status = status
        self.said = said
        self.headers = headers
        self.more = more

    @property
    def answer(self) -> Answer:
        return answer(self.status, {"error": self.said, **self.more}, *self.headers)


class Call:
    """A request: its headers, by lower-case name, and its body, which is read once. `after` is done when it was answered."""

    __slots__ = ("_receive", "after", "headers", "query")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.query: bytes = scope["query_string"]
        self.after: Callable[[], None] | None = None
        self._receive = receive

    def header(self, name: bytes) -> str:
        """A header as text, "" when it is not there."""
        return self.headers.get(name, b"").decode("latin-1")

    async def part(self) -> tuple[bytes, bool]:
        """The next part of the body, and whether there are more."""
        message = await self._receive()
        if message["type"] != "http.request":
            raise Hungup
        return message.get("body", b""), message.get("more_body", False)


def away(gone: Unavailable) -> Turned:
    """What anybody is told while the database is away; where it is is not said to strangers."""
    log.warning("a call could not be answered: %s", gone)
    return Turned(503, AWAY, (b"retry-after", b"%d" % max(1, ceil(gone.after.total_seconds()) if gone.after else 1)))


Handler = Callable[[Call], Awaitable[Answer]]


class Hot:
    """An ASGI app that answers what it has a handler for, by method and path, and leaves the rest to another."""

    def __init__(self, handlers: Mapping[tuple[str, str], Handler], rest: ASGIApp) -> None:
        self._handlers = dict(handlers)
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._handlers.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if handler is None:
            await self._rest(scope, receive, send)
            return
        call = Call(scope, receive)
        try:
            given = await _given(handler, call)
        except Hungup:
            return
        finally:
            if call.after is not None:
                call.after()
        headers: list[Any] = [*given.headers, (b"content-length", b"%d" % len(given.body))]
        await send({"type": "http.response.start", "status": given.status, "headers": headers})
        await send({"type": "http.response.body", "body": given.body})


async def _given(handler: Handler, call: Call) -> Answer:
    try:
        return await handler(call)
    except Turned as turned:
        return turned.answer
    except Unavailable as gone:
        return away(gone).answer
    except Hungup:
        raise
    except Exception:
        # Answered here: left to the server, it would take the connection and those who share it along.
        log.exception("a call could not be answered")
        return answer(500, {"error": BROKEN})

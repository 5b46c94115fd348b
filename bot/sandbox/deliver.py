"""Getting a payload to the app: signed HTTP or an open socket, one time-out, one answer value.

The signature's timestamp is real time, because apps check it against theirs; all else runs on the sandbox's clock.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
from starlette.websockets import WebSocketDisconnect

from bot.sandbox.faults import Faults
from bot.sandbox.sockets import Sockets

# the first retry of an event comes at once, then a minute, then five minutes later
RETRIES = (timedelta(minutes=1), timedelta(minutes=5))
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
_REASONS = {"operation_timeout": "http_timeout", "dispatch_failed": "connection_failed"}


@dataclass(frozen=True)
class Ack:
    """What the app answered: `body` is parsed JSON or text; `error` is None where Slack would be content."""

    ms: int
    status: int | None
    body: Any = None
    error: str | None = None

    @property
    def ok(self) -> bool:
        return self.error is None

    def told(self) -> dict[str, Any]:
        """As control calls answer it."""
        sent = {"ok": self.ok, "ack_ms": self.ms, "status": self.status}
        return sent if self.ok else sent | {"error": self.error}


NOTHING = Ack(0, None)


@dataclass(frozen=True)
class Line:
    """Where the app listens and how it knows us; `url` None waits for a socket."""

    url: str | None
    secret: str
    ack_timeout: float
    wall: Callable[[], float]


@dataclass(frozen=True)
class Retry:
    due: datetime
    payload: dict[str, Any]
    number: int
    reason: str


@dataclass(frozen=True)
class Parcel:
    """One payload with what it looks like on either road."""

    kind: str
    payload: dict[str, Any]
    body: str
    headers: dict[str, str]


class Courier:
    """Delivers for one workspace. `line` may be replaced when the app's address becomes known."""

    def __init__(self, line: Line, sockets: Sockets, faults: Faults, *, now: Callable[[], datetime]) -> None:
        self.line, self.sockets, self.faults, self.now = line, sockets, faults, now
        self.retries: list[Retry] = []
        self.held: list[dict[str, Any]] = []
        self._client: httpx.AsyncClient | None = None

    async def interact(self, payload: dict[str, Any]) -> Ack:
        form = urlencode({"payload": json.dumps(payload)})
        return await self._send(Parcel("interactive", payload, form, _FORM))

    async def command(self, form: dict[str, str]) -> Ack:
        return await self._send(Parcel("slash_commands", form, urlencode(form), _FORM))

    async def event(self, payload: dict[str, Any]) -> Ack:
        """Delivers an event; one that fails is sent again at once, and by the clock after that."""
        if self.faults.take("hold", only=True):
            self.held.append(payload)
            return NOTHING
        late, self.held = self.held, []
        ack = await self._arrive(payload)
        for one in late:
            await self._arrive(one)
        return ack

    async def _arrive(self, payload: dict[str, Any]) -> Ack:
        ack = await self._event(payload)
        if ack.ok:
            return ack
        again = await self._event(payload, 1, _REASONS.get(ack.error or "", "http_error"))
        if not again.ok:
            reason = _REASONS.get(again.error or "", "http_error")
            due = enumerate(RETRIES, start=2)
            self.retries += [Retry(self.now() + delay, payload, n, reason) for n, delay in due]
        return again

    async def catch_up(self) -> None:
        """Sends the retries whose time has come; one that arrives ends the others of its event."""
        for retry in sorted((r for r in self.retries if r.due <= self.now()), key=lambda r: r.due):
            if retry not in self.retries:
                continue
            self.retries.remove(retry)
            if (await self._event(retry.payload, retry.number, retry.reason)).ok:
                self.retries = [r for r in self.retries if r.payload is not retry.payload]

    async def _event(self, payload: dict[str, Any], number: int = 0, reason: str = "") -> Ack:
        again = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else {}
        return await self._send(Parcel("events_api", payload, json.dumps(payload), _JSON | again))

    async def _send(self, parcel: Parcel) -> Ack:
        """Once, or twice where a fault ordered it; the first answer counts."""
        twice = self.faults.take("deliver", only=True)
        ack = await self._timed(parcel)
        if twice:
            await self._timed(parcel)
        return ack

    async def _timed(self, parcel: Parcel) -> Ack:
        start = perf_counter()
        status, said, error = await self._within(parcel)
        return Ack(round((perf_counter() - start) * 1000), status, said, error)

    async def _within(self, parcel: Parcel) -> tuple[int | None, Any, str | None]:
        try:
            async with asyncio.timeout(self.line.ack_timeout):
                if self.line.url is not None:
                    return await self._over_http(self.line.url, parcel)
                if self.sockets.live:
                    return 200, await self._over_socket(parcel), None
        except TimeoutError:
            return None, None, "operation_timeout"
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError, WebSocketDisconnect):
            pass
        return None, None, "dispatch_failed"

    async def _over_http(self, url: str, parcel: Parcel) -> tuple[int, Any, str | None]:
        self._client = self._client or httpx.AsyncClient(timeout=None, trust_env=False)
        signed = parcel.headers | sign(self.line.secret, parcel.body, int(self.line.wall()))
        answer = await self._client.post(url, content=parcel.body, headers=signed)
        error = None if answer.is_success else f"http_{answer.status_code}"
        return answer.status_code, _read(answer), error

    async def _over_socket(self, parcel: Parcel) -> Any:
        number = parcel.headers.get("X-Slack-Retry-Num")
        reason = parcel.headers.get("X-Slack-Retry-Reason")
        extra = {"retry_attempt": int(number), "retry_reason": reason} if number else {}
        return await self.sockets.send(parcel.kind, parcel.payload, **extra)

    def forget(self) -> None:
        """Drops what was still to be sent."""
        self.retries.clear()
        self.held.clear()

    async def aclose(self) -> None:
        if self._client:
            await self._client.aclose()
            self._client = None


def sign(secret: str, body: str, at: int) -> dict[str, str]:
    """Slack's v0 signature of a body sent at `at` epoch seconds."""
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def _read(answer: httpx.Response) -> Any:
    """JSON where the app says it is JSON, else its text; JSON that does not parse stays text and is refused later."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        try:
            return msgspec.json.decode(answer.content)
        except (msgspec.DecodeError, RecursionError):
            return answer.text
    return answer.text

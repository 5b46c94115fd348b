"""The sandbox put together: state, Web API, control calls, response_urls, sockets and the page as one ASGI app."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from bot.sandbox.acting import Acting
from bot.sandbox.answers import respond
from bot.sandbox.args import Args, parse
from bot.sandbox.control import Control, Jump, guarded
from bot.sandbox.deliver import Courier, Line
from bot.sandbox.errors import ApiError, ControlError
from bot.sandbox.faults import Faults
from bot.sandbox.seed import Seed
from bot.sandbox.site import doorstep, page
from bot.sandbox.sockets import PATH, Sockets
from bot.sandbox.webapi import Tokens, WebApi
from bot.sandbox.workspace import Workspace

_READS = ("state", "calls")
_ACTS = ("act", "submit", "close", "command", "shortcut", "say", "home", "clock", "fault", "reset")


class Sandbox:
    """One pretended Slack workspace: `asgi` to serve it, `connect` to say where the app listens."""

    def __init__(
        self,
        start: Seed,
        line: Line,
        tokens: Tokens,
        *,
        now: Callable[[], datetime],
        on_jump: Jump | None,
        base: str | None,
    ) -> None:
        faults = Faults()
        self.workspace = Workspace(start, now)
        sockets = Sockets(self.workspace.pulse, start.app_id)
        self.courier = Courier(line, sockets, faults, now=now)
        self.api = WebApi(self.workspace, faults, sockets, tokens=tokens, base=base)
        self.control = Control(self.workspace, Acting(self.workspace, self.courier), self.api, on_jump=on_jump)
        self.asgi = Starlette(routes=self._routes(sockets), lifespan=self._lifespan)

    def now(self) -> datetime:
        return self.workspace.now()

    def connect(self, app_url: str | None) -> None:
        """Says where the app listens, once its port is known; None leaves it to Socket Mode."""
        self.courier.line = replace(self.courier.line, url=app_url)

    def _routes(self, sockets: Sockets) -> list[BaseRoute]:
        calls = [Route(f"/{n}", guarded(getattr(self.control, n)), methods=["GET"]) for n in _READS]
        calls += [Route(f"/{n}", guarded(getattr(self.control, n)), methods=["POST"]) for n in _ACTS]
        return [
            Route("/api/{method}", self.api.call, methods=["GET", "POST"]),
            Mount("/_sandbox", routes=[*calls, Route("/{rest:path}", guarded(_nothing), methods=["GET", "POST"])]),
            Route("/response/{key}", self._respond, methods=["POST"]),
            WebSocketRoute(PATH, sockets.serve),
            doorstep(self.workspace),
            page(),
        ]

    async def _respond(self, request: Request) -> Response:
        """A response_url. Slack answers 404 where it is used up or too old."""
        try:
            raw = parse(await request.body(), request.headers.get("content-type", ""), "")
            respond(self.workspace, request.path_params["key"], Args(raw))
        except ApiError as no:
            status = 404 if no.name.endswith("_url") else 400
            return JSONResponse({"ok": False, "error": no.name}, status_code=status)
        return PlainTextResponse("ok")

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.courier.aclose()


async def _nothing(request: Request) -> dict[str, Any]:
    raise ControlError(f"there is no {request.method} {request.url.path}", 404)

"""A small Bolt app that orders lunch: the client in all these tests. It knows nothing of the sandbox."""

import re
from threading import Event
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.starlette.handler import SlackRequestHandler
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-lunch"


class Lunch:
    """Hears everything into `heard` and acknowledges with `reply`; a `gate` makes it wait before it does."""

    def __init__(self, base: str, token: str = TOKEN) -> None:
        self.client = WebClient(token, base_url=f"{base}/api/", timeout=10)
        self.heard: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.reply: dict[str, Any] = {}
        self.gate: Event | None = None
        self.busy = Event()
        self.broken = False
        self.bolt = App(client=self.client, signing_secret=SECRET, process_before_response=True)
        self._listen()
        handler = SlackRequestHandler(self.bolt)

        async def events(request: Request) -> Response:
            self.headers.append(dict(request.headers))
            return await handler.handle(request)

        self.asgi = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])

    def _listen(self) -> None:
        anything = re.compile("")
        for listen in (
            self.bolt.command(anything),
            self.bolt.action(anything),
            self.bolt.view(anything),
            self.bolt.view_closed(anything),
            self.bolt.shortcut(anything),
        ):
            listen(self._hear)
        for name in ("app_mention", "app_home_opened"):
            self.bolt.event(name)(self._hear)

    def _hear(self, ack: Any, body: dict[str, Any]) -> None:
        self.heard.append(body)
        if self.broken:
            raise RuntimeError("the kitchen burns")
        self.busy.set()
        if self.gate:
            self.gate.wait(30)
        ack(**self.reply)

    @property
    def last(self) -> dict[str, Any]:
        return self.heard[-1]

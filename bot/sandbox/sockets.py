"""Socket Mode: the app connects to us. Envelopes go out to any one connection, answers come back by envelope_id."""

import asyncio
import json
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.pulse import Pulse

PATH = "/link/"


class Sockets:
    """The open connections of one app, used in turn as Slack does."""

    def __init__(self, pulse: Pulse, app_id: str) -> None:
        self.pulse, self.app_id = pulse, app_id
        self.live: list[WebSocket] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Any]] = {}

    def ticket(self, base: str) -> str:
        """The address for one connection."""
        name = self.pulse.fresh("t")
        self._tickets.add(name)
        return f"{base.replace('http', 'ws', 1)}{PATH}?ticket={name}&app_id={self.app_id}"

    async def serve(self, socket: WebSocket) -> None:
        """One connection from its hello to its end."""
        if socket.query_params.get("ticket") not in self._tickets:
            await socket.close(1008)
            return
        self._tickets.discard(socket.query_params["ticket"])
        await socket.accept()
        self.live.append(socket)
        try:
            await self._hello(socket)
            while True:
                self._answered(await socket.receive_text())
        except (WebSocketDisconnect, KeyError):
            pass
        finally:
            if socket in self.live:
                self.live.remove(socket)

    async def _hello(self, socket: WebSocket) -> None:
        about = {"connection_info": {"app_id": self.app_id}, "num_connections": len(self.live)}
        debug = {"host": "sandbox", "approximate_connection_time": 18060}
        await socket.send_text(json.dumps({"type": "hello", **about, "debug_info": debug}))

    def _answered(self, text: str) -> None:
        """Gives an acknowledgement to whoever waits for it; noise is dropped."""
        try:
            said = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return
        waiting = self._waiting.get(said.get("envelope_id", "")) if isinstance(said, dict) else None
        if waiting and not waiting.done():
            waiting.set_result(said.get("payload"))

    async def send(self, kind: str, payload: dict[str, Any], **extra: Any) -> Any:
        """Sends one envelope and waits for its acknowledgement; the caller sets the time-out."""
        socket = self.live.pop(0)
        self.live.append(socket)
        name = self.pulse.fresh("e")
        self._waiting[name] = asyncio.get_running_loop().create_future()
        envelope = {
            "envelope_id": name,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        try:
            await socket.send_text(json.dumps(envelope | extra))
            return await self._waiting[name]
        finally:
            del self._waiting[name]

    async def drop(self, reason: str | None) -> None:
        """Ends every connection; with a reason Slack says so first, without one the line just goes dead."""
        for socket in list(self.live):
            self.live.remove(socket)
            if reason:
                farewell = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
                await socket.send_text(json.dumps(farewell))
            else:
                await socket.close(1011)

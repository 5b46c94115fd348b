"""`/_sandbox/*`: the calls with which tests, the demo and the page act in the workspace. JSON in, JSON out.

A call that makes no sense answers 400, one that names what is not there 404, both with `ok` false and a sentence.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox import asks
from bot.sandbox.acting import Acting, message_of, person, pick, room_of
from bot.sandbox.errors import ControlError
from bot.sandbox.faults import Fault
from bot.sandbox.glance import glance
from bot.sandbox.jumps import landing
from bot.sandbox.modals import View
from bot.sandbox.webapi import CONNECT, METHODS, WebApi
from bot.sandbox.workspace import Workspace

Told = dict[str, Any]
Jump = Callable[[datetime], datetime | None]
A = TypeVar("A", bound=asks.Ask)


def guarded(call: Callable[[Request], Awaitable[Told]]) -> Callable[[Request], Awaitable[Response]]:
    """Turns what a call says, or why it will not, into a response."""

    async def respond(request: Request) -> Response:
        try:
            _same_origin(request)
            return JSONResponse(await call(request))
        except ControlError as no:
            return JSONResponse({"ok": False, "error": no.sentence}, status_code=no.status)

    return respond


def _same_origin(request: Request) -> None:
    """Another site's page in the same browser must not act here."""
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host"):
        raise ControlError(f"a page of {origin} cannot act in this sandbox", 403)


async def asked(request: Request, kind: type[A]) -> A:
    """The body of a call, checked."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except (msgspec.DecodeError, RecursionError) as no:
        raise ControlError(f"{no}") from None


class Control:
    """The control calls of one sandbox."""

    def __init__(self, ws: Workspace, acting: Acting, api: WebApi, *, on_jump: Jump | None) -> None:
        self.ws, self.acting, self.api, self.on_jump = ws, acting, api, on_jump

    def _base(self, request: Request) -> str:
        return self.api.base or str(request.base_url).rstrip("/")

    async def state(self, request: Request) -> Told:
        query = request.query_params
        user = person(self.ws, query.get("as") or self._anybody())
        if query.get("since") == str(self.ws.pulse.rev):
            return {"rev": self.ws.pulse.rev, "now": self.ws.now().isoformat()}
        return glance(self.ws, user)

    def _anybody(self) -> str:
        """Whom a page shows before anybody chose."""
        return next((user.id for user in self.ws.users.values() if not user.is_bot and not user.deleted), "")

    async def act(self, request: Request) -> Told:
        ask = await asked(request, asks.Act)
        user = person(self.ws, ask.who)
        if ask.channel is not None and ask.ts is not None:
            room = room_of(self.ws, user, ask.channel)
            at = pick(message_of(room, user, ask.ts).blocks, ask.action_id, ask.block_id)
            base = self._base(request)
            ack = await self.acting.press(user, base, room=room, ts=ask.ts, at=at, value=ask.value)
        else:
            view = self._view(user, ask.view_id)
            ack = await self.acting.press_view(view, pick(view.blocks, ask.action_id, ask.block_id), ask.value)
        return ack.told()

    def _view(self, user: str, key: str | None) -> View:
        """The view named, or the App Home where none is."""
        home = self.ws.modals.homes.get(user)
        if key is None and home is None:
            raise ControlError("say where: channel and ts, or view_id")
        return self.ws.modals.top(user, key or (home.id if home else ""))

    async def submit(self, request: Request) -> Told:
        ask = await asked(request, asks.Submit)
        return await self.acting.submit(self._view(person(self.ws, ask.who), ask.view_id), ask.values)

    async def close(self, request: Request) -> Told:
        ask = await asked(request, asks.Close)
        await self.acting.close(self._view(person(self.ws, ask.who), ask.view_id))
        return {"ok": True}

    async def command(self, request: Request) -> Told:
        ask = await asked(request, asks.Command)
        user = person(self.ws, ask.who)
        room = room_of(self.ws, user, ask.channel)
        ack = await self.acting.command(user, self._base(request), room=room, name=ask.command, text=ask.text)
        return ack.told()

    async def shortcut(self, request: Request) -> Told:
        """Global, or on a message where one is named."""
        ask = await asked(request, asks.Shortcut)
        user, name = person(self.ws, ask.who), ask.callback_id
        if ask.channel is None or ask.ts is None:
            return (await self.acting.shortcut(user, name)).told()
        room = room_of(self.ws, user, ask.channel)
        base = self._base(request)
        return (await self.acting.message_shortcut(user, base, room=room, ts=ask.ts, callback_id=name)).told()

    async def say(self, request: Request) -> Told:
        ask = await asked(request, asks.Say)
        user = person(self.ws, ask.who)
        room = room_of(self.ws, user, ask.channel)
        return {"ok": True, "ts": await self.acting.say(user, room, ask.text, thread_ts=ask.thread_ts)}

    async def home(self, request: Request) -> Told:
        ask = await asked(request, asks.Home)
        await self.acting.home(person(self.ws, ask.who))
        return {"ok": True}

    async def clock(self, request: Request) -> Told:
        """Moves the shared clock, off this loop: the app may call the Web API while it jumps."""
        ask = await asked(request, asks.Clock)
        if self.on_jump is None:
            raise ControlError("this sandbox was made without on_jump: its clock cannot be moved from here")
        goal = landing(self.ws.now(), ZoneInfo(self.ws.team.tz), jump=ask.jump, to=ask.to)
        await asyncio.to_thread(self.on_jump, goal.astimezone(UTC))
        self.ws.touch()
        await self.acting.courier.catch_up()
        return {"now": self.ws.now().isoformat()}

    async def fault(self, request: Request) -> Told:
        ask = await asked(request, asks.Trouble)
        if ask.method == "socket":
            await self.api.sockets.drop(ask.error)
            return {"ok": True}
        if ask.method not in {*METHODS, CONNECT, "*", "deliver", "hold"}:
            raise ControlError(f"{ask.method} is no method of this sandbox", 404)
        details = msgspec.structs.asdict(ask)
        times = details.pop("times")
        self.api.faults.order(Fault(**details, left=times))
        return {"ok": True}

    async def reset(self, _: Request) -> Told:
        self.ws.reset()
        self.api.faults.orders.clear()
        self.acting.courier.forget()
        return {"ok": True}

    async def calls(self, request: Request) -> Told:
        since = request.query_params.get("since", "0")
        if not since.isdecimal():
            raise ControlError(f"since takes a whole number, not {since!r}")
        return {"calls": [msgspec.to_builtins(call) for call in self.api.calls[int(since) :]]}

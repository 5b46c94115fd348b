"""`/api/{method}` over HTTP: tokens, scopes, faults on order, the log of calls. Methods are in `chat`, `rooms` …"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox import chat, people, rooms, views
from bot.sandbox.args import Args, parse
from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.sockets import Sockets
from bot.sandbox.workspace import Workspace

Method = Callable[[Workspace, Args], dict[str, Any]]
METHODS: dict[str, Method] = chat.METHODS | people.METHODS | rooms.METHODS | views.METHODS
CONNECT = "apps.connections.open"
_OPEN = {"api.test"}
_SCOPES = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "conversations.open": "im:write",
    "conversations.list": "channels:read",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
    "conversations.join": "channels:join",
    "users.list": "users:read",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "users.profile.get": "users.profile:read",
    "team.profile.get": "users.profile:read",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
}


@dataclass(frozen=True)
class Call:
    """One Web API call as the app made it and what it was told."""

    n: int
    method: str
    ok: bool
    error: str | None
    args: dict[str, Any]


@dataclass(frozen=True)
class Tokens:
    """`app` None lets any xapp- token open a socket."""

    bot: str
    app: str | None = None


class WebApi:
    """The Web API of one workspace; `base` None takes the address each caller used."""

    def __init__(self, ws: Workspace, faults: Faults, sockets: Sockets, *, tokens: Tokens, base: str | None) -> None:
        self.ws, self.faults, self.sockets, self.tokens, self.base = ws, faults, sockets, tokens, base
        self.calls: list[Call] = []

    async def call(self, request: Request) -> Response:
        method = request.path_params["method"]
        fault = self.faults.take(method)
        args = Args({}, self.base or str(request.base_url).rstrip("/"))
        try:
            args.raw = parse(await request.body(), request.headers.get("content-type", ""), request.url.query)
            answer = {"ok": True} | self._answer(method, args, _token(request, args), fault)
        except ApiError as no:
            answer = {"ok": False, "error": no.name, **no.detail}
        if fault:
            answer = {"ok": False, "error": fault.name}
        self._log(method, args, answer)
        if fault and fault.hang:
            await _given_up(request)
        return self._response(answer, fault)

    def _answer(self, method: str, args: Args, token: str | None, fault: Fault | None) -> dict[str, Any]:
        if fault and not fault.after:
            return {}
        if method == CONNECT:
            self._app_token(token)
            return {"url": self.sockets.ticket(args.base)}
        if method not in METHODS:
            raise ApiError("unknown_method", req_method=method)
        self._allow(method, token)
        return METHODS[method](self.ws, args)

    def _allow(self, method: str, token: str | None) -> None:
        if method in _OPEN:
            return
        if not token:
            raise ApiError("not_authed")
        if token != self.tokens.bot:
            raise ApiError("invalid_auth")
        granted, needed = self.ws.seed.scopes, _SCOPES.get(method)
        if granted is not None and needed and needed not in granted:
            raise ApiError("missing_scope", needed=needed, provided=",".join(granted))

    def _app_token(self, token: str | None) -> None:
        if not token:
            raise ApiError("not_authed")
        if not token.startswith("xapp-"):
            raise ApiError("not_allowed_token_type")
        if self.tokens.app not in (None, token):
            raise ApiError("invalid_auth")

    def _log(self, method: str, args: Args, answer: dict[str, Any]) -> None:
        told = {name: value for name, value in args.raw.items() if name != "token"}
        self.calls.append(Call(len(self.calls) + 1, method, answer["ok"], answer.get("error"), told))

    def _response(self, answer: dict[str, Any], fault: Fault | None) -> Response:
        headers = {}
        if fault and fault.retry_after is not None:
            headers["Retry-After"] = str(fault.retry_after)
        if self.ws.seed.scopes is not None:
            headers["X-OAuth-Scopes"] = ",".join(self.ws.seed.scopes)
        return JSONResponse(answer, status_code=(fault and fault.status) or 200, headers=headers)


def _token(request: Request, args: Args) -> str | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" and value.strip() else args.maybe("token") or None


async def _given_up(request: Request) -> None:
    """Waits until the caller closes the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass

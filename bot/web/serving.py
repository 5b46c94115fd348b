"""Every HTTP door in one ASGI app."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.bearer import Bearers
from bot.web.doors import Doors
from bot.web.ingest import Ingest
from bot.web.looking import Looking


def web(doors: Doors, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The ASGI app; `routes` are doors that others bring, as Slack's."""
    bearers = Bearers(doors.token, doors.clock)
    looking = Looking(doors, bearers)
    own = [
        Route("/v1/events", Ingest(doors, bearers).post, methods=["POST"]),
        Route("/v1/quotas", looking.quotas, methods=["GET"]),
        Route("/v1/quotas/{scope:path}", looking.quota, methods=["GET"]),
        Route("/healthz", looking.healthy, methods=["GET"]),
        Route("/readyz", looking.ready, methods=["GET"]),
    ]
    return Starlette(routes=[*own, *routes], exception_handlers={HTTPException: _refused, Exception: _broken})


def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _broken(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": "something went wrong here; it is in the log, and sending the same again is safe"}, 500)

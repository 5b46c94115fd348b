"""Every HTTP door in one ASGI app."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from bot.web.bearer import Bearers
from bot.web.calls import BROKEN, Hot, Turned, away
from bot.web.checking import Checking
from bot.web.clerk import Clerk
from bot.web.doors import Doors
from bot.web.ingest import Ingest
from bot.web.intake import Intake
from bot.web.litellm import LiteLLM
from bot.web.looking import Looking
from bot.web.mlflow import MLflow
from bot.web.otlp.door import Otlp
from workflows.ports import Unavailable


def web(doors: Doors, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The ASGI app; `routes` are doors that others bring, as Slack's."""
    bearers = Bearers(doors.token, doors.clock, doors.called)
    intake = Intake(doors, bearers)
    looking, litellm, otlp = Looking(doors, bearers), LiteLLM(doors, intake), Otlp(intake)
    hot = {
        "/v1/events": Ingest(intake, Clerk(doors, bearers)).post,
        "/v1/litellm/logs": litellm.logs,
        "/v1/litellm/alerts": litellm.alerts,
        "/v1/mlflow/alerts": MLflow(doors).alerts,
        "/v1/check": Checking(doors, bearers).post,
        **otlp.handlers(),
    }
    own = [
        *(Route(path, _only_post, methods=["POST"]) for path in hot),
        Route("/v1/quotas", looking.quotas, methods=["GET"]),
        Route("/v1/quotas/{scope:path}", looking.quota, methods=["GET"]),
        Route("/v1/requests/{id}", looking.request, methods=["GET"]),
        Route("/healthz", looking.healthy, methods=["GET"]),
        Route("/readyz", looking.ready, methods=["GET"]),
    ]
    handlers = {HTTPException: _refused, Turned: _turned, Unavailable: _away, Exception: _broken}
    rest = Starlette(routes=[*own, *routes], exception_handlers=handlers)
    return Hot({("POST", path): handler for path, handler in hot.items()}, rest)


async def _only_post(_: Request) -> Response:
    """Stands for a hot door in the list of routes: whoever comes with another method is told which one it takes."""
    raise HTTPException(404)


def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def _turned(_: Request, error: Exception) -> Response:
    if not isinstance(error, Turned):
        raise error
    given = error.answer
    return Response(given.body, given.status, {name.decode(): value.decode() for name, value in given.headers})


def _away(request: Request, error: Exception) -> Response:
    return _turned(request, away(error) if isinstance(error, Unavailable) else error)


def _broken(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": BROKEN}, 500)

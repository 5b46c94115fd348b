"""The page on which a person acts: static files of one folder, or a plain 404 where it is not installed."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.workspace import Workspace

PAGE = Path(__file__).parent / "page"


def page(folder: Path = PAGE) -> BaseRoute:
    """Serves `folder/index.html` at / and the files beside it."""
    return Mount("/", StaticFiles(directory=folder, html=True)) if folder.is_dir() else Route("/", _none)


def doorstep(ws: Workspace) -> BaseRoute:
    """Slack's link to the conversation with an app: `/app_redirect?app=A…&team=T…`.

    The page knows who follows it, and shows theirs; so that there is one, everybody's is opened.
    """

    async def follow(request: Request) -> Response:
        app, team = (request.query_params.get(name) for name in ("app", "team"))
        if app != ws.seed.app_id or team not in (None, ws.team.id):
            return PlainTextResponse("There is no such app here; Slack would show its directory.", status_code=404)
        for user in ws.users.values():
            if not (user.is_bot or user.deleted):
                ws.im(user.id)
        return RedirectResponse(f"/?app={app}")

    return Route("/app_redirect", follow)


async def _none(_: Request) -> Response:
    return PlainTextResponse("The page of this sandbox is not installed; its calls are.", status_code=404)

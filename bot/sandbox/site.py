"""The page on which a person acts: static files of one folder, or a plain 404 where it is not installed."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

PAGE = Path(__file__).parent / "page"


def page(folder: Path = PAGE) -> BaseRoute:
    """Serves `folder/index.html` at / and the files beside it."""
    return Mount("/", StaticFiles(directory=folder, html=True)) if folder.is_dir() else Route("/", _none)


async def _none(_: Request) -> Response:
    return PlainTextResponse("The page of this sandbox is not installed; its calls are.", status_code=404)

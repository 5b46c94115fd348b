"""What is measured, as a process of its own: `python -m tests.bench.serve leeway|noop STATE`, on a port that it prints.

`leeway` is the real site over a real database, without Slack; `noop` is an endpoint that reads a JSON body and answers, made as
one would make it with Starlette. Both are served as `leeway serve` serves.
"""

import json
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.cli import listening
from bot.clock import SystemClock
from bot.prices import PriceList
from bot.store import Scope, open_store
from bot.web import Doors, web
from tests.bench.company import POLICY
from workflows.admitting import Gate


async def noop(request: Request) -> JSONResponse:
    json.loads(await request.body())
    return JSONResponse({"accepted": 1, "duplicates": 0, "refused": []})


def empty(_: str) -> tuple[ASGIApp, str]:
    return Starlette(routes=[Route("/v1/events", noop, methods=["POST"]), Route("/v1/check", noop, methods=["POST"])]), ""


def leeway(where: str) -> tuple[ASGIApp, str]:
    clock = SystemClock()
    store = open_store(where if "://" in where else f"sqlite:///{Path(where) / 'leeway.db'}", clock)
    store.migrate()
    name = f"bench {clock.now().isoformat()}"
    token = store.tokens.create(name, list(Scope), clock.now())
    gate = Gate(POLICY, store.reads)
    store.listen(gate.hear)
    doors = Doors(POLICY, clock, store.units, store.reads, PriceList(clock.now()), store.tokens.check, gate=gate)
    return web(doors), token


def main() -> None:
    kind, where = sys.argv[1:]
    app, token = (leeway if kind == "leeway" else empty)(where)
    port = listening.bound("127.0.0.1", 0)
    print(json.dumps({"port": port.getsockname()[1], "token": token}), flush=True)
    listening.run(app, port)


if __name__ == "__main__":
    main()

"""`leeway serve`: the app, for a real workspace or anything that speaks like one."""

import logging
from typing import Annotated

import typer
import uvicorn
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.cli import starting
from bot.clock import SystemClock
from bot.wiring import Leeway, assemble, site_of


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
) -> None:
    """Run the app: Slack over HTTP, or over a socket when SLACK_APP_TOKEN is set."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s  %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    settled = starting.environment()
    drafted = starting.draft(settled.config)
    client = starting.greeted(settled)
    policy = starting.policy(drafted, settled.config, client)
    clock = SystemClock()
    store = starting.store(settled, clock)
    leeway = assemble(policy, store, clock, client, signing_secret=settled.signing_secret)
    _run(leeway, site_of(leeway), settled.app_token, host=host, port=port)


def _run(leeway: Leeway, asgi: object, app_token: str, *, host: str, port: int) -> None:
    leeway.begin()
    leeway.engine.start()
    socket = SocketModeHandler(leeway.bolt, app_token) if app_token else None
    try:
        if socket is not None:
            socket.connect()  # type: ignore[no-untyped-call]
        typer.echo(f"Leeway is ready on http://{host}:{port}, with {len(leeway.kit.policy.quotas)} quotas.")
        uvicorn.run(asgi, host=host, port=port, log_level="warning", access_log=False)  # type: ignore[arg-type]
    finally:
        if socket is not None:
            socket.close()  # type: ignore[no-untyped-call]
        leeway.engine.stop()
        leeway.store.close()

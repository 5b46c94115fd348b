"""`leeway serve`: the app, for a real workspace or anything that speaks like one."""

import logging
import socket
from functools import partial
from typing import Annotated

import typer

from bot.cli import listening, starting
from bot.cli.telling import fail, warn
from bot.clock import SystemClock
from bot.config.settings import APP
from bot.slack.lookup import SlackLookup
from bot.slack.socket import Socket
from bot.wiring import Leeway, assemble, site_of
from workflows.ports import Rejected, Unavailable


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
) -> None:
    """Run the app: Slack over HTTP, or over a socket when SLACK_APP_TOKEN is set."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s  %(message)s")
    for name in ("apscheduler", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("slack_bolt.App").setLevel(logging.ERROR)  # it warns that it uses our client, and fails in our words
    settled = starting.environment()
    drafted = starting.draft(settled.config)
    client = starting.greeted(settled)
    lookup = SlackLookup(client)
    found = starting.policy(drafted, settled.config, lookup, strict=False)
    policy = found.policy
    warn(starting.doubts(drafted, settled.config, found) + starting.uninvited(policy, lookup))
    clock = SystemClock()
    reports = starting.reports(settled, policy, clock)
    limits = starting.limits(settled, policy, clock)
    port_of_ours = listening.bound(host, port)
    store = starting.store(settled, clock)
    ask, secret = starting.ask(client), settled.signing_secret
    wired = partial(assemble, limits=limits(store), reports=reports, wishes=starting.wishes(settled, policy))
    leeway = wired(policy, store, clock, client, signing_secret=secret, ask=ask)
    line = Socket(leeway.bolt, settled.app_token, leeway.engine.poke) if settled.socket_mode else None
    try:
        leeway.begin()
        leeway.engine.start()
        _connected(line)
        _run(leeway, port_of_ours, settled.mlflow_secret)
    except Unavailable as gone:
        fail(str(gone))
    finally:
        _end(leeway, line)


def _connected(line: Socket | None) -> None:
    try:
        if line is not None:
            line.open()
    except Rejected as rejected:
        fail(f"SLACK_APP_TOKEN  Slack refuses it ({rejected}). Get a new one: {APP}.")
    except Unavailable as gone:
        fail(f"SLACK_APP_TOKEN  Slack gives no socket: {gone}. Does this network allow web sockets?")


def _run(leeway: Leeway, port: socket.socket, mlflow_secret: str) -> None:
    typer.echo(f"Leeway is ready on {listening.url_of(port)}, with {len(leeway.kit.policy.quotas)} quotas.")
    listening.run(site_of(leeway, mlflow_secret=mlflow_secret), port)


def _end(leeway: Leeway, line: Socket | None) -> None:
    """What is under way is finished first: it may still want to say something."""
    if line is not None:
        line.close()
    leeway.engine.stop()
    leeway.store.close()


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(serve)

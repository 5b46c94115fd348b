"""`leeway demo` and `leeway sandbox`: the app on a Slack workspace of our own, and that workspace alone."""

import os
import threading
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.telling import fail
from bot.clock import SystemClock
from bot.demo import acme, headless, playing
from bot.demo.stage import Refused
from bot.sandbox import create, serve

Config = Annotated[Path, typer.Option(help="The app.yaml to run on.")]


def demo(
    headless_: Annotated[bool, typer.Option("--headless", help="Play the whole story without a browser.")] = False,
    config: Config = Path("app.yaml"),
    port: Annotated[int, typer.Option(help="Port of the workspace's page.", min=0, max=65535)] = playing.PORT,
) -> None:
    """Try the app: a workspace with people, a past and usage that flows."""
    try:
        if headless_:
            raise typer.Exit(0 if headless.play(typer.echo, config) else 1)
        playing.play(typer.echo, config, port=port)
    except Refused as refused:
        fail(str(refused))
    except OSError as error:
        fail(f"The demo cannot listen on port {port}: {os.strerror(error.errno or 0)}. Choose another with --port.")
    except KeyboardInterrupt:
        typer.echo("\nThe demo has ended; nothing of it is kept.")


def sandbox(
    *,
    app_url: Annotated[str, typer.Option(help="Where your app takes Slack's requests.")] = "http://127.0.0.1:8000/slack/events",
    signing_secret: Annotated[str, typer.Option(help="What its requests are signed with.")] = "sandbox-signing-secret",
    bot_token: Annotated[str, typer.Option(help="The bot token that it accepts.")] = "xoxb-sandbox",
    app_token: Annotated[str, typer.Option(help="The app token for Socket Mode; then --app-url is not used.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = playing.PORT,
) -> None:
    """Run only the local Slack workspace, for any Slack app."""
    clock = SystemClock()
    url = None if app_token else app_url
    made = create(
        acme.workspace(),
        app_url=url,
        signing_secret=signing_secret,
        bot_token=bot_token,
        app_token=app_token or None,
        now=clock.now,
    )
    try:
        server = serve(made, port=port)
    except OSError as error:
        fail(f"The sandbox cannot listen on port {port}: {os.strerror(error.errno or 0)}. Choose another with --port.")
    typer.echo(f"Open {server.url}; your app's SLACK_API_URL is {server.url}/api/")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop()


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(demo)
    app.command()(sandbox)

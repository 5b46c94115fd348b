"""`leeway check` and `leeway manifest`: is app.yaml right, and what must Slack be told."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import starting
from bot.cli.telling import fail_with
from bot.config import OFFLINE, lines
from bot.config.manifest import manifest as compose
from bot.config.manifest import uses
from bot.config.settings import Settings, settings
from workflows.policy import Policy


def check(
    config: Annotated[Path | None, typer.Option(help="The file to check; LEEWAY_CONFIG, or app.yaml, without it.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Say it as JSON.")] = False,
) -> None:
    """Check app.yaml: every problem at once, with where it is and what is allowed."""
    settled = settings(os.environ, slack=False)
    if not isinstance(settled, Settings):
        fail_with(settled, "environment")
    path = config or settled.config
    drafted = starting.draft(path)
    policy: Policy | None = None
    if settled.bot_token:
        policy = starting.policy(drafted, path, starting.greeted(settled))
    warnings = lines(drafted.warnings, str(path))
    if json_:
        typer.echo(
            json.dumps({"ok": True, "looked_up": policy is not None, "warnings": warnings, "quotas": len(drafted.policy.quotas)})
        )
        return
    for warning in warnings:
        typer.echo(f"warning: {warning}")
    typer.echo(f"{path} is right: {len(drafted.policy.quotas)} quotas, {len(drafted.policy.rules)} routing rules.")
    if policy is None:
        typer.echo(OFFLINE)


def manifest(
    url: Annotated[str, typer.Option(help="Where Slack reaches this app, as https://leeway.example.com.")] = "",
    socket: Annotated[bool, typer.Option("--socket", help="Use Socket Mode: Slack need not reach this app.")] = False,
    config: Annotated[Path, typer.Option(help="The app.yaml whose needs decide the scopes.")] = Path("app.yaml"),
) -> None:
    """Print the Slack app manifest: paste it at api.slack.com/apps, Create New App, From a manifest."""
    if bool(url) == socket:
        typer.echo("Say either --url https://… or --socket.", err=True)
        raise typer.Exit(2)
    typer.echo(json.dumps(compose(url, used=uses(starting.draft(config))), indent=2, ensure_ascii=False))

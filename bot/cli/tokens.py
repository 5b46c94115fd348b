"""`leeway token …`: bearer tokens of the HTTP API."""

import json
from typing import Annotated

import typer

from bot.cli import starting
from bot.cli.telling import Json, fail
from bot.clock import SystemClock
from bot.store import Scope
from workflows.ports import Rejected

group = typer.Typer(no_args_is_help=True, help="Bearer tokens of the HTTP API.")


@group.command()
def create(
    scope: Annotated[list[Scope], typer.Option(help="What it may do; may be given several times.")],
    name: Annotated[str, typer.Option(help="What to call it; its scopes and the time without it.")] = "",
    json_: Json = False,
) -> None:
    """Make a token. It is shown once."""
    clock = SystemClock()
    called = name or f"{'-'.join(sorted(scope))}-{clock.now():%Y%m%d-%H%M%S-%f}"
    try:
        token = starting.store(starting.environment(needs_slack=False), clock).tokens.create(called, scope, clock.now())
    except Rejected as rejected:
        fail(str(rejected))
    typer.echo(json.dumps({"name": called, "token": token}) if json_ else f"{called}\n{token}")


@group.command("list")
def list_(json_: Json = False) -> None:
    """Every token, without its text."""
    tokens = starting.store(starting.environment(needs_slack=False), SystemClock()).tokens.list()
    if json_:
        rows = [{"name": t.name, "scopes": sorted(t.scopes), "created": t.created.isoformat()} for t in tokens]
        typer.echo(json.dumps(rows))
        return
    for token in tokens:
        typer.echo(f"{token.created:%Y-%m-%d %H:%M}  {', '.join(sorted(token.scopes)):<20}  {token.name}")
    if not tokens:
        typer.echo("No tokens yet. Make one: leeway token create --scope ingest")


@group.command()
def revoke(name: str) -> None:
    """End a token at once."""
    if not starting.store(starting.environment(needs_slack=False), SystemClock()).tokens.revoke(name):
        fail(f"There is no token named {name}; see leeway token list.")
    typer.echo(f"{name} is revoked.")


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(group, name="token")

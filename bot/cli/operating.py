"""`leeway doctor`, `leeway pause` and `leeway resume`: what needs somebody, and the switch that stops new overrides."""

import json
from getpass import getuser
from typing import Annotated

import typer

from bot.cli import starting
from bot.cli.telling import Json, fail
from bot.clock import SystemClock
from bot.slack.health import plain
from bot.slack.rendering import TEMPLATES, Renderer
from workflows import health, pausing
from workflows.keeping import Act
from workflows.refusals import Refused
from workflows.switch import Paused


def doctor(json_: Json = False) -> None:
    """Everything that needs somebody, each with what to do; exit 1 when there is something."""
    settled = starting.environment(needs_slack=False, as_json=json_)
    policy, clock, renderer = starting.draft(settled.config, as_json=json_).policy, SystemClock(), Renderer(TEMPLATES)
    with starting.store(settled, clock).reads() as unit:
        found = health.health(unit, policy, clock.now())
    if json_:
        typer.echo(json.dumps(plain(renderer, found, policy.organization.zone)))
    else:
        for finding in found:
            typer.echo(f"{renderer.ops('finding', finding, policy.organization.zone)}\n  -> {renderer.ops('todo', finding)}")
        typer.echo(renderer.ops("summary", found))
    if found:
        raise typer.Exit(1)


def pause(reason: Annotated[str, typer.Option(help="Why; everyone who is refused because of it reads this.")]) -> None:
    """Stop new overrides from beginning. Whatever ends, ends."""
    _turn(reason)
    typer.echo("New overrides are paused. Let them begin again: leeway resume")


def resume() -> None:
    """Let new overrides begin again, and bring every limit up to date."""
    done = _turn(None)
    typer.echo(f"New overrides may begin again; they were paused because of: {done.why}")


def _turn(why: str | None) -> Paused:
    settled = starting.environment(needs_slack=False)
    policy, clock = starting.draft(settled.config).policy, SystemClock()
    act = Act(_somebody(), "resumed" if why is None else "paused", clock.now())
    done = pausing.turn(starting.store(settled, clock).units, policy, act, why)
    if isinstance(done, Refused):
        fail(Renderer(TEMPLATES).sentence(done, policy.organization.zone, plain=True))
    return done


def _somebody() -> str:
    """Who is at the command line, as far as the machine knows."""
    try:
        return f"{getuser()} at the command line"
    except (KeyError, OSError):  # a container may have no name for its user
        return "somebody at the command line"


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(doctor)
    app.command()(pause)
    app.command()(resume)

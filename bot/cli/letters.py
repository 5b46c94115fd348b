"""`leeway outbox …`: what could not be delivered, and trying it again."""

import json
from typing import Annotated

import typer

from bot.cli import starting
from bot.cli.telling import Json, fail
from bot.clock import SystemClock
from workflows.keeping import attempt
from workflows.ports import Errand, UnitOfWork

group = typer.Typer(
    no_args_is_help=True, help="What could not be delivered: Slack or the quota store refused it, or it failed too often."
)


@group.command("list")
def list_(json_: Json = False) -> None:
    """Everything that was given up: what, since when, and the last error."""
    with starting.store(starting.environment(needs_slack=False), SystemClock()).reads() as unit:
        dead = unit.outbox.dead()
    if json_:
        typer.echo(json.dumps([plain(errand) for errand in dead]))
        return
    for errand in dead:
        typer.echo(line(errand))
    typer.echo(f"{len(dead)} given up. Try them again: leeway outbox retry" if dead else "Nothing was given up.")


@group.command()
def retry(
    key: Annotated[str, typer.Argument(help="Only what has this key, as the list shows it; everything without it.")] = "",
) -> None:
    """Puts what was given up back into the line; a running `leeway serve` takes it from there at once."""
    clock = SystemClock()
    store = starting.store(starting.environment(needs_slack=False), clock)

    def again(unit: UnitOfWork) -> int:
        wanted = [errand.effect for errand in unit.outbox.dead() if key in ("", errand.effect.key)]
        for effect in wanted:
            unit.outbox.put(effect, clock.now())
        return len(wanted)

    count = attempt(store.units, again)
    if key and not count:
        fail(f"Nothing with the key {key} was given up; see leeway outbox list.")
    typer.echo(f"{count} will be tried again.")


def plain(errand: Errand) -> dict[str, object]:
    """An errand as JSON values."""
    effect = errand.effect
    named = {"what": effect.do.value, "key": effect.key, "since": errand.since.isoformat()}
    return named | {"tries": errand.tries, "error": errand.error}


def line(errand: Errand) -> str:
    """An errand for a reader."""
    return f"{errand.since:%Y-%m-%d %H:%M}  {errand.effect.do}  {errand.effect.key}  {errand.error} ({errand.tries} tries)"


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(group, name="outbox")

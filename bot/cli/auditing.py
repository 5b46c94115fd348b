"""`leeway audit verify`: is the record whole, and does it say what is stored?"""

import json
import sys
from collections.abc import Iterable, Sequence

import typer
from rich.console import Console
from rich.progress import track

from bot.cli import starting
from bot.cli.telling import Json
from bot.clock import SystemClock
from workflows import audit, correcting, digesting, restating
from workflows.audit import Entry
from workflows.ports import UnitOfWork, Units

group = typer.Typer(no_args_is_help=True, help="The record of every change.")


@group.callback()
def record() -> None:
    """The record of every change."""  # a callback keeps `verify` a word of its own while it is the only one


@group.command()
def verify(json_: Json = False) -> None:
    """Walk every chain of the record: no entry missing or changed, and the last one as the stored row is."""
    store = starting.store(starting.environment(needs_slack=False), SystemClock())
    with store.reads() as unit:
        subjects = unit.record.subjects()
    quiet = json_ or not sys.stderr.isatty()
    watched = track(subjects, "verifying", console=Console(stderr=True), transient=True, disable=quiet)
    problems = _broken(store.reads, watched)
    problems = _broken(store.reads, problems)  # once more: a change may have come between two looks
    if json_:
        typer.echo(json.dumps({"ok": not problems, "chains": len(subjects), "problems": list(problems.values())}))
    else:
        for said in problems.values():
            typer.echo(said, err=True)
        typer.echo(f"{len(subjects)} chains, {len(problems) or 'none'} broken.")
    raise typer.Exit(1 if problems else 0)


def _broken(reads: Units, subjects: Iterable[str]) -> dict[str, str]:
    """What is wrong, by subject."""
    with reads() as unit:
        said = {subject: wrong(unit, subject) for subject in subjects}
    return {subject: problem for subject, problem in said.items() if problem}


def wrong(unit: UnitOfWork, subject: str) -> str:
    """What is wrong with a subject's chain, or between it and the row it is about; "" for nothing."""
    chain = unit.record.chain(subject)
    if problem := audit.broken(chain):
        return problem
    if said := _booked(unit, chain):
        return said
    kept = {"R-": unit.requests.get, "O-": unit.overrides.get}.get(subject[:2])
    if kept is None:
        return ""  # clicks and answers have no row that changes
    row = kept(subject)
    if row is None:
        return f"{subject}: the record knows it, and it is not stored any more"
    if not audit.says(chain[-1].after, row):
        return f"{subject}: what is stored is not what entry {len(chain)} says"
    return ""


def _booked(unit: UnitOfWork, chain: Sequence[Entry]) -> str:
    """What is wrong between a chain of what was counted or told and what is stored."""
    kind, _, name = chain[-1].subject.partition(":")
    if kind == "event":
        return correcting.unlike(unit, chain)
    if kind == "produced":
        return restating.unlike(unit, chain)
    return digesting.unlike(unit, name, chain) if kind == "report" else ""


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(group, name="audit")

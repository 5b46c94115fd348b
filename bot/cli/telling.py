"""Telling: how commands speak. Results to standard output, problems to standard error."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.config import Problem, lines

Json = Annotated[bool, typer.Option("--json", help="Say it as JSON.")]


def fail(message: str, code: int = 1) -> NoReturn:
    """Says what is wrong and ends the command."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def fail_with(problems: Sequence[Problem], where: Path | str, *, as_json: bool = False) -> NoReturn:
    """Says every problem, a line each, and ends the command; as JSON to whoever asked for JSON."""
    said = lines(problems, str(where))
    if as_json:
        typer.echo(json.dumps({"ok": False, "problems": said}))
        raise typer.Exit(1)
    fail("\n".join(said))


def warn(warnings: Iterable[str]) -> None:
    """Says what is allowed and perhaps not meant."""
    for warning in warnings:
        typer.echo(f"warning: {warning}", err=True)

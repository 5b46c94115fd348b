"""Telling: how commands speak. Results to standard output, problems to standard error."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import typer

from bot.config import Problem, lines


def fail(message: str, code: int = 1) -> NoReturn:
    """Says what is wrong and ends the command."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def fail_with(problems: Sequence[Problem], where: Path | str) -> NoReturn:
    """Says every problem, a line each, and ends the command."""
    fail("\n".join(lines(problems, str(where))))

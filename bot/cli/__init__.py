"""The commands: plain lines, and exit codes 0 when all is well, 1 when something wrong was found, 2 on wrong usage.

A command's module is imported when it is called: `leeway check` must not wait for a database library and a price list.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

HELP = "Ask for more AI budget in Slack; get it for a while."
MODULES = {
    "serve": "running",
    "demo": "demo",
    "sandbox": "demo",
    "check": "checking",
    "manifest": "checking",
    "replay": "replay",
    "status": "standing",
    "doctor": "operating",
    "pause": "operating",
    "resume": "operating",
    "explain": "explain",
    "revoke": "revoking",
    "simulate": "simulate",
    "baseline": "baseline",
    "token": "tokens",
    "outbox": "letters",
    "audit": "auditing",
}


def commands(words: Sequence[str]) -> typer.Typer:
    """The command that the first of these words names; all of them when it names none."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, help=HELP)
    app.callback()(lambda: None)  # with a single command Typer would take its name for an argument
    named = MODULES.get(words[0]) if words else None
    for module in dict.fromkeys([named] if named else MODULES.values()):
        import_module(f"bot.cli.{module}").join(app)
    return app


def main() -> None:
    """The `leeway` command."""
    commands(sys.argv[1:])(prog_name="leeway")

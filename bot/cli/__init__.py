"""The commands: plain lines, and exit codes 0 when all is well, 1 when something wrong was found, 2 on wrong usage."""

import typer

from bot.cli import auditing, checking, demo, letters, running, standing, tokens
from bot.cli.replay import replay

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Ask for more AI budget in Slack; get it for a while.")
app.command()(running.serve)
app.command()(demo.demo)
app.command()(demo.sandbox)
app.command()(checking.check)
app.command()(checking.manifest)
app.command()(replay)
app.command()(standing.status)
app.add_typer(tokens.app, name="token")
app.add_typer(letters.app, name="outbox")
app.add_typer(auditing.app, name="audit")


def main() -> None:
    """The `leeway` command."""
    app(prog_name="leeway")

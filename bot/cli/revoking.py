"""`leeway revoke`: an operator ends what was granted, without Slack."""

from typing import Annotated

import typer

from bot.cli import starting
from bot.cli.telling import fail
from bot.clock import SystemClock
from bot.slack.calling import slack
from bot.slack.directory import SlackDirectory
from bot.slack.rendering import TEMPLATES, Renderer
from workflows import overruling
from workflows.drafting import clean
from workflows.keeping import Kit
from workflows.refusals import Refused


def revoke(
    name: Annotated[str, typer.Argument(metavar="ID", help="An override's id (O-…), or its request's (R-…).")],
    reason: Annotated[str, typer.Option(help="Why; whoever asked for it reads this.")],
) -> None:
    """End an override now, and all that was granted with it or after it."""
    settled, clock = starting.environment(needs_slack=False), SystemClock()
    policy = starting.draft(settled.config).policy
    store = starting.store(settled, clock)
    # Whoever is here is an operator, so nobody is looked up.
    kit = Kit(
        policy, clock, store.units, store.reads, SlackDirectory(slack(settled.bot_token, settled.slack_api), clock), store.limits
    )
    words = clean(reason.strip(), "reason", least=1)
    done = words if isinstance(words, Refused) else overruling.revoke_here(kit, name, words)
    if isinstance(done, Refused):
        fail(Renderer(TEMPLATES).sentence(done, policy.organization.zone, plain=True))
    typer.echo(f"{done.id} is revoked: a running `leeway serve` brings the quota store up to date at once.")


def join(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(revoke)

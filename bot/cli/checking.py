"""`leeway check` and `leeway manifest`: is app.yaml right, and what must Slack be told."""

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.cli import starting
from bot.cli.telling import Json, fail, warn
from bot.config import OFFLINE, Draft, lines
from bot.config.directory import Staff
from bot.config.manifest import manifest as compose
from bot.config.manifest import uses
from bot.slack.lookup import SlackLookup
from workflows.policy import Policy


def check(
    config: Annotated[Path | None, typer.Option(help="The file to check; LEEWAY_CONFIG, or app.yaml, without it.")] = None,
    json_: Json = False,
) -> None:
    """Check app.yaml: every problem at once, with where it is and what is allowed."""
    settled = starting.environment(needs_slack=False, as_json=json_)
    path = config or settled.config
    drafted = starting.draft(path, as_json=json_)
    warnings = starting.doubts(drafted, path)
    policy: Policy | None = None
    if settled.bot_token:
        lookup = SlackLookup(starting.greeted(settled))
        found = starting.policy(drafted, path, lookup, as_json=json_)
        policy = found.policy
        warnings += lines(found.warnings, str(path)) + starting.uninvited(policy, lookup)
    if json_:
        typer.echo(json.dumps(_said(drafted, policy, warnings)))
        return
    warn(warnings)
    typer.echo(f"{path} is right: {len(drafted.policy.quotas)} quotas, {len(drafted.policy.rules)} routing rules.")
    if drafted.staff is not None:
        typer.echo(_staff(drafted.staff, policy))
    if policy is None:
        typer.echo(OFFLINE)


def _said(drafted: Draft, policy: Policy | None, warnings: list[str]) -> dict[str, object]:
    said = {"ok": True, "looked_up": policy is not None, "warnings": warnings, "quotas": len(drafted.policy.quotas)}
    if (staff := drafted.staff) is None:
        return said
    matched = {} if policy is None else {"matched": len(policy.people.reported)}
    return said | {"directory": {"people": len(staff.members), "managed": staff.managed, **matched}}


def _staff(staff: Staff, policy: Policy | None) -> str:
    """How many people a directory file has, how many with a manager, and for how many of them both are in Slack."""
    found = f"{staff.file}: {len(staff.members):,} people, {staff.managed:,} with a manager"
    return f"{found}." if policy is None else f"{found}; for {len(policy.people.reported):,} both are in Slack."


def manifest(
    url: Annotated[str, typer.Option(help="Where Slack reaches this app, as https://leeway.example.com.")] = "",
    socket: Annotated[bool, typer.Option("--socket", help="Use Socket Mode: Slack need not reach this app.")] = False,
    config: Annotated[Path | None, typer.Option(help="The app.yaml whose needs decide the scopes.")] = None,
) -> None:
    """Print the Slack app manifest: paste it at api.slack.com/apps, Create New App, From a manifest."""
    if bool(url) == socket:
        fail("Say either --url https://… or --socket.", 2)
    if url and (urlsplit(url).scheme != "https" or not urlsplit(url).hostname):
        fail(f"{url}: Slack calls only https:// addresses that it can reach. Without one use --socket.", 2)
    path = config or starting.environment(needs_slack=False).config
    typer.echo(json.dumps(compose(url, used=uses(starting.draft(path))), indent=2, ensure_ascii=False))


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(check)
    app.command()(manifest)

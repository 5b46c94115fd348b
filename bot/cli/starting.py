"""Starting: from the environment and app.yaml to what a command needs; every way this can fail is said in words."""

import os
from pathlib import Path

from slack_sdk import WebClient

from bot.cli.telling import fail, fail_with
from bot.config import Draft, read, resolve
from bot.config.settings import BOT, Settings, settings
from bot.slack.calling import call
from bot.slack.lookup import SlackLookup
from bot.store import Store, open_store
from bot.wiring import slack
from workflows.policy import Policy
from workflows.ports import Clock, Rejected, Unavailable


def environment(*, needs_slack: bool = True) -> Settings:
    """The settings, or an end with all that is wrong with them."""
    found = settings(os.environ, slack=needs_slack)
    return found if isinstance(found, Settings) else fail_with(found, "environment")


def draft(path: Path) -> Draft:
    """app.yaml as far as it can be read without Slack."""
    found = read(path)
    return found if isinstance(found, Draft) else fail_with(found, path)


def greeted(settled: Settings) -> WebClient:
    """A client whose token Slack accepts."""
    client = slack(settled.bot_token, settled.slack_api)
    try:
        call(client.auth_test)
    except Rejected as rejected:
        fail(f"SLACK_BOT_TOKEN  Slack refuses it ({rejected}). Get a new one: {BOT}.")
    except Unavailable as gone:
        fail(f"SLACK_API_URL  {settled.slack_api} does not answer ({gone}). Is it right, and may this machine reach it?")
    return client


def policy(drafted: Draft, path: Path, client: WebClient) -> Policy:
    """The policy with everyone looked up."""
    try:
        found = resolve(drafted, SlackLookup(client))
    except (Rejected, Unavailable) as error:
        fail(f"{path}  people and channels could not be looked up: {error}. Does the app have every scope of `leeway manifest`?")
    return found if isinstance(found, Policy) else fail_with(found, path)


def store(settled: Settings, clock: Clock) -> Store:
    """The database, with this version's schema."""
    try:
        opened = open_store(settled.database, clock)
        opened.migrate()
    except (ValueError, Unavailable) as error:
        fail(f"DATABASE_URL  {error}")
    return opened

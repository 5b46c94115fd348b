"""Starting: from the environment and app.yaml to what a command needs; every way this can fail is said in words."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from slack_sdk import WebClient

from bot.cli.telling import fail, fail_with, warn
from bot.clock import SystemClock
from bot.config import Draft, Settled, lines, read, settle
from bot.config.gateways import GATEWAYS
from bot.config.settings import BOT, Settings, key_of, settings, unlocked, unopened
from bot.slack.calling import slack
from bot.slack.home import doorstep, home_of
from bot.slack.lookup import SlackLookup
from workflows.governed import Vendor
from workflows.limits import StoreRules
from workflows.policy import Policy
from workflows.ports import Clock, CostReports, LimitStore, Rejected, Unavailable, Wishes
from workflows.times import local_day

if TYPE_CHECKING:
    from bot.store import Store


@contextmanager
def unusable() -> Iterator[None]:
    """What keeps a command from beginning at all ends it like wrong usage: its exit code 1 says what it found."""
    try:
        yield
    except typer.Exit as ended:
        raise typer.Exit(2) from ended


def environment(*, needs_slack: bool = True, as_json: bool = False) -> Settings:
    """The settings, or an end with all that is wrong with them."""
    found = settings(os.environ, slack=needs_slack)
    return found if isinstance(found, Settings) else fail_with(found, "environment", as_json=as_json)


def draft(path: Path, *, as_json: bool = False) -> Draft:
    """app.yaml as far as it can be read without Slack."""
    found = read(path)
    return found if isinstance(found, Draft) else fail_with(found, path, as_json=as_json)


def doubts(drafted: Draft, path: Path, found: Settled | None = None) -> list[str]:
    """What app.yaml says today that may not be meant, also once everybody was looked up."""
    today = local_day(SystemClock().now(), drafted.policy.organization.zone)
    return lines((*drafted.doubts(today), *(found.warnings if found else ())), str(path))


def greeted(settled: Settings) -> WebClient:
    """A client whose token Slack accepts."""
    client = slack(settled.bot_token, settled.slack_api)
    try:
        home_of(client)
    except Rejected as rejected:
        fail(f"SLACK_BOT_TOKEN  Slack refuses it ({rejected}). Get a new one: {BOT}.")
    except Unavailable as gone:
        fail(f"SLACK_API_URL  {settled.slack_api} does not answer ({gone}). Is it right, and may this machine reach it?")
    return client


def ask(client: WebClient) -> str:
    """A link to where people ask for more; "" and a warning when Slack does not say who the app is."""
    try:
        return doorstep(client)
    except (Rejected, Unavailable) as error:
        warn([f"checks are answered without a link to the app in Slack: {error}"])
        return ""


def policy(drafted: Draft, path: Path, lookup: SlackLookup, *, as_json: bool = False, strict: bool = True) -> Settled:
    """The policy with everyone looked up; unless `strict`, although some are not there any more."""
    try:
        found = settle(drafted, lookup, strict=strict)
    except (Rejected, Unavailable) as error:
        fail(f"{path}  people and channels could not be looked up: {error}. Does the app have every scope of `leeway manifest`?")
    return found if isinstance(found, Settled) else fail_with(found, path, as_json=as_json)


def uninvited(policy: Policy, lookup: SlackLookup) -> list[str]:
    """What to say about channels that app.yaml names and the app is not in."""
    try:
        names = lookup.uninvited(
            {policy.digest.leadership, policy.operators.channel, *(quota.channel for quota in policy.quotas)}
        )
    except (Rejected, Unavailable):
        return []  # an app.yaml of ids does without the scope that could tell
    return [f"invite @{lookup.home.app} to #{name}: what belongs there cannot be posted until then" for name in names]


def reports(settled: Settings, policy: Policy, clock: Clock) -> dict[Vendor, CostReports]:
    """What reads the cost reports that app.yaml connects."""
    from bot.reports import ADAPTERS, Access  # here, so that other commands need not wait for an HTTP client

    if missing := unlocked(settled, policy.reports):
        fail_with(missing, "environment")
    access = {v: Access(settled.admin_urls[v], settled.admin_keys[v], key_of(v)) for v in policy.reports}
    return {vendor: ADAPTERS[vendor](access[vendor], clock) for vendor in policy.reports}


def limits(settled: Settings, policy: Policy, clock: Clock) -> Callable[["Store"], LimitStore]:
    """What makes of the database the quota store of every quota: the gateways that app.yaml names, and it for the others."""
    from bot.limits import ADAPTERS, Access, Router  # here, for the same reason

    if missing := unopened(settled, policy.stores):
        fail_with(missing, "environment")
    gateways = {name: ADAPTERS[name](Access(*access), clock) for name, access in _access(settled, policy).items()}
    return lambda store: Router(store.limits, gateways)


def wishes(settled: Settings, policy: Policy) -> dict[str, Wishes]:
    """The gateways whose members' own requests app.yaml wants pulled in."""
    from bot.limits import WISHES, Access

    return {name: WISHES[name](Access(*access)) for name, access in _access(settled, policy).items() if access[0].wishes}


def _access(settled: Settings, policy: Policy) -> dict[str, tuple[StoreRules, str, str]]:
    """How each gateway is used, the key that opens it, and how that is called."""
    return {name: (rules, settled.store_keys.get(name, ""), GATEWAYS[name].key) for name, rules in policy.stores.items()}


def store(settled: Settings, clock: Clock) -> "Store":
    """The database, with this version's schema."""
    from bot.store import open_store  # here, because it takes a second that commands without a database need not wait

    try:
        opened = open_store(settled.database, clock)
        opened.migrate()
    except (ValueError, Rejected, Unavailable) as error:
        fail(f"DATABASE_URL  {error}")
    except OSError as error:
        fail(f"DATABASE_URL  {error.filename} cannot be made: {error.strerror}. LEEWAY_STATE says where the database is kept.")
    return opened

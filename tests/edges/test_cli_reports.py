"""Cost reports as an operator meets them: connected in app.yaml, read by `leeway serve`, told by `leeway status`."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.clock import SystemClock
from bot.demo import acme
from bot.sandbox import create, serve
from bot.store import Store, open_store
from tests.edges.commands import BOT_TOKEN, SIGNING, Ended, leeway, running, until
from tests.fakes.vendors import KEY, Fault, Office, charges, site
from workflows.governed import Bill, Pull, Vendor
from workflows.metering import record
from workflows.money import usd
from workflows.policy import Organization, Policy
from workflows.quotas import Quota
from workflows.spend import Tokens, Usage

BARE = "organization: {name: Acme}\nquotas: {platform: {limit: $250 a month}}\n"
CONNECTED = BARE + "reports: {openai: {every: 2 hours}, anthropic: {}}\n"
POLICY = Policy(Organization("Acme"), (Quota("platform:usd/month", "platform", usd(250)),))
NOW = SystemClock().now()
DAY = timedelta(days=1)


def days_ago(days: int) -> datetime:
    return NOW - days * DAY


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "app.yaml").write_text(CONNECTED)
    opened = open_store(f"sqlite:///{tmp_path / 'state' / 'leeway.db'}", SystemClock())
    opened.migrate()
    return opened


def use(store: Store, *calls: tuple[int, int, str]) -> None:
    """Days ago, dollars, provider."""
    usages = [
        Usage(b"%d" % n, days_ago(ago), "platform", "gpt-5", Tokens(1), usd(dollars), provider=provider)
        for n, (ago, dollars, provider) in enumerate(calls)
    ]
    record(usages, policy=POLICY, prices={}, units=store.units, now=NOW)


def told(store: Store, bills: list[Bill], *pulls: Pull) -> None:
    with store.units() as unit:
        unit.ledger.put(bills)
        for pull in pulls:
            unit.ledger.save(pull)
        unit.commit()


def bill(vendor: Vendor, ago: int, dollars: int) -> Bill:
    return Bill(vendor, days_ago(ago).date(), NOW, {"all": usd(dollars)})


def run(folder: Path, *args: str, **env: str) -> Ended:
    return leeway(*args, env=env, folder=folder)


def test_status_tells_the_share_of_each_provider_and_how_its_report_is_read(tmp_path: Path, store: Store) -> None:
    use(store, (9, 1, "openai"), (5, 82, "openai"), (4, 7, "azure"), (5, 3, ""))
    told(
        store, [bill(Vendor.OPENAI, 5, 100)], Pull(Vendor.OPENAI, NOW, NOW), Pull(Vendor.ANTHROPIC, NOW, None, 3, "no such luck")
    )
    said = run(tmp_path, "status")
    assert (said.code, said.err) == (0, "")
    assert "through governed tools, of OpenAI: 85 % ($85 of $100; on " in said.out
    assert "through governed tools, of Anthropic: unknown yet, there is no UTC day that the report" in said.out
    assert "through governed tools, of azure: unknown, its cost report is not connected ($7 was counted)" in said.out
    assert "report of OpenAI: read " in said.out
    assert "report of Anthropic: never read yet; failed 3 times since: no such luck; next " in said.out


def test_status_is_json_for_scripts_with_null_where_nothing_was_measured(tmp_path: Path, store: Store) -> None:
    use(store, (9, 1, "openai"), (5, 103, "openai"))
    told(store, [bill(Vendor.OPENAI, 5, 100)], Pull(Vendor.OPENAI, NOW, NOW))
    said = json.loads(run(tmp_path, "status", "--json").out)
    openai, anthropic = said["governed"]
    assert (openai["percent"], openai["unknown_because"], openai["counted"], openai["charged"]) == (
        None,
        "more",
        usd(103),
        usd(100),
    )
    assert (anthropic["percent"], anthropic["unknown_because"]) == (None, "not_yet")
    assert said["reports"] == [{"vendor": "openai", "read": NOW.isoformat(), "due": NOW.isoformat(), "tries": 0, "error": ""}]


def test_without_a_connected_report_the_share_is_unknown(tmp_path: Path, store: Store) -> None:
    (tmp_path / "app.yaml").write_text(BARE)
    use(store, (5, 82, "openai"))
    assert "through governed tools: unknown, no provider's cost report is connected\n" in run(tmp_path, "status").out
    assert json.loads(run(tmp_path, "status", "--json").out)["governed"] == []


def test_a_providers_name_is_a_senders_word_and_does_not_reach_the_terminal_as_more(tmp_path: Path, store: Store) -> None:
    use(store, (9, 1, ""), (5, 1, "evil\x1b[2J\nprovider"))
    assert "of evil [2j provider: unknown" in run(tmp_path, "status").out


def test_serve_names_every_key_that_is_missing(tmp_path: Path, store: Store) -> None:
    made = create(acme.workspace(), app_url=None, signing_secret=SIGNING, bot_token=BOT_TOKEN, now=SystemClock().now)
    with serve(made) as slack:
        env = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": f"{slack.url}/api/"}
        said = run(tmp_path, "serve", "--port", "0", **env)
    assert (said.code, said.out) == (1, "")
    assert [line.split(";")[0] for line in said.err.splitlines() if "ADMIN" in line] == [
        "environment  OPENAI_ADMIN_KEY  is not set, and app.yaml reads its reports",
        "environment  ANTHROPIC_ADMIN_KEY  is not set, and app.yaml reads its reports",
    ]


def test_a_check_of_app_yaml_needs_no_key(tmp_path: Path, store: Store) -> None:
    assert run(tmp_path, "check").code == 0


def test_serve_reads_the_reports_and_stays_ready_while_a_vendor_is_away(tmp_path: Path, store: Store) -> None:
    use(store, (9, 1, "openai"), (5, 82, "openai"))
    openai, anthropic = Office(charges([days_ago(5).date()], usd(100))), Office()
    anthropic.faults.extend([Fault(503)] * 9)
    made = create(acme.workspace(), app_url=None, signing_secret=SIGNING, bot_token=BOT_TOKEN, now=SystemClock().now)
    key = tmp_path / "key"
    key.write_text(KEY + "\n")
    with serve(made) as slack, serve(site(Vendor.OPENAI, openai)) as one, serve(site(Vendor.ANTHROPIC, anthropic)) as two:
        env = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": f"{slack.url}/api/"}
        env |= {"OPENAI_ADMIN_KEY_FILE": str(key), "OPENAI_ADMIN_URL": f"{one.url}/v1"}
        env |= {"ANTHROPIC_ADMIN_KEY": KEY, "ANTHROPIC_ADMIN_URL": two.url}
        with running("serve", "--port", "0", env=env, folder=tmp_path) as app:
            url = app.says(r"ready on (\S+), with 1 quotas")[1]
            said = until(lambda: seen if "failed" in (seen := run(tmp_path, "status").out) and "of $100" in seen else None)
            assert httpx.get(f"{url}/readyz").json()["ready"] is True
    assert re.search(r"of OpenAI: 82 % \(\$82 of \$100; \d UTC days, ", said)  # after the first of usage, before yesterday
    assert "report of Anthropic: never read yet; failed 1 times since: Anthropic answered 503; next " in said
    assert KEY not in app.said + said

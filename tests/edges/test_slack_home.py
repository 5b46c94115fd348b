"""The link with which a check says where to ask for more."""

import pytest

from bot.clock import DemoClock
from bot.demo import acme
from bot.sandbox import create, serve
from bot.slack.calling import slack
from bot.slack.home import doorstep, link

ASK = "app_redirect?app=A1&team=T1"


@pytest.mark.parametrize(
    ("site", "root"),
    [
        ("https://acme.slack.com/", "https://slack.com"),
        ("https://acme.enterprise.slack.com/", "https://slack.com"),
        ("https://acme.slack-gov.com/", "https://slack-gov.com"),
        ("https://slack.com.elsewhere.example/", "https://slack.com.elsewhere.example"),
        ("http://127.0.0.1:4321/", "http://127.0.0.1:4321"),
    ],
)
def test_it_is_slacks_own_and_elsewhere_what_speaks_like_slack_has_it(site: str, root: str) -> None:
    assert link(site, "T1", "A1") == f"{root}/{ASK}"


def test_without_the_apps_id_it_leads_to_the_workspace() -> None:
    assert link("https://acme.slack.com/", "T1", "") == "https://acme.slack.com/"


def test_the_workspace_says_who_the_app_is() -> None:
    seed, now = acme.workspace(), DemoClock(standing=True).now
    with serve(create(seed, app_url=None, signing_secret="s", bot_token="xoxb-1", now=now)) as server:
        assert (
            doorstep(slack("xoxb-1", f"{server.url}/api/")) == f"{server.url}/app_redirect?app={seed.app_id}&team={seed.team.id}"
        )

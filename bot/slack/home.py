"""Home: the workspace that the app is installed in, and whether Slack still lets it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

from slack_sdk import WebClient

from bot.slack.calling import call
from workflows.ports import Clock, Rejected, Unavailable

SLACKS = frozenset({"slack.com", "slack-gov.com"})
FRESH = timedelta(seconds=10)  # how long an answer of Slack's counts: whoever asks for readiness asks again soon


@dataclass(frozen=True, slots=True)
class Home:
    """The workspace, its enterprise if it is one of several ("" if not), and what the app is called there."""

    team: str
    enterprise: str = ""
    app: str = ""

    def holds(self, team: str, enterprise: str = "") -> bool:
        """Whether somebody of that workspace and enterprise belongs here. What a payload does not say, the directory does."""
        return team in ("", self.team) or (bool(enterprise) and enterprise == self.enterprise)

    def knows(self, user: Mapping[str, Any]) -> bool:
        """Whether a user of Slack's is one of ours: shared channels bring people of other companies."""
        grid = user.get("enterprise_user") or {}
        return self.holds(user.get("team_id") or "", grid.get("enterprise_id") or "")


def home_of(client: WebClient) -> Home:
    """The home of whoever holds the token. Rejected when Slack does not take it."""
    said = call(client.auth_test)
    return Home(said.get("team_id") or "", said.get("enterprise_id") or "", said.get("user") or "")


def doorstep(client: WebClient) -> str:
    """A link to the conversation with the app, where `/leeway request` can be typed: Slack has none that opens a modal."""
    said = call(client.auth_test)
    profile = call(client.users_info, user=said["user_id"])["user"]["profile"]
    return link(said["url"], said["team_id"], profile.get("api_app_id") or "")


def link(site: str, team: str, app: str) -> str:
    """Slack's documented link to the conversation with an app, by the address of a workspace.

    What only speaks like Slack is taken to have it at its own address. Without the app's id it is a link to the workspace.
    """
    if not app:
        return site
    at = urlsplit(site)
    host = ".".join((at.hostname or "").split(".")[-2:])
    root = f"https://{host}" if host in SLACKS else f"{at.scheme}://{at.netloc}"
    return f"{root}/app_redirect?{urlencode({'app': app, 'team': team})}"


class Pulse:
    """Whether Slack answers and takes the token, asked at most once in a few seconds: "" or what is wrong."""

    def __init__(self, client: WebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._one = Lock()
        self._said: tuple[datetime, str] | None = None

    def __call__(self) -> str:
        with self._one:
            now = self._clock.now()
            if self._said is None or not self._said[0] <= now < self._said[0] + FRESH:
                self._said = now, self._ask()
            return self._said[1]

    def _ask(self) -> str:
        try:
            home_of(self._client)
        except Rejected as rejected:
            return f"Slack refuses SLACK_BOT_TOKEN ({rejected}); install the app again, and set the new token"
        except Unavailable as gone:
            return f"{gone}; it is tried again"
        return ""

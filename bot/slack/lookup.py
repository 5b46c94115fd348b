"""Looking names up: people by id, e-mail or @handle, channels by #name, user groups by handle, for app.yaml.

Only active members of this workspace count. Lists are read once, when a name first needs them.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from slack_sdk import WebClient

from bot.slack.calling import call
from bot.slack.directory import pages, person_of
from bot.slack.home import Home, home_of
from workflows.ports import Rejected


class SlackLookup:
    """`bot.config.Lookup` on Slack's Web API."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def person(self, text: str) -> Sequence[str]:
        if text.startswith("@"):
            return [u["id"] for u in self._people if u.get("name", "").lower() == text[1:].lower()]
        if "@" in text:
            return self._by_email.get(text.lower(), ())
        return [u["id"] for u in self._people if u["id"] == text]

    def channel(self, text: str) -> Sequence[str]:
        return [c["id"] for c in self._channels if c["name"] == text.removeprefix("#")]

    def uninvited(self, channels: Iterable[str]) -> list[str]:
        """The names of those channels, by id, that the app sees and is not in: it cannot post there."""
        wanted = set(channels)
        return [c["name"] for c in self._channels if c["id"] in wanted and not c.get("is_member", True)]

    def usergroup(self, handle: str) -> Sequence[str]:
        groups: list[dict[str, Any]] = call(self._client.usergroups_list)["usergroups"]
        return [group["id"] for group in groups if group["handle"] == handle]

    @cached_property
    def home(self) -> Home:
        """The workspace that is looked in."""
        return home_of(self._client)

    @cached_property
    def _people(self) -> list[dict[str, Any]]:
        return [user for user in pages(self._client.users_list, "members") if person_of(user, self.home).can_decide]

    @cached_property
    def _by_email(self) -> dict[str, list[str]]:
        """Ids by address: a directory file asks for thousands."""
        found: dict[str, list[str]] = {}
        for user in self._people:
            found.setdefault(person_of(user, self.home).email, []).append(user["id"])
        return found

    @cached_property
    def _channels(self) -> list[dict[str, Any]]:
        kinds = "public_channel,private_channel"
        try:
            return pages(self._client.conversations_list, "channels", types=kinds, exclude_archived=True)
        except Rejected as rejected:
            # The scope for private channels is only asked for where it is needed.
            if not str(rejected).startswith("missing_scope"):
                raise
            return pages(self._client.conversations_list, "channels", types="public_channel", exclude_archived=True)

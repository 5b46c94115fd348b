"""The directory: who people are, as Slack knows them, remembered for a few minutes."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from slack_sdk import WebClient

from bot.slack.calling import call
from bot.slack.home import Home, home_of
from workflows.people import Person, PersonId
from workflows.ports import Clock, Rejected

T = TypeVar("T")

KEEP = timedelta(minutes=5)  # a person who left is asked for at most so long; a vote is checked again when it is cast
MOST = 10_000
_UNKNOWN = ("user_not_found", "users_not_found", "user_not_visible")
_ID = re.compile(r"[UW][A-Z0-9]{2,30}")


class SlackDirectory:
    """`workflows.ports.Directory` on Slack's Web API. `manager_field` is the label of the profile field, "" for none."""

    def __init__(self, client: WebClient, clock: Clock, manager_field: str = "") -> None:
        self._client = client
        self._clock = clock
        self._manager_field = manager_field
        self._known: dict[tuple[str, str], tuple[datetime, Any]] = {}

    def person(self, who: PersonId, *, fresh: bool = False) -> Person | None:
        if fresh:
            self._known.pop(("person", who), None)
        return self._once("person", who, lambda: self._person(who))

    def manager(self, who: PersonId) -> PersonId | None:
        return self._once("manager", who, lambda: self._manager(who)) if self._manager_field else None

    def members(self, usergroup: str) -> tuple[PersonId, ...]:
        return self._once("members", usergroup, lambda: self._members(usergroup))

    def find(self, name: str) -> PersonId | None:
        if "@" in name:
            found = self._once("e-mail", name.lower(), lambda: self._by_email(name))
        else:
            found = self.person(PersonId(name)) if _ID.fullmatch(name) else None
        return found.id if found is not None and found.can_decide else None

    def _by_email(self, address: str) -> Person | None:
        """The person who has that address: it must be theirs still, and Slack may tell only of one who is active."""
        try:
            found = person_of(call(self._client.users_lookupByEmail, email=address)["user"], self._home)
        except Rejected as rejected:
            if str(rejected).startswith(_UNKNOWN):
                return None
            raise
        return found if found.email == address.lower() else None

    def _once(self, what: str, key: str, ask: Callable[[], T]) -> T:
        now = self._clock.now()
        kept = self._known.get((what, key))
        if kept is not None and now - kept[0] < KEEP:
            value: T = kept[1]
            return value
        if len(self._known) >= MOST:
            self._known.clear()
        value = ask()
        self._known[what, key] = (now, value)
        return value

    def _person(self, who: PersonId) -> Person | None:
        try:
            return person_of(call(self._client.users_info, user=who)["user"], self._home)
        except Rejected as rejected:
            if str(rejected).startswith(_UNKNOWN):
                return None
            raise

    def _manager(self, who: PersonId) -> PersonId | None:
        field = self._once("field", self._manager_field, self._field)
        if not field:
            return None
        profile = call(self._client.users_profile_get, user=who)["profile"]
        value = ((profile.get("fields") or {}).get(field) or {}).get("value")
        return PersonId(value) if value else None

    def _field(self) -> str:
        fields = call(self._client.team_profile_get)["profile"]["fields"]
        return next((f["id"] for f in fields if f["label"].lower() == self._manager_field.lower() and f["type"] == "user"), "")

    @cached_property
    def _home(self) -> Home:
        return home_of(self._client)

    def _members(self, usergroup: str) -> tuple[PersonId, ...]:
        return tuple(PersonId(u) for u in call(self._client.usergroups_users_list, usergroup=usergroup)["users"])


def person_of(user: dict[str, Any], home: Home) -> Person:
    """A person from Slack's user object. People of other workspaces, who are seen in shared channels, cannot decide."""
    profile = user.get("profile") or {}
    outside = user.get("is_bot") or user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")
    outside = outside or not home.knows(user)
    return Person(
        id=PersonId(user["id"]),
        name=profile.get("real_name") or user.get("real_name") or user.get("name", ""),
        email=(profile.get("email") or "").lower(),
        zone=user.get("tz") or "UTC",
        can_decide=not (user.get("deleted") or outside),
    )


def pages(method: Callable[..., Any], part: str, **arguments: Any) -> list[dict[str, Any]]:
    """Every item of a list that Slack gives in pages."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = call(method, limit=200, cursor=cursor, **arguments)
        items += answer[part]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return items

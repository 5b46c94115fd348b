"""The `people` section: managers, groups, the group that stands in, and service accounts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.config.accounts import accounts
from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.tree import Entries
from bot.config.words import person, usergroup
from workflows.people import PersonId
from workflows.policy import People

GROUP = re.compile(r"[a-z][a-z0-9_-]{0,40}")
TAKEN = ("manager", "owner")  # words that `ask` knows already
FIELD = "Manager"  # how Slack's own template calls the profile field


def people(place: Place, scopes: Sequence[str] = ()) -> People:
    """Who is whose manager, who is in which group, and who owns which account; `scopes` are those of the tree."""
    fields = place.fields(("managers", "groups", "fallback", "accounts"))
    managers, profile = _managers(fields["managers"]) if "managers" in fields else ({}, "")
    read = _Groups({}, {})
    for key, value in fields["groups"].entries("finance: [cy@acme.example]") if "groups" in fields else []:
        read.add(key, value)
    fallback = _fallback(fields["fallback"], read.names()) if "fallback" in fields else People().fallback
    owned = accounts(fields["accounts"], scopes) if "accounts" in fields else ()
    return People(managers, profile, read.members, read.usergroups, fallback, accounts=owned)


def _managers(place: Place) -> tuple[dict[PersonId, PersonId], str]:
    managers: dict[PersonId, PersonId] = {}
    profile = ""
    for key, value in place.entries("ada@acme.example: bob@acme.example"):
        if key.written == "default":
            profile = _profile(value)
            continue
        who, manager = person(key), person(value)
        if who == manager:
            value.bad("nobody is their own manager")
        managers[who] = manager
    return managers, profile


def _profile(place: Place) -> str:
    """The label of the profile field that names a person's manager, "" for none."""
    example = 'profile-field, none or {field: "Manager"}'
    if isinstance(place.tree, Entries):
        fields = place.fields(("field",))
        if "field" not in fields:
            place.missing("field", "write the label of the profile field, as Manager")
            return ""
        return fields["field"].text("Manager")
    said = place.text(example)
    if said and said not in ("profile-field", "none"):
        place.bad("not a source of managers", f"write {example}")
    return FIELD if said == "profile-field" else ""


def _fallback(place: Place, groups: tuple[str, ...]) -> str:
    said = place.text("the name of a group")
    if said and said not in groups:
        place.bad("no such group", nearest(said, groups))
    return said


@dataclass(frozen=True, slots=True)
class _Groups:
    members: dict[str, tuple[PersonId, ...]]
    usergroups: dict[str, str]

    def names(self) -> tuple[str, ...]:
        return (*self.members, *self.usergroups)

    def add(self, key: Place, value: Place) -> None:
        name = key.written
        if name in TAKEN:
            key.bad("this word already means somebody", "give the group another name")
        elif not GROUP.fullmatch(name):
            key.bad("not a name for a group", "write lower-case letters, digits, - and _")
        if isinstance(value.tree, Entries):
            fields = value.fields(("slack_group",))
            self.usergroups[name] = usergroup(fields["slack_group"]) if "slack_group" in fields else ""
            if "slack_group" not in fields:
                value.missing("slack_group", "write the handle of a Slack user group")
            return
        self.members[name] = _members(value)


def _members(place: Place) -> tuple[PersonId, ...]:
    members: list[PersonId] = []
    places = place.some("[cy@acme.example, di@acme.example]")
    for at in places:
        who = person(at)
        if who in members:
            at.bad("named twice in this group")
        members.append(who)
    if not places:
        place.bad("nobody is in this group", "name at least one person")
    return tuple(dict.fromkeys(members))

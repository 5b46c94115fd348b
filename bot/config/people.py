"""The `people` section: managers, groups, the group that stands in, how much each may approve, and service accounts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.config.accounts import accounts
from bot.config.directory import load
from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.tree import Entries
from bot.config.words import is_person, limit, person, usergroup
from workflows.authority import Authority, Cap
from workflows.money import Unit
from workflows.people import PersonId
from workflows.policy import People
from workflows.times import Period

GROUP = re.compile(r"[a-z][a-z0-9_-]{0,40}")
TAKEN = ("manager", "owner")  # words that `ask` knows already
CAP = "$2,000 a month"
FIELD = "Manager"  # how Slack's own template calls the profile field


def people(place: Place, scopes: Sequence[str] = ()) -> People:
    """Who is whose manager, who is in which group, and who owns which account; `scopes` are those of the tree."""
    fields = place.fields(("managers", "directory", "groups", "fallback", "authority", "accounts"))
    if "directory" in fields:
        _directory(fields["directory"])
    managers, profile = _managers(fields["managers"]) if "managers" in fields else ({}, "")
    read = _Groups({}, {})
    for key, value in fields["groups"].entries("finance: [cy@acme.example]") if "groups" in fields else []:
        read.add(key, value)
    fallback = group(fields["fallback"], read.names()) if "fallback" in fields else People().fallback
    caps = _authority(fields["authority"], read.names()) if "authority" in fields else Authority()
    owned = accounts(fields["accounts"], scopes) if "accounts" in fields else ()
    return People(managers, {}, profile, read.members, read.usergroups, fallback, caps, owned)


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


def _directory(place: Place) -> None:
    """Reads the file that is named, if there is a folder it can be in."""
    said, folder = place.text("people.json"), place.notes.folder
    if not said or folder is None:
        return
    found = load(folder / said, said)
    if isinstance(found, str):
        place.bad(found, "the name is relative to this file" if found.startswith("cannot") else 'write {"Resources": [{…}, …]}')
        return
    place.notes.staff = found
    place.notes.warnings.extend(found.doubts)


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


def group(place: Place, groups: tuple[str, ...]) -> str:
    """The name of one of these groups."""
    said = place.text("the name of a group")
    if said and said not in groups:
        place.bad("no such group", nearest(said, groups))
    return said


def _authority(place: Place, groups: tuple[str, ...]) -> Authority:
    """How much people, and the members of groups, may approve."""
    people: dict[PersonId, Cap] = {}
    of_groups: dict[str, Cap] = {}
    for key, value in place.entries(f"bob@acme.example: {CAP}"):
        cap = _cap(value)
        if key.written in groups:
            of_groups[key.written] = cap
        elif is_person(key.written):
            people[person(key, groups)] = cap
        else:
            key.bad(
                "no such group, and not a person", nearest(key.written, groups) or 'write a group, an e-mail address or "@handle"'
            )
    return Authority(people, of_groups)


def _cap(place: Place) -> Cap:
    amount, unit, period = limit(place, CAP) or (0, Unit.USD, Period.MONTH)
    if unit is not Unit.USD:
        place.bad("authority is counted in dollars", f"write {CAP}")
    return Cap(amount, period)


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

"""The `accounts` of the `people` section: service accounts, on whose behalf their owners may ask."""

import re
from collections.abc import Sequence

from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.words import person
from workflows.people import ME, TEAM, Account, PersonId

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
HOW = "{owners: [ada@acme.example], scope: platform/engineering}"


def accounts(place: Place, scopes: Sequence[str]) -> tuple[Account, ...]:
    """Every account, in the order of the file; `scopes` are those of the tree."""
    return tuple(_account(key, value, scopes) for key, value in place.entries(f"ci-bot: {HOW}"))


def _account(key: Place, value: Place, scopes: Sequence[str]) -> Account:
    if not NAME.fullmatch(key.written):
        key.bad("not a name for an account", "write at most 60 lower-case letters, digits, - . and _, as ci-bot")
    elif key.written in (ME, TEAM):
        key.bad("this word already means somebody", "give the account another name")
    fields = value.fields(("owners", "scope"), example=HOW)
    for name, example in (("owners", "owners: [ada@acme.example]"), ("scope", "scope: platform/engineering")):
        if name not in fields:
            value.missing(name, f"write {example}")
    owners = _owners(fields["owners"]) if "owners" in fields else ()
    return Account(key.written, owners, _scope(fields["scope"], scopes) if "scope" in fields else "")


def _owners(place: Place) -> tuple[PersonId, ...]:
    owners: list[PersonId] = []
    places = place.some("[ada@acme.example]")
    for at in places:
        who = person(at)
        if who in owners:
            at.bad("named twice as an owner")
        owners.append(who)
    if not places:
        place.bad("nobody owns this account", "name at least one person")
    return tuple(dict.fromkeys(owners))


def _scope(place: Place, scopes: Sequence[str]) -> str:
    said = place.text("platform/engineering")
    if said and said not in scopes:
        place.bad("no such scope in quotas", nearest(said, scopes) or "write one of those")
    return said

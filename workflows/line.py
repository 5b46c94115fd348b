"""The management line: who is above somebody, manager by manager.

A manager is who the first source names: Slack's profile field, else the directory file, else app.yaml. Where two name different
people the first wins, without a vote: it is the one that people keep themselves. A source that names somebody as their own
manager names nobody.
"""

from collections.abc import Callable

from workflows.people import PersonId
from workflows.policy import People
from workflows.ports import Directory

LONGEST = 5  # managers: above a fifth hardly anybody decides about budgets, and each costs Slack a question

Above = Callable[[PersonId], PersonId | None]
"""Somebody's manager, None where nobody is known."""


def above(people: People, directory: Directory) -> Above:
    """How the sources that app.yaml names tell a manager."""

    def manager(who: PersonId) -> PersonId | None:
        in_profile = directory.manager(who) if people.profile_field else None
        named = (in_profile, people.reported.get(who), people.managers.get(who))
        return next((one for one in named if one and one != who), None)

    return manager


def line(who: PersonId, manager: Above) -> tuple[PersonId, ...]:
    """Manager, manager's manager and so on, at most LONGEST and each once; it ends before it comes round, and before `who`."""
    found: list[PersonId] = []
    here = manager(who)
    while here is not None and here != who and here not in found and len(found) < LONGEST:
        found.append(here)
        here = manager(here)
    return tuple(found)

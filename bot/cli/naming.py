"""What people are called where a command tells of them."""

from collections.abc import Callable
from functools import cache

from bot.cli.telling import warn
from workflows.keeping import SYSTEM
from workflows.people import PersonId
from workflows.ports import Directory, Rejected, Unavailable


def ids(who: str) -> str:
    """Where nobody is looked up: by their ids."""
    return "Leeway" if who == SYSTEM else who


def names(directory: Directory) -> Callable[[str], str]:
    """By name and id, as the directory knows them; by id alone whom it does not."""

    @cache
    def name(who: str) -> str:
        try:
            person = None if who == SYSTEM else directory.person(PersonId(who))
        except (Rejected, Unavailable) as error:
            warn([f"{who} could not be looked up: {error}"])
            person = None
        return f"{person.name} ({who})" if person else ids(who)

    return name

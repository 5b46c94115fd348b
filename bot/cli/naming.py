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
    """By name, as the directory knows them, and by id whom it does not know; of two with one name the second by both."""
    first: dict[str, str] = {}

    @cache
    def name(who: str) -> str:
        try:
            person = None if who == SYSTEM else directory.person(PersonId(who))
        except (Rejected, Unavailable) as error:
            warn([f"{who} could not be looked up: {error}"])
            person = None
        if person is None:
            return ids(who)
        return person.name if first.setdefault(person.name, who) == who else f"{person.name} ({who})"

    return name

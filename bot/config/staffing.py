"""Staffing: the people of a directory file as Slack knows them, by their addresses."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.config.directory import Member, Staff
from bot.config.problems import Problem
from workflows.people import PersonId

Find = Callable[[str], Sequence[str]]
"""The ids of those who have an e-mail address."""


def staffed(staff: Staff, find: Find) -> tuple[Mapping[PersonId, PersonId], tuple[Problem, ...]]:
    """Who manages whom, in Slack ids; and what was left out.

    Where two entries are the same person in Slack and name different managers, neither counts: nobody knows which is meant.
    """
    ids = [_id(member, find) for member in staff.members]
    bosses: dict[PersonId, set[PersonId]] = defaultdict(set)
    for who, member in zip(ids, staff.members, strict=True):
        boss = None if member.manager is None else ids[member.manager]
        if who and boss and who != boss:
            bosses[who].add(boss)
    torn = sum(len(named) > 1 for named in bosses.values())
    managers = {who: boss for who, named in sorted(bosses.items()) for boss in named if len(named) == 1}
    return managers, tuple(_doubts(staff, ids.count(None), torn))


def _id(member: Member, find: Find) -> PersonId | None:
    """The one person who has the first of their addresses that anybody has; None when that is nobody, or several."""
    found = next((ids for email in member.emails if (ids := find(email))), ())
    return PersonId(found[0]) if len(found) == 1 else None


def _doubts(staff: Staff, missing: int, torn: int) -> Iterator[Problem]:
    if missing:
        yield _doubt(staff, f"{missing:,} of {len(staff.members):,} people in it are not in Slack: they are asked nothing")
    if torn:
        people = "1 person in Slack is" if torn == 1 else f"{torn:,} people in Slack are"
        yield _doubt(staff, f"{people} in it twice, with different managers: neither counts")


def _doubt(staff: Staff, message: str) -> Problem:
    return Problem("", "", message, file=staff.file)

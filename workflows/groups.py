"""Groups: who is in which, by app.yaml's list or by Slack's. It may ask Slack, so it belongs before a transaction."""

from collections.abc import Iterable

from workflows.people import PersonId
from workflows.policy import People
from workflows.ports import Directory


def members(group: str, people: People, directory: Directory) -> tuple[PersonId, ...]:
    """The people of a group; nobody where there is no such group."""
    usergroup = people.usergroups.get(group)
    return people.groups.get(group, ()) if usergroup is None else directory.members(usergroup)


def every(people: People, directory: Directory) -> dict[str, tuple[PersonId, ...]]:
    """The people of every group."""
    return {group: members(group, people, directory) for group in (*people.groups, *people.usergroups)}


def able(who: Iterable[PersonId], directory: Directory) -> tuple[PersonId, ...]:
    """Those of them who can be asked, each once."""
    known = {one: directory.person(one) for one in who}
    return tuple(one for one, person in known.items() if person is not None and person.can_decide)

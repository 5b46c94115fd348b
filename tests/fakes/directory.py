"""A directory out of dictionaries."""

from collections.abc import Iterable

from workflows.people import Person, PersonId
from workflows.ports import Directory, Unavailable


class FakeDirectory(Directory):
    """Knows these people; does not answer while `down`."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self.people = {person.id: person for person in people}
        self.managers: dict[PersonId, PersonId] = {}
        self.usergroups: dict[str, tuple[PersonId, ...]] = {}
        self.down = False

    def person(self, who: PersonId, *, fresh: bool = False) -> Person | None:
        self._answer()
        return self.people.get(who)

    def manager(self, who: PersonId) -> PersonId | None:
        self._answer()
        return self.managers.get(who)

    def members(self, usergroup: str) -> tuple[PersonId, ...]:
        self._answer()
        return self.usergroups.get(usergroup, ())

    def find(self, name: str) -> PersonId | None:
        self._answer()
        known = (p.id for p in self.people.values() if p.can_decide and name and (p.id == name or p.email == name.lower()))
        return next(known, None)

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the directory is down")

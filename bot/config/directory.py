"""The directory file: who works here and for whom, as SCIM lists people (RFC 7643 and 7644).

An export is never perfect: what is wrong with one person is a warning, and the rest counts. Only a file that is no list of people
at all is a problem. Not here: who of them is in Slack (`staffing`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bot.config.problems import Problem

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
LARGEST = 100_000_000  # bytes: more than a company of 50,000 exports
SHOWN = 3  # warnings of one kind are told so often, then counted
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"
NOT_A_LIST = 'not a SCIM list of people: there is no "Resources"'
FLAGS = {"true": True, "1": True, "false": False, "0": False}  # Entra writes "True" and "False", others 1 and 0


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here: their addresses, best first, and where in the list their manager is."""

    emails: tuple[str, ...]
    manager: int | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody in the file who works here, and what may be wrong with it. `file` is its name, as app.yaml has it."""

    file: str
    members: tuple[Member, ...]
    doubts: tuple[Problem, ...] = ()

    @property
    def managed(self) -> int:
        """How many have a manager."""
        return sum(member.manager is not None for member in self.members)


def load(path: Path, file: str) -> Staff | str:
    """The people in a file, or why there is no reading it."""
    try:
        with path.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as error:
        return f"cannot be read: {(error.strerror or 'no reason given').lower()}"
    except ValueError:
        return "cannot be read: there is no such name for a file"
    return parse(raw, file)


def parse(raw: bytes, file: str) -> Staff | str:
    """The people in the bytes of a file, or why there are none."""
    if len(raw) > LARGEST:
        return "larger than 100 MB"
    try:
        read = _lower(msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf")))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"not JSON: {error}"
    listed = read.get("resources")
    if not isinstance(listed, list):
        return NOT_A_LIST
    reading = _Reading(file)
    total = read.get("totalresults")
    if isinstance(total, int) and total > len(listed):
        reading.doubt("totalResults", str(total), f"only {len(listed):,} of them are in this file: is it one page of several?")
    people = [_resource(f"Resources[{n}]", one, reading) for n, one in enumerate(listed)]
    members = _members([one for one in people if one is not None], reading)
    return Staff(file, members, tuple(_thinned(reading.doubts)))


@dataclass(slots=True)
class _Reading:
    file: str
    doubts: list[Problem] = field(default_factory=list)

    def doubt(self, path: str, value: str, message: str) -> None:
        self.doubts.append(Problem(path, value, message, file=self.file))


@dataclass(frozen=True, slots=True)
class _Person:
    """A resource as it says: `boss` is how it names its manager, and under which attribute."""

    path: str
    id: str
    user: str
    shown: str
    emails: tuple[str, ...]
    boss: tuple[str, str] | None
    active: bool


def _lower(value: object) -> Mapping[str, object]:
    """A mapping by lower-case names: capitals do not count in SCIM (RFC 7643, 2.1)."""
    return {str(key).lower(): one for key, one in value.items()} if isinstance(value, dict) else {}


def _said(value: object) -> str:
    """A text, or a number as a text: some number their people."""
    plain = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip() if plain else ""


def _resource(path: str, resource: object, reading: _Reading) -> _Person | None:
    if not isinstance(resource, dict):
        reading.doubt(path, "", "not a person")
        return None
    read = _lower(resource)
    active = _active(path, read.get("active", True), reading)
    found = _Person(
        path=path,
        id=_said(read.get("id")),
        user=_said(read.get("username")).lower(),
        shown=_said(read.get("displayname")).lower(),
        emails=_emails(read),
        boss=_boss(read),
        active=active,
    )
    if active and not found.id:
        reading.doubt(f"{path}.id", "", "missing: nobody can name them as their manager")
    if active and not found.emails:
        reading.doubt(f"{path}.emails", "", "no e-mail address: they cannot be found in Slack")
    return found


def _active(path: str, said: object, reading: _Reading) -> bool:
    active = FLAGS.get(str(said).lower())
    if active is None:
        reading.doubt(f"{path}.active", str(said), "neither true nor false; they count as active")
    return active is not False


def _emails(read: Mapping[str, object]) -> tuple[str, ...]:
    """Their addresses, the primary one first; a user name that is an address comes last."""
    listed = read.get("emails")
    entries = [_lower(one) for one in listed] if isinstance(listed, list) else []
    entries.sort(key=lambda one: FLAGS.get(str(one.get("primary")).lower()) is not True)
    said = [*(_said(one.get("value")) for one in entries), _said(read.get("username"))]
    return tuple(dict.fromkeys(one.lower() for one in said if EMAIL.fullmatch(one)))


def _boss(read: Mapping[str, object]) -> tuple[str, str] | None:
    """How a manager is named, surest first: by id, by reference, by name. Entra once wrote the id alone."""
    manager = _lower(read.get(ENTERPRISE)).get("manager")
    named = _lower(manager)
    said = {
        "value": _said(named.get("value")) or _said(manager),
        "$ref": _said(named.get("$ref")).rstrip("/").rpartition("/")[2],
        "displayName": _said(named.get("displayname")),
    }
    return next(((how, name) for how, name in said.items() if name), None)


class _Names:
    """Who is meant by an id, a user name, an address or a name. Who left is found, too, where nobody else is meant."""

    def __init__(self, people: Sequence[_Person], reading: _Reading) -> None:
        self._ids: dict[str, int] = {}
        self._names: dict[str, set[int]] = defaultdict(set)
        self._shown: dict[str, set[int]] = defaultdict(set)
        emails: dict[str, int] = {}
        for n in sorted(range(len(people)), key=lambda n: not people[n].active):
            one = people[n]
            if one.id and one.active and one.id in self._ids:
                reading.doubt(f"{one.path}.id", one.id, f"the id of {people[self._ids[one.id]].path}, too; the first counts")
            self._ids.setdefault(one.id, n)
            for email in one.emails if one.active else ():
                if emails.setdefault(email, n) != n:
                    reading.doubt(f"{one.path}.emails", email, f"the address of {people[emails[email]].path}, too")
            for name in {one.user, *one.emails} - {""}:
                self._names[name].add(n)
            self._shown[one.shown].add(n)
        self._ids.pop("", None)
        self._shown.pop("", None)

    def find(self, how: str, name: str) -> Sequence[int]:
        if how == "displayName":
            return sorted(self._shown.get(name.lower(), ()))
        return [self._ids[name]] if name in self._ids else sorted(self._names.get(name.lower(), ()))


def _members(people: Sequence[_Person], reading: _Reading) -> tuple[Member, ...]:
    names = _Names(people, reading)
    bosses = {n: _found(n, people, names, reading) for n, one in enumerate(people) if one.active}
    for circle in _circles({n: boss for n, boss in bosses.items() if boss is not None}):
        chain = " → ".join(next(iter(people[n].emails), people[n].path) for n in (*circle, circle[0]))
        reading.doubt(people[circle[0]].path, chain, "managers in a circle: a line of them ends before it comes round")
    place = {n: at for at, n in enumerate(bosses)}
    return tuple(Member(people[n].emails, None if boss is None else place[boss]) for n, boss in bosses.items())


def _found(n: int, people: Sequence[_Person], names: _Names, reading: _Reading) -> int | None:
    """Who manages somebody; None, with a word about it, where that cannot be known."""
    boss = people[n].boss
    if boss is None:
        return None
    found = names.find(*boss)
    if len(found) == 1 and found[0] != n and people[found[0]].active:
        return found[0]
    called = "name" if boss[0] == "displayName" else "id"
    why = f"nobody in this file has this {called}"
    if len(found) > 1:
        why = f"several people in this file have this {called}"
    elif found:
        why = "nobody is their own manager" if found[0] == n else "this manager is no longer active"
    reading.doubt(f"{people[n].path}.manager.{boss[0]}", boss[1], why)
    return None


def _circles(bosses: Mapping[int, int]) -> Iterator[list[int]]:
    """Every circle in which people manage each other, once, from the first of the file on."""
    seen: set[int] = set()
    for start in bosses:
        way: dict[int, None] = {}
        here: int | None = start
        while here is not None and here not in seen:
            seen.add(here)
            way[here] = None
            here = bosses.get(here)
        if here is not None and here in way:
            ring = list(way)[list(way).index(here) :]
            first = ring.index(min(ring))
            yield ring[first:] + ring[:first]


def _thinned(doubts: Iterable[Problem]) -> Iterator[Problem]:
    """The doubts, of each kind the first few and then how many more: a line for each of thousands is read by nobody."""
    kinds: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for doubt in doubts:
        kinds[doubt.path.rpartition(".")[2], doubt.message.partition(" Resources[")[0]].append(doubt)
    for alike in kinds.values():
        yield from alike[:SHOWN]
        if len(alike) > SHOWN:
            yield Problem("", "", f"{len(alike) - SHOWN:,} more like {alike[0].path}", file=alike[0].file)

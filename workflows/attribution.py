"""Attribution: which scope an event counts in, from what it says about where it came from.

    1  the scope that it names, if the tree has it
    2  the scope of the first rule that matches
    3  `unattributed`: visible, counted in the whole, and owned like any other scope

An event that names its use case counts in the scope of that name below, where there is one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

REMEMBERED = 16_384  # origins: a company has as many as it has pairs of people and tools, and senders could make up more


class Origin(NamedTuple):
    """What an event says about where it came from; "" or nothing where it does not say.

    `teams` and `keys` may hold a name and an id of the same thing: a rule may match either.
    """

    teams: tuple[str, ...] = ()
    user: str = ""
    keys: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    use_case: str = ""
    environment: str = ""
    model: str = ""
    provider: str = ""
    service: str = ""
    project: str = ""
    source: str = ""


# What a rule may test, as app.yaml spells it, and where it is in an origin.
TESTED: Mapping[str, str] = {
    "team": "teams",
    "user": "user",
    "key": "keys",
    "tag": "tags",
    "use_case": "use_case",
    "environment": "environment",
    "model": "model",
    "provider": "provider",
    "service": "service",
    "project": "project",
    "source": "source",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A rule: what matches all of `when` counts in `scope`.

    `when` has shell patterns by the words of `TESTED`; one of a word's patterns is enough. Capitals do not count: senders write
    the same address in many ways.
    """

    scope: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def matches(self, origin: Origin) -> bool:
        return all(_any(_said(origin, word), patterns) for word, patterns in self.when.items())


def _said(origin: Origin, word: str) -> tuple[str, ...]:
    value = getattr(origin, TESTED[word])
    return value if isinstance(value, tuple) else (value,)


def _any(said: Iterable[str], patterns: tuple[str, ...]) -> bool:
    return any(one and fnmatchcase(one.casefold(), pattern.casefold()) for one in said for pattern in patterns)


class Attribution:
    """The rules, first match wins. What was found is remembered: the same few origins come with every batch."""

    def __init__(self, claims: tuple[Claim, ...], scopes: frozenset[str], unattributed: str) -> None:
        self._claims = claims
        self._scopes = scopes
        self._unattributed = unattributed
        self.scope_of = lru_cache(REMEMBERED)(self._scope_of)

    def _scope_of(self, origin: Origin, named: str = "") -> str:
        """The scope that an event counts in; `named` is the one that it names itself."""
        claimed = (claim.scope for claim in self._claims if claim.matches(origin))
        scope = named if named in self._scopes else next(claimed, self._unattributed)
        below = f"{scope}/{origin.use_case.casefold()}"
        return below if origin.use_case and below in self._scopes else scope

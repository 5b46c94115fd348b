"""People as the rules see them: an id, how to address them, and whether they can be asked.

A person's id is their Slack id. Ids of another workspace never come this far: the door pins team and enterprise.
"""

from dataclasses import dataclass
from typing import NewType

PersonId = NewType("PersonId", str)

ME, TEAM = "me", "team"  # for whom something is asked, where it is not an account: oneself, or everybody of the quota's scope


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the workspace.

    `zone` is their IANA time zone; `can_decide` is false for bots, guests and people who left: they are never asked.
    """

    id: PersonId
    name: str
    email: str = ""
    zone: str = "UTC"
    can_decide: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """A service account: something that spends and cannot ask. `owners` ask for it, on quotas of its scope and below."""

    name: str
    owners: tuple[PersonId, ...]
    scope: str

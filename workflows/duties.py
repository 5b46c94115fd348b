"""Duties: where two people approved each other's requests, and where somebody decided in another's place.

Neither is wrong by itself; an auditor wants to know of both. Nobody is counted against anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.people import PersonId
from workflows.requests import Request, State


@dataclass(frozen=True, slots=True)
class Mutual:
    """Two people, and the requests of each that the other approved, or had approved by a delegate."""

    one: PersonId
    two: PersonId
    of_one: tuple[str, ...]
    of_two: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stood:
    """An approval by a delegate."""

    request: str
    by: PersonId
    acting_for: PersonId


@dataclass(frozen=True, slots=True)
class Duties:
    """Both, of some requests."""

    mutual: tuple[Mutual, ...]
    stood: tuple[Stood, ...]


def duties(requests: Iterable[Request]) -> Duties:
    """What is to be known of who approved whom; of requests that were approved, pairs by the people's ids."""
    approved: dict[tuple[PersonId, PersonId], dict[str, None]] = {}
    stood: list[Stood] = []
    for request in requests:
        for vote in request.yes() if request.state is State.APPROVED else ():
            for person in {vote.by, vote.seat}:
                approved.setdefault((person, request.requester), {})[request.id] = None
            stood += [Stood(request.id, vote.by, vote.acting_for)] if vote.acting_for else []
    pairs = sorted((one, two) for one, two in approved if one < two and (two, one) in approved)
    return Duties(tuple(Mutual(a, b, tuple(approved[b, a]), tuple(approved[a, b])) for a, b in pairs), tuple(stood))

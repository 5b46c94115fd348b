"""The inbox: what waits for a person, and deciding several alike requests at once.

Alike are those of the lowest tier: past a soft limit only, with data that is not sensitive, and small enough that nobody types
the amount again. Each is a vote and a transaction of its own: one that fails leaves the others as they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workflows import covering
from workflows.ballots import Verdict, Vote
from workflows.confirming import to_confirm
from workflows.hands import Hand, hand
from workflows.keeping import Kit
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota, retired
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.reviewing import vote
from workflows.rules import Data, Limit

MOST = 10  # what one list of checkboxes holds


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for somebody, oldest first: `alike` can be decided together, `others` one by one."""

    alike: tuple[tuple[Request, Quota], ...]
    others: tuple[tuple[Request, Quota], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one request of several: as it is after the vote, or why nothing happened."""

    id: str
    request: Request | None
    quota: Quota | None
    done: Request | Refused


def waiting(unit: UnitOfWork, person: PersonId, now: datetime) -> list[Request]:
    """Every request that waits for somebody, or for whom they cover."""
    every = unit.requests.undecided()
    return [r for r, asked in zip(every, _asked(unit, every, now), strict=True) if person in asked]


def _asked(unit: UnitOfWork, requests: Sequence[Request], now: datetime) -> list[frozenset[PersonId]]:
    """Whose decision each waits for; who is away may decide all the same. Where nobody is, nothing more is read."""
    waits = [frozenset(r.waiting_on()) for r in requests]
    away = {a.person for a in unit.aways.among(frozenset().union(*waits), now)}
    return [w | set(covering.asked(unit, r, now)) if w & away else w for r, w in zip(requests, waits, strict=True)]


def alike(policy: Policy, request: Request) -> bool:
    """Whether a request may be decided with others at once."""
    low = request.limit is Limit.SOFT and request.case.data <= Data.INTERNAL and request.appeal is None
    return request.state is State.PENDING and low and not to_confirm(policy, request)


def inbox(unit: UnitOfWork, policy: Policy, person: PersonId, now: datetime) -> Inbox:
    """What waits for somebody."""
    every = waiting(unit, person, now)
    together = [r for r in every if alike(policy, r)][:MOST]
    return Inbox(
        tuple((r, _quota(policy, r)) for r in together),
        tuple((r, _quota(policy, r)) for r in every if r not in together),
    )


def deal(unit: UnitOfWork, policy: Policy, request: Request, now: datetime) -> dict[PersonId, Hand]:
    """What each reader of a copy of their own can do with it."""
    together = [r for r in unit.requests.undecided() if alike(policy, r)] if alike(policy, request) else []
    asked = _asked(unit, together, now)
    covers = {away.delegate for away in covering.covers(unit, request, now) if away.delegate}
    owner = policy.owner(request.case.quota.partition(":")[0])
    people = (request.requester, *request.route.approvers(), *sorted(request.voted() | covers), *request.passed)

    def dealt(person: PersonId) -> Hand:
        owns, within = person == owner, policy.timing.undo_within
        mine = hand(request, person, covers=person in covers, called=owns, within=within, now=now)
        return replace(mine, alike=sum(person in each for each in asked)) if mine.decides else mine

    return {person: dealt(person) for person in dict.fromkeys(people)}


def approve(kit: Kit, by: PersonId, chosen: Iterable[tuple[str, int]]) -> tuple[Result, ...]:
    """A yes to each of several requests, by id and the revision that was shown."""
    return tuple(_one(kit, by, request_id, revision) for request_id, revision in chosen)


def _one(kit: Kit, by: PersonId, request_id: str, revision: int) -> Result:
    with kit.reads() as unit:
        request = unit.requests.get(request_id)
    quota = _quota(kit.policy, request) if request else None
    if request is not None and request.state is State.PENDING and not alike(kit.policy, request):
        return Result(request_id, request, quota, Refused(Why.NOT_TOGETHER))
    cast = Vote(by, Verdict.APPROVE, kit.clock.now(), revision)
    return Result(request_id, request, quota, vote(kit, request_id, cast))


def _quota(policy: Policy, request: Request) -> Quota:
    return policy.quota(request.case.quota) or retired(request.case.quota, request.case.unit)

"""Charging: a yes uses up the authority of whoever says it, in the transaction that counts it.

What a request holds of somebody's authority follows from it as it is: while it is pending or approved, what each yes of it was
charged. Every change of a request is charged as a difference, so whatever is undone, voided or ends in another way than an
approval is given back, without anybody having to think of it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from workflows.authority import ANY, Cap, Charge, Charged, left
from workflows.ballots import Verdict, Vote
from workflows.events import Event, Undo
from workflows.groups import members
from workflows.keeping import Kit
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import Stale, UnitOfWork
from workflows.requests import Request, State
from workflows.times import window_at

Caps = Mapping[PersonId, Cap]
"""The caps of those whom a change of a request concerns; whoever is not in it may approve any amount."""

NOBODYS: Caps = MappingProxyType({})
HOLDING = (State.PENDING, State.APPROVED)


def caps(kit: Kit, request_id: str, event: Event) -> Caps:
    """Whose authority is capped of those whom an event concerns. It may ask Slack who is in a group."""
    authority, people = kit.policy.people.authority, kit.policy.people
    if authority == ANY or not isinstance(event, Vote | Undo):
        return {}
    with kit.reads() as unit:
        request = unit.requests.get(request_id)
    who = {event.by, *(vote.seat for vote in request.votes)} if request else {event.by}
    groups = {group: members(group, people, kit.directory) for group in authority.groups}
    everybody = who | {event.seat} if isinstance(event, Vote) else who
    return {one: cap for one in everybody if (cap := authority.cap(one, groups)) is not None}


def weighed(unit: UnitOfWork, policy: Policy, request: Request, event: Event, *, caps: Caps) -> Event:
    """An event with what it does to people's authority."""
    if isinstance(event, Vote):
        return _vote(unit, policy, request, event, caps=caps)
    return replace(event, unpaid=unpaid(unit, request, caps)) if isinstance(event, Undo) else event


def _vote(unit: UnitOfWork, policy: Policy, request: Request, vote: Vote, *, caps: Caps) -> Vote:
    """A yes with what it charges; or marked as over the authority of its seat, or of the delegate who casts it.

    A delegate's own cap limits what they may agree to for others: being asked in somebody's place gives nobody more authority.
    """
    amount = request.case.dollars(request.offered()[0] if vote.amount is None else vote.amount)
    if vote.verdict is not Verdict.APPROVE or not amount:
        return vote
    starts = {who: start_of(policy, caps[who], vote.at) for who in {vote.by, vote.seat} if who in caps}
    if any(left(caps[who], unit.charges.get(who, start)) < amount for who, start in starts.items()):
        return replace(vote, over=True)
    return replace(vote, charge=Charge(starts[vote.seat], amount)) if vote.seat in starts else vote


def unpaid(unit: UnitOfWork, request: Request, caps: Caps) -> frozenset[PersonId]:
    """Whose yes could not be charged any more, when a denied request is to be open again."""
    if request.state in HOLDING:
        return frozenset()
    charged = {vote.seat: vote.charge for vote in request.votes if vote.charge is not None}
    return frozenset(
        who
        for who, charge in charged.items()
        if who in caps and left(caps[who], unit.charges.get(who, charge.start)) < charge.amount
    )


def start_of(policy: Policy, cap: Cap, at: datetime) -> datetime:
    """When the period of a cap began that holds a moment."""
    organization = policy.organization
    return window_at(cap.period, organization.zone, at, organization.fiscal_start).start


def held(request: Request | None) -> Counter[tuple[PersonId, datetime]]:
    """What a request holds of people's authority, by person and the start of the period."""
    found = Counter[tuple[PersonId, datetime]]()
    if request is not None and request.state in HOLDING:
        for vote in request.votes:
            if vote.charge is not None:
                found[vote.seat, vote.charge.start] += vote.charge.amount
    return found


def settle(unit: UnitOfWork, before: Request, after: Request, caps: Caps = NOBODYS) -> None:
    """Charges the difference that a change of a request makes, and gives back what it no longer holds.

    Stale when somebody was charged for another request since a yes was weighed: not every database keeps what a unit has read.
    """
    had, has = held(before), held(after)
    for who, start in sorted(had.keys() | has.keys()):  # in one order, so that no two units wait for each other
        if change := has[who, start] - had[who, start]:
            charged = (unit.charges.get(who, start) or Charged(who, start, 0, version=0)).plus(change)
            if change > 0 and who in caps and charged.used > caps[who].limit:
                raise Stale(f"{who} was charged meanwhile")
            unit.charges.save(charged)

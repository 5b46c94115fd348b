"""Charging: a yes uses up the authority of whoever says it, in the transaction that counts it.

What a request holds of somebody's authority follows from it as it is: while it is pending or approved, what each yes of it was
charged. Every change of a request is charged as a difference, so whatever is undone, voided or ends in another way than an
approval is given back, without anybody having to think of it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

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

Caps = Callable[[PersonId], Cap | None]
"""How much somebody may approve; None when that is any amount."""

HOLDING = (State.PENDING, State.APPROVED)


def uncapped(_who: PersonId) -> Cap | None:
    """Anybody may approve any amount."""
    return None


def caps(kit: Kit, event: Event) -> Caps:
    """The caps that an event may meet. It may ask Slack who is in a group, so it belongs before a transaction."""
    authority, people = kit.policy.people.authority, kit.policy.people
    if authority == ANY or not isinstance(event, Vote | Undo):
        return uncapped
    groups = {group: members(group, people, kit.directory) for group in authority.groups}
    return lambda who: authority.cap(who, groups)


def weighed(unit: UnitOfWork, policy: Policy, request: Request, event: Event, *, caps: Caps) -> Event:
    """An event with what it does to people's authority; a vote must have its seat already."""
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
    limits = {who: cap for who in {vote.by, vote.seat} if (cap := caps(who)) is not None}
    starts = {who: start_of(policy, cap, vote.at) for who, cap in limits.items()}
    if any(left(limits[who], unit.charges.get(who, start)) < amount for who, start in starts.items()):
        return replace(vote, over=True)
    return replace(vote, charge=Charge(starts[vote.seat], amount)) if vote.seat in starts else vote


def unpaid(unit: UnitOfWork, request: Request, caps: Caps) -> frozenset[PersonId]:
    """Whose yes could not be charged any more, when a denied request is to be open again."""
    if request.state in HOLDING:
        return frozenset()
    charged = {vote.seat: vote.charge for vote in request.votes if vote.charge is not None}
    found = {who: (caps(who), unit.charges.get(who, charge.start)) for who, charge in charged.items()}
    return frozenset(who for who, (cap, used) in found.items() if cap and left(cap, used) < charged[who].amount)


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


def settle(unit: UnitOfWork, before: Request, after: Request, caps: Caps = uncapped) -> None:
    """Charges the difference that a change of a request makes, and gives back what it no longer holds.

    Stale when somebody was charged for another request since a yes was weighed: not every database keeps what a unit has read.
    """
    had, has = held(before), held(after)
    for who, start in sorted(had.keys() | has.keys()):  # in one order, so that no two units wait for each other
        if change := has[who, start] - had[who, start]:
            charged = (unit.charges.get(who, start) or Charged(who, start, 0, version=0)).plus(change)
            if change > 0 and (cap := caps(who)) and charged.used > cap.limit:
                raise Stale(f"{who} was charged meanwhile")
            unit.charges.save(charged)

"""Granting: the overrides that an approval creates, and what follows one that has begun."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from workflows.cases import Part, Term
from workflows.overrides import Grace, Override
from workflows.requests import Request


@dataclass(frozen=True, slots=True)
class Terms:
    """What an approval is granted under, by the policy of that day.

    The store has `within` to confirm an override. `before` is how many the request was granted already. `carried` are the
    overrides that this request extends, by quota.
    """

    within: timedelta
    before: int = 0
    grace: Grace | None = None
    carried: Mapping[str, Override] = field(default_factory=dict)


def grants(request: Request, terms: Terms, *, now: datetime) -> tuple[Override, ...]:
    """What the approval of a request creates, one for each quota that was asked for: its own first, then those above it.

    Where only so much is to be released at first, the rest of each comes after them, held. An approval that was undone leaves its
    overrides in the record, and a new one has new ones.
    """
    first, whole = request.first(), request.parts()
    now_due = [_share(part, request, first) for part in whole]
    rest = [replace(part, amount=part.amount - due.amount) for part, due in zip(whole, now_due, strict=True)]
    parts = [*((part, False) for part in now_due), *((part, True) for part in rest if part.amount)]
    numbered = enumerate(parts, start=terms.before + 1)
    return tuple(_grant(request, part, terms, number=number, held=held, now=now) for number, (part, held) in numbered)


def grant(request: Request, *, now: datetime, within: timedelta) -> Override:
    """The first of them."""
    return grants(request, Terms(within), now=now)[0]


def _share(part: Part, request: Request, first: int | None) -> Part:
    """What is released at first on each quota: in proportion, rounded up."""
    if not first:
        return part
    amount, _ = request.offered()
    return Part(part.quota, min(part.amount, -(-part.amount * first // amount)), part.unit)


def _grant(request: Request, part: Part, terms: Terms, *, number: int, held: bool, now: datetime) -> Override:
    _, term = request.offered()
    due = max(now, term.since or now)
    name = "O" + request.id.removeprefix("R")
    carried = terms.carried.get(part.quota)
    return Override(
        id=f"{name}.{number}" if number > 1 else name,
        request=request.id,
        quota=part.quota,
        amount=part.amount,
        unit=part.unit,
        holder=request.requester,
        term=term,
        granted=now,
        activate_by=min(due + terms.within, term.until or due + terms.within),
        follows=carried.id if carried else "",
        held=held,
        grace=None if held else terms.grace,
    )


def stepped(override: Override, *, number: int, reset: datetime, now: datetime) -> Override | None:
    """What follows an override that has begun, by the grace it was granted with; None when nothing does.

    `reset` is that of the window it ends in: past it the quota begins anew, and needs none.
    """
    grace, ends = override.grace, override.ends
    if grace is None or ends is None or ends >= reset:
        return None
    amount = override.amount * grace.percent // 100
    until = min(ends + grace.span, reset)
    if not amount:
        return None
    return Override(
        id=f"O{override.request.removeprefix('R')}.{number}",
        request=override.request,
        quota=override.quota,
        amount=amount,
        unit=override.unit,
        holder=override.holder,
        term=Term(until=until, since=ends),
        granted=now,
        activate_by=until,
        follows=override.id,
    )

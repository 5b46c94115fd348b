"""Lessening: a yes to less than was asked for, or for a shorter time, as it is typed; and what it would do."""

from dataclasses import dataclass
from datetime import datetime

from workflows import coming
from workflows.ballots import Verdict, Vote
from workflows.cases import Term
from workflows.confirming import to_confirm
from workflows.drafting import PRESETS, Typed, clean
from workflows.forecast import Outlook
from workflows.money import parse, show
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota, retired
from workflows.refusals import Refused, Why
from workflows.requests import Request

SAME = "same"  # as long as is offered


@dataclass(frozen=True, slots=True)
class Less:
    """The form as it is filled in.

    `amount` is in the request's unit, or why what is typed is none. `ends` is when the override would end if it began at
    `begins`, at the `reset` that it does not live through at the latest; `after` is the quota's outlook with
    it, None while there is no amount. `blank` says that the amount begins empty, because it is to be confirmed by typing it.
    """

    request: Request
    quota: Quota
    now: datetime
    begins: datetime
    typed: Typed
    amount: int | Refused
    terms: dict[str, Term]
    term: Term
    ends: datetime
    reset: datetime
    after: Outlook | None
    blank: bool

    @property
    def first(self) -> int | None:
        """How much of it would be released at first, None for all, or while that is not right."""
        read = part(self.typed, self.request, self.amount) if isinstance(self.amount, int) else None
        return read if isinstance(read, int) else None


def terms(request: Request, now: datetime) -> dict[str, Term]:
    """The durations to choose from, by their word: those shorter than what is offered, then that. All begin when that does."""
    _, offered = request.offered()
    resets = offered.resets
    shorter = {word: Term(span=span, resets=resets) for word, span in PRESETS.items() if span < offered.length(now)}
    return {**shorter, SAME: offered}


def amount(request: Request, typed: Typed) -> int | Refused:
    """How much, at most what is offered."""
    text, unit = _word(typed, "amount"), request.case.unit
    most, _ = request.offered()
    if not text:
        return Refused(Why.MISSING, place="amount")
    read = parse(text, unit)
    if read is None:
        return Refused(Why.BAD_AMOUNT, {"text": text, "unit": unit}, place="amount")
    return read if read <= most else Refused(Why.NOT_LESS, {"most": most, "unit": unit}, place="amount")


def part(typed: Typed, request: Request, wanted: int) -> int | Refused | None:
    """How much of what is wanted is released at first, None for all of it."""
    text, unit = _word(typed, "first"), request.case.unit
    read = parse(text, unit) if text else None
    if text and read is None:
        return Refused(Why.BAD_AMOUNT, {"text": text, "unit": unit}, place="first")
    if read is not None and not 0 < read < wanted:
        return Refused(Why.NOT_PART, {"amount": wanted, "unit": unit}, place="first")
    return read


def form(unit: UnitOfWork, policy: Policy, request: Request, typed: Typed, *, now: datetime) -> Less:
    """What the form shows for what is typed so far; an untouched one begins with what is offered."""
    most, offered = request.offered()
    blank = to_confirm(policy, request)
    begun = {"amount": "" if blank else _plain(most, request), "duration": SAME}
    said = typed or begun
    quota = policy.quota(request.case.quota) or retired(request.case.quota, request.case.unit)
    known = terms(request, now)
    wanted, term = amount(request, said), known.get(_word(said, "duration"), offered)
    begins = offered.begin(now)
    out = coming.outlook(unit, policy, quota, now, begins=begins, extra=wanted) if isinstance(wanted, int) else None
    reset = coming.reset(policy, quota, offered, now)
    return Less(request, quota, now, begins, said, wanted, known, term, term.end(begins, reset), reset, out, blank)


def cast(request: Request, typed: Typed, *, by: PersonId, at: datetime, revision: int) -> Vote | tuple[Refused, ...]:
    """The vote that was typed, or every problem with it."""
    wanted = amount(request, typed)
    term = terms(request, at).get(_word(typed, "duration")) or Refused(Why.NOT_SHORTER, place="duration")
    reason = clean(_word(typed, "reason"), "reason")
    if isinstance(wanted, Refused) or isinstance(term, Refused) or isinstance(reason, Refused):
        return tuple(part for part in (wanted, term, reason) if isinstance(part, Refused))
    first = part(typed, request, wanted)
    if isinstance(first, Refused):
        return (first,)
    case = request.case
    less = wanted if wanted != case.amount else None
    shorter = term if term != case.term else None
    return Vote(by, Verdict.APPROVE, at, revision, reason=reason, amount=less, term=shorter, first=first)


def _plain(amount: int, request: Request) -> str:
    """An amount as a person would type it."""
    unit = request.case.unit
    return show(amount, unit).removesuffix(f" {unit}")


def _word(typed: Typed, name: str) -> str:
    value = typed.get(name) or ""
    return value.strip() if isinstance(value, str) else ""

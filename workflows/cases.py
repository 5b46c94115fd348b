"""What is asked for: how much of which quota, for how long, for what. Not here: who asks and who decides (`requests`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from workflows.money import Unit
from workflows.rules import Data

T = TypeVar("T", datetime, timedelta)


@dataclass(frozen=True, slots=True)
class Impact:
    """What the requester expects: so much of a metric, and how they will know."""

    metric: str
    quantity: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Term:
    """How long: for a span from the moment the store enforces it, until a moment, or both: whichever is over first.

    It does not begin before `since`, None for as soon as may be. It lives through so many `resets` and never through one more:
    without, it is over with the window it began in.
    """

    span: timedelta | None = None
    until: datetime | None = None
    since: datetime | None = None
    resets: int = 0

    def __post_init__(self) -> None:
        if self.span is None and self.until is None:
            raise ValueError("a term is a span, an end, or both")

    def end(self, start: datetime, reset: datetime) -> datetime:
        """When an override that begins at `start` is over; `reset` is the first that it does not live through."""
        spans = () if self.span is None else (start + self.span,)
        return min(reset, self.until or reset, *spans)

    def length(self, start: datetime) -> timedelta:
        """How long it lasts from `start`, the reset left aside: the fact that rules test."""
        begin = max(start, self.since or start)
        lengths = [self.span] if self.span is not None else []
        lengths += [max(timedelta(), self.until - begin)] if self.until is not None else []
        return min(lengths)

    def within(self, other: "Term") -> "Term":
        """The longest term that is over no later than either, whenever it begins, and begins when this one does."""
        span, until = _least(self.span, other.span), _least(self.until, other.until)
        return Term(span, until, self.since, min(self.resets, other.resets))


def _least(one: T | None, two: T | None) -> T | None:
    known = [each for each in (one, two) if each is not None]
    return min(known) if known else None


@dataclass(frozen=True, slots=True)
class Part:
    """A further quota that is asked for with the first, because it would block all the same: usually one above it."""

    quota: str
    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Case:
    """What a person asks for and why; the people's own words are kept as they were typed.

    `behalf` names the team or the service account it is for, "" for the requester; `use_case` one of app.yaml's, "" for none.
    `extends` is the override that this one would carry on.
    """

    quota: str
    amount: int
    unit: Unit
    term: Term
    justification: str
    impact: Impact
    data: Data
    models: tuple[str, ...] = ()
    ticket: str = ""
    behalf: str = ""
    use_case: str = ""
    also: tuple[Part, ...] = ()
    extends: str = ""

    def parts(self) -> tuple[Part, ...]:
        """Everything that is asked for, its own quota first."""
        return (Part(self.quota, self.amount, self.unit), *self.also)

    def dollars(self, amount: int | None = None) -> int:
        """The most nano-dollars of it on one quota, when `amount` is granted on its own of what is asked for there.

        Not the sum: what is spent on one quota counts in those above it, too. On those more may be asked for.
        """
        less = 0 if amount is None else self.amount - amount
        dollars = (p.amount - (less if self.unit is Unit.USD else 0) for p in self.parts() if p.unit is Unit.USD)
        return max(dollars, default=0)


def material(before: Case, after: Case, *, now: datetime) -> tuple[str, ...]:
    """The fields by which a changed case asks for something else or for more, so that nobody has agreed to it yet.

    Less, shorter, milder data, fewer models and other words ask for nothing that was not agreed to.
    """
    had = {part.quota: part.amount for part in before.parts()}
    grown = {
        "quota": after.quota != before.quota or after.unit is not before.unit,
        "amount": after.amount > before.amount,
        "duration": _longer(before.term, after.term, now),
        "start": after.term.since != before.term.since,
        "extends": after.extends != before.extends,
        "data": after.data > before.data,
        "models": _more_models(before.models, after.models),
        "behalf": after.behalf != before.behalf,
        "use_case": after.use_case != before.use_case,
        "also": any(part.amount > had.get(part.quota, 0) for part in after.also),
    }
    return tuple(name for name, more in grown.items() if more)


def _longer(before: Term, after: Term, now: datetime) -> bool:
    """Whether it could be over later, whenever from now on it begins: a span without an end moves with its start."""
    open_ended = before.until is not None and (after.until is None or after.until > before.until)
    return open_ended or after.resets > before.resets or after.length(now) > before.length(now)


def _more_models(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """No model named means any model, which is more than some."""
    return bool(before) and not (after and set(after) <= set(before))

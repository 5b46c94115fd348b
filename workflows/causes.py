"""Causes: what a day that cost more than usual did differently, and which of it most likely made the difference.

    calls      there were more
    context    more input tokens a call: history or documents, sent again and again
    answers    more output tokens a call
    cache      less of the input was read from the cache
    models     dearer ones for the same tokens

Each is looked at alone: how many times as much the usual day would have cost, had only this been as it was. The one with the
largest factor is likely if it makes up half of the rise by itself: if its square is the whole of it. Else none is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from workflows.spend import NOTHING, Sums

CACHED = Fraction(1, 10)  # of the price of other input: what the large providers take for a token read from the cache
OUTPUT = 5  # times the price of input: what they take for a token of output, give or take

ZERO = Fraction(0)


class Cause(StrEnum):
    """What may have made a day dear."""

    CALLS = "calls"
    CONTEXT = "context"
    ANSWERS = "answers"
    CACHE = "cache"
    MODELS = "models"


@dataclass(frozen=True, slots=True)
class Likely:
    """A cause and what it rests on.

    `now` and `usual` are calls a day, tokens a call, the share of input read from the cache, or what a token cost.
    """

    cause: Cause
    now: Fraction
    usual: Fraction


@dataclass(frozen=True, slots=True)
class _Habit:
    """How a day's money was used: calls, and of a call the tokens in and out, the share of input the cache had, and the cost."""

    calls: Fraction
    input: Fraction
    output: Fraction
    cached: Fraction
    cost: Fraction

    @property
    def worth(self) -> Fraction:
        """A call's tokens, in tokens of plain input that would cost as much."""
        return _worth(self.input, self.output, self.cached)

    @property
    def price(self) -> Fraction:
        return self.cost / self.worth if self.worth else ZERO


def _worth(sent: Fraction, answered: Fraction, cached: Fraction) -> Fraction:
    return sent * (1 - cached * (1 - CACHED)) + answered * OUTPUT


def _habit(days: Sequence[Sums]) -> _Habit | None:
    """That of an average of these days; None when nothing was called."""
    whole = NOTHING
    for day in days:
        whole = whole.plus(day)
    if whole.requests <= 0:
        return None
    sent = whole.input + whole.cache_read + whole.cache_write
    a_call = (Fraction(amount, whole.requests) for amount in (sent, whole.output, whole.cost))
    sent_a_call, answered, cost = a_call
    cached = Fraction(whole.cache_read, sent) if sent > 0 else ZERO
    return _Habit(Fraction(whole.requests, len(days)), sent_a_call, answered, cached, cost)


def likely(day: Sums, usual: Sequence[Sums]) -> Likely | None:
    """What most likely made a day cost more than these; None where no single cause stands out."""
    now, then = _habit([day]), _habit(usual)
    if now is None or then is None or then.cost <= 0:
        return None
    found = [(now.calls / then.calls, Likely(Cause.CALLS, now.calls, then.calls))]
    if then.worth > 0 and now.worth > 0:
        found += [
            (_worth(now.input, then.output, then.cached) / then.worth, Likely(Cause.CONTEXT, now.input, then.input)),
            (_worth(then.input, now.output, then.cached) / then.worth, Likely(Cause.ANSWERS, now.output, then.output)),
            (_worth(then.input, then.output, now.cached) / then.worth, Likely(Cause.CACHE, now.cached, then.cached)),
            (now.price / then.price, Likely(Cause.MODELS, now.price, then.price)),
        ]
    rise = now.calls * now.cost / (then.calls * then.cost)
    factor, cause = max(found, key=lambda one: one[0])
    return cause if rise > 1 and factor * factor >= rise and cause.usual > 0 else None

"""Of a dear day one cause is said to be likely, if it made up half of the rise by itself; else none is."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.causes import Cause, Likely, likely
from workflows.spend import Sums

USUAL = Sums(events=1000, requests=1000, input=2_000_000, output=500_000, cache_read=8_000_000, cost=10_000_000)


def day(calls: int = 1, *, sent: int = 1, answered: int = 1, cached: int = 8_000_000, price: int = 1) -> Sums:
    """A day like USUAL, but for so many times the calls, input and output a call, and price; `cached` are read from the cache."""
    fresh = (10_000_000 - cached) * sent * calls
    output = 500_000 * answered * calls
    worth = fresh + cached * sent * calls // 10 + output * 5
    cost = worth * price * 10_000_000 // (2_000_000 + 800_000 + 2_500_000)
    return Sums(requests=1000 * calls, input=fresh, output=output, cache_read=cached * sent * calls, cost=cost)


@pytest.mark.parametrize(
    ("dear", "cause"),
    [
        (day(4), Likely(Cause.CALLS, Fraction(4000), Fraction(1000))),
        (day(sent=5), Likely(Cause.CONTEXT, Fraction(50_000), Fraction(10_000))),
        (day(answered=6), Likely(Cause.ANSWERS, Fraction(3_000), Fraction(500))),
        (day(cached=0), Likely(Cause.CACHE, Fraction(0), Fraction(4, 5))),
        (day(3, sent=20), Likely(Cause.CONTEXT, Fraction(200_000), Fraction(10_000))),
    ],
)
def test_the_one_thing_that_changed_is_the_likely_cause(dear: Sums, cause: Likely) -> None:
    assert likely(dear, [USUAL] * 5) == cause


def test_dearer_models_are_the_likely_cause_where_only_the_price_changed() -> None:
    found = likely(day(price=4), [USUAL, USUAL])
    assert found is not None and found.cause is Cause.MODELS
    assert found.now / found.usual == 4


def test_where_much_changed_a_little_no_single_cause_stands_out() -> None:
    assert likely(day(2, sent=2, answered=2, price=2), [USUAL] * 5) is None


def test_a_day_like_any_other_has_no_cause() -> None:
    assert likely(USUAL, [USUAL] * 5) is None
    assert likely(day(), [USUAL]) is None


@pytest.mark.parametrize("usual", [[], [Sums()], [Sums(cost=5)], [Sums(requests=10)]])
def test_without_something_usual_there_is_no_cause(usual: Sequence[Sums]) -> None:
    assert likely(day(4), usual) is None


def test_where_tokens_are_not_reported_only_calls_are_looked_at() -> None:
    usual = Sums(requests=10, cost=100)
    assert likely(Sums(requests=40, cost=400), [usual]) == Likely(Cause.CALLS, Fraction(40), Fraction(10))
    assert likely(Sums(requests=10, cost=400), [usual]) is None


counts = st.integers(0, 10**12)
sums = st.builds(
    Sums, requests=st.integers(0, 10**6), input=counts, output=counts, cache_read=counts, cache_write=counts, cost=counts
)


@given(sums, st.lists(sums, max_size=5), st.integers(1, 1000))
def test_in_another_currency_the_cause_is_the_same(dear: Sums, usual: list[Sums], times: int) -> None:
    one = likely(dear, usual)
    other = likely(dear._replace(cost=dear.cost * times), [each._replace(cost=each.cost * times) for each in usual])
    assert (one and one.cause) == (other and other.cause)


@given(sums, st.lists(sums, min_size=1, max_size=5))
def test_the_order_of_the_usual_days_does_not_matter(dear: Sums, usual: list[Sums]) -> None:
    assert likely(dear, usual) == likely(dear, usual[::-1])


@given(sums, st.lists(sums, min_size=1, max_size=5))
def test_what_is_said_to_have_grown_has_grown(dear: Sums, usual: list[Sums]) -> None:
    found = likely(dear, usual)
    if found is not None:
        assert found.now < found.usual if found.cause is Cause.CACHE else found.now > found.usual

"""A case that asks for something else or for more is another case; what asks for less is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.cases import Case, Impact, Part, Term, material
from workflows.money import Unit
from workflows.rules import Data

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CASE = Case(
    quota="q",
    amount=500,
    unit=Unit.USD,
    term=Term(span=2 * DAY),
    justification="The evaluation.",
    impact=Impact("tickets", 40, "the dashboard"),
    data=Data.INTERNAL,
    models=("opus", "haiku"),
    behalf="search-bot",
    use_case="help",
    also=(Part("above", 500, Unit.USD),),
)


hours = st.integers(0, 50).map(lambda n: n * HOUR)
terms = st.builds(Term, hours) | hours.map(lambda h: Term(until=NOW + h)) | st.builds(Term, hours, hours.map(lambda h: NOW + h))


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"amount": 501}, {"amount"}),
        ({"amount": 499}, set()),
        ({"quota": "r"}, {"quota"}),
        ({"unit": Unit.TOKENS}, {"quota"}),
        ({"term": Term(span=2 * DAY + HOUR)}, {"duration"}),
        ({"term": Term(span=HOUR)}, set()),
        ({"term": Term(until=NOW + 2 * DAY + HOUR)}, {"duration"}),
        ({"term": Term(until=NOW + 2 * DAY)}, set()),
        ({"data": Data.CONFIDENTIAL}, {"data"}),
        ({"data": Data.PUBLIC}, set()),
        ({"models": ("opus",)}, set()),
        ({"models": ("haiku", "opus")}, set()),
        ({"models": ("opus", "sonnet")}, {"models"}),
        ({"models": ()}, {"models"}),
        ({"behalf": ""}, {"behalf"}),
        ({"use_case": ""}, {"use_case"}),
        ({"also": (Part("above", 501, Unit.USD),)}, {"also"}),
        ({"also": (Part("above", 499, Unit.USD),)}, set()),
        ({"also": ()}, set()),
        ({"also": (Part("higher", 1, Unit.USD),)}, {"also"}),
        ({"also": (Part("above", 500, Unit.USD), Part("q", 500, Unit.USD))}, set()),
        ({"justification": "Better.", "impact": Impact("hours", 1, "me"), "ticket": "PLAT-1"}, set()),
        ({"amount": 900, "data": Data.RESTRICTED}, {"amount", "data"}),
        ({}, set()),
    ],
)
def test_more_or_other_is_material_and_less_is_not(changed: dict[str, object], fields: set[str]) -> None:
    assert set(material(CASE, replace(CASE, **changed), now=NOW)) == fields  # type: ignore[arg-type]


@given(terms, terms, hours)
def test_a_change_that_could_be_over_later_is_material_and_no_other(one: Term, two: Term, now: timedelta) -> None:
    starts = [NOW + now + n * HOUR for n in range(120)]
    later = any(two.end(start, NOW + 9 * DAY) > one.end(start, NOW + 9 * DAY) for start in starts)
    changed = material(replace(CASE, term=one), replace(CASE, term=two), now=NOW + now)
    assert ("duration" in changed) >= later
    if one.until is None or two.until is not None:
        assert ("duration" in changed) == later


def test_no_model_named_is_any_model_so_that_naming_some_is_less() -> None:
    anything = replace(CASE, models=())
    assert material(anything, CASE, now=NOW) == ()
    assert material(anything, anything, now=NOW) == ()


def test_a_case_asks_for_its_own_quota_first_and_says_nothing_that_nobody_said() -> None:
    assert CASE.parts() == (Part("q", 500, Unit.USD), Part("above", 500, Unit.USD))
    plain = Case("q", 1, Unit.USD, Term(span=DAY), "why", Impact("tickets", 1, "me"), Data.PUBLIC)
    assert (plain.models, plain.ticket, plain.behalf, plain.use_case, plain.also) == ((), "", "", "", ())


@pytest.mark.parametrize(
    ("unit", "also", "asked", "granted"),
    [
        (Unit.USD, (), 500, 200),
        (Unit.USD, (Part("above", 800, Unit.USD),), 800, 500),
        (Unit.USD, (Part("above", 100, Unit.USD), Part("tokens", 9_000, Unit.TOKENS)), 500, 200),
        (Unit.TOKENS, (Part("above", 800, Unit.USD), Part("top", 700, Unit.USD)), 800, 800),
        (Unit.TOKENS, (Part("tokens", 9_000, Unit.TOKENS),), 0, 0),
    ],
)
def test_the_dollars_of_a_case_are_the_most_on_one_quota_and_less_when_less_is_granted(
    unit: Unit, also: tuple[Part, ...], asked: int, granted: int
) -> None:
    case = replace(CASE, unit=unit, also=also)
    assert (case.dollars(), case.dollars(200)) == (asked, granted)


# How long.


def test_a_term_is_a_span_an_end_or_both() -> None:
    with pytest.raises(ValueError, match="a span, an end, or both"):
        Term()


@pytest.mark.parametrize(
    ("term", "end", "length"),
    [
        (Term(span=2 * DAY), NOW + 2 * DAY, 2 * DAY),
        (Term(span=timedelta()), NOW, timedelta()),
        (Term(span=30 * DAY), NOW + 7 * DAY, 30 * DAY),
        (Term(until=NOW + HOUR), NOW + HOUR, HOUR),
        (Term(until=NOW + 7 * DAY), NOW + 7 * DAY, 7 * DAY),
        (Term(until=NOW + 8 * DAY), NOW + 7 * DAY, 8 * DAY),
        (Term(until=NOW - HOUR), NOW - HOUR, timedelta()),
        (Term(2 * DAY, NOW + HOUR), NOW + HOUR, HOUR),
        (Term(HOUR, NOW + DAY), NOW + HOUR, HOUR),
    ],
)
def test_a_term_ends_at_its_time_or_at_the_reset_whichever_comes_first(term: Term, end: datetime, length: timedelta) -> None:
    assert term.end(NOW, reset=NOW + 7 * DAY) == end
    assert term.length(NOW) == length


@given(terms, terms, hours)
def test_within_both_is_over_when_the_first_of_them_is_whenever_it_begins(one: Term, two: Term, later: timedelta) -> None:
    start, reset = NOW + later, NOW + 30 * HOUR
    assert one.within(two) == two.within(one)
    assert one.within(one) == one
    assert one.within(two).end(start, reset) == min(one.end(start, reset), two.end(start, reset))
    assert one.within(two).length(start) == min(one.length(start), two.length(start))


HOUR = timedelta(hours=1)
LATER = Term(span=HOUR, since=NOW + 5 * HOUR)


def test_a_term_begins_when_it_was_to_and_no_sooner() -> None:
    assert [LATER.begin(NOW + n * HOUR) for n in (0, 5, 7)] == [NOW + n * HOUR for n in (5, 5, 7)]
    assert Term(span=HOUR).begin(NOW) == NOW
    assert (Term(span=HOUR).resets, Term(span=HOUR).since) == (0, None)
    assert Term(until=NOW + 8 * HOUR, since=NOW + 5 * HOUR).length(NOW) == 3 * HOUR


def test_within_both_begins_as_the_first_and_lives_through_the_fewer_resets() -> None:
    for one, other in ((3, 1), (1, 3)):
        both = Term(span=2 * HOUR, since=LATER.since, resets=one).within(Term(span=HOUR, resets=other))
        assert both == Term(span=HOUR, since=LATER.since, resets=1)


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"term": LATER}, ("start",)),
        ({"term": Term(span=HOUR, since=NOW - HOUR)}, ()),  # as soon as may be, as before
        ({"term": Term(span=HOUR, resets=1)}, ("duration",)),
        ({"extends": "O-1"}, ("extends",)),
    ],
)
def test_another_start_more_resets_and_another_override_to_carry_on_are_material(
    changed: dict[str, object], fields: tuple[str, ...]
) -> None:
    before = replace(CASE, term=Term(span=HOUR))
    assert material(before, replace(before, **changed), now=NOW) == fields  # type: ignore[arg-type]
    assert before.extends == ""

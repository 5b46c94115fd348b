"""A sudden rise is found at any hour and told once; a level, a rhythm, slow growth and small change are none."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import mean

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.regimes import Regime, days, growing, noisy, rhythmic
from workflows.money import usd
from workflows.spikes import FACTOR, FEWEST, LEAST, LOOKBACK, SPAN, Basis, Days, Usual, Verdict, begun, spike, usual, verdict

TUESDAY = date(2026, 11, 24)
DAY = timedelta(days=1)
HIGH, CALM, NEITHER = Verdict
TEAMS, TRIED = 50, 64  # and the days of each on which it is tried


def past(amounts: Sequence[int], *, today: int = 0, on: date = TUESDAY) -> dict[date, int]:
    """Days of so many dollars up to yesterday, and today so far."""
    spent = {on - back * DAY: usd(amount) for back, amount in enumerate(reversed(amounts), 1)}
    return {**spent, on: usd(today)}


def weeks(count: int, week: Sequence[int] = (90, 100, 110, 100, 95, 20, 10), *, today: int = 0, on: date = TUESDAY) -> Days:
    """The same week again and again, Monday first."""
    return past([week[(on - back * DAY).weekday()] for back in range(7 * count, 0, -1)], today=today, on=on)


# What is usual.


def test_a_tuesday_is_compared_with_tuesdays() -> None:
    such = tuple(TUESDAY - 7 * week * DAY for week in range(1, 6))
    assert usual(weeks(8), TUESDAY) == Usual(usd(100), Basis.WEEKDAY, such)


def test_one_odd_tuesday_changes_nothing_in_what_is_usual() -> None:
    odd = {**weeks(8), TUESDAY - 7 * DAY: usd(5_000)}
    assert usual(odd, TUESDAY) == usual(weeks(8), TUESDAY)


def test_with_two_tuesdays_it_is_compared_with_any_day_on_which_something_was_spent() -> None:
    found = usual(weeks(2, (90, 100, 110, 100, 95, 0, 0)), TUESDAY)
    assert found is not None
    assert (found.amount, found.basis, len(found.days)) == (usd(100), Basis.DAY, 10)


def test_a_tuesday_on_which_nothing_is_usual_is_compared_with_the_days_that_spend() -> None:
    found = usual(weeks(8, (90, 0, 110, 100, 95, 0, 0)), TUESDAY)
    assert found is not None and (found.amount, found.basis) == (usd(95), Basis.DAY)


@pytest.mark.parametrize("count", range(FEWEST))
def test_with_fewer_than_five_days_nothing_is_usual(count: int) -> None:
    assert usual(past([100] * count), TUESDAY) is None
    assert verdict(past([100] * count, today=10_000), TUESDAY) is NEITHER


def test_what_is_new_has_no_usual() -> None:
    assert usual({}, TUESDAY) is None
    assert verdict({TUESDAY: usd(10_000)}, TUESDAY) is NEITHER


# What is high.


@pytest.mark.parametrize(
    ("today", "found"), [(0, NEITHER), (1, CALM), (150, CALM), (151, NEITHER), (249, NEITHER), (250, HIGH), (100_000, HIGH)]
)
def test_a_day_is_high_from_two_and_a_half_times_its_usual(today: int, found: Verdict) -> None:
    assert verdict(weeks(8, today=today), TUESDAY) is found


def test_small_change_is_no_spike() -> None:
    cents = {day: spent // 500 for day, spent in weeks(8, today=500).items()}  # $0.20 to $1
    assert verdict(cents, TUESDAY) is NEITHER
    assert verdict({day: spent // 10 for day, spent in weeks(8, today=349).items()}, TUESDAY) is NEITHER
    assert verdict({day: spent // 10 for day, spent in weeks(8, today=350).items()}, TUESDAY) is HIGH


def test_a_use_case_whose_days_differ_much_must_rise_more() -> None:
    levels = [40, 130, 100, 160, 70]  # of one week and the next: half of the days lie 30 % or more from their usual 100
    restless = [level for level in levels for _ in range(7)]
    assert verdict(past([100] * 35, today=400), TUESDAY) is HIGH
    assert verdict(past(restless, today=639), TUESDAY) is NEITHER
    assert verdict(past(restless, today=640), TUESDAY) is HIGH


@given(st.integers(25, 10**6), st.lists(st.integers(0, 100), min_size=5, max_size=70), st.integers(0, 6))
def test_a_level_never_spikes(level: int, above: list[int], shift: int) -> None:
    """Days that differ by less than FACTOR are a level, in whatever order they come."""
    amounts = [level + level * percent // 100 for percent in above]
    on = TUESDAY + shift * DAY
    assert begun(past(amounts[:-1], today=amounts[-1], on=on), on) is None


@pytest.mark.parametrize("rate", [5, 10, 15, 20])
def test_slow_growth_is_no_spike(rate: int) -> None:
    """Up to a fifth more each week: it doubles within the month."""
    amounts = [usd(200) * (100 + rate) ** (day // 7) // 100 ** (day // 7) for day in range(84)]
    history = {TUESDAY - (83 - day) * DAY: amount for day, amount in enumerate(amounts)}
    for day in sorted(history)[20:]:
        assert begun({d: a for d, a in history.items() if d <= day}, day) is None


@given(st.lists(st.integers(0, 10**4), min_size=1, max_size=70), st.integers(0, 10**5), st.integers(1, 1000))
def test_ten_times_as_much_is_the_same_but_for_small_change(amounts: list[int], today: int, times: int) -> None:
    history = past(amounts, today=today)
    more = {day: spent * times for day, spent in history.items()}
    found = usual(history, TUESDAY)
    assume(found is None or history[TUESDAY] - found.amount >= LEAST or times == 1)
    assert verdict(more, TUESDAY) is verdict(history, TUESDAY)


@given(st.lists(st.integers(0, 10**4), min_size=1, max_size=70), st.lists(st.integers(0, 10**5), min_size=2, max_size=2))
def test_a_day_that_is_high_stays_high_as_it_goes_on(amounts: list[int], spends: list[int]) -> None:
    early, late = sorted(spends)
    if verdict(past(amounts, today=early), TUESDAY) is HIGH:
        assert verdict(past(amounts, today=late), TUESDAY) is HIGH


@given(st.lists(st.integers(0, 10**4), min_size=5, max_size=70), st.integers(0, 10**5))
def test_what_is_high_is_far_above_what_is_said_to_be_usual(amounts: list[int], today: int) -> None:
    history = past(amounts, today=today)
    found = usual(history, TUESDAY)
    if verdict(history, TUESDAY) is HIGH:
        assert found is not None and history[TUESDAY] * FACTOR[1] >= found.amount * FACTOR[0]
        assert found.amount > 0 and all(day < TUESDAY for day in found.days)


def test_a_day_that_was_corrected_to_less_than_nothing_says_nothing() -> None:
    assert verdict({**weeks(8), TUESDAY: -usd(500)}, TUESDAY) is NEITHER


@pytest.mark.parametrize(("regime", "at_most"), [(rhythmic, 0), (growing, 2), (noisy, TEAMS * TRIED // 90)])
def test_false_alarms_are_rare(regime: Regime, at_most: int) -> None:
    """None where weekdays have their sizes, hardly one where teams grow; where days differ wildly, one in a team's quarter."""
    alarms = 0
    for seed in range(TEAMS):
        made, told = dates(regime, seed), None
        for day in sorted(made)[-TRIED:]:
            if rise := begun(until(made, day), day, told):
                alarms, told = alarms + 1, rise[1]
    assert alarms <= at_most


def test_four_times_the_usual_is_found_nearly_always() -> None:
    """On any working day of teams whose days differ by a fifth, when five weeks are known."""
    found = []
    for seed in range(TEAMS):
        made = dates(rhythmic, seed)
        for day in [day for day in sorted(made)[35:] if day.weekday() < 5]:
            normal = usual(made, day)
            assert normal is not None
            found.append(verdict({**until(made, day), day: 4 * normal.amount}, day) is HIGH)
    assert mean(found) > 0.95


def dates(regime: Regime, seed: int) -> Days:
    """A team's days from a Tuesday on."""
    return {TUESDAY + n * DAY: spent for n, (_, spent) in enumerate(days(regime, seed))}


def until(made: Days, day: date) -> dict[date, int]:
    return {on: spent for on, spent in made.items() if day - SPAN <= on <= day}


# Told once.


def test_a_rise_begins_on_its_first_high_day() -> None:
    history = {**weeks(8, today=300), TUESDAY - DAY: usd(400)}
    assert begun(history, TUESDAY) == (TUESDAY - DAY, TUESDAY)


def test_what_was_high_yesterday_is_still_told_today_and_not_the_day_after() -> None:
    history = {**weeks(8, on=TUESDAY + 2 * DAY), TUESDAY: usd(400), TUESDAY + DAY: usd(110)}
    assert begun(history, TUESDAY + DAY) == (TUESDAY, TUESDAY)
    assert begun(history, TUESDAY + 2 * DAY) is None


def test_a_rise_that_was_told_is_not_told_again_while_it_lasts() -> None:
    high = {TUESDAY + n * DAY: usd(500) for n in range(4)}
    history = {**weeks(8, on=TUESDAY + 4 * DAY), **high}
    for n in range(1, 4):
        assert begun({d: a for d, a in history.items() if d <= TUESDAY + n * DAY}, TUESDAY + n * DAY, told=TUESDAY) is None


def test_after_a_calm_day_a_rise_is_told_again() -> None:
    history = {**weeks(8, today=300), TUESDAY - 4 * DAY: usd(400)}  # Monday between was as ever
    assert begun(history, TUESDAY, told=TUESDAY - 4 * DAY) == (TUESDAY, TUESDAY)


def test_a_quiet_weekend_ends_no_rise() -> None:
    history = {**weeks(8, on=TUESDAY - DAY, today=300), TUESDAY - 4 * DAY: usd(400)}  # Friday and Monday
    assert begun(history, TUESDAY - DAY, told=TUESDAY - 4 * DAY) is None


def test_a_day_without_a_verdict_ends_no_rise() -> None:
    history = {**weeks(8, today=300), TUESDAY - DAY: usd(200), TUESDAY - 4 * DAY: usd(400)}
    assert begun(history, TUESDAY, told=TUESDAY - 4 * DAY) is None


def test_a_shift_is_told_once_and_then_is_the_usual() -> None:
    told: list[date] = []
    history = dict(weeks(8))
    for n in range(90):
        day = TUESDAY + n * DAY
        history[day] = 4 * weeks(8, on=day + DAY)[day]
        if rise := begun(history, day, told[-1] if told else None):
            told.append(rise[1])
    assert told == [TUESDAY]


@given(st.data(), st.integers(1, 10))
def test_a_rise_is_told_once_however_its_usage_comes_in(data: st.DataObject, lasts: int) -> None:
    """It is looked at after every piece; the pieces of a day come in any order, and those of some days only on the day after."""
    history, told = past([100] * 56), list[date]()
    for n in range(lasts + 7):
        day = TUESDAY + n * DAY
        seen_on = day + data.draw(st.integers(0, 1)) * DAY
        for dollars in data.draw(st.permutations([10, 40, 50, *([900] if n < lasts else [])])):
            history[day] = history.get(day, 0) + usd(dollars)
            if rise := begun(history, seen_on, told[-1] if told else None):
                told.append(rise[1])
    assert told == [TUESDAY]


def test_a_spike_has_the_same_name_whoever_finds_it() -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    one, other = (spike("platform/search", "rag", began=TUESDAY, day=day, at=at) for day in (TUESDAY, TUESDAY + DAY))
    assert one.key == other.key
    assert spike("platform/search", "", began=TUESDAY, day=TUESDAY, at=at).key != one.key
    assert LOOKBACK * DAY < SPAN

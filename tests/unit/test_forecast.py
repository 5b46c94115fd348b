"""A forecast is said only when it is known, follows what spend does, and is wrong by less than the plain mean of a fortnight."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from itertools import accumulate
from random import Random
from statistics import mean
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.regimes import PAST, REGIMES, Regime, Seen, days, growing, holiday, noisy, odd, rhythmic, shifted
from workflows.forecast import FEWEST, RANGED, WEEK, Day, Outlook, empty_at, expect, lacking_by, outlook, spread
from workflows.money import LARGEST
from workflows.quotas import Quota, Standing
from workflows.times import Window, day_at

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
TODAY = MONDAY.date()
SEARCH = Quota("platform/search:usd/month", "platform/search", 1000)
zones = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Pacific/Kiritimati",
        "Pacific/Apia",
        "Pacific/Auckland",
        "Etc/GMT+12",
        "Africa/Cairo",
    ]
)
dates = st.dates(date(2020, 1, 1), date(2030, 1, 1))
amounts = st.integers(0, LARGEST // 4)
histories = st.lists(st.integers(0, 10**12), min_size=FEWEST, max_size=60)


def days_of(zone: str, first: date, spent: Sequence[int]) -> list[Day]:
    """Days as a use case makes them: the local days of a zone, one after the other."""
    day = day_at(zone, datetime.combine(first, time(12), ZoneInfo(zone)))
    made = []
    for amount in spent:
        made.append(Day(day.start, day.end, amount, zone))
        day = day_at(zone, day.end)
    return made


def before(spent: Sequence[int], end: date = TODAY) -> list[Day]:
    """The days up to a date."""
    return days_of("UTC", end - timedelta(days=len(spent)), spent)


def ahead(count: int = 8, first: date = TODAY) -> list[Day]:
    return days_of("UTC", first, [0] * count)


def standing(of: list[Day], at: datetime = MONDAY, *, spent: int = 0, limit: int) -> Standing:
    return Standing(SEARCH, Window(of[0].start, of[-1].end), at, spent, limit)


def told(history: Sequence[int], *, limit: int, spent: int = 0, count: int = 28, ranged: bool = False) -> Outlook:
    """Where a quota leads that resets after so many days."""
    coming = ahead(count)
    return outlook(standing(coming, spent=spent, limit=limit), before(history), coming, ranged=ranged)


# How much is known.


@given(st.lists(st.integers(0, 10**12), max_size=FEWEST - 1), amounts)
def test_with_less_than_three_days_nothing_is_said(spent: list[int], limit: int) -> None:
    assert told(spent, limit=limit + 1) == Outlook(standing(ahead(28), limit=limit + 1), len(spent))


def test_with_less_than_a_week_it_is_the_plain_average_of_working_days_or_weekends() -> None:
    coming = ahead()
    thursday_to_sunday = before([30, 60, 3, 5])
    out = outlook(standing(coming, limit=10**6), thursday_to_sunday, coming, ranged=True)
    assert out.expected == (45, 45, 45, 45, 45, 4, 4, 45)
    assert (out.days, out.ranged) == (4, False)


def test_without_a_weekend_behind_it_weekends_are_guessed_by_the_average() -> None:
    assert expect([(0, 10), (1, 20), (2, 30)], [2, 5]) == [20, 20]


@given(st.lists(st.integers(0, 10**12), min_size=FEWEST, max_size=WEEK - 1), st.randoms(use_true_random=False))
def test_in_an_average_the_order_of_days_of_a_kind_does_not_matter(spent: list[int], random: Random) -> None:
    mixed = random.sample(spent, len(spent))
    weekdays = [n % 5 for n in range(len(spent))]
    assert expect(list(zip(weekdays, spent, strict=True)), [0, 5]) == expect(list(zip(weekdays, mixed, strict=True)), [0, 5])


@pytest.mark.parametrize(("count", "is_ranged"), [(RANGED - 1, False), (RANGED, True)])
def test_a_range_is_said_from_three_weeks_on(count: int, is_ranged: bool) -> None:
    assert told([10] * count, limit=100, ranged=True).ranged is is_ranged
    assert not told([10] * count, limit=100).ranged


def test_no_range_is_said_of_a_limit_that_is_reached() -> None:
    assert not told([10] * 56, limit=100, spent=100, ranged=True).ranged


def test_no_range_is_said_where_something_came_of_nothing() -> None:
    assert spread([(n % 7, 0) for n in range(28)]) is not None
    assert spread([(n % 7, 0) for n in range(27)] + [(6, 10)]) is None


# What a day ahead spends.


@given(st.integers(0, 10**15), st.integers(FEWEST, 60))
def test_what_is_always_the_same_is_expected_to_stay(amount: int, count: int) -> None:
    assert set(told([amount] * count, limit=1).expected) == {amount}


@given(st.lists(st.integers(0, 10**12), min_size=7, max_size=7), st.integers(2, 8), st.integers(0, 6))
def test_a_week_is_expected_to_spend_what_every_week_spent(week: list[int], count: int, first: int) -> None:
    history = [((first + n) % 7, week[n % 7]) for n in range(7 * count)]
    assert sum(expect(history, range(7))) == sum(week)


@pytest.mark.parametrize("count", [7, 10, 13, 31])
def test_what_is_spent_on_one_day_only_is_expected_again(count: int) -> None:
    """It may be a job that runs once a week or a month; who is told that nothing is to come is told wrong."""
    assert sum(expect([(n % 7, 700 if n == count - 2 else 0) for n in range(count)], range(7))) > 0


def test_every_weekday_comes_to_be_expected_as_it_is() -> None:
    rhythm = [100, 130, 140, 120, 90, 20, 10]
    found = expect([(n % 7, rhythm[n % 7]) for n in range(56)], range(7))
    assert all(abs(amount - usual) < usual * Fraction(1, 10) for amount, usual in zip(found[:5], rhythm[:5], strict=True))
    assert sorted(range(5), key=lambda day: found[day]) == sorted(range(5), key=lambda day: rhythm[day])


@pytest.mark.parametrize("back", [1, 4, 8, 12, 20])
@pytest.mark.parametrize("amount", [0, 10**6])
def test_one_odd_day_or_holiday_changes_a_week_by_less_than_a_twentieth(back: int, amount: int) -> None:
    usual = [100, 100, 100, 100, 100, 20, 20] * 4
    history = [(n % 7, spent if n != 28 - back else amount) for n, spent in enumerate(usual)]
    coming = sum(expect(history, range(7)))
    assert abs(coming - 540) <= 540 // 20


@pytest.mark.parametrize("times", [Fraction(1, 2), Fraction(2)])
def test_two_weeks_after_a_shift_the_new_level_is_expected(times: Fraction) -> None:
    history = [(n % 7, int(100 * (times if n >= 42 else 1))) for n in range(56)]
    assert abs(sum(expect(history, range(7))) - 700 * times) < 700 * times / 10


@pytest.mark.parametrize("sign", [1, -1])
def test_growth_is_followed_less_and_less(sign: int) -> None:
    weeks = [1000 + sign * 50 * week for week in range(8)]
    found = expect([(n % 7, weeks[n // 7]) for n in range(56)], [n % 7 for n in range(28)])
    coming = [sum(found[n : n + 7]) / 7 for n in range(0, 28, 7)]
    steps = [sign * (late - early) for early, late in zip([weeks[-1], *coming], coming, strict=False)]
    assert 0 < steps[3] < steps[2] < steps[1] < 50
    assert 0 < steps[0] <= 50


def test_growth_that_only_half_of_the_weeks_agree_on_is_none() -> None:
    weeks = [100, 120, 100, 120, 100, 120]
    found = expect([(n % 7, weeks[n // 7]) for n in range(42)], [n % 7 for n in range(28)])
    assert found[:7] == found[21:]


@given(histories, st.integers(1, 10**9))
def test_ten_times_as_much_is_expected_of_ten_times_as_much(spent: list[int], times: int) -> None:
    seen = [(n % 7, amount) for n, amount in enumerate(spent)]
    more = [(day, amount * times) for day, amount in seen]
    assert expect(more, range(7)) == [amount * times for amount in expect(seen, range(7))]
    assert spread(more) == spread(seen)


@given(histories)
def test_nothing_below_nothing_is_expected(spent: list[int]) -> None:
    assert min(expect([(n % 7, amount) for n, amount in enumerate(spent)], range(7))) >= 0


def test_a_day_that_was_corrected_to_less_than_nothing_counts_as_none() -> None:
    assert told([10, 10, -50, 10], limit=10**6) == told([10, 10, 0, 10], limit=10**6)


@given(zones, dates)
@example("Pacific/Kiritimati", date(2026, 11, 23))
@example("Pacific/Auckland", date(2026, 11, 23))
@example("Etc/GMT+12", date(2026, 11, 23))
def test_weekdays_are_the_zones_own(zone: str, first: date) -> None:
    assert [day.weekday for day in days_of(zone, first, [0] * 7)] == [(first.weekday() + n) % 7 for n in range(7)] or (
        zone == "Pacific/Apia" and first.year == 2011
    )


# When that uses up what is left.


@given(st.integers(1, 10**6), st.integers(1, 7 * 86_400 - 1), st.integers(0, 86_399))
def test_on_constant_spend_the_moment_is_exact(a_second: int, seconds: int, since: int) -> None:
    coming, at = ahead(), MONDAY + timedelta(seconds=since)
    stands = standing(coming, at, limit=a_second * seconds)
    assert outlook(stands, before([a_second * 86_400] * 14), coming).empties == at + timedelta(seconds=seconds)


@given(histories, amounts, st.integers(0, 10**12))
def test_more_spent_is_never_empty_later(history: list[int], limit: int, more: int) -> None:
    one, other = (told(history, limit=limit, spent=spent).empties for spent in (0, more))
    assert one is None or (other is not None and other <= one)


@given(histories, amounts, st.integers(1, 100))
def test_a_higher_pace_is_never_empty_later(history: list[int], limit: int, times: int) -> None:
    one, other = (told([spent * by for spent in history], limit=limit).empties for by in (1, times))
    assert one is None or (other is not None and other <= one)


@given(histories, amounts, st.integers(1, 10**6))
def test_ten_times_as_much_of_everything_is_empty_at_the_same_moment(history: list[int], limit: int, times: int) -> None:
    one = told(history, limit=limit, ranged=True)
    other = told([spent * times for spent in history], limit=limit * times, ranged=True)
    assert (one.empties, one.soonest, one.latest) == (other.empties, other.soonest, other.latest)


@given(histories, amounts)
def test_the_range_holds_the_moment_itself(history: list[int], limit: int) -> None:
    out = told(history, limit=limit, ranged=True)
    if out.ranged:
        ends = [moment or out.standing.window.end for moment in (out.soonest, out.empties, out.latest)]
        assert ends == sorted(ends)


@given(amounts, st.lists(st.integers(0, 10**12), max_size=60))
def test_a_limit_that_is_reached_is_empty_now_with_or_without_history(limit: int, history: list[int]) -> None:
    assert told(history, limit=limit, spent=limit).empties == MONDAY
    assert told(history, limit=limit, spent=limit + 1).empties == MONDAY


@given(zones, dates, st.lists(amounts, min_size=9, max_size=9), st.integers(1, LARGEST // 4), st.floats(0, 1))
def test_a_moment_lies_between_now_and_the_reset(zone: str, first: date, spends: list[int], left: int, part: float) -> None:
    coming = days_of(zone, first, [0] * 9)
    at = coming[0].start + (coming[0].end - coming[0].start) * part
    stands = standing(coming, at, limit=left)
    empty = empty_at(stands, coming, map(Fraction, spends))
    assert empty is None or at <= empty < stands.window.end


@given(zones, dates, st.lists(st.integers(0, 10**12), min_size=9, max_size=9), st.integers(1, 10**13))
def test_it_is_the_moment_at_which_the_days_add_up(zone: str, first: date, spends: list[int], left: int) -> None:
    coming = days_of(zone, first, [0] * 9)
    empty = empty_at(standing(coming, coming[0].start, limit=left), coming, map(Fraction, spends))
    over = [spent for day, spent in zip(coming, spends, strict=True) if empty is None or day.end <= empty]
    assert sum(over) <= left
    if empty is not None:
        assert sum(spends[: len(over) + 1]) >= left


def test_a_limit_that_lasts_exactly_until_the_reset_is_not_said_to_be_empty() -> None:
    assert told([10] * 14, limit=70, count=7).empties is None
    assert told([10] * 14, limit=69, count=7).empties is not None


def test_what_is_lacking_until_a_moment_before_the_reset_counts_the_part_of_each_day_until_then() -> None:
    out, coming = told([10] * 14, limit=50, spent=60, count=7), ahead(7)
    assert [lacking_by(out, coming, MONDAY + timedelta(days=n)) for n in (0, 1, 2.5, 7, 9)] == [10, 20, 35, 80, 80]
    assert lacking_by(out, coming, MONDAY + timedelta(hours=1)) == 11  # rounded up


def test_what_is_lacking_is_what_is_expected_beyond_the_limit() -> None:
    assert told([10] * 14, limit=70, count=7).lacking == 0
    assert told([10] * 14, limit=69, count=7).lacking == 1
    assert told([10] * 14, limit=50, spent=60, count=7).lacking == 80


def test_weekends_keep_their_own_pace() -> None:
    coming = ahead(14, date(2026, 11, 27))
    friday = coming[0].start
    working = [100 if day < 5 else 0 for day in range(4, 18) for day in [day % 7]]
    history = before(working, date(2026, 11, 27))
    assert outlook(standing(coming, friday, limit=150), history, coming).empties == datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_days_that_are_over_and_days_that_never_were_do_not_matter() -> None:
    coming = ahead(7)
    skipped = Day(coming[3].start, coming[3].start, 0, "UTC")
    stands = standing(coming, coming[2].start, limit=15)
    noon = coming[3].start + timedelta(hours=12)
    assert empty_at(stands, [*coming[:3], skipped, *coming[3:]], [Fraction(10)] * 8) == noon


@given(st.integers(2**60, 2**62), st.integers(1, 86_399))
def test_a_moment_of_great_amounts_loses_no_second(rate: int, seconds: int) -> None:
    coming, left = ahead(7), -(-rate * seconds // 86_400)
    assert empty_at(standing(coming, limit=left), coming, [Fraction(rate)] * 7) == MONDAY + timedelta(seconds=seconds)


# How wrong it is.


Rule = Callable[[Sequence[Seen], Sequence[int]], Sequence[Fraction]]
LENGTHS, SEEDS = (8, 14, 28, 56), 150
RANGES = 25  # seeds of which ranges are looked at: they take long
WEEKS, DAYS = (7, 14, 28), (3, 7, 13, 21)


def fortnight(seen: Sequence[Seen], weekdays: Sequence[int]) -> list[Fraction]:
    """The rule to beat: the mean of the last 14 days, working days and weekends apart."""
    kinds = [[spent for day, spent in seen[-14:] if (day >= 5) == weekend] for weekend in (False, True)]
    return [Fraction(sum(kinds[day >= 5]), len(kinds[day >= 5])) for day in weekdays]


@cache
def tries(regime: Regime) -> list[tuple[Sequence[Seen], Sequence[Seen]]]:
    """Histories of several lengths, each with what followed."""
    made = [days(regime, seed) for seed in range(SEEDS)]
    return [(one[PAST - length : PAST], one[PAST:]) for one in made for length in LENGTHS]


def sums(amounts: Iterable[Fraction | int]) -> list[float]:
    """What was spent, or expected, by the end of each day."""
    return list(accumulate(float(amount) for amount in amounts))


@cache
def wrong(rule: Rule, regime: Regime) -> tuple[float, float]:
    """How wrong a rule is about a regime: in parts, of what one, two and four weeks spend; in days, of when it is reached."""
    parts, moments = list[float](), list[float]()
    for past, future in tries(regime):
        guess, truth = sums(rule(past, [day for day, _ in future])), sums(spent for _, spent in future)
        parts += [abs(guess[day - 1] / truth[day - 1] - 1) for day in WEEKS]
        moments += [abs(reached(guess, truth[day - 1]) - day) for day in DAYS]
    return mean(parts), mean(moments)


def reached(by: Sequence[float], limit: float) -> float:
    """After how many days an amount is reached; the last, if it is not."""
    for day, amount in enumerate(by):
        if amount >= limit:
            earlier = by[day - 1] if day else 0
            return day + (limit - earlier) / (amount - earlier)
    return len(by)


@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.__name__)
def test_it_is_no_more_wrong_than_the_mean_of_a_fortnight(regime: Regime) -> None:
    for ours, theirs in zip(wrong(expect, regime), wrong(fortnight, regime), strict=True):
        assert ours <= theirs


@pytest.mark.parametrize("regime", [growing, holiday, odd], ids=lambda regime: regime.__name__)
def test_where_spend_grows_or_a_day_was_not_as_others_it_is_less_wrong_by_a_tenth(regime: Regime) -> None:
    assert wrong(expect, regime)[1] < wrong(fortnight, regime)[1] * 0.9


def test_the_range_holds_the_day_four_times_in_five() -> None:
    held = list[bool]()
    for regime in (rhythmic, growing, shifted, noisy, holiday):
        for past, future in tries(regime)[: RANGES * len(LENGTHS)]:
            if found := spread(past):
                guess, truth = expect(past, [day for day, _ in future]), sums(spent for _, spent in future)
                late, early = (sums(times * amount for amount in guess) for times in found)
                held += [int(reached(early, truth[day - 1])) < day <= int(reached(late, truth[day - 1])) + 1 for day in DAYS]
    assert 0.75 < mean(held) < 0.9

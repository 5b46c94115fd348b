"""A quota's level follows its spend, every threshold is crossed once, and a forecast is said only when it is known."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.money import LARGEST, Unit, parse, percent, show, usd
from workflows.quotas import (
    FEWEST_DAYS,
    RANK,
    Amount,
    Crossing,
    Day,
    Level,
    Quota,
    Standing,
    Thresholds,
    crossings,
    empty_at,
    key_of,
    level_of,
    lineage,
    mark_at,
    notice,
    pace,
    suggestion,
    window_of,
)
from workflows.times import Period, Window, day_at, local_day

amounts = st.integers(0, LARGEST // 4)
limits = amounts | st.integers(0, 200)
spends = st.lists(st.integers(0, 60) | st.integers(0, LARGEST // 64), max_size=12)


@st.composite
def thresholds(draw: st.DrawFn) -> Thresholds:
    soft = draw(st.integers(2, 200))
    warnings = draw(st.sets(st.integers(1, soft - 1), max_size=4))
    return Thresholds(tuple(sorted(warnings)), soft, draw(st.integers(soft, 400)))


@st.composite
def mixed(draw: st.DrawFn, limit: int) -> Thresholds:
    """Thresholds that rise for this limit, some of them amounts."""
    percents = thresholds().map(lambda some: [*some.warnings, some.soft, some.hard])
    *warnings, soft, hard = (Amount(mark_at(limit, at)) if draw(st.booleans()) else at for at in draw(percents))
    return Thresholds(tuple(warnings), soft, hard)


@given(limits, thresholds(), amounts, amounts)
def test_a_level_never_falls_as_spend_grows(limit: int, marks: Thresholds, spent: int, more: int) -> None:
    assert RANK[level_of(spent, limit, marks)] <= RANK[level_of(spent + more, limit, marks)]


@given(limits, limits, thresholds(), amounts)
def test_a_level_never_rises_as_the_limit_grows(limit: int, more: int, marks: Thresholds, spent: int) -> None:
    assert RANK[level_of(spent, limit + more, marks)] <= RANK[level_of(spent, limit, marks)]


@given(st.integers(100, LARGEST // 8), st.data(), amounts, amounts, amounts)
def test_with_amounts_too_a_level_rises_with_spend_and_falls_with_whatever_is_added_to_the_limit(
    limit: int, data: st.DataObject, spent: int, more: int, added: int
) -> None:
    marks = data.draw(mixed(limit))
    now = level_of(spent, limit, marks)
    assert RANK[now] <= RANK[level_of(spent + more, limit, marks)]
    raised = [level_of(spent, limit + extra, marks, added=extra) for extra in (added, added + more)]
    assert RANK[now] >= RANK[raised[0]] >= RANK[raised[1]]


@given(st.integers(100, LARGEST // 8), st.data(), amounts)
def test_no_level_begins_after_a_more_severe_one_however_much_is_added(limit: int, data: st.DataObject, added: int) -> None:
    marks = data.draw(mixed(limit)).marks(limit + added, added)
    assert [RANK[mark.level] for mark in marks] == sorted(RANK[mark.level] for mark in marks)
    assert [mark.mark for mark in marks] == sorted(mark.mark for mark in marks)


def test_an_amount_moves_with_the_limit_by_what_is_added_and_a_percentage_is_of_the_whole() -> None:
    levels = Thresholds((70, Amount(950)), Amount(980), 150)
    assert [(mark.percent, mark.mark) for mark in levels.marks(1_000)] == [(70, 700), (0, 950), (0, 980), (150, 1_500)]
    assert [(mark.percent, mark.mark) for mark in levels.marks(1_400, 400)] == [(70, 980), (0, 1_350), (0, 1_380), (150, 2_100)]


def test_warnings_whose_order_an_override_turns_around_are_told_in_the_order_in_which_they_are_reached() -> None:
    levels = Thresholds((Amount(600), 70), 100, 120)
    assert [mark.percent for mark in levels.marks(1_000)] == [0, 70, 100, 120]
    assert [(mark.percent, mark.mark) for mark in levels.marks(3_000, 2_000)][:2] == [(70, 2_100), (0, 2_600)]


def test_a_warning_that_would_lie_above_the_soft_limit_begins_with_it() -> None:
    levels = Thresholds((Amount(900),), 95, 100)
    assert [(c.level, c.mark) for c in levels.marks(11_000, 10_000)] == [("warning", 10_450), ("soft", 10_450), ("hard", 11_000)]


@pytest.mark.parametrize(
    ("spent", "level"),
    [(0, "ok"), (699, "ok"), (700, "warning"), (999, "warning"), (1000, "soft"), (1199, "soft"), (1200, "hard"), (9999, "hard")],
)
def test_a_level_begins_exactly_at_its_threshold(spent: int, level: str) -> None:
    assert level_of(spent, 1000, Thresholds()) == level


@given(limits, st.integers(1, 400))
@example(1, 70)
@example(3, 33)
def test_a_mark_is_the_least_amount_that_is_so_many_percent(limit: int, at: int) -> None:
    mark = mark_at(limit, at)
    assert mark * 100 >= limit * at > (mark - 1) * 100 or limit == mark == 0


@given(st.integers(1, LARGEST), amounts, st.integers(1, 400))
def test_the_percentage_that_is_shown_reaches_a_threshold_when_the_level_does(limit: int, spent: int, at: int) -> None:
    assert (percent(spent, limit) >= at) == (spent >= mark_at(limit, at))


@given(limits, thresholds(), spends, st.data())
def test_any_split_of_the_same_spend_crosses_the_same_marks(
    limit: int, marks: Thresholds, parts: list[int], data: st.DataObject
) -> None:
    whole = crossings(0, sum(parts), limit, marks)
    order = data.draw(st.permutations(parts))
    spent, found = 0, list[Crossing]()
    for part in order:
        found += crossings(spent, spent + part, limit, marks)
        spent += part
    assert tuple(found) == whole


@given(limits, thresholds(), amounts)
@example(0, Thresholds(), 1)
@example(1, Thresholds(), 1)
def test_the_last_crossing_is_the_level_that_was_reached(limit: int, marks: Thresholds, spent: int) -> None:
    crossed = crossings(0, spent, limit, marks)
    if spent:
        assert (crossed[-1].level if crossed else Level.OK) == level_of(spent, limit, marks)
    assert [RANK[c.level] for c in crossed] == sorted(RANK[c.level] for c in crossed)


@given(limits, thresholds(), amounts)
def test_what_adds_nothing_crosses_nothing(limit: int, marks: Thresholds, spent: int) -> None:
    assert crossings(spent, spent, limit, marks) == ()


def test_the_first_spend_of_a_limit_of_nothing_is_told() -> None:
    assert [c.level for c in crossings(0, 1, 0, Thresholds())] == ["warning", "warning", "soft", "hard"]
    assert crossings(1, 2, 0, Thresholds()) == ()
    assert level_of(0, 0, Thresholds()) is Level.HARD


def test_a_jump_crosses_everything_on_its_way_the_most_severe_last() -> None:
    crossed = crossings(650, 1250, 1000, Thresholds())
    assert [(c.level, c.percent, c.mark) for c in crossed] == [
        ("warning", 70, 700),
        ("warning", 90, 900),
        ("soft", 100, 1000),
        ("hard", 120, 1200),
    ]


MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
SEARCH = Quota("platform/search:usd/month", "platform/search", 1000)


def test_a_crossing_is_one_notice_whoever_finds_it_and_another_when_the_limit_was_raised() -> None:
    window = window_of(SEARCH, "UTC", MONDAY)
    (soft,) = crossings(990, 1010, 1000, Thresholds())
    (again,) = crossings(999, 1000, 1000, Thresholds())
    (raised,) = crossings(1400, 1500, 1500, Thresholds())
    key = notice(SEARCH, window, soft, spent=1010, at=MONDAY).key
    assert notice(SEARCH, window, again, spent=1000, at=MONDAY + timedelta(hours=1)).key == key
    assert notice(SEARCH, window, raised, spent=1500, at=MONDAY).key != key
    (amount,) = crossings(900, 990, 1000, Thresholds((), Amount(950)))
    assert notice(SEARCH, window, amount, spent=990, at=MONDAY).key == "platform/search:usd/month@20261101T0000@soft@950"
    december = window_of(SEARCH, "UTC", MONDAY + timedelta(days=14))
    assert notice(SEARCH, december, soft, spent=1010, at=MONDAY).key != key


def test_a_standing_says_what_is_left_of_the_effective_limit() -> None:
    window = window_of(SEARCH, "UTC", MONDAY)
    over = Standing(SEARCH, window, MONDAY, spent=1100, base=1000)
    raised = Standing(SEARCH, window, MONDAY, spent=1100, base=1000, extra=500)
    assert (over.limit, over.left, over.level) == (1000, 0, Level.SOFT)
    assert (raised.limit, raised.left, raised.level) == (1500, 400, Level.WARNING)


def test_a_standing_says_how_much_is_carried_over_and_where_work_stops() -> None:
    kept = replace(SEARCH, thresholds=Thresholds((), 100, Amount(1_100)))
    stands = Standing(kept, window_of(SEARCH, "UTC", MONDAY), MONDAY, spent=1_350, base=1_200, extra=50)
    assert (stands.carried, stands.limit, stands.level) == (200, 1_250, Level.HARD)
    assert (stands.hard, stands.stop) == (1_350, 1_300)


@pytest.mark.parametrize(("most", "spent", "carried"), [(0, 0, 0), (1_000, 400, 600), (200, 400, 200), (1_000, 1_300, 0)])
def test_no_more_is_carried_over_than_is_left_and_than_the_quota_says(most: int, spent: int, carried: int) -> None:
    assert replace(SEARCH, rollover=most).carries(spent) == carried


def test_a_scope_counts_in_itself_and_in_every_ancestor() -> None:
    assert lineage("platform/engineering/search") == ("platform/engineering/search", "platform/engineering", "platform")
    assert lineage("platform") == ("platform",)


def test_a_quota_counts_the_models_it_names_or_all() -> None:
    premium = Quota("k", "s", 1, models=("claude-opus-*", "gpt-5*-pro"))
    assert premium.counts("claude-opus-5")
    assert premium.counts("gpt-5.6-pro")
    assert not premium.counts("gpt-5.6")
    assert not premium.counts("Claude-Opus-5")
    assert SEARCH.counts("anything")


def test_a_quota_is_named_by_scope_unit_period_and_models() -> None:
    assert key_of("platform/search", Unit.USD, Period.MONTH) == "platform/search:usd/month"
    assert key_of("platform/search", Unit.TOKENS, Period.DAY, "premium") == "platform/search:tokens/day:premium"


# Forecasts. Days are made as a use case makes them: the local days of a zone, one after the other.

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


def days_of(zone: str, first: date, spent: list[int]) -> list[Day]:
    day = day_at(zone, datetime.combine(first, time(12), ZoneInfo(zone)))
    days = []
    for amount in spent:
        days.append(Day(day.start, day.end, amount, zone))
        day = day_at(zone, day.end)
    return days


def standing(days: list[Day], at: datetime, *, spent: int, limit: int) -> Standing:
    return Standing(SEARCH, Window(days[0].start, days[-1].end), at, spent, limit)


def is_weekend(day: Day) -> bool:
    return local_day(day.start, day.zone).weekday() >= 5


@given(zones, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
@example("Pacific/Kiritimati", date(2026, 11, 23))
@example("Pacific/Auckland", date(2026, 11, 23))
@example("Etc/GMT+12", date(2026, 11, 23))
def test_weekends_are_the_zones_own(zone: str, first: date) -> None:
    days = days_of(zone, first, [0] * 14)
    days = [Day(d.start, d.end, 1 if is_weekend(d) else 100, zone) for d in days]
    assert pace(days, days[-1].end) == {False: 100, True: 1}


@given(st.lists(st.integers(0, 10**12), max_size=FEWEST_DAYS - 1), amounts)
def test_with_too_little_history_nothing_is_said(spent: list[int], limit: int) -> None:
    history = days_of("UTC", date(2026, 11, 1), spent)
    assert pace(history, MONDAY) is None
    ahead = days_of("UTC", date(2026, 11, 23), [0] * 8)
    assert empty_at(standing(ahead, MONDAY, spent=0, limit=limit + 1), None, ahead) is None


def test_a_day_that_is_not_over_is_no_history() -> None:
    days = days_of("UTC", date(2026, 11, 20), [10, 10, 10])
    assert pace(days, days[-1].end) == {False: 10, True: 10}
    assert pace(days, days[-1].end - timedelta(seconds=1)) is None


def test_only_the_last_fortnight_counts() -> None:
    days = days_of("UTC", date(2026, 11, 2), [10**9] * 7 + [20] * 14)
    assert pace(days, days[-1].end) == {False: 20, True: 20}


def test_a_history_without_a_weekend_guesses_weekends_by_its_average() -> None:
    days = days_of("UTC", date(2026, 11, 23), [10, 20, 30])
    assert pace(days, days[-1].end) == {False: 20, True: 20}


def test_a_limit_that_is_reached_is_empty_now_with_or_without_history() -> None:
    ahead = days_of("UTC", date(2026, 11, 23), [0] * 8)
    at = MONDAY + timedelta(hours=5)
    assert empty_at(standing(ahead, at, spent=100, limit=100), None, ahead) == at
    assert empty_at(standing(ahead, at, spent=101, limit=100), {False: 1, True: 1}, ahead) == at


@given(st.integers(1, 10**6), st.integers(1, 7 * 86_400 - 1), st.integers(0, 86_399))
def test_on_constant_spend_the_forecast_is_exact(a_second: int, seconds: int, since: int) -> None:
    rate = pace(days_of("UTC", date(2026, 11, 9), [a_second * 86_400] * 14), MONDAY)
    ahead = days_of("UTC", date(2026, 11, 23), [0] * 8)
    at = MONDAY + timedelta(seconds=since)
    assert empty_at(standing(ahead, at, spent=0, limit=a_second * seconds), rate, ahead) == at + timedelta(seconds=seconds)


@given(zones, st.dates(date(2020, 1, 1), date(2030, 1, 1)), amounts, amounts, st.integers(1, LARGEST // 4), st.floats(0, 1))
def test_a_forecast_lies_between_now_and_the_reset(zone: str, first: date, work: int, rest: int, left: int, part: float) -> None:
    days = days_of(zone, first, [0] * 9)
    at = days[0].start + (days[0].end - days[0].start) * part
    stands = standing(days, at, spent=0, limit=left)
    empty = empty_at(stands, {False: work, True: rest}, days)
    assert empty is None or at <= empty < stands.window.end


@given(
    zones, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 10**12), st.integers(0, 10**12), st.integers(1, 10**13)
)
def test_a_forecast_is_the_moment_at_which_the_days_add_up(zone: str, first: date, work: int, rest: int, left: int) -> None:
    days = days_of(zone, first, [0] * 9)
    rate = {False: work, True: rest}
    empty = empty_at(standing(days, days[0].start, spent=0, limit=left), rate, days)
    before = [day for day in days if empty is None or day.end <= empty]
    assert sum(rate[is_weekend(day)] for day in before) <= left
    if empty is not None:
        (on,) = (day for day in days if day.start <= empty < day.end)
        assert sum(rate[is_weekend(day)] for day in (*before, on)) >= left


def test_a_limit_that_lasts_exactly_until_the_reset_is_not_said_to_be_empty() -> None:
    ahead = days_of("UTC", date(2026, 11, 23), [0] * 7)
    rate = {False: 10, True: 10}
    assert empty_at(standing(ahead, MONDAY, spent=0, limit=70), rate, ahead) is None
    assert empty_at(standing(ahead, MONDAY, spent=0, limit=69), rate, ahead) is not None


def test_weekends_keep_their_own_pace() -> None:
    friday = datetime(2026, 11, 27, tzinfo=UTC)
    ahead = days_of("UTC", date(2026, 11, 27), [0] * 14)
    stands = standing(ahead, friday, spent=0, limit=150)
    assert empty_at(stands, {False: 100, True: 0}, ahead) == datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert empty_at(stands, {False: 100, True: 100}, ahead) == datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_with_no_spend_a_limit_is_never_empty() -> None:
    ahead = days_of("UTC", date(2026, 11, 23), [0] * 7)
    assert empty_at(standing(ahead, MONDAY, spent=0, limit=1), {False: 0, True: 0}, ahead) is None


def test_days_that_are_over_and_days_that_never_were_do_not_matter() -> None:
    ahead = days_of("UTC", date(2026, 11, 23), [0] * 7)
    skipped = Day(ahead[3].start, ahead[3].start, 0, "UTC")
    at = ahead[2].start
    rate, stands = {False: 10, True: 10}, standing(ahead, at, spent=0, limit=15)
    assert empty_at(stands, rate, [*ahead[:3], skipped, *ahead[3:]]) == ahead[3].start + timedelta(hours=12)


@given(st.integers(2**60, 2**62), st.integers(1, 86_399))
def test_a_forecast_of_great_amounts_loses_no_second(rate: int, seconds: int) -> None:
    ahead = days_of("UTC", date(2026, 11, 23), [0] * 7)
    left = -(-rate * seconds // 86_400)
    assert empty_at(standing(ahead, MONDAY, spent=0, limit=left), {False: rate, True: rate}, ahead) == MONDAY + timedelta(
        seconds=seconds
    )


# What to begin with.


def wish(base: int, spent: int, empties: datetime | None, unit: Unit = Unit.USD) -> int:
    quota = Quota("k", "s", base, unit)
    return suggestion(Standing(quota, Window(MONDAY, MONDAY + timedelta(days=7)), MONDAY, spent, base), empties)


def test_a_suggestion_is_what_the_pace_needs_until_the_reset() -> None:
    assert wish(usd(700), usd(0), MONDAY + timedelta(days=6)) == usd(120)
    assert wish(usd(701), usd(0), MONDAY + timedelta(days=6)) == usd(120)
    assert wish(usd(727), usd(0), MONDAY + timedelta(days=6)) == usd(130)


def test_a_suggestion_stays_below_the_hard_limit_while_there_is_room() -> None:
    assert wish(usd(700), usd(0), MONDAY + timedelta(days=1)) == usd(140)
    assert wish(usd(10_000), usd(0), MONDAY + timedelta(days=1)) == usd(2_000)


def test_a_suggestion_without_a_need_is_a_tenth_of_the_base() -> None:
    assert wish(usd(10_000), 0, None) == usd(1_000)
    assert wish(usd(10_000), usd(11_000), MONDAY) == usd(1_000)
    assert wish(0, 0, None) == usd(1)
    assert wish(5, 0, None, Unit.REQUESTS) == 1


@given(amounts, amounts, st.none() | st.integers(0, 7 * 86_400), st.sampled_from(Unit))
def test_a_suggestion_can_be_shown_typed_and_is_enough(base: int, spent: int, seconds: int | None, unit: Unit) -> None:
    empties = None if seconds is None else MONDAY + timedelta(seconds=seconds)
    amount = wish(base, spent, empties, unit)
    assert amount * 10 >= base - 9
    assert len(str(amount).rstrip("0")) <= 2
    if amount <= LARGEST:
        assert parse(show(amount, unit), unit) == amount
    room = mark_at(base, 120) - base  # below the hard limit
    step = 10 ** max(0, len(str(room)) - 2)
    capped = amount == room // step * step
    if seconds and seconds < 7 * 86_400 and not capped:
        assert (amount + 1) * seconds > max(0, base - spent) * (7 * 86_400 - seconds)

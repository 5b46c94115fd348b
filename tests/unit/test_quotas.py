"""A quota's level follows its spend, and every threshold is crossed once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.money import LARGEST, Unit, parse, percent, show, usd
from workflows.quotas import (
    RANK,
    Amount,
    Crossing,
    Level,
    Quota,
    Standing,
    Thresholds,
    crossings,
    key_of,
    level_of,
    lineage,
    mark_at,
    notice,
    suggestion,
    window_of,
)
from workflows.times import Period, Window

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


# What to begin with.


def wish(base: int, spent: int, lacking: int, unit: Unit = Unit.USD) -> int:
    quota = Quota("k", "s", base, unit)
    return suggestion(Standing(quota, Window(MONDAY, MONDAY + timedelta(days=7)), MONDAY, spent, base), lacking)


def test_a_suggestion_is_what_is_expected_to_be_lacking() -> None:
    assert wish(usd(700), usd(0), usd(120)) == usd(120)
    assert wish(usd(700), usd(0), usd(120) + 1) == usd(130)
    assert wish(usd(700), usd(0), usd("120.01")) == usd(130)


def test_a_suggestion_stays_below_the_hard_limit_while_there_is_room() -> None:
    assert wish(usd(700), usd(0), usd(4_000)) == usd(140)
    assert wish(usd(10_000), usd(0), usd(2_001)) == usd(2_000)


def test_a_suggestion_without_a_need_is_a_tenth_of_the_base() -> None:
    assert wish(usd(10_000), 0, 0) == usd(1_000)
    assert wish(usd(10_000), usd(11_000), 0) == usd(1_000)
    assert wish(0, 0, 0) == usd(1)
    assert wish(5, 0, 0, Unit.REQUESTS) == 1


@given(amounts, amounts, amounts, st.sampled_from(Unit))
def test_a_suggestion_can_be_shown_typed_and_is_enough(base: int, spent: int, lacking: int, unit: Unit) -> None:
    amount = wish(base, spent, lacking, unit)
    assert amount * 10 >= base - 9
    assert len(str(amount).rstrip("0")) <= 2
    if amount <= LARGEST:
        assert parse(show(amount, unit), unit) == amount
    room = mark_at(base, 120) - base  # below the hard limit
    step = 10 ** max(0, len(str(room)) - 2)
    assert amount >= lacking or amount == room // step * step

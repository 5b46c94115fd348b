"""Budgets follow from what is usual: they grow with the history, not with its length or order, and do not fall below it."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflows.baseline import (
    FEWEST,
    SPAN,
    History,
    Past,
    Proposal,
    Verdict,
    at_rank,
    balanced,
    facts,
    needed,
    proposed,
    rounded,
)  # fmt: skip
from workflows.money import NANO, Unit, usd
from workflows.quotas import Amount, Quota, Thresholds, key_of
from workflows.spend import CostSource, Series, Slice, Sums
from workflows.times import Period

LAST = date(2026, 11, 24)
WORKING = [100, 110, 120, 110, 100, 10, 10]  # dollars on each day of a week


def past(days: list[int], excepted: list[int] | None = None, beyond: list[int] | None = None) -> Past:
    none = [0] * len(days)
    return Past([usd(d) for d in days], [usd(d) for d in excepted or none], [usd(d) for d in beyond or none])


def quota(limit: int = 1, scope: str = "platform", period: Period = Period.MONTH, unit: Unit = Unit.USD, **more: object) -> Quota:
    amount = usd(limit) if unit is Unit.USD else limit
    return replace(Quota(key_of(scope, unit, period), scope, amount, unit, period), **more)


def of(days: list[int], limit: int = 1, period: Period = Period.MONTH, headroom: int = 20) -> Proposal:
    return proposed(quota(limit, period=period), past(days), headroom)


# What a number is made of.


def test_a_steady_month_is_31_days_of_its_week_with_headroom_rounded_up() -> None:
    found = of(WORKING * 8)
    assert (found.facts.median, found.facts.busiest, found.facts.usual) == (usd(560), usd(560), usd(560))
    assert found.need == usd(2976)  # 560 × 31 / 7 × 1.2
    assert (found.limit, found.verdict) == (usd(3_000), Verdict.RAISE)


PERIODS = {Period.DAY: 144, Period.WEEK: 672, Period.MONTH: 2976, Period.QUARTER: 8832}


@pytest.mark.parametrize(("period", "dollars"), PERIODS.items())
def test_every_period_is_as_long_as_it_can_be_and_a_day_as_busy_as_nine_of_ten(period: Period, dollars: int) -> None:
    assert of(WORKING * 8, period=period).need == usd(dollars)


def test_one_wild_week_is_not_usual() -> None:
    wild = [*WORKING * 5, *[d * 10 for d in WORKING], *WORKING * 2]
    assert of(wild).need == of(WORKING * 8).need
    assert of(wild).facts.busiest == usd(5_600)


def test_headroom_is_added_to_what_is_usual() -> None:
    assert [of(WORKING * 8, headroom=percent).need for percent in (0, 50)] == [usd(2480), usd(3720)]


def test_a_trend_is_followed_to_the_middle_of_the_period_ahead() -> None:
    weeks = [week for n in range(8) for week in [100 + 10 * n] * 7]
    known = of(weeks).facts
    assert known.slope == usd(70)  # ten dollars a day
    assert known.level == usd(1190) + Fraction(usd(70) * 31, 14)


def test_one_wild_week_is_no_trend_and_falling_weeks_lower_nothing_below_what_is_usual() -> None:
    wild = [d for n in range(8) for d in ([500] * 7 if n == 6 else [100] * 7)]
    assert facts(past(wild), Period.MONTH).slope == 0
    falling = [d for n in range(8) for d in [170 - 10 * n] * 7]
    known = facts(past(falling), Period.MONTH)
    assert (known.slope, known.level) == (0, known.usual)


def test_three_weeks_are_too_few_to_call_anything_a_trend() -> None:
    assert facts(past([d for n in range(3) for d in [100 + 50 * n] * 7]), Period.MONTH).slope == 0


# Too little.


@pytest.mark.parametrize("days", [0, 1, 12, FEWEST - 1])
def test_with_too_little_history_nothing_is_proposed_and_it_is_said_how_much_there_is(days: int) -> None:
    found = of([0] * (56 - days) + [100] * days, limit=50)
    assert (found.facts.days, found.facts.enough, found.limit, found.verdict) == (days, False, usd(50), Verdict.LEAVE)


def test_three_weeks_are_enough() -> None:
    assert of([0] * 35 + [100] * 21, limit=50).verdict is Verdict.RAISE


def test_what_is_spent_only_now_and_then_gives_no_budget() -> None:
    rarely = [0] * 56
    rarely[0] = rarely[40] = 100
    found = of(rarely, limit=50)
    assert (found.facts.enough, found.verdict) == (False, Verdict.LEAVE)


def test_days_before_the_first_whole_week_are_left_out() -> None:
    assert of([0] * 30 + [900] * 5 + WORKING * 3).facts.weeks == (usd(560),) * 3


# Exceptions.


def test_spend_under_overrides_is_left_out() -> None:
    extra = [0] * 49 + [300] * 7
    found = proposed(quota(), past(WORKING * 8, excepted=extra), 20)
    assert (found.need, found.facts.excepted) == (of(WORKING * 8).need, usd(2_100))


def test_spend_beyond_the_limit_in_some_weeks_is_left_out_and_in_most_it_is_no_exception() -> None:
    some, most = [0] * 28 + [100] * 28, [0] * 21 + [100] * 35
    rare, usual = (proposed(quota(), past(WORKING * 8, beyond=extra), 20) for extra in (some, most))
    assert (rare.need, rare.facts.counted) == (of(WORKING * 8).need, False)
    assert (usual.facts.counted, usual.facts.usual, usual.facts.over_weeks) == (True, usd(560 + 700), 5)


def test_an_override_that_is_used_every_week_is_still_an_exception() -> None:
    assert proposed(quota(), past(WORKING * 8, excepted=[100] * 56), 20).need == of(WORKING * 8).need


# What there is already.


LIMITS = {2_975: Verdict.RAISE, 2_976: Verdict.KEEP, 3_500: Verdict.KEEP, 4_464: Verdict.KEEP, 4_465: Verdict.LOWER}


@pytest.mark.parametrize(("limit", "verdict"), LIMITS.items())
def test_a_limit_that_has_room_and_still_says_something_is_kept(limit: int, verdict: Verdict) -> None:
    found = of(WORKING * 8, limit=limit)
    assert found.verdict is verdict
    assert found.limit == (usd(limit) if verdict is Verdict.KEEP else usd(3_000))


def test_a_quota_that_is_not_there_is_new() -> None:
    found = proposed(quota(), past(WORKING * 8), 20, new=True)
    assert (found.current, found.verdict, found.limit) == (None, Verdict.NEW, usd(3_000))


AMOUNTS = Thresholds((70,), 100, Amount(usd(9_000)))


@pytest.mark.parametrize(("limit", "verdict"), [(2_000, Verdict.LEAVE), (3_500, Verdict.KEEP), (8_000, Verdict.LEAVE)])
def test_a_limit_whose_thresholds_are_amounts_stays_since_they_are_set_with_it(limit: int, verdict: Verdict) -> None:
    found = proposed(quota(limit, thresholds=AMOUNTS), past(WORKING * 8), 20)
    assert (found.limit, found.verdict, found.pinned) == (usd(limit), verdict, verdict is Verdict.LEAVE)


def test_a_parent_whose_thresholds_are_amounts_stays_and_tells_what_is_below_it() -> None:
    parent = proposed(quota(2_000, "p", thresholds=AMOUNTS), past([]), 20)
    (found, _) = balanced([parent, made("p/a", 1, WORKING * 8)])
    assert (found.limit, found.below, found.pinned) == (usd(2_000), usd(3_000), True)


# Parents.


def limits(*proposals: Proposal) -> dict[str, int]:
    return {p.quota.scope: p.limit // NANO for p in balanced(proposals)}


def made(scope: str, limit: int, days: list[int], **more: object) -> Proposal:
    return proposed(quota(limit, scope, **more), past(days), 20)


def test_a_parent_gets_at_least_what_its_children_get() -> None:
    children = [made(f"p/{n}", 1, WORKING * 8) for n in range(3)]
    assert limits(made("p", 1, WORKING * 8), *children) == {"p": 9_000, "p/0": 3_000, "p/1": 3_000, "p/2": 3_000}


def test_grandchildren_count_where_there_is_no_child_between() -> None:
    assert limits(made("p", 1, WORKING * 8), made("p/a/b", 9_000, []), made("p/c", 1_000, [])) == {
        "p": 10_000, "p/a/b": 9_000, "p/c": 1_000,
    }  # fmt: skip


def test_a_parent_of_another_unit_period_or_model_group_is_no_parent() -> None:
    other = [
        made("p/a", 9_000, []),
        made("p/b", 9_000, [], period=Period.DAY),
        made("p/c", 9_000, [], unit=Unit.TOKENS),
        made("p/d", 9_000, [], models=("gpt-*",)),
    ]
    assert limits(made("p", 9_000, []), *other)["p"] == 9_000


def test_a_parent_without_enough_history_is_raised_only_for_its_children() -> None:
    (parent, _) = balanced([made("p", 5_000, []), made("p/a", 1, WORKING * 8)])
    assert (parent.verdict, parent.limit) == (Verdict.LEAVE, usd(5_000))
    (parent, _) = balanced([made("p", 2_000, []), made("p/a", 1, WORKING * 8)])
    assert (parent.verdict, parent.limit, parent.below) == (Verdict.RAISE, usd(3_000), usd(3_000))


# Whatever the history.


weeks = st.lists(st.integers(0, 2_000), min_size=7, max_size=7)
histories = st.lists(weeks, min_size=3, max_size=12).map(lambda found: [day for week in found for day in week])
lasting = st.sampled_from([Period.WEEK, Period.MONTH, Period.QUARTER])


@given(histories, lasting, st.integers(0, 100))
def test_no_budget_is_below_what_was_spent_within_base_in_the_median_week(days: list[int], period: Period, headroom: int) -> None:
    found = of(days, period=period, headroom=headroom)
    assume(found.facts.enough)
    assert found.limit * 7 >= found.facts.median * SPAN[period]
    assert found.limit >= found.need >= needed(found.facts, period)


@given(histories, st.sampled_from(Period), st.integers(1, 50))
def test_scaling_the_history_scales_what_is_needed(days: list[int], period: Period, times: int) -> None:
    one, many = facts(past(days), period), facts(past([day * times for day in days]), period)
    assert many.level == one.level * times
    assert many.enough == one.enough


@given(histories, st.integers(0, 3))
def test_scaling_the_history_by_tens_scales_the_proposal(days: list[int], zeros: int) -> None:
    plain = proposed(quota(1, unit=Unit.TOKENS), Past([d * 1_000 for d in days], [0] * len(days), [0] * len(days)), 0, new=True)
    scaled = [d * 1_000 * 10**zeros for d in days]
    larger = proposed(quota(1, unit=Unit.TOKENS), Past(scaled, [0] * len(days), [0] * len(days)), 0, new=True)
    assume(plain.facts.enough)
    assert abs(larger.limit - plain.limit * 10**zeros) <= rounded(plain.limit * 10**zeros) // 10  # the last digit may go up


@given(weeks, st.integers(3, 20), st.sampled_from(Period))
def test_more_history_of_the_same_rhythm_changes_nothing(week: list[int], times: int, period: Period) -> None:
    few, many = facts(past(week * 3), period), facts(past(week * times), period)
    assume(few.enough and week[0])
    assert (many.level, many.median, many.busiest) == (few.level, few.median, few.busiest)


@given(histories, histories)
def test_spend_under_overrides_changes_no_proposal(days: list[int], extra: list[int]) -> None:
    extra = (extra * len(days))[: len(days)]
    assume(days[0] or extra[0] == 0)
    assert proposed(quota(), past(days, excepted=extra), 20).limit == of(days).limit


@given(st.lists(st.integers(1, 10**15), min_size=1, max_size=30), st.fractions(0, 1))
def test_a_rank_is_one_of_the_amounts_and_that_part_does_not_exceed_it(amounts: list[int], part: Fraction) -> None:
    found = at_rank(amounts, part)
    assert found in amounts
    assert sum(1 for amount in amounts if amount <= found) >= part * len(amounts)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=10), st.sampled_from([1, 2, 3, 7]), st.fractions(0, 1))
def test_saying_everything_several_times_changes_no_rank(amounts: list[int], times: int, part: Fraction) -> None:
    assert at_rank(amounts * times, part) == at_rank(amounts, part)


trees = st.lists(
    st.tuples(st.sampled_from(["p", "p/a", "p/b", "p/a/x", "p/a/y", "p/b/z"]), st.integers(1, 9_000), histories),
    min_size=1, max_size=6, unique_by=lambda made: made[0],
)  # fmt: skip


@given(trees)
def test_no_parent_is_smaller_than_its_children_and_no_proposal_smaller_than_its_need(
    tree: list[tuple[str, int, list[int]]],
) -> None:
    found = balanced([made(*each) for each in tree])
    assert [p.quota.scope for p in found] == [scope for scope, _, _ in tree]
    for mine in found:
        children = [
            p for p in found
            if p.quota.scope.startswith(f"{mine.quota.scope}/")
            and not any(
                between.quota.scope.startswith(f"{mine.quota.scope}/") and p.quota.scope.startswith(f"{between.quota.scope}/")
                for between in found
            )
        ]  # fmt: skip
        assert mine.below == sum(child.limit for child in children) <= mine.limit
        assert mine.limit >= mine.need


# Histories read off what was counted.

SERIES = Series("p", "gpt-5", "", "", "", "", "", CostSource.PRICED, "base")


def piece(day: int, dollars: int, **said: object) -> Slice:
    return Slice(LAST - timedelta(days=day), SERIES._replace(**said), Sums(1, 1, 10, 0, 0, 0, usd(dollars)))


def history(*slices: Slice, **exceptions: str) -> History:
    return History(LAST - timedelta(days=6), LAST, slices, exceptions)


def test_a_past_holds_its_scope_and_all_below_in_its_unit_and_models() -> None:
    found = history(piece(0, 1), piece(0, 2, scope="p/a"), piece(1, 4, scope="pp"), piece(6, 8), piece(0, 16, model="opus"))
    assert found.past(quota(scope="p")).base == [usd(8), 0, 0, 0, 0, 0, usd(19)]
    assert found.past(quota(scope="p", unit=Unit.TOKENS)).base == [10, 0, 0, 0, 0, 0, 30]
    assert found.past(quota(scope="p", models=("opus*",))).base == [0] * 6 + [usd(16)]
    assert found.past(quota(scope="p/a")).base == [0] * 6 + [usd(2)]


def test_a_past_tells_what_was_under_overrides_and_beyond_and_forgets_what_was_refused() -> None:
    kinds = [piece(0, n, approval=approval) for n, approval in ((1, "base"), (2, "O-1"), (4, "beyond"), (8, "refused"))]
    found = history(*kinds).past(quota(scope="p"))
    assert [sum(kind) for kind in (found.base, found.excepted, found.beyond)] == [usd(1), usd(2), usd(4)]


@pytest.mark.parametrize(("on", "exceptional"), [("p", False), ("p/a", True), ("p/a/x", True), (None, True)])
def test_an_override_is_an_exception_of_its_scope_and_of_those_above_but_not_of_those_below(
    on: str | None, exceptional: bool
) -> None:
    spent = piece(0, 5, scope="p/a/x", approval="O-1")
    known = history(spent, **({"O-1": on} if on else {}))
    found = known.past(quota(scope="p/a"))
    assert (sum(found.excepted) > 0, sum(found.base) > 0) == (exceptional, not exceptional)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 99), st.sampled_from(["p", "p/a", "q"])), max_size=20), st.randoms())
def test_the_order_of_what_was_counted_says_nothing(told: list[tuple[int, int, str]], random: Random) -> None:
    slices = [piece(day, dollars, scope=scope) for day, dollars, scope in told]
    before = history(*slices).past(quota(scope="p"))
    random.shuffle(slices)
    assert history(*slices).past(quota(scope="p")) == before

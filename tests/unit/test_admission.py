"""A call may proceed when it fits below the marks of every quota in which it would count; the strictest decides."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.admission import STRICTNESS, Decision, Estimate, Finding, decide, judge
from workflows.money import Unit
from workflows.quotas import RANK, Amount, AtSoft, Level, Quota, Standing, Thresholds
from workflows.times import Period, window_at

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MONTH = window_at(Period.MONTH, "UTC", NOW)

amounts = st.integers(0, 300)
estimates = st.builds(Estimate, amounts, amounts)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    soft = draw(st.integers(2, 150))
    marks = Thresholds((soft // 2,), draw(st.sampled_from([soft, Amount(soft)])), draw(st.integers(soft, 200)))
    limit, kept = draw(amounts), st.sampled_from(AtSoft)
    quota = Quota("q", "platform", limit, draw(st.sampled_from(Unit)), thresholds=marks, at_soft=draw(kept))
    return Standing(quota, MONTH, NOW, draw(st.integers(-50, 300)), limit + draw(st.integers(0, 50)), draw(amounts))


def standing(spent: int, limit: int = 100, key: str = "q", unit: Unit = Unit.USD) -> Standing:
    return Standing(Quota(key, "platform", limit, unit), MONTH, NOW, spent, limit)


def rank(found: Finding) -> int:
    return STRICTNESS[found.decision]


@pytest.mark.parametrize(
    ("spent", "cost", "decision", "level"),
    [
        (0, 0, "allow", "ok"),
        (69, 1, "allow", "ok"),
        (69, 2, "allow", "warning"),
        (70, 0, "allow", "warning"),
        (99, 0, "allow", "warning"),
        (99, 1, "allow", "warning"),
        (99, 2, "needs_exception", "soft"),
        (100, 0, "needs_exception", "soft"),
        (0, 100, "allow", "warning"),
        (0, 101, "needs_exception", "soft"),
        (119, 1, "needs_exception", "soft"),
        (119, 2, "deny", "hard"),
        (0, 121, "deny", "hard"),
        (120, 0, "deny", "hard"),
    ],
)
def test_a_call_fits_up_to_the_last_bit_that_is_left(spent: int, cost: int, decision: str, level: str) -> None:
    found = judge(standing(spent), Estimate(cost))
    assert (found.decision, found.level) == (decision, level)


@pytest.mark.parametrize(("before", "decision"), [(98, "allow"), (99, "allow"), (100, "needs_exception"), (120, "deny")])
def test_a_quota_of_a_hundred_requests_lets_a_hundred_through(before: int, decision: str) -> None:
    assert judge(standing(before, unit=Unit.REQUESTS), Estimate()).decision == decision


def test_each_quota_looks_at_the_estimate_in_its_own_unit() -> None:
    estimate = Estimate(cost=7, tokens=5)
    assert [judge(standing(0, unit=unit), estimate).amount for unit in Unit] == [7, 5, 1]


def test_where_nothing_is_granted_nothing_passes() -> None:
    assert judge(standing(0, limit=0), Estimate()).decision is Decision.DENY


@given(standings())
def test_without_an_estimate_a_call_meets_the_level_that_the_quota_stands_at(at: Standing) -> None:
    assert judge(at, Estimate(requests=0)).level is at.level


@given(standings(), estimates, amounts)
def test_more_spend_never_gives_a_milder_decision(at: Standing, estimate: Estimate, more: int) -> None:
    assert rank(judge(replace(at, spent=at.spent + more), estimate)) >= rank(judge(at, estimate))


@given(standings(), estimates, estimates)
def test_a_larger_estimate_never_gives_a_milder_decision(at: Standing, one: Estimate, two: Estimate) -> None:
    both = Estimate(one.cost + two.cost, one.tokens + two.tokens, one.requests + two.requests)
    assert rank(judge(at, both)) >= rank(judge(at, one))


@given(standings(), estimates, amounts)
def test_an_override_never_gives_a_stricter_decision(at: Standing, estimate: Estimate, extra: int) -> None:
    assert rank(judge(replace(at, extra=at.extra + extra), estimate)) <= rank(judge(at, estimate))


@given(standings())
@example(standing(99))
@example(standing(100))
def test_what_is_left_is_the_largest_estimate_that_is_allowed(at: Standing) -> None:
    left = judge(at, Estimate()).left
    just, over = (judge(at, Estimate(n, n, n)).decision for n in (left, left + 1))
    assert (just is Decision.ALLOW) == (left > 0)
    assert over is not Decision.ALLOW


@given(st.lists(standings(), max_size=5), standings(), estimates)
def test_another_quota_never_makes_the_verdict_milder(some: list[Standing], other: Standing, estimate: Estimate) -> None:
    found = [judge(at, estimate) for at in some]
    more = judge(other, estimate)
    strictest = max((rank(each) for each in [*found, more]), default=0)
    assert STRICTNESS[decide([*found, more]).decision] == strictest >= STRICTNESS[decide(found).decision]


@given(st.lists(standings(), min_size=1, max_size=5), estimates)
def test_the_quota_that_decides_says_what_is_answered(some: list[Standing], estimate: Estimate) -> None:
    verdict = decide([judge(at, estimate) for at in some])
    assert verdict.by is not None
    assert verdict.by.decision is verdict.decision
    assert RANK[verdict.by.level] == max(RANK[f.level] for f in verdict.findings if f.decision is verdict.decision)


def test_of_equals_the_one_nearest_to_the_work_decides() -> None:
    leaf, above, top = (judge(standing(spent, key=key), Estimate()) for key, spent in (("leaf", 10), ("above", 75), ("top", 80)))
    assert decide([leaf, above, top]).by == above
    assert decide([leaf]).by == leaf


def test_what_no_quota_counts_is_allowed() -> None:
    assert decide([]) == (Decision.ALLOW, None, [])


@pytest.mark.parametrize(
    ("at_soft", "at_the_soft_limit", "left"),
    [(AtSoft.ALLOW, "allow", 20), (AtSoft.NEEDS_EXCEPTION, "needs_exception", 0), (AtSoft.DENY, "deny", 0)],
)
def test_each_quota_says_what_a_call_meets_at_its_soft_limit(at_soft: AtSoft, at_the_soft_limit: str, left: int) -> None:
    soft, hard = (standing(spent) for spent in (100, 120))
    found = [judge(replace(at, quota=replace(at.quota, at_soft=at_soft)), Estimate()) for at in (soft, hard)]
    assert [each.decision for each in found] == [at_the_soft_limit, "deny"]
    assert [each.left for each in found] == [left, 0]


def test_levels_below_the_soft_limit_stop_nothing() -> None:
    assert [judge(standing(spent), Estimate()).decision for spent in (0, 70, 90)] == [Decision.ALLOW] * 3
    assert [judge(standing(spent), Estimate()).level for spent in (0, 70, 90)] == [Level.OK, Level.WARNING, Level.WARNING]

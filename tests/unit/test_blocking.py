"""An override helps only where every quota in which its calls count lets them through; what is in the way is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.admission import Estimate, judge
from workflows.blocking import Barrier, Way, Wish, barriers, lift
from workflows.money import Unit
from workflows.quotas import Amount, AtSoft, Quota, Standing, Thresholds
from workflows.times import Period, window_at

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOON = NOW + timedelta(days=2)
MONTH, TODAY = (window_at(period, "UTC", NOW) for period in (Period.MONTH, Period.DAY))
OPUS, SONNET = "claude-opus-4-5", "claude-sonnet-4-5"


def standing(scope: str, spent: int, limit: int = 1_000, **said: object) -> Standing:
    quota = Quota(f"{scope}:{said.get('models', '')}", scope, limit)
    return Standing(replace(quota, **said), MONTH, NOW, spent, limit)


SEARCH = standing("platform/search", 900)


def wish(amount: int = 400, *models: str, mine: Standing = SEARCH) -> Wish:
    return Wish(mine, amount, SOON, models)


def ways(found: tuple[Barrier, ...]) -> list[tuple[str, Way, int]]:
    return [(each.standing.quota.scope, each.way, each.asks) for each in found]


def test_nothing_is_in_the_way_where_every_quota_above_has_as_much_left_as_is_asked_for() -> None:
    assert not barriers(wish(), [SEARCH, standing("platform", 600)])


def test_a_quota_above_with_less_left_becomes_the_limit_and_the_rest_can_be_asked_for_there() -> None:
    (found,) = barriers(wish(), [standing("platform", 601)])
    assert (found.way, found.left, found.asks, found.whole) == (Way.RUNS_OUT, 399, 1, False)


def test_a_quota_above_that_stops_calls_keeps_the_override_from_any_effect() -> None:
    (found,) = barriers(wish(), [standing("platform", 1_100)])
    assert (found.way, found.left, found.asks, found.whole) == (Way.STOPS, 0, 500, True)


@pytest.mark.parametrize(
    ("at_soft", "spent", "way"),
    [
        (AtSoft.ALLOW, 1_000, Way.RUNS_OUT),
        (AtSoft.ALLOW, 1_199, Way.RUNS_OUT),
        (AtSoft.ALLOW, 1_200, Way.STOPS),
        (AtSoft.NEEDS_EXCEPTION, 999, Way.RUNS_OUT),
        (AtSoft.NEEDS_EXCEPTION, 1_000, Way.STOPS),
        (AtSoft.DENY, 1_000, Way.STOPS),
    ],
)
def test_a_soft_limit_stops_only_where_the_quota_says_so(at_soft: AtSoft, spent: int, way: Way) -> None:
    assert [found.way for found in barriers(wish(), [standing("platform", spent, at_soft=at_soft)])] == [way]


def test_other_branches_of_the_tree_and_the_quota_itself_are_not_in_the_way() -> None:
    others = [standing("platform/mobile", 5_000), standing("platform/search/lab", 5_000), standing("platform/sea", 5_000)]
    assert not barriers(wish(), [SEARCH, *others])


def test_a_quota_for_some_models_is_in_the_way_of_calls_to_those() -> None:
    premium = standing("platform/search", 1_000, models=("claude-opus-*",))
    assert ways(barriers(wish(400, OPUS), [premium])) == [("platform/search", Way.STOPS, 400)]
    assert not barriers(wish(400, SONNET), [premium])
    assert not barriers(wish(400), [premium])  # it is not known which models are called
    (some,) = barriers(wish(400, OPUS, SONNET), [premium])
    assert (some.models, some.whole) == ((OPUS,), False)


def test_a_family_of_models_that_is_asked_for_is_found_in_a_quota_for_it() -> None:
    premium = standing("platform", 1_000, models=("claude-opus-*", "o*-pro"))
    assert barriers(wish(400, "claude-opus-*"), [premium])[0].whole


def test_what_is_asked_for_on_a_quota_of_some_models_counts_in_the_quota_of_all() -> None:
    premium = standing("platform/search", 0, models=("claude-opus-*",))
    assert ways(barriers(wish(400, mine=premium), [replace(SEARCH, spent=1_000)])) == [("platform/search", Way.STOPS, 400)]


def test_a_quota_that_begins_anew_before_the_end_only_delays() -> None:
    daily = replace(standing("platform", 1_000), window=TODAY)
    assert [found.way for found in barriers(wish(), [daily])] == [Way.DELAYS]
    assert not barriers(wish(), [replace(daily, spent=999)])  # what is left of today is no limit for tomorrow


def test_of_a_quota_in_another_unit_only_its_stop_is_known_and_an_amount_to_begin_with() -> None:
    tokens = standing("platform", 2_000, unit=Unit.TOKENS)
    assert ways(barriers(wish(), [tokens])) == [("platform", Way.STOPS, 1_100)]
    assert not barriers(wish(), [replace(tokens, spent=999)])


def test_an_amount_that_does_not_reach_past_what_is_spent_is_too_short() -> None:
    over = replace(SEARCH, spent=1_234)
    (found,) = barriers(wish(234, mine=over), [])
    assert (found.way, found.asks, found.whole) == (Way.SHORT, 240, False)
    assert not barriers(wish(235, mine=over), [])


def test_an_override_on_the_other_quota_takes_it_out_of_the_way() -> None:
    stops = standing("platform", 1_234)
    (found,) = barriers(wish(), [stops])
    assert not barriers(wish(), [replace(stops, extra=found.asks)])


amounts = st.integers(0, 10**12)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    limit, soft = draw(st.integers(2, 10**12)), draw(st.integers(1, 150))
    written = draw(st.sampled_from([soft, Amount(-(-limit * soft // 100))]))
    levels = Thresholds((), written, draw(st.integers(soft + 1, 200)))
    quota = Quota("q", "platform", limit, thresholds=levels, at_soft=draw(st.sampled_from(AtSoft)))
    return Standing(quota, MONTH, NOW, draw(amounts), limit + draw(amounts), draw(amounts))


@given(standings(), st.integers(1, 10**12))
def test_the_lift_is_the_least_that_leaves_as_much_room(at: Standing, room: int) -> None:
    least = lift(at, room)
    assert judge(replace(at, extra=at.extra + least), Estimate()).left >= room
    if least:
        assert judge(replace(at, extra=at.extra + least - 1), Estimate()).left < room


@given(standings(), st.integers(1, 10**12), standings())
def test_whoever_asks_for_all_that_is_in_the_way_too_has_nothing_in_the_way(mine: Standing, amount: int, above: Standing) -> None:
    asked = Wish(replace(mine, quota=replace(mine.quota, key="m", scope="platform/search")), amount, SOON)
    found = barriers(asked, [above])
    more = {each.way: each.asks for each in found}
    enough = replace(asked, amount=max(amount, more.get(Way.SHORT, 0)))
    raised = replace(above, extra=above.extra + sum(each.asks for each in found if each.way is not Way.SHORT))
    if enough.amount == amount:
        assert not barriers(enough, [raised])
    else:
        assert Way.SHORT not in {each.way for each in barriers(enough, [raised])}

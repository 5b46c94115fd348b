"""What an override that begins later is judged by: the window it will run in, and what will be added there."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflows import coming
from workflows.cases import Term
from workflows.money import Unit, usd
from workflows.overrides import Grace
from workflows.policy import Organization, Policy, Timing
from workflows.quotas import Quota, key_of
from workflows.times import Period

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = Quota(key_of("platform", Unit.USD, Period.MONTH), "platform", usd(10_000))
WEEK = Quota(key_of("platform", Unit.USD, Period.WEEK), "platform", usd(1_000), period=Period.WEEK)
POLICY = Policy(Organization("Acme"), (MONTH, WEEK), timing=Timing(grace=Grace(50, DAY)))
DECEMBER, JANUARY = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def test_it_ends_at_the_first_reset_after_it_begins_unless_it_lives_through_some() -> None:
    assert coming.end(POLICY, MONTH, Term(span=7 * DAY), NOW) == DECEMBER
    assert coming.end(POLICY, MONTH, Term(span=7 * DAY, since=DECEMBER), NOW) == DECEMBER + 7 * DAY
    assert coming.end(POLICY, MONTH, Term(span=7 * DAY, resets=1), NOW) == NOW + 7 * DAY
    assert coming.end(POLICY, MONTH, Term(until=JANUARY + DAY, resets=1), NOW) == JANUARY


@given(st.integers(0, 24 * 90), st.integers(0, 24 * 60), st.integers(0, 3), st.sampled_from([MONTH, WEEK]))
def test_it_never_lives_through_more_resets_than_it_says(ahead: int, hours: int, resets: int, quota: Quota) -> None:
    term = Term(span=hours * HOUR, since=NOW + ahead * HOUR, resets=resets)
    begins, end = term.begin(NOW), coming.end(POLICY, quota, term, NOW)
    passed = [at for at in POLICY.resets(quota, begins, 20) if at < end]
    assert begins <= end <= begins + hours * HOUR
    assert len(passed) <= resets


def test_a_step_down_lasts_until_the_reset_at_the_latest_and_follows_no_reset() -> None:
    assert coming.step(POLICY, MONTH, usd(400), NOW) == (usd(200), NOW + DAY)
    assert coming.step(POLICY, MONTH, usd(400), DECEMBER - HOUR) == (usd(200), DECEMBER)
    assert coming.step(POLICY, MONTH, usd(400), DECEMBER) is None
    assert coming.step(POLICY, MONTH, 1, NOW) is None

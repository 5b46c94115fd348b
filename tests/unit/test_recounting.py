"""A quota that is new, or counts in another way, counts what its window already holds: once, and as if it had always been there.

On the in-memory unit; `edges/test_metering_stored.py` has it on SQLite.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from tests.fakes.limits import FakeLimits
from tests.fakes.memory import Memory
from workflows import recounting
from workflows.keeping import Kit
from workflows.metering import record
from workflows.money import Unit, usd
from workflows.policy import Organization, Policy
from workflows.pricing import Price
from workflows.quotas import Quota
from workflows.spend import Metered, Tally, Tokens, Usage
from workflows.times import Period

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TEAM, BELOW = "platform/search", "platform/search/retrieval"
OLD = (Quota("all", "platform", usd(1_000)),)
NEW = (
    *OLD,
    Quota("team", TEAM, usd(100), channel="C1"),
    Quota("team day", TEAM, usd(10), period=Period.DAY),
    Quota("team week", TEAM, 1_000, unit=Unit.TOKENS, period=Period.WEEK),
    Quota("team quarter", TEAM, 500, unit=Unit.REQUESTS, period=Period.QUARTER),
    Quota("team opus", TEAM, usd(20), models=("opus*",)),
)


def kit(memory: Memory, quotas: Sequence[Quota], at: datetime = NOW, zone: str = "Europe/Berlin") -> Kit:
    policy = Policy(Organization("Acme", zone, 4), tuple(quotas), fallback_price=Price(1, 1, 1, 1))
    return Kit(policy, ManualClock(at), memory.units, memory.reads, FakeDirectory(()), FakeLimits(ManualClock(at)))


def start(memory: Memory, quotas: Sequence[Quota], at: datetime = NOW, zone: str = "Europe/Berlin") -> None:
    recounting.recount(kit(memory, quotas, at, zone))


def call(key: object, dollars: int, at: datetime = NOW, **said: object) -> Usage:
    base = Usage(str(key).encode(), at, TEAM, "mini", Tokens(7, 3), cost=usd(dollars))
    return base._replace(**said)  # type: ignore[arg-type]


def count(memory: Memory, quotas: Sequence[Quota], *usages: Usage, at: datetime = NOW) -> None:
    record(usages, policy=kit(memory, quotas).policy, prices={}, units=memory.units, now=at)


def spent(memory: Memory, quotas: Sequence[Quota] = NEW, at: datetime = NOW) -> dict[str, int]:
    policy = kit(memory, quotas).policy
    with memory.units() as unit:
        return {quota.key: unit.meter.spent(quota.key, policy.window(quota, at)) for quota in quotas}


def days(memory: Memory, key: str) -> dict[date, int]:
    with memory.units() as unit:
        return unit.meter.days(key, date(2020, 1, 1), date(2030, 1, 1))


def shown(memory: Memory) -> list[str]:
    return [f"{quota} {threshold}" for _, key in memory.data.outbox for quota, _, threshold, _ in [key.split("@")]]


def test_a_new_quota_counts_what_was_spent_in_its_scope_and_below_since_its_window_began() -> None:
    memory = Memory()
    start(memory, OLD)
    for n, (dollars, back, scope) in enumerate([(3, 0, TEAM), (4, 0, BELOW), (5, 1, TEAM), (6, 30, TEAM), (9, 0, "platform/x")]):
        count(memory, OLD, call(n, dollars, NOW - back * DAY, scope=scope))
    count(memory, OLD, call("opus", 8, NOW - 3 * DAY, model="opus-5", requests=2))
    start(memory, NEW)
    assert spent(memory) == {
        "all": usd(29),
        "team": usd(20),
        "team day": usd(7),
        "team week": 30,
        "team quarter": 6,
        "team opus": usd(8),
    }
    assert days(memory, "team") == {
        date(2026, 10, 26): usd(6),
        date(2026, 11, 22): usd(8),
        date(2026, 11, 24): usd(5),
        date(2026, 11, 25): usd(7),
    }


def test_what_was_spent_eight_weeks_ago_is_history_of_a_new_quota_and_no_longer_in_its_month() -> None:
    memory = Memory()
    count(memory, OLD, call(1, 6, NOW - 55 * DAY), call(2, 5, NOW - 68 * DAY))
    start(memory, NEW[:2])
    assert (spent(memory)["team"], days(memory, "team")) == (0, {date(2026, 10, 1): usd(6)})


def test_starting_again_changes_nothing_and_tells_nothing_twice() -> None:
    memory = Memory()
    count(memory, OLD, call(1, 95))
    start(memory, NEW)
    once, told = spent(memory), shown(memory)
    for later in range(3):
        start(memory, NEW, NOW + later * timedelta(hours=1))
    assert (spent(memory), shown(memory)) == (once, told)


def test_a_threshold_that_a_new_quota_is_past_is_told_the_most_severe_only() -> None:
    memory = Memory()
    count(memory, OLD, call(1, 95))
    assert shown(memory) == []
    start(memory, NEW[:2])
    assert shown(memory) == ["team warning90"]


def test_a_group_that_has_other_models_than_before_is_counted_again() -> None:
    memory = Memory()
    start(memory, NEW, NOW - 30 * DAY)
    count(memory, NEW, call(1, 5, model="opus-5"), call(2, 4, model="gpt-5"), call(3, 3))
    wider = (*NEW[:-1], replace(NEW[-1], models=("opus*", "gpt*")))
    start(memory, wider)
    assert (spent(memory)["team opus"], days(memory, "team opus")) == (usd(9), {date(2026, 11, 25): usd(9)})
    start(memory, (*NEW[:-1], replace(NEW[-1], models=("gpt*",))))
    assert (spent(memory)["team opus"], days(memory, "team opus")) == (usd(4), {date(2026, 11, 25): usd(4)})


def test_in_another_time_zone_the_window_that_is_open_is_counted_again() -> None:
    memory = Memory()
    start(memory, NEW, NOW - 30 * DAY)
    count(memory, NEW, call(1, 5, NOW - 5 * DAY))
    start(memory, NEW, zone="America/New_York")
    policy = kit(memory, NEW, zone="America/New_York").policy
    with memory.units() as unit:
        assert unit.meter.spent("team", policy.window(NEW[1], NOW)) == usd(5)


def test_a_quota_that_comes_back_counts_what_was_spent_while_it_was_gone() -> None:
    memory = Memory()
    start(memory, NEW, NOW - 40 * DAY)
    count(memory, NEW, call(1, 5))
    start(memory, OLD)
    count(memory, OLD, call(2, 6))
    start(memory, NEW)
    assert (spent(memory)["team"], days(memory, "team")) == (usd(11), {date(2026, 11, 25): usd(11)})


def test_what_a_replica_with_the_old_file_counted_meanwhile_is_made_good_at_the_next_start() -> None:
    memory = Memory()
    count(memory, OLD, call(1, 5))
    start(memory, NEW)
    count(memory, NEW, call(2, 6))
    count(memory, OLD, call(3, 7))
    assert spent(memory)["team"] == usd(11)
    start(memory, NEW)
    assert (spent(memory)["team"], days(memory, "team")) == (usd(18), {date(2026, 11, 25): usd(18)})


def test_a_quota_of_long_standing_is_left_as_it_is() -> None:
    """Its daily sums may be by another zone's days; it was right when it was counted."""
    memory = Memory()
    start(memory, NEW, NOW - 100 * DAY)
    count(memory, NEW, call(1, 5))
    with memory.units() as unit:
        before = unit.meter.counters(NOW)
    start(memory, NEW)
    with memory.units() as unit:
        assert unit.meter.counters(NOW) == before


def test_what_a_database_counted_before_it_kept_how_is_left_as_it_is() -> None:
    memory, team = Memory(), NEW[1]
    window = kit(memory, NEW).policy.window(team, NOW)
    with memory.units() as unit:
        unit.meter.know(Metered("team", window.start, ""))
        unit.meter.add(Tally({("team", window): usd(5)}, {}))
        unit.commit()
    for _ in range(2):
        start(memory, NEW[:2])
        assert spent(memory, NEW[:2])["team"] == usd(5)
    with memory.units() as unit:
        assert unit.meter.known()["team"] == Metered("team", window.start, "Europe/Berlin/4")


moments = st.integers(0, 60 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))
calls = st.builds(
    call,
    key=st.integers(0, 10**9),
    dollars=st.integers(0, 40),
    at=moments,
    scope=st.sampled_from([TEAM, BELOW, "platform", "platform/sales", "platform/searching"]),
    model=st.sampled_from(["opus-5", "mini"]),
    requests=st.integers(0, 3),
)


@given(st.lists(calls, max_size=20, unique_by=lambda usage: usage.key), st.integers(0, 20))
def test_a_quota_that_came_late_stands_where_it_would_stand_had_it_always_been_there(batch: list[Usage], late: int) -> None:
    always, later = Memory(), Memory()
    count(always, NEW, *batch)
    count(later, OLD, *batch[:late])
    start(later, NEW)
    count(later, NEW, *batch[late:])
    assert spent(always) == spent(later)
    since = date(2026, 10, 28)
    for quota in NEW:
        recent = [{day: n for day, n in days(memory, quota.key).items() if n and day >= since} for memory in (always, later)]
        assert recent[0] == recent[1]

"""Usage counts once, adds up however it comes, and each threshold is told once.

On the in-memory unit; `edges/test_metering_stored.py` has it on SQLite.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.memory import Memory
from workflows.cases import Case, Impact, Term
from workflows.forecast import Outlook
from workflows.metering import MOST, Recorded, outlook, record, standing, standings
from workflows.money import Unit, usd
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.policy import Organization, Policy
from workflows.ports import Stale, Unavailable, UnitOfWork
from workflows.pricing import Price
from workflows.quotas import RANK, Level, Quota
from workflows.requests import Request
from workflows.rules import Data, Limit
from workflows.seats import Route
from workflows.spend import CostSource, Tokens, Usage
from workflows.times import Period, Window

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TEAM, ABOVE = "platform/search", "platform"
QUOTAS = (
    Quota("team", TEAM, usd(100), channel="C1"),
    Quota("team tokens", TEAM, 1_000, unit=Unit.TOKENS, period=Period.DAY),
    Quota("team opus", TEAM, usd(10), models=("opus*",), period=Period.WEEK),
    Quota("all", ABOVE, usd(1_000), period=Period.QUARTER),
)
POLICY = Policy(Organization("Acme", "Europe/Berlin"), QUOTAS, fallback_price=Price(9_000, 0, 0, 0))
LIST = {"opus": Price(1_000_000, 0, 0, 0), "vendor/opus": Price(2_000_000, 0, 0, 0)}


def call(key: object, dollars: int | str = 1, at: datetime = NOW, **said: object) -> Usage:
    base = Usage(str(key).encode(), at, TEAM, "mini", Tokens(input=1), cost=usd(dollars))
    return base._replace(**said)  # type: ignore[arg-type]


def count(memory: Memory, *usages: Usage, policy: Policy = POLICY, now: datetime = NOW) -> Recorded:
    return record(usages, policy=policy, prices=LIST, units=memory.units, now=now)


def spent(memory: Memory, key: str = "team", at: datetime = NOW) -> int:
    with memory.units() as unit:
        return standing(unit, POLICY, quota(key), at).spent


def quota(key: str) -> Quota:
    found = POLICY.quota(key)
    assert found
    return found


def shown(memory: Memory, key: str = "team") -> list[str]:
    """What a quota's channel is to be shown, in any window."""
    named = (effect.split("@") for _, effect in memory.data.outbox)
    return sorted(threshold for quota, _, threshold, _ in named if quota == key)


def test_an_event_counts_in_its_scope_and_in_those_above_and_only_for_its_models() -> None:
    memory = Memory()
    count(memory, call(1, 3, model="opus-5", tokens=Tokens(input=40, output=2)))
    assert [spent(memory, q.key) for q in QUOTAS] == [usd(3), 42, usd(3), usd(3)]


def test_what_was_counted_before_is_a_duplicate_in_the_same_batch_and_in_a_later_one() -> None:
    memory = Memory()
    assert count(memory, call(1), call(1, 50), call(2)) == Recorded(2, 1, frozenset({b"1", b"2"}))
    assert count(memory, call(2), call(3)) == Recorded(1, 1, frozenset({b"3"}))
    assert spent(memory) == usd(3)


def test_nothing_is_a_batch_too() -> None:
    assert count(Memory()) == Recorded(0, 0)


def test_an_event_without_a_time_is_recognised_when_it_is_sent_again_after_midnight() -> None:
    memory = Memory()
    before, after = datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 26, 0, 0, 1, tzinfo=UTC)
    assert count(memory, call(1, at=before, timed=False), now=before).accepted == 1
    assert count(memory, call(1, at=after, timed=False), now=after).duplicates == 1
    day_later = after + timedelta(days=1)
    assert count(memory, call(1, at=day_later, timed=False), now=day_later).duplicates == 1


def test_negotiated_prices_win_then_the_provider_s_then_the_model_s_then_the_fallback() -> None:
    bought = replace(POLICY, prices={"vendor/opus": Price(500_000, 0, 0, 0)})
    tokens = {"tokens": Tokens(input=1_000_000), "cost": None, "model": "opus"}
    for policy, said, dollars in (
        (POLICY, tokens, usd(1)),
        (POLICY, tokens | {"provider": "vendor"}, usd(2)),
        (POLICY, tokens | {"provider": "nobody"}, usd(1)),
        (bought, tokens | {"provider": "vendor"}, usd("0.5")),
        (POLICY, tokens | {"model": "who-knows"}, usd("0.009")),
    ):
        memory = Memory()
        count(memory, call(1, **said), policy=policy)
        assert spent(memory) == dollars


def test_what_the_fallback_priced_is_counted_by_model() -> None:
    memory = Memory()
    count(memory, call(1, cost=None, model="who-knows"), call(2, cost=None, model="who-knows"), call(3, cost=None, model="opus"))
    with memory.units() as unit:
        assert unit.meter.unpriced(NOW.date(), NOW.date()) == {"who-knows": (2, 18)}


def test_an_event_whose_tokens_come_to_more_than_a_million_dollars_is_absurd_and_costs_nothing() -> None:
    memory = Memory()
    much = call(1, cost=None, model="opus", tokens=Tokens(input=2 * 10**12))
    recorded = count(memory, much, call(2))
    assert (recorded.accepted, recorded.duplicates, recorded.absurd) == (1, 0, {b"1": 2 * MOST})
    assert spent(memory) == usd(1)


def test_each_threshold_is_shown_once_as_spend_grows() -> None:
    memory, told = Memory(), list[int]()
    for step in range(13):
        count(memory, call(step, 10))
        told.append(len(shown(memory)))
    assert shown(memory) == ["hard120", "soft100", "warning70", "warning90"]
    assert told == [0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 3, 4, 4]


def test_a_jump_shows_only_the_most_severe_threshold_and_the_others_count_as_told() -> None:
    memory = Memory()
    count(memory, call(1, 121))
    assert shown(memory) == ["hard120"]
    with memory.units() as unit:
        window = standing(unit, POLICY, quota("team"), NOW).window
        latest = unit.meter.latest("team", window)
        assert latest and latest.crossing.percent == 120
        assert unit.meter.notice(latest.key.replace("hard120@120", "soft100@100")) is not None


def test_late_events_count_in_their_month_and_tell_nothing() -> None:
    memory = Memory()
    last_month = NOW - timedelta(days=30)
    count(memory, call(1, 500, at=last_month))
    assert (spent(memory), spent(memory, at=last_month)) == (0, usd(500))
    assert not shown(memory)


def test_an_event_of_a_sender_whose_clock_is_ahead_is_told_although_its_month_begins_in_a_minute() -> None:
    memory = Memory()
    midnight = datetime(2026, 11, 30, 23, tzinfo=UTC)
    count(memory, call(1, 121, at=midnight + timedelta(minutes=2)), now=midnight - timedelta(minutes=1))
    assert shown(memory) == ["hard120"]


def asked(term: Term) -> Request:
    case = Case("team", usd(100), Unit.USD, term, "because", Impact("tickets", 1, "count"), Data.PUBLIC)
    return Request("R1", PersonId("U1"), case, Route(), Limit.SOFT, NOW, NOW + timedelta(days=5))


def granted(amount: int, term: Term) -> Override:
    made = Override("O1", "R1", "team", amount, Unit.USD, PersonId("U1"), term, NOW, NOW + timedelta(hours=1))
    return replace(made, starts=NOW - timedelta(hours=1), ends=NOW + timedelta(days=2))


def test_thresholds_lie_at_fractions_of_the_limit_with_overrides() -> None:
    memory = Memory()
    with memory.units() as unit:
        term = Term(span=timedelta(days=2))
        unit.requests.add(asked(term))
        unit.overrides.add(granted(usd(100), term))
        unit.commit()
    count(memory, call(1, 130))
    assert not shown(memory)
    count(memory, call(2, 10))
    assert shown(memory) == ["warning70"]
    with memory.units() as unit:
        stands = standing(unit, POLICY, quota("team"), NOW)
    assert (stands.base, stands.extra, stands.limit, stands.spent) == (usd(100), usd(100), usd(200), usd(140))


class Losing:
    """Units of which the first few find that somebody else was first."""

    def __init__(self, memory: Memory, times: int) -> None:
        self.memory = memory
        self.left = times

    def units(self) -> UnitOfWork:
        if self.left:
            self.left -= 1
            raise Stale("somebody was first")
        return self.memory.units()


def test_a_batch_that_lost_a_race_is_tried_again_and_not_for_ever() -> None:
    memory = Memory()
    losing = Losing(memory, 3)
    assert record([call(1)], policy=POLICY, prices={}, units=losing.units, now=NOW).accepted == 1
    with pytest.raises(Unavailable):
        record([call(2)], policy=POLICY, prices={}, units=Losing(memory, 1_000).units, now=NOW)
    assert spent(memory) == usd(1)


moments = st.integers(0, 60 * 24 * 80).map(lambda minutes: NOW - timedelta(minutes=minutes))
calls = st.builds(
    call,
    key=st.integers(0, 30),
    dollars=st.integers(0, 40),
    at=moments,
    scope=st.sampled_from([TEAM, ABOVE, "platform/sales"]),
    model=st.sampled_from(["opus-5", "mini"]),
)
batches = st.lists(calls, max_size=20, unique_by=lambda usage: usage.key)


def counters(memory: Memory) -> dict[tuple[str, Window], int]:
    return {key: amount for key, (amount, _) in memory.data.kept.counters.items() if amount}


@given(batches, st.data())
def test_order_cut_and_repetition_change_no_counter(batch: Sequence[Usage], data: st.DataObject) -> None:
    whole, parts = Memory(), Memory()
    count(whole, *batch)
    mixed = data.draw(st.permutations([*batch, *batch]))
    while mixed:
        size = data.draw(st.integers(1, len(mixed)))
        count(parts, *mixed[:size])
        mixed = mixed[size:]
    assert counters(whole) == counters(parts)
    assert {key: n for key, n in whole.data.kept.days.items() if n} == {k: n for k, n in parts.data.kept.days.items() if n}


@given(st.lists(st.integers(0, 40), max_size=12))
def test_a_level_never_falls_while_spend_grows_and_every_level_that_is_reached_was_told(steps: list[int]) -> None:
    memory, level = Memory(), Level.OK
    for number, dollars in enumerate(steps):
        count(memory, call(number, dollars))
        with memory.units() as unit:
            now = standing(unit, POLICY, quota("team"), NOW).level
        assert RANK[now] >= RANK[level]
        level = now
    assert (level is Level.OK) == (not shown(memory))
    assert level is Level.OK or any(told.startswith(level) for told in shown(memory))


@given(st.lists(st.integers(0, 60), max_size=12))
def test_a_threshold_is_told_exactly_when_spend_is_past_it(steps: list[int]) -> None:
    memory = Memory()
    for number, dollars in enumerate(steps):
        count(memory, call(number, dollars))
    told = {notice.crossing.percent for notice, _ in memory.data.kept.notices.values() if notice.quota == "team"}
    assert told == {mark.percent for mark in quota("team").thresholds.marks(usd(100)) if usd(sum(steps)) >= mark.mark}


def test_the_outlook_says_when_the_limit_is_reached_at_this_pace() -> None:
    memory = Memory()
    for back in range(1, 15):
        count(memory, call(back, 4, at=NOW - timedelta(days=back)))
    with memory.units() as unit:
        found = outlook(unit, POLICY, quota("team"), NOW)
        wide = outlook(unit, POLICY, quota("team"), NOW, extra=usd(1_000))
    assert found.days == 14 and found.empties is None and found.standing.spent == usd(56)
    assert (wide.standing.limit, wide.empties) == (usd(1_100), None)
    count(memory, call("today", 34))
    with memory.units() as unit:
        found = outlook(unit, POLICY, quota("team"), NOW)
    assert found.empties and NOW + timedelta(days=2) < found.empties < NOW + timedelta(days=3)


def test_days_on_which_nothing_was_spent_are_part_of_the_pace() -> None:
    memory = Memory()
    count(memory, call(1, 70, at=NOW - timedelta(days=14)), call(2, 70, at=NOW - timedelta(days=1)))
    with memory.units() as unit:
        found = outlook(unit, POLICY, quota("all"), NOW)
        assert found.days == 14 and sum(found.expected[:7]) == usd(70)
        assert outlook(unit, POLICY, quota("team opus"), NOW) == Outlook(standing(unit, POLICY, quota("team opus"), NOW))


def test_two_days_of_history_are_too_few_for_a_pace() -> None:
    memory = Memory()
    count(memory, call(1, 10, at=NOW - timedelta(days=2)), call(2, 10, at=NOW - timedelta(days=1)))
    with memory.units() as unit:
        found = outlook(unit, POLICY, quota("team"), NOW)
    assert (found.days, found.expected) == (2, ())


def test_a_range_is_found_only_for_those_who_want_it() -> None:
    memory = Memory()
    for back in range(80):
        count(memory, call(back, 1, at=NOW - timedelta(days=back)))
    with memory.units() as unit:
        assert not outlook(unit, POLICY, quota("team"), NOW).ranged
        found = outlook(unit, POLICY, quota("team"), NOW, ranged=True)
    assert found.ranged and found.days == 56


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu", "Europe/Berlin", "Asia/Kathmandu"])
def test_a_weekend_is_the_organisation_s_weekend(zone: str) -> None:
    """Spend on working days only: at the weekend nothing is used up, wherever the organisation is."""
    policy = replace(POLICY, organization=Organization("Acme", zone), quotas=(replace(QUOTAS[3], limit=usd(140)),))
    memory, friday = Memory(), datetime(2026, 11, 20, 12, tzinfo=UTC)
    noon = friday.replace(hour=0) if zone == "Pacific/Auckland" else friday.replace(hour=22 if zone == "Pacific/Honolulu" else 11)
    for back in range(14):
        at = noon - timedelta(days=back)
        if back % 7 not in (5, 6):
            count(memory, call(back, 10, at=at), policy=policy, now=noon)
    saturday = noon + timedelta(days=1)
    with memory.units() as unit:
        found = outlook(unit, policy, policy.quotas[0], saturday)
    assert found.standing.spent == usd(100) and found.empties
    assert timedelta(days=5) < found.empties - saturday < timedelta(days=6)


def test_standings_come_in_the_order_of_the_policy() -> None:
    memory = Memory()
    count(memory, call(1, cost=None, model="opus", tokens=Tokens(input=7)))
    with memory.units() as unit:
        assert [s.quota.key for s in standings(unit, POLICY, NOW)] == [q.key for q in QUOTAS]
        assert [event.source for event, _ in memory.data.kept.events.values()] == [CostSource.PRICED]

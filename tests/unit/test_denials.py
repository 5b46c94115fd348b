"""Who is told that a gateway stopped them, by which quota, and how often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.memory import Memory
from workflows.denials import FRESH, OURS, blocking, denied, once
from workflows.effects import Do
from workflows.metering import record
from workflows.money import Unit, usd
from workflows.policy import Organization, Policy
from workflows.quotas import Quota
from workflows.spend import Denial, Ended, Tokens, Usage
from workflows.times import Period, Window

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TEAM = "platform/search"
QUOTAS = (
    Quota("tokens", TEAM, 1_000, unit=Unit.TOKENS),
    Quota("opus", TEAM, usd(10), models=("opus*",), period=Period.WEEK),
    Quota("team", TEAM, usd(100)),
    Quota("all", "platform", usd(1_000)),
)
POLICY = Policy(Organization("Acme", "Europe/Berlin"), QUOTAS)
SAID = Denial("ada@acme.example", "team", "search", TEAM, usd(100), usd("98.2"))
MONTH = Window(datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC))
SECOND = timedelta(seconds=1)


def stopped(number: int = 1, at: datetime = NOW, denial: Denial | None = SAID, **said: object) -> Usage:
    base = Usage(f"{number}".encode(), at, TEAM, "mini", Tokens(), 0, 0, ended=Ended.REFUSED.value, denial=denial)
    return base._replace(**said)  # type: ignore[arg-type]


def test_a_denial_is_of_the_quota_that_stands_for_the_spent_budget_in_its_window() -> None:
    told = denied(stopped(), POLICY, NOW)
    assert told
    assert (told.quota, told.scope, told.window, told.denial) == ("team", TEAM, MONTH, SAID)


@pytest.mark.parametrize(
    ("scope", "model", "quota"),
    [
        (TEAM, "mini", "team"),
        (TEAM, "opus-5", "opus"),
        ("platform", "mini", "all"),
        ("", "mini", None),
        ("nowhere", "mini", None),
    ],
)
def test_the_quota_is_in_dollars_on_exactly_that_scope_and_counts_the_model(scope: str, model: str, quota: str | None) -> None:
    found = blocking(SAID._replace(scope=scope), model, POLICY)
    assert (found.key if found else None) == quota


def test_what_a_gateway_stopped_because_it_asked_us_is_the_quota_that_we_named() -> None:
    assert blocking(Denial("ada@acme.example", OURS, "tokens"), "mini", POLICY) == QUOTAS[0]
    assert blocking(Denial("ada@acme.example", OURS, "gone"), "mini", POLICY) is None


def test_one_person_quota_and_window_are_one_denial_however_the_address_is_written() -> None:
    keys = {
        told.key
        for who in ("ada@acme.example", "ADA@acme.example", "bob@acme.example")
        for number in range(3)
        if (told := denied(stopped(number, denial=SAID._replace(who=who)), POLICY, NOW))
    }
    assert len(keys) == 2


def test_another_window_and_another_quota_are_other_denials() -> None:
    later = NOW + timedelta(days=7)
    every = [
        (stopped(), NOW),
        (stopped(at=later), later),
        (stopped(model="opus-5"), NOW),
        (stopped(denial=SAID._replace(scope="platform")), NOW),
    ]
    assert len({told.key for usage, now in every if (told := denied(usage, POLICY, now))}) == 4


def test_a_budget_that_is_none_of_ours_is_told_once_a_month() -> None:
    said = Denial("ada@acme.example", "key", "ada-key", "", usd(1), usd(1))
    first, again, next_month = (
        denied(stopped(at=at, denial=said), POLICY, at) for at in (NOW, NOW + timedelta(days=3), NOW + timedelta(days=7))
    )
    assert first and again and next_month
    assert (first.quota, first.window) == ("", MONTH)
    assert first.key == again.key != next_month.key


@pytest.mark.parametrize(
    ("usage", "now"),
    [
        (stopped(denial=None), NOW),
        (stopped(denial=Denial("ada@acme.example")), NOW),
        (stopped(at=NOW - FRESH - SECOND), NOW),
        (stopped(at=MONTH.end - SECOND), MONTH.end),
    ],
    ids=["no denial", "no budget named", "long ago", "reset since"],
)
def test_nothing_is_told_of_what_is_no_denial_or_is_history(usage: Usage, now: datetime) -> None:
    assert denied(usage, POLICY, now) is None


def test_what_was_stopped_just_now_is_told() -> None:
    assert denied(stopped(at=NOW - FRESH), POLICY, NOW)


def test_of_a_batch_each_is_told_once_the_first_as_it_was() -> None:
    first, second = once([stopped(1, NOW - SECOND), stopped(2), stopped(3, denial=SAID._replace(who="bob"))], POLICY, NOW)
    assert (first.at, first.denial.who, second.denial.who) == (NOW - SECOND, "ada@acme.example", "bob")


def count(memory: Memory, *usages: Usage, policy: Policy = POLICY) -> bool:
    return record(usages, policy=policy, prices={}, units=memory.units, now=NOW).told


def told(memory: Memory) -> list[str]:
    return [key for do, key in memory.data.outbox if do is Do.SHOW_DENIAL]


def test_the_first_denial_is_to_be_told_and_those_after_it_are_not() -> None:
    memory = Memory()
    assert count(memory, stopped(1), stopped(2))
    [key] = told(memory)
    assert not count(memory, stopped(3))
    assert told(memory) == [key]
    with memory.reads() as unit:
        assert unit.denials.get(key)


def test_a_denial_that_was_counted_before_is_told_no_more() -> None:
    memory = Memory()
    count(memory, stopped(1))
    memory.data.outbox.clear()
    memory.data.denials.clear()
    assert not count(memory, stopped(1))
    assert told(memory) == []


def test_a_denial_of_nobody_is_noted_and_told_to_nobody() -> None:
    memory = Memory()
    count(memory, stopped(denial=SAID._replace(who="")))
    assert told(memory) == []
    with memory.reads() as unit:
        assert [missed.denial.name for missed in unit.denials.missed(NOW)] == ["search"]


def test_a_denial_uses_nothing_and_warns_nobody() -> None:
    memory = Memory()
    tight = replace(POLICY, quotas=(Quota("calls", TEAM, 1, unit=Unit.REQUESTS), *QUOTAS))
    count(memory, *(stopped(number) for number in range(9)), policy=tight)
    assert {do for do, _ in memory.data.outbox} == {Do.SHOW_DENIAL}
    with memory.reads() as unit:
        assert {counter.spent for counter in unit.meter.counters(NOW)} == {0}

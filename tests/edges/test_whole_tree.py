"""A company's app.yaml from its text to what every quota stands at: any depth, every period and unit, several on one scope."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Draft, lines, read_bytes, resolve
from bot.store import open_store
from tests.fakes.clock import ManualClock
from tests.fakes.lookup import Workspace
from tests.fakes.memory import Memory
from workflows.attribution import Origin
from workflows.metering import record, standings
from workflows.money import usd
from workflows.policy import Policy
from workflows.ports import Units
from workflows.spend import Tokens, Usage

TEXT = """
organization: {name: Acme, timezone: America/New_York, fiscal_year_starts: february}
people: {groups: {finance: ["@cy"]}, fallback: finance}
models: {premium: ["opus-*"], fallback_price: {input: $1 per 1M tokens, output: $1 per 1M tokens}}
thresholds: {at_soft: {exploratory: deny}}
quotas:
  all: {limit: "$90,000 a quarter", owner: "@pat"}
  all/eng: {limit: "$9,000 a month", also: [{models: premium, limit: "$3,000 a month"}, {limit: 900 requests a day}]}
  all/eng/search: {limit: "$1,000 a month", soft: $950, also: [{models: premium, limit: $70 a day, soft: 100 %}]}
  all/eng/search/web: {limit: $400 a month}
  all/eng/search/web/ranking: {limit: $80 a week}
  all/eng/search/web/ranking/trials: {limit: 2M tokens a week, kind: exploratory, rollover: yes}
  all/eng/search/chat: {limit: $100 a month}
attribution:
  - {when: {team: ranking, tag: trial}, scope: all/eng/search/web/ranking/trials}
  - {when: {team: ranking}, scope: all/eng/search/web/ranking}
  - {when: {team: search, environment: prod*}, scope: all/eng/search}
"""
TRIALS = "all/eng/search/web/ranking/trials"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday; the quarter began on 1 November


@pytest.fixture
def policy() -> Policy:
    read = read_bytes(TEXT.encode())
    assert isinstance(read, Draft), lines(read, "app.yaml")
    assert lines(read.warnings, "app.yaml") == []
    resolved = resolve(read, Workspace())
    assert isinstance(resolved, Policy), resolved
    return resolved


@pytest.fixture(params=["memory", "sqlite"])
def units(request: pytest.FixtureRequest, tmp_path: Path) -> Units:
    if request.param == "memory":
        return Memory().units
    store = open_store(f"sqlite:///{tmp_path / 'leeway.db'}", ManualClock(NOW))
    store.migrate()
    request.addfinalizer(store.close)
    return store.units


def call(policy: Policy, number: int, dollars: int, origin: Origin, *, named: str = "", **said: Any) -> Usage:
    scope = policy.attribution.scope_of(origin, named)
    base = Usage(b"%d" % number, NOW, scope, "mini", Tokens(10, 5), usd(dollars), use_case=origin.use_case)
    return base._replace(**said)


def stands(policy: Policy, units: Units, at: datetime = NOW) -> dict[str, int]:
    with units() as unit:
        return {s.quota.key: s.spent for s in standings(unit, policy, at) if s.spent}


RANKING, SEARCH = Origin(teams=("ranking",)), Origin(teams=("search",), environment="production")


def count(policy: Policy, units: Units, *usages: Usage) -> None:
    record(usages, policy=policy, prices={}, units=units, now=NOW)


def test_usage_counts_at_every_depth_above_it_in_each_unit_and_period(policy: Policy, units: Units) -> None:
    count(policy, units, call(policy, 1, 3, RANKING._replace(tags=("trial",)), model="opus-5", requests=2))
    assert stands(policy, units) == {
        "all:usd/quarter": usd(3),
        "all/eng:usd/month": usd(3),
        "all/eng:usd/month:premium": usd(3),
        "all/eng:requests/day": 2,
        "all/eng/search:usd/month": usd(3),
        "all/eng/search:usd/day:premium": usd(3),
        "all/eng/search/web:usd/month": usd(3),
        "all/eng/search/web/ranking:usd/week": usd(3),
        f"{TRIALS}:tokens/week": 15,
    }


def test_a_use_case_has_its_own_budget_within_its_team_s(policy: Policy, units: Units) -> None:
    count(policy, units, call(policy, 1, 3, SEARCH._replace(use_case="Chat")), call(policy, 2, 4, SEARCH))
    found = stands(policy, units)
    assert (found["all/eng/search/chat:usd/month"], found["all/eng/search:usd/month"]) == (usd(3), usd(7))


def test_what_belongs_to_nobody_counts_in_the_whole_and_in_no_team(policy: Policy, units: Units) -> None:
    count(policy, units, call(policy, 1, 3, Origin(teams=("search",), environment="dev")), call(policy, 2, 4, Origin()))
    assert stands(policy, units) == {"all:usd/quarter": usd(7)}


@pytest.mark.parametrize(
    ("back", "still"),
    [
        (timedelta(hours=7), ["day", "week", "month", "quarter"]),
        (timedelta(hours=8), ["week", "month", "quarter"]),  # yesterday in New York
        (timedelta(days=3), ["month", "quarter"]),
        (timedelta(days=24, hours=7), ["month", "quarter"]),  # 1 November
        (timedelta(days=24, hours=9), []),  # October, and the quarter before
    ],
)
def test_a_window_ends_with_its_period_in_the_zone_and_by_the_fiscal_year(
    policy: Policy, units: Units, back: timedelta, still: list[str]
) -> None:
    count(policy, units, call(policy, 1, 3, RANKING, at=NOW - back, model="opus-5"))
    periods = {key.partition("/")[2].rpartition("/")[2].partition(":")[0] for key in stands(policy, units)}
    assert periods == set(still)


def test_levels_kinds_and_carry_over_are_those_of_each_quota(policy: Policy, units: Units) -> None:
    with units() as unit:
        found = {s.quota.key: s for s in standings(unit, policy, NOW)}
    search, trials = found["all/eng/search:usd/month"].quota, found[f"{TRIALS}:tokens/week"].quota
    assert [mark.mark for mark in search.thresholds.marks(search.limit)] == [usd(700), usd(900), usd(950), usd(1_200)]
    assert (search.at_soft, trials.at_soft, trials.rollover) == ("needs exception", "deny", 2_000_000)

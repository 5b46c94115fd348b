"""What app.yaml says of quotas, on the whole wiring: carry-over, new quotas, rules of attribution, levels of its own."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.demo import acme
from bot.demo.actor import said
from tests.journeys.policies import POLICY
from tests.journeys.world import World, usd, world

SEARCH = 'platform/search: {limit: "$10,000 a month"'


def at(acme_: World, month: int, day: int) -> None:
    """The clock moves to a local midnight."""
    acme_.time_passes(seconds=(datetime(2026, month, day, tzinfo=ZoneInfo(acme.ZONE)) - acme_.now).total_seconds())


def test_what_a_month_leaves_is_enforced_from_the_reset_on_and_said() -> None:
    with world(POLICY.replace(SEARCH, f"{SEARCH}, rollover: up to $2k")) as company:
        company.search.spends(usd(6_000))
        assert company.search.limit == usd(10_000)
        at(company, 12, 1)
        assert company.search.limit == usd(12_000)
        company.search.spends(usd(8_400))
        assert "$12,000 ($10,000 base and $2,000 carried over from November)" in said(company.ada.sees("70 % warning"))
        company.days_pass(31)
        assert company.search.limit == usd(11_600)


def test_a_late_event_of_the_month_before_takes_from_what_was_carried_over() -> None:
    with world(POLICY.replace(SEARCH, f"{SEARCH}, rollover: yes")) as company:
        company.search.spends(usd(6_000))
        before = company.now
        at(company, 12, 1)
        assert company.search.limit == usd(14_000)
        company.uses(usd(1_000), scope="platform/search", at=before)
        assert company.search.limit == usd(13_000)


def test_a_quota_that_is_new_in_mid_month_counts_what_its_scope_spent_and_tells_where_it_stands(world: World) -> None:
    world.search.spends(usd(900))
    world.policy(
        ', channel: "#team-search"', ', channel: "#team-search", also: [{limit: $6k a quarter}, {limit: "$1,000 a week"}]'
    )
    world.is_down(hours=1)
    found = {quota["key"]: quota["spent"] for quota in world.stage.api.get("/v1/quotas/platform/search").json()["quotas"]}
    assert found == {f"platform/search:usd/{period}": usd(900) for period in ("month", "quarter", "week")}
    (told,) = world.told("team-search", "reached its")
    assert "spent $900 of $1,000" in said(told)
    world.is_down(hours=1)
    world.search.spends(usd(50))
    assert len(world.told("team-search", "reached its")) == 1


def test_usage_that_names_no_scope_counts_where_the_rules_say() -> None:
    rules = """attribution:
  - {when: {team: [search, find*], environment: prod*}, scope: platform/search}
  - {when: {user: "*@labs.acme.example"}, scope: platform/mobile}
routing:"""
    stray = '  platform/unattributed: {limit: $100 a month, channel: "#ai-platform", owner: sam@acme.example}\nrouting:'
    with world(POLICY.replace("routing:", stray, 1).replace("routing:", rules, 1)) as company:
        company.uses(usd(10), team="Finders", environment="production")
        company.uses(usd(20), team="search", environment="dev", user="ada@labs.acme.example")
        company.uses(usd(75), team="search", environment="dev")
        found = company.stage.api.get("/v1/quotas").json()
        spent = {quota["scope"]: quota["spent"] for quota in found["quotas"]}
        assert spent == {
            "platform": usd(105),
            "platform/search": usd(10),
            "platform/mobile": usd(20),
            "platform/support": 0,
            "platform/unattributed": usd(75),
        }
        assert (found["unattributed"]["spent"], found["unattributed"]["from"]) == (usd(75), [{"team": "search"}])
        assert company.told("ai-platform", "Unattributed reached its 70 % warning")
        assert "You own `platform/unattributed`" in said(company.sam.sees("70 %", channel="leeway"))
        company.sam.command("status", "ai-platform")
        assert "<@U0SAM> sees to it" in company.sam.whispers("ai-platform")[-1]


def test_a_warning_at_an_amount_moves_with_an_override_and_is_told_where_it_lies() -> None:
    levels = 'warning: ["$9,000"], soft: "$9,500", at_soft: allow'
    with world(POLICY.replace(SEARCH, f"{SEARCH}, {levels}")) as company:
        company.search.spends(usd(9_000))
        assert "Search reached its warning at $9,000" in company.ada.sees("reached its")["text"]
        company.ada.asks(usd(400))
        company.bob.approves()
        company.search.spends(usd(399))
        assert len(company.told("team-search", "reached its")) == 1
        company.search.spends(usd(1))
        assert "Search reached its warning at $9,400" in company.ada.sees("reached its")["text"]
        company.search.spends(usd(499))
        company.search.spends(usd(1))
        (soft,) = company.told("team-search", "reached its soft limit")
        assert "work goes on until the hard limit at $12,480" in said(soft)

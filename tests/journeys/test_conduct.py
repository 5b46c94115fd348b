"""What leadership reads of acceptable use, and what an operator reads of a rule in shadow: counts, and nobody's name."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.cli import judged
from bot.cli.standing import _plain, glance
from bot.demo.actor import said
from tests.journeys.test_appealing import RESTRICTED, WORDS
from tests.journeys.test_automatic import policy
from tests.journeys.world import START, World, usd
from tests.journeys.world import world as opened
from workflows.requests import State

USES = """
acceptable_use:
  retention: {internal: Prompts are kept for 30 days.}
  use_cases:
    triage: {scope: platform/search, runs: automatically}
    contracts: {scope: platform/search, runs: with human review, high_risk: {approved_by: sam@acme.example, until: 2026-11-05}}
    hiring: {scope: platform/mobile, runs: with human review, high_risk: {approved_by: sam@acme.example, until: 2027-03-31}}
"""
SMALL = {"duration": "days:1"}


@pytest.fixture
def world() -> Iterator[World]:
    with opened(policy("shadow") + USES) as made:
        yield made


def week(world: World) -> str:
    """What leadership reads next Monday."""
    world.time_passes(days=(7 - world.now.weekday()), hours=2)
    return " ".join(said(world.told("ai-leadership", "AI budgets")[-1]).split())


def test_leadership_reads_of_workflows_violations_and_rules_in_counts(world: World) -> None:
    world.ada.asks(usd(100), **SMALL)
    world.bob.denies("Not this week.")
    world.ada.asks(usd(400), **RESTRICTED)
    world.ada.submit(words=WORDS)
    world.sam.denies("The contract does not cover this data.")
    told = week(world)
    assert "High-risk workflows: 1 approved and 1 whose approval ended." in told
    assert "1 request refused by a rule, 1 of them appealed to security (1 refused there too)" in told
    assert "Approval by rule “routine”: would have approved 1 of 2 requests in the week; 1 denied." in told
    conduct = told[told.index("High-risk") :]
    assert not any(person.id in conduct for person in (world.ada, world.bob, world.sam))


def test_a_quiet_week_says_that_nothing_was_refused_where_something_else_is_told(world: World) -> None:
    world.search.spends(usd(10))
    assert "Policy violations in the week: none." in week(world)


def test_other_channels_read_nothing_of_it(world: World) -> None:
    world.search.spends(usd(10))
    week(world)
    assert not any("Policy violations" in said(m) for m in world.told("team-search", "AI budgets"))


def test_an_operator_reads_what_a_rule_in_shadow_would_have_done_and_every_disagreement(world: World) -> None:
    world.ada.asks(usd(100), **SMALL)
    world.bob.denies("Not this week.")
    world.ada.asks(usd(5_000), **SMALL)
    denied = next(request for request in world.search.requests if request.state is State.DENIED)
    with world.stage.store.reads() as unit:
        seen = glance(unit, world.stage.policy, world.now)
    assert list(judged.lines(seen.approving)) == [
        'rule "routine" (shadow) would have approved 1 of 2 requests in 30 days: 1 denied',
        "  the others: 1 past limit, 1 past amount; people granted 0 of them as asked",
        f"  people disagreed: {denied.id}  $100 on platform/search:usd/month, denied",
    ]
    (rule,) = json.loads(json.dumps(_plain(seen)))["approving"]
    assert (rule["rule"], rule["mode"], rule["judged"], rule["would_approve"]) == ("routine", "shadow", 2, 1)
    assert rule["disagreements"][0]["people"] == "denied"


def test_what_is_older_than_a_month_is_not_judged_any_more(world: World) -> None:
    world.ada.asks(usd(100), **SMALL)
    world.bob.approves()
    with world.stage.store.reads() as unit:
        assert judged.look(unit, world.stage.policy, START + timedelta(days=29))
        assert judged.look(unit, world.stage.policy, START + timedelta(days=31)) == ()

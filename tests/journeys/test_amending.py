"""A digest that was posted is brought up to date when its week changes, and the next one says so once."""

from datetime import timedelta
from typing import Any

from bot.demo.actor import said
from bot.store import Scope
from tests.journeys.world import TOP, World, usd

DAYS_TO_MONDAY = 6  # the world begins on a Tuesday at nine


def late(world: World, dollars: str, back: timedelta, number: object, team: str = "search") -> None:
    """Usage comes in that happened a while ago."""
    world.stage.use([usage(world, dollars, back, number, team)])
    world.stage.settle()


def usage(world: World, dollars: str, back: timedelta, number: object, team: str = "search") -> dict[str, Any]:
    data = {"scope": f"{TOP}/{team}", "model": "claude-sonnet-4-5", "cost_usd": dollars}
    when = {"time": (world.now - back).isoformat(), "id": f"late-{number}"}
    return {"specversion": "1.0", "type": "ai.leeway.usage", "source": "tests", "data": data, **when}


def told(world: World) -> None:
    """A week with $8,420 in it is over, and its digest is posted."""
    world.search.spends(usd(8_420))
    world.days_pass(DAYS_TO_MONDAY)


def digests(world: World, channel: str = "team-search") -> list[str]:
    return [" ".join(said(message).split()) for message in world.told(channel, "AI budgets")]


def updates(world: World) -> int:
    return len(world.calls("chat.update"))


def test_late_usage_amends_the_digest_that_told_of_its_week_wherever_it_was_told(world: World) -> None:
    told(world)
    world.days_pass(3)
    late(world, "120.40", timedelta(days=5), 1)
    assert not any("Amended" in text for text in digests(world))
    world.time_passes(minutes=1)
    (digest,) = digests(world)
    assert "Amended Thu 12 Nov: +$120.40 of late usage in Search (said $8,420, now $8,540.40)." in digest
    assert "$8,540.40 in the week" in digest
    assert "spent $8,420 of $10,000" in digest, "where the month stood is as it was counted then"
    (all_of_them,) = digests(world, "ai-leadership")
    assert "+$120.40 of late usage in Platform" in all_of_them and "late usage in Search" in all_of_them
    assert not any("Amended" in text for text in digests(world, "team-mobile"))


def test_a_crowd_of_late_usage_changes_the_message_once_a_minute(world: World) -> None:
    told(world)
    before = updates(world)
    for number in range(5):
        late(world, "10", timedelta(days=3), number)
    world.time_passes(minutes=1)
    (digest,) = digests(world)
    assert "+$50 of late usage in Search (said $8,420, now $8,470)" in digest
    assert updates(world) - before == 3, "one message each of the team's channel, the platform's and the leadership's"
    world.time_passes(hours=2)
    assert updates(world) - before == 3


def test_a_second_amendment_is_told_from_what_was_said_at_first_and_bears_its_own_day(world: World) -> None:
    told(world)
    late(world, "10", timedelta(days=3), 1)
    world.days_pass(1)
    late(world, "5", timedelta(days=3), 2)
    world.days_pass(1)
    (digest,) = digests(world)
    assert "Amended Wed 11 Nov: +$15 of late usage in Search (said $8,420, now $8,435)." in digest
    assert digest.count("Amended") == 2, "once in the message, and once in what a notification says"


def test_the_next_digest_says_it_in_one_line_and_the_one_after_does_not(world: World) -> None:
    told(world)
    late(world, "120.40", timedelta(days=3), 1)
    world.days_pass(7)
    assert "Amended, 2 to 8 Nov: +$120.40 of late usage in Search (said $8,420, now $8,540.40)." in digests(world)[1]
    world.days_pass(7)
    first, second, third = digests(world)
    assert ("Amended" in first, "Amended" in second, "Amended" in third) == (True, True, False)


def test_usage_of_the_week_that_runs_amends_nothing_and_warns_as_ever(world: World) -> None:
    told(world)
    late(world, "1000", timedelta(hours=2), 1)
    world.time_passes(hours=1)
    assert not any("Amended" in text for text in digests(world))
    assert world.told("team-search", "90 %")


def test_late_usage_of_a_month_that_is_over_warns_nobody(world: World) -> None:
    world.days_pass(DAYS_TO_MONDAY)
    for _ in range(3):
        world.days_pass(7)
    world.days_pass(2)
    before = len(world.told("team-search"))
    late(world, "9500", timedelta(days=5), 1)
    world.time_passes(minutes=1)
    assert len(world.told("team-search")) == before
    assert ["+$9,500 of late usage" in text for text in digests(world)] == [False, False, False, True]


def test_a_digest_that_slack_did_not_take_an_amendment_of_is_amended_later(world: World) -> None:
    told(world)
    late(world, "10", timedelta(days=3), 1)
    world.trouble("chat.update", times=4, error="ratelimited", retry_after=30)
    world.time_passes(minutes=1)
    world.settles()
    assert all("+$10 of late usage" in text for text in digests(world) + digests(world, "ai-leadership"))
    assert world.dead() == []


def test_an_amendment_that_came_due_while_leeway_was_down_is_made_when_it_is_back(world: World) -> None:
    told(world)
    late(world, "10", timedelta(days=3), 1)
    world.is_down(days=2)
    assert all("Amended Wed 11 Nov: +$10 of late usage" in text for text in digests(world))


def test_a_correction_and_an_outcome_amend_too(world: World) -> None:
    told(world)
    token = world.stage.store.tokens.create("finance", [Scope.INGEST, Scope.CORRECT], world.now)
    head = {"specversion": "1.0", "source": "tests"}
    outcome = {"scope": f"{TOP}/search", "metric": "tickets resolved", "count": 42}
    batch = [
        head
        | {
            "id": "c-1",
            "type": "ai.leeway.usage.correction",
            "data": {"corrects": "1", "cost_usd": "8000", "reason": "a credit"},
        },
        head | {"id": "o-1", "type": "ai.leeway.outcome", "data": outcome, "time": (world.now - timedelta(days=3)).isoformat()},
    ]
    answer = world.stage.api.post("/v1/events", json=batch, headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == {"accepted": 2, "duplicates": 0, "refused": []}
    world.time_passes(minutes=1)
    (digest,) = digests(world)
    assert (
        "Amended Mon 9 Nov: -$420 by correction in Search (said $8,420, now $8,000); Search: 42 tickets resolved (said none)."
        in digest
    )
    assert "$8,000 for 42 tickets resolved ($190.48 each)" in digest

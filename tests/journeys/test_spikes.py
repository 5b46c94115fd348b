"""A team's spend rises suddenly: whoever owns it is told once what it looks like, and nobody is named."""

from typing import Any

from bot.demo.actor import said
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import Person, World, usd, world

USUAL = {"model": "claude-sonnet-4-5", "input_tokens": 900_000, "output_tokens": 40_000, "requests": 100}
RESENT = {
    "model": "claude-opus-4-1",
    "input_tokens": 4_600_000,
    "output_tokens": 40_000,
    "requests": 100,
    "use_case": "retrieval",
}


def three_weeks(world: World) -> None:
    """Every day Search spends $100 on retrieval."""
    for _ in range(21):
        world.search.spends(usd(100), use_case="retrieval", **USUAL)
        world.days_pass(1)


def told(person: Person) -> list[str]:
    """What somebody's direct messages say of rises."""
    return [text for m in person.messages("leeway") if "its usual" in (text := said(m))]


def resends(world: World, dollars: int = 440) -> None:
    """A change makes Search's agents send their whole context with every call; an hour later it is looked at."""
    world.search.spends(usd(dollars), **RESENT)
    world.time_passes(hours=1)


@BOTH
def test_the_owner_is_told_within_the_hour_what_rose_and_why(world: World) -> None:
    three_weeks(world)
    resends(world)
    (message,) = told(world.bob)
    assert "Search (retrieval) spent $440 today by 10:00, 4.4\u00a0× its usual Tuesday ($100)" in message
    assert "Mostly `claude-opus-4-1` (100\u00a0%). Likely: re-sent context (input tokens a call 5.1\u00a0× usual)." in message
    assert "compared with 3 earlier Tuesdays" in message


@BOTH
def test_a_rise_that_goes_on_for_days_is_told_once_also_over_a_restart(world: World) -> None:
    three_weeks(world)
    for _ in range(4):
        resends(world)
        world.is_down(hours=2)
        resends(world)
        world.time_passes(hours=20)
    assert len(told(world.bob)) == 1


def test_after_it_was_as_usual_again_the_next_rise_is_told(world: World) -> None:
    three_weeks(world)
    resends(world)
    for _ in range(2):
        world.time_passes(hours=23)
        world.search.spends(usd(110), use_case="retrieval", **USUAL)
        world.time_passes(hours=1)
    resends(world)
    assert len(told(world.bob)) == 2


def test_nobody_else_is_told_and_nobody_is_named(world: World) -> None:
    three_weeks(world)
    resends(world)
    assert not any(told(person) for person in (world.ada, world.pat, world.lin, world.cy))
    assert world.told("team-search", "its usual") == []
    (message,) = told(world.bob)
    assert not any(name in message.lower() for name in ("ada", world.ada.id.lower(), "<@"))


def test_days_that_are_alike_are_never_a_rise(world: World) -> None:
    three_weeks(world)
    three_weeks(world)
    assert told(world.bob) == []


def test_slack_may_fail_and_the_owner_is_told_all_the_same(world: World) -> None:
    three_weeks(world)
    world.trouble("chat.postMessage", times=2, error="ratelimited", status=429, retry_after=30)
    resends(world)
    world.settles()
    assert len(told(world.bob)) == 1


def test_a_scope_that_nobody_owns_is_told_in_its_channel() -> None:
    ownerless = POLICY.replace(", owner: bob@acme.example", "").replace(", owner: pat@acme.example", "")
    with world(
        ownerless,
    ) as acme:
        three_weeks(acme)
        resends(acme)
        assert len(acme.told("team-search", "its usual Tuesday")) == 1
        assert told(acme.bob) == []


def test_the_details_button_shows_the_quota(world: World) -> None:
    three_weeks(world)
    resends(world)
    message = world.bob.find("leeway", "its usual")
    ack: Any = world.bob.press(message, "details")
    assert not ack.error
    assert "monthly budget" in said(world.bob.messages("leeway")[-1])

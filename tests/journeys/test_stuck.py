"""What a quota store does not do in time is told to operators, once, with what it said, and again when it did it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.demo.actor import Message, said
from tests.fakes.limits import Fault
from tests.journeys.conftest import BOTH
from tests.journeys.gateway import PLACED, TITLE, Gateway, gateway
from tests.journeys.world import World, usd
from tests.journeys.world import world as opened
from workflows.limits import Traits
from workflows.overrides import Status

ALONE = PLACED.replace(', channel: "#ai-platform"}\n', "}\n")


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(PLACED, kind=Gateway, database=database) as made:
        yield made


def granted(world: World, **typed: str) -> None:
    world.ada.asks(usd(400), **typed)
    world.bob.approves()


def pages(world: World) -> list[Message]:
    """What operators were told of anything stuck."""
    return world.told("ai-platform", "stuck: +$400 on Search")


@BOTH
def test_an_approved_override_that_is_not_enforced_is_told_with_the_stores_error_and_what_to_do(world: World) -> None:
    gateway(world).down = True
    granted(world)
    world.settles(4)
    assert not pages(world)
    world.settles(2)
    [told] = pages(world)
    assert f", not yet enforced by {TITLE}: the gateway is down." in said(told)
    assert "What to do:" in said(told) and "up, and can Leeway reach it?" in said(told)
    assert "If it does not follow in time it is given up" in said(told)


@BOTH
def test_it_is_told_to_be_over_in_the_same_message_with_how_long_it_took(world: World) -> None:
    gateway(world).down = True
    granted(world)
    world.settles(11)
    gateway(world).down = False
    world.settles(1)
    assert world.search.status is Status.ACTIVE
    [told] = pages(world)
    assert "No longer stuck" in said(told)
    assert f"Resolved after 12 minutes: {TITLE} enforces it since" in said(told)


def test_what_follows_in_time_is_never_told(world: World) -> None:
    gateway(world).faults.extend([Fault.LOST, Fault.IGNORED, Fault.BROKEN])
    granted(world, duration="hours:4")
    world.settles(5)
    world.time_passes(hours=5)
    assert world.search.status is Status.ENDED
    assert not pages(world)


def test_given_up_is_said_in_the_message_too_and_the_requester_hears_of_it(world: World) -> None:
    gateway(world).down = True
    granted(world)
    world.settles(6)
    world.time_passes(hours=1)
    [told] = world.told("ai-platform", "Given up: +$400 on Search")
    assert f"Given up: +$400 on Search. After 1 hour {TITLE} did not confirm it, so it never counted." in said(told)
    assert f"{TITLE} did not confirm it by" in said(world.ada.sees("could not be applied", channel="team-search"))


@BOTH
def test_an_end_that_the_store_does_not_follow_is_told_and_told_again_after_an_hour_and_each_day(world: World) -> None:
    granted(world, duration="days:1")
    gateway(world).down = True
    world.days_pass(1)
    world.settles(6)
    [first] = pages(world)
    assert f"still enforced by {TITLE}: the gateway is down." in said(first)
    assert "the higher limit holds" in said(first)
    for _ in range(26):
        world.time_passes(hours=1)
    again = [m for m in pages(world) if "Still stuck" in said(m)]
    assert len(again) == 2
    gateway(world).down = False
    world.settles(2)
    assert world.search.limit == usd(10_000)
    resolved = [m for m in pages(world) if "No longer stuck" in said(m)]
    assert len(resolved) == 1
    assert f"{TITLE} no longer enforces it" in said(resolved[0])


def test_what_the_store_refuses_for_good_is_told_as_that(world: World) -> None:
    gateway(world).faults.extend([Fault.REFUSED] * 100)
    granted(world)
    world.settles(6)
    [told] = pages(world)
    assert "the gateway refused the limit" in said(told)
    assert f"{TITLE} refuses this until it is put right" in said(told)


def test_without_a_channel_each_operator_is_told() -> None:
    with opened(ALONE, kind=Gateway) as world:
        gateway(world).down = True
        granted(world)
        world.settles(6)
        assert "not yet enforced" in said(world.pat.sees("Stuck: +$400", channel="leeway"))


def test_one_that_is_revoked_while_it_is_stuck_needs_nobody_any_more(world: World) -> None:
    gateway(world).down = True
    granted(world)
    world.settles(6)
    world.bob.press(world.bob.card("undo"), "undo")
    told = [m for m in pages(world) if "No longer needed" in said(m)]
    assert len(told) == 1


class Slow(Gateway):
    traits = Traits(TITLE, timedelta(seconds=60))


def test_where_traffic_follows_later_that_is_said_with_how_long() -> None:
    with opened(PLACED, kind=Slow) as world:
        granted(world)
        for told in (world.ada.sees("is active until"), world.ada.sees("Active until", channel="leeway")):
            assert f"in {TITLE}, effective within 60\u00a0s." in said(told)


def test_where_it_follows_at_once_nothing_of_it_is_said(world: World) -> None:
    granted(world)
    assert "effective within" not in said(world.ada.sees("is active until"))

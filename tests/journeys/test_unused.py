"""An override of which nothing is used for days is proposed to end first, and ends when nobody says that it is needed."""

from collections.abc import Iterator

import pytest

from bot.demo.actor import Missing, buttons, said
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import World, usd, who, world
from workflows import idle
from workflows.overrides import Reason, Status

# The journeys begin on Tuesday 3 November at 09:00, so five days later is a Sunday, and silence is over on Tuesday at 09:00.
IDLE = POLICY.replace("override_at_most: 30 days", "override_at_most: 30 days, unused_after: 5 days")
PROPOSED = "Is it still needed?"


@pytest.fixture
def world_of() -> Iterator[World]:
    with world(IDLE) as acme:
        yield acme


def grant(acme: World) -> None:
    acme.ada.asks(usd(400), duration="days:14")
    acme.bob.approves()
    acme.pat.approves()
    assert acme.search.status is Status.ACTIVE


@BOTH
def test_it_is_proposed_first_and_ends_after_a_working_day_of_silence(database: str) -> None:
    with world(IDLE, database=database) as acme:
        grant(acme)
        acme.search.spends(usd(9_000))  # on the base: nothing of the override is needed
        acme.days_pass(4.9)
        with pytest.raises(Missing):
            acme.ada.sees(PROPOSED, channel="leeway")
        acme.days_pass(0.2)
        asked = acme.ada.sees("Nothing of your override of +$400 on Search was used", PROPOSED, channel="leeway")
        assert {"keep", "return"} <= buttons(asked)
        acme.days_pass(1)  # Monday
        assert acme.search.limit == usd(10_400)
        acme.days_pass(1)
        override = acme.search.override
        assert override is not None and override.reason() is Reason.UNUSED
        assert acme.search.limit == usd(10_000)
        assert len(acme.told("team-search", "nothing of it was used, and nobody said that it is still needed")) == 1
        over = acme.ada.sees("ended", "It can be asked for again", channel="leeway")
        assert "keep" not in buttons(over)


def test_keeping_it_holds_for_as_long_again(world_of: World) -> None:
    acme = world_of
    grant(acme)
    acme.days_pass(5)
    acme.ada.press(acme.ada.card("keep"), "keep")
    assert acme.search.limit == usd(10_400)
    assert "You keep your override" in said(acme.ada.sees("You keep", channel="leeway"))
    acme.days_pass(4.9)
    assert acme.search.limit == usd(10_400)
    with pytest.raises(Missing):
        acme.ada.sees(PROPOSED, channel="leeway")
    acme.days_pass(0.2)
    assert acme.ada.sees(PROPOSED, channel="leeway")


def test_what_is_used_is_not_proposed_to_end(world_of: World) -> None:
    acme = world_of
    grant(acme)
    acme.days_pass(2)
    acme.search.spends(usd(10_100))  # $100 of the override
    acme.days_pass(4.5)
    with pytest.raises(Missing):
        acme.ada.sees(PROPOSED, channel="leeway")
    acme.days_pass(1.5)
    assert acme.ada.sees(PROPOSED, channel="leeway")


def test_use_after_the_proposal_takes_it_back(world_of: World) -> None:
    acme = world_of
    grant(acme)
    acme.days_pass(5)
    acme.ada.sees(PROPOSED, channel="leeway")
    acme.search.spends(usd(10_100))
    acme.days_pass(3)
    assert acme.search.status is Status.ACTIVE
    assert "is used again" in said(acme.ada.sees("is used again", channel="leeway"))


def test_after_days_in_which_the_app_was_down_it_is_proposed_before_it_ends(world_of: World) -> None:
    acme = world_of
    grant(acme)
    acme.is_down(days=9)
    assert acme.search.status is Status.ACTIVE
    assert acme.ada.sees(PROPOSED, channel="leeway")


def test_only_its_holder_keeps_it(world_of: World) -> None:
    acme = world_of
    grant(acme)
    acme.days_pass(5)
    override = acme.search.override
    assert override is not None
    done = idle.keep(acme.stage.leeway.kit, override.id, who(acme.bob))
    assert getattr(done, "why", None) == "not_yours"
    assert acme.search.override == override


def test_nothing_is_proposed_where_app_yaml_does_not_say_so(world: World) -> None:
    grant(world)
    world.time_passes(days=13)
    assert world.search.status is Status.ACTIVE
    with pytest.raises(Missing):
        world.ada.sees(PROPOSED, channel="leeway")


def test_of_two_that_could_both_cover_it_one_ends_and_the_other_stays(world_of: World) -> None:
    acme = world_of
    grant(acme)
    grant(acme)
    assert acme.search.limit == usd(10_800)
    acme.search.spends(usd(10_300))
    for _ in range(12):
        acme.days_pass(1)
        acme.search.spends(usd(1))
    assert acme.search.limit == usd(10_400)

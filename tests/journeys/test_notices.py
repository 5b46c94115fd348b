"""Before an override ends its holder is told: once at each point, with what its end will mean, and not once it is over."""

from datetime import timedelta

import pytest

from bot.demo.actor import buttons, said
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.test_parts import TIGHT, asks_for_both
from tests.journeys.world import World, form, usd
from tests.journeys.world import world as opened

ENDS = "the override of +$400 on Search ends"


def notices(world: World) -> list[str]:
    return [said(message) for message in world.told("team-search", ENDS)]


@BOTH
def test_a_day_and_an_hour_before_the_end_its_holder_is_told(world: World) -> None:
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.time_passes(days=1, hours=23, minutes=59)
    assert not notices(world)
    world.time_passes(minutes=1)
    assert len(notices(world)) == 1
    world.time_passes(hours=22, minutes=59)
    assert len(notices(world)) == 1
    world.time_passes(minutes=1)
    assert len(notices(world)) == 2
    world.days_pass(3)
    assert len(notices(world)) == 2


def test_the_notice_says_what_was_spent_and_is_left_and_has_the_two_ways_on(world: World) -> None:
    world.search.spends(usd(1_000))
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.search.spends(usd(250))
    world.days_pass(2)
    message = world.ada.sees(ENDS)
    text = said(message)
    assert f"<@{world.ada.id}>" in text
    assert "$250 was spent on this quota; $400 of the override is left" in text
    assert "The limit will be $10,000 then" in text and "$8,750 of it is left" in text
    assert "blocked" not in text
    assert {"extend", "return"} <= set(buttons(message))


def test_it_warns_plainly_when_work_will_be_blocked_at_the_end(world: World) -> None:
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.search.spends(usd(10_100))
    world.days_pass(2)
    (text,) = notices(world)
    assert "Work on Search will be blocked from" in text
    assert "unless it is extended or another override raises the limit" in text
    assert "$10,100 is spent already, and the limit will be $10,000, the base" in text
    assert "$300 of the override is left" in text


def test_what_another_override_still_covers_is_not_called_blocked(world: World) -> None:
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.eve.asks(usd(300), duration="days:7")
    world.lin.approves()
    world.search.spends(usd(10_100))
    world.days_pass(2)
    (text,) = notices(world)
    assert "blocked" not in text and "The limit will be $10,300 then" in text


def test_where_work_goes_on_past_the_soft_limit_it_says_so() -> None:
    allow = POLICY.replace("owner: bob@acme.example}", "owner: bob@acme.example, at_soft: allow}", 1)
    with opened(allow) as acme:
        acme.ada.asks(usd(400), duration="days:3")
        acme.bob.approves()
        acme.search.spends(usd(10_100))
        acme.days_pass(2)
        (text,) = notices(acme)
        assert "work goes on until the hard limit at $12,000" in text and "blocked" not in text


def test_at_the_reset_nothing_is_blocked(world: World) -> None:
    world.days_pass(24)
    world.ada.asks(usd(400), duration="days:7")
    world.bob.approves()
    world.search.spends(usd(10_100))
    world.days_pass(3)
    (text,) = notices(world)
    assert "at the reset" in text and "nothing is blocked by its end" in text


@pytest.mark.parametrize(("duration", "after", "told"), [("days:1", 23, 1), ("hours:4", 3, 1)])
def test_a_short_override_has_only_the_points_that_lie_inside_it(world: World, duration: str, after: int, told: int) -> None:
    world.ada.asks(usd(400), duration=duration)
    world.bob.approves()
    assert not notices(world)
    world.time_passes(hours=after)
    assert len(notices(world)) == told


def test_half_an_hour_is_too_short_for_any(world: World) -> None:
    until = world.now + timedelta(minutes=30)
    world.ada.opens()
    world.ada.pick("duration", "custom")
    assert not world.ada.submit(**{**form(), "duration": "custom", "until": int(until.timestamp())}).errors
    world.bob.approves()
    world.time_passes(minutes=29)
    assert not notices(world)


@BOTH
def test_after_a_downtime_there_is_one_notice_and_not_all_that_were_missed(world: World) -> None:
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.is_down(days=2, hours=23, minutes=30)
    assert len(notices(world)) == 1


def test_after_its_end_there_is_no_notice_any_more(world: World) -> None:
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.is_down(days=4)
    assert not notices(world)


def test_of_several_parts_that_end_together_there_is_one_notice() -> None:
    with opened(TIGHT) as acme:
        acme.mobile.spends(usd(12_100))
        asks_for_both(acme)
        for person in (acme.bob, acme.pat):
            person.approves()
        acme.days_pass(2)
        (text,) = [said(message) for message in acme.told("team-search", "granted with it")]
        assert "+$400 on Search, and 1 more granted with it, end" in text


def test_it_can_be_turned_off_in_app_yaml() -> None:
    with opened(POLICY.replace("time: {", "time: {notices: never, ")) as acme:
        acme.ada.asks(usd(400), duration="days:3")
        acme.bob.approves()
        acme.days_pass(4)
        assert not notices(acme)

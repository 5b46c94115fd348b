"""Whoever asked for an override can give it back; it ends at once, and what they did not need of it is credited."""

import pytest

from bot.demo.actor import buttons, said
from tests.journeys.clicks import clicks
from tests.journeys.conftest import BOTH
from tests.journeys.test_parts import TIGHT, asks_for_both
from tests.journeys.world import World, usd
from tests.journeys.world import world as opened
from workflows.overrides import Reason, Status


def returns(world: World) -> None:
    assert not world.ada.press(world.ada.card("return"), "return").error


@BOTH
def test_what_is_returned_ends_at_once_and_is_credited(world: World) -> None:
    world.search.spends(usd(9_900))
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.search.spends(usd(180))
    returns(world)
    override = world.search.override
    assert override is not None and override.reason() is Reason.RETURNED
    assert override.back == usd(320)
    assert world.search.limit == usd(10_000)
    assert world.search.status is Status.ENDED
    (news,) = world.told("team-search", "is over: it was returned early")
    assert "gave back $320" in said(news)
    card = said(world.ada.sees("How much, how long", channel="leeway"))
    assert "gave back $320" in card and "expired" not in card and "revoked" not in card.lower()
    assert not any({"return", "extend"} & set(buttons(m)) for m in world.ada.messages("leeway"))


def test_of_two_overrides_each_gives_back_what_is_left_and_together_no_more_than_the_limit_had(world: World) -> None:
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.eve.asks(usd(300), duration="days:3")
    world.lin.approves()
    world.search.spends(usd(10_500))
    eve = world.eve.press(world.eve.card("return"), "return")
    returns(world)
    assert not eve.error
    with world.stage.store.reads() as unit:
        backs = {o.amount: o.back for r in world.search.requests for o in unit.overrides.every(r.id)}
    assert backs == {usd(300): usd(200), usd(400): 0}
    assert world.search.limit == usd(10_000)


def test_all_parts_of_a_request_are_returned_with_it() -> None:
    with opened(TIGHT) as world:
        world.mobile.spends(usd(12_100))
        asks_for_both(world)
        for person in (world.bob, world.pat):
            person.approves()
        returns(world)
        with world.stage.store.reads() as unit:
            reasons = {o.quota: o.reason() for o in unit.overrides.every(world.search.request.id)}
        assert set(reasons.values()) == {Reason.RETURNED} and len(reasons) == 2


@pytest.mark.parametrize("name", ["bob", "eve", "cy"])
def test_nobody_else_can_return_it_and_the_try_is_recorded(world: World, name: str) -> None:
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.days_pass(2)
    person, before = getattr(world, name), clicks(world)
    notice = next(m for m in person.messages("team-search") if "return" in buttons(m))
    person.press(notice, "return")
    assert world.search.status is Status.ACTIVE
    assert any("Only the person who asked" in one for one in person.whispers("team-search"))
    assert clicks(world) == before + 1


def test_what_is_over_cannot_be_returned_and_a_second_press_says_so(world: World) -> None:
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    world.days_pass(2)
    notice = next(m for m in world.ada.messages("team-search") if "return" in buttons(m))
    returns(world)
    override = world.search.override
    world.ada.press(notice, "return")
    assert any("already over" in one for one in world.ada.whispers("team-search"))
    assert world.search.override == override


def test_the_next_digest_credits_what_was_given_back_and_names_nobody(world: World) -> None:
    world.ada.asks(usd(400), duration="days:3")
    world.bob.approves()
    returns(world)
    world.days_pass(6)
    (digest,) = world.told("team-search", "AI budgets")
    text = said(digest)
    assert "1 returned early, which gave back $400" in text
    assert "returned early, gave back $400" in text
    assert world.ada.id not in text

"""Undoing a vote within minutes, and asking again after a denial, once: each is told, and nothing stale is said."""

import pytest

from bot.demo.actor import Missing, buttons, said
from tests.journeys.conftest import BOTH
from tests.journeys.test_deciding import mine
from tests.journeys.world import World, usd, who
from workflows.overrides import Status
from workflows.requests import State

NEW = "The vendor moved the deadline to Thursday, and finance agreed to pay from the travel budget."


@BOTH
def test_an_approval_that_is_taken_back_ends_what_it_granted_and_the_thread_says_who_did(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400))
    world.bob.approves()
    assert world.search.limit == usd(10_400)
    world.bob.press(world.bob.card("undo"), "undo")
    assert world.search.request.state is State.PENDING
    assert world.search.limit == usd(10_000)
    assert world.told("team-search", "U0BOB> took back the approval of +$400", "waits for <@U0BOB>")
    assert world.told("team-search", "is over: the approval was taken back", "back to $10,000")
    assert "approve" in buttons(world.bob.sees("+$400", channel="leeway"))
    with pytest.raises(Missing):
        world.ada.card("report")  # nobody is asked what came of some minutes
    assert "Granted here before" not in said(world.bob.card("approve"))
    world.bob.approves()
    assert world.search.status is Status.ACTIVE
    assert world.search.limit == usd(10_400)


@BOTH
def test_a_vote_can_be_taken_back_for_ten_minutes_and_then_the_button_goes(world: World) -> None:
    world.ada.asks(usd(400))
    world.bob.approves()
    world.time_passes(minutes=9, seconds=59)
    assert "undo" in buttons(world.bob.sees("+$400", channel="leeway"))
    world.time_passes(seconds=1)
    assert "undo" not in buttons(world.bob.sees("+$400", channel="leeway"))
    world.posts(mine(world, world.bob, "undo"))
    assert "can be taken back for 10 minutes" in world.bob.whispers("leeway")[-1]
    assert world.search.request.state is State.APPROVED


def test_the_button_is_there_as_long_as_any_vote_can_be_taken_back(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    world.bob.approves()
    world.time_passes(minutes=6)
    world.sam.approves()
    world.time_passes(minutes=4)
    assert "undo" not in buttons(world.bob.sees("+$400", channel="leeway"))
    assert "undo" in buttons(world.sam.sees("+$400", channel="leeway"))
    world.time_passes(minutes=6)
    assert "undo" not in buttons(world.sam.sees("+$400", channel="leeway"))


def test_a_denial_that_is_taken_back_is_open_again(world: World) -> None:
    world.ada.asks(usd(400))
    world.bob.denies("Not this week.")
    world.bob.press(world.bob.card("undo"), "undo")
    assert world.search.request.state is State.PENDING
    assert world.told("team-search", "U0BOB> took back the denial of +$400")
    assert "It was decided before; that decision was taken back." in said(world.ada.sees("+$400", channel="leeway"))


def test_nobody_takes_back_the_vote_of_another(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    world.bob.approves()
    world.posts(mine(world, world.sam, "undo"))
    assert "You have not voted" in world.sam.whispers("leeway")[-1]
    assert len(world.search.request.votes) == 1


@BOTH
def test_a_denied_request_is_asked_again_once_with_what_is_new(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400))
    world.bob.denies("Too much for this week.", "Half of it.")
    assert not world.ada.press(world.ada.card("reopen"), "reopen").error
    assert "new" in world.ada.submit(new=" ").errors
    assert not world.ada.submit(new=NEW, amount="200").errors
    request = world.search.request
    assert request.state is State.PENDING
    assert request.waiting_on() == (who(world.bob),)
    card = said(world.bob.card("approve"))
    assert NEW in card and "Too much for this week." in card and "+$200" in card
    assert world.bob.sees("asks again for +$200", channel="leeway")
    assert world.told("team-search", "asks again for +$200")
    world.bob.denies("Still no.")
    assert world.search.request.state is State.DENIED
    assert "reopen" not in buttons(world.ada.sees("Still no.", channel="leeway"))
    world.posts(mine(world, world.ada, "reopen"))
    assert "that can be done once" in world.ada.whispers("leeway")[-1]


def test_asking_again_is_routed_by_todays_facts(world: World) -> None:
    world.ada.asks(usd(400))
    world.bob.denies("Which of the teams pays?")
    world.ada.press(world.ada.card("reopen"), "reopen")
    assert not world.ada.submit(new=NEW, amount="2000").errors
    assert {who(world.cy), who(world.di)} <= set(world.search.request.route.approvers())


def test_a_denied_request_is_not_opened_beside_a_new_one(world: World) -> None:
    world.ada.asks(usd(400))
    world.bob.denies("Not like this.")
    card = world.ada.card("reopen")
    world.ada.asks(usd(100))
    world.ada.press(card, "reopen")
    assert "You already asked about this quota" in world.ada.whispers("leeway")[-1]

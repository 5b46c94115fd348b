"""Slack fails: every copy still ends at what is true, and what is given up is kept where operators see it."""

import pytest

from bot.demo.actor import buttons, said
from tests.journeys.clicks import Seen, press
from tests.journeys.policies import POLICY
from tests.journeys.world import AFTER, World, usd, world
from workflows.overrides import Status
from workflows.requests import State

CLOSED = POLICY.replace('channel: "#team-search"', 'channel: "#team-closed"')


def decided(world: World) -> bool:
    """Whether every copy says that the override is active and has lost the buttons that decide."""
    copies = world.copies(world.search.request.id)
    return bool(copies) and all("Active until" in said(copy) and buttons(copy) <= AFTER for copy in copies)


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize("error", ["internal_error", "ratelimited"])
def test_copies_converge_after_updates_failed(world: World, error: str, times: int) -> None:
    world.ada.asks(usd(400))
    world.trouble("chat.update", times, error=error)
    world.bob.approves()
    world.settles()
    assert decided(world)
    assert not world.dead()


def test_nothing_is_tried_before_slack_allows_it(world: World) -> None:
    world.ada.asks(usd(400))
    world.trouble("chat.update", status=429, retry_after=90)
    world.bob.approves()
    before = len(world.calls("chat.update"))
    for _ in range(8):
        world.time_passes(seconds=11)
    assert len(world.calls("chat.update")) == before
    world.time_passes(seconds=3)
    assert decided(world)


def test_a_deleted_copy_keeps_no_other_from_the_truth(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400))
    card = world.ada.sees("$400", thread=world.ada.sees("90 % warning")["ts"])
    del world.stage.sandbox.workspace.rooms[card["channel"]].messages[card["ts"]]
    world.bob.approves()
    assert decided(world)
    assert not world.dead()


def test_a_message_slack_took_without_saying_so_is_sent_at_most_twice_and_both_copies_converge(world: World) -> None:
    world.search.spends(usd(9_000))
    warning = world.ada.sees("90 % warning")
    world.ada.opens()
    world.trouble("chat.postMessage", error="internal_error", after=True)
    world.ada.submit(
        amount="400",
        duration="days:3",
        justification="Two copies of one card.",
        metric="x",
        quantity="1",
        evidence="y",
        data="internal",
    )
    world.settles(1)
    copies = [m for m in world.bob.messages("team-search") if m["thread_ts"] == warning["ts"] and "approve" in buttons(m)]
    assert len(copies) == 2
    world.bob.press(copies[0], "approve")
    assert world.search.request.state is State.APPROVED
    world.settles(1)
    assert decided(world)


def test_a_refused_click_on_the_unknown_copy_is_answered_and_the_copy_converges(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.opens()
    world.trouble("chat.postMessage", error="internal_error", after=True)
    world.ada.submit(
        amount="400",
        duration="days:3",
        justification="Two copies of one card.",
        metric="x",
        quantity="1",
        evidence="y",
        data="internal",
    )
    world.settles(1)
    unknown = next(m for m in world.bob.messages("team-search") if "approve" in buttons(m))
    world.bob.approves()
    where = (unknown["channel"], unknown["ts"], unknown["thread_ts"])
    seen = Seen.by(world.bob, world)
    world.posts(press(world, world.bob, action="approve", value=f"{world.search.request.id}:1", where=where))
    assert Seen.by(world.bob, world).whispers == seen.whispers + 1
    assert "already approved" in world.bob.whispers("team-search")[-1]
    world.settles(1)
    assert decided(world)


def test_a_channel_the_app_is_not_in_keeps_nobody_from_being_asked() -> None:
    with world(CLOSED) as acme:
        acme.ada.asks(usd(400), channel="random")
        acme.bob.approves()
        assert acme.search.status is Status.ACTIVE
        assert "Active until" in said(acme.ada.sees("$400", channel="leeway"))
        assert "Active until" in said(acme.bob.sees("$400", channel="leeway"))
        acme.settles(20)
        assert acme.dead()


def test_an_approver_who_cannot_be_written_to_keeps_no_other_from_being_asked(world: World) -> None:
    world.ada.asks(usd(1_500))
    world.trouble("conversations.open", error="user_disabled")
    world.bob.approves()
    assert "approve" in buttons(world.di.sees("$1,500", channel="leeway"))
    assert world.dead()


def test_what_was_given_up_is_tried_again_when_there_is_news(world: World) -> None:
    world.ada.asks(usd(400))
    world.trouble("chat.update", 100, error="internal_error")
    world.ada.withdraws()
    world.settles(30)
    assert world.dead()
    world.stage.sandbox.api.faults.orders.clear()
    world.is_down(minutes=1)
    card = world.bob.card("approve")
    world.bob.press(card, "approve")
    world.settles(1)
    assert not world.dead()
    assert not any(buttons(copy) for copy in world.copies(world.search.request.id))


def test_an_override_does_not_wait_for_slack(world: World) -> None:
    world.ada.asks(usd(400))
    before = len(world.calls("chat.update"))
    world.bob.approves()
    first = world.calls("chat.update")[before]
    assert "Active until" in str(first)
    assert "Activating" not in str(first)

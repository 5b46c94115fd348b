"""A mention decides nothing, whatever it says; in a request's thread the answer leads to its card."""

from bot.demo import acme
from tests.journeys.clicks import Kept
from tests.journeys.world import Person, World, usd


def says(world: World, person: Person, text: str, thread: str = "") -> str:
    """Somebody mentions the app; what they alone are told."""
    there = {"thread_ts": thread} if thread else {}
    world.stage.do("say", as_=person.id, channel=acme.channel("team-search"), text=f"<@{acme.BOT}> {text}", **there)
    world.stage.settle()
    return person.whispers("team-search")[-1]


def test_lgtm_in_a_requests_thread_is_answered_with_a_link_to_its_card(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400))
    before = Kept.now(world, world.search)
    thread = world.ada.sees("90 % warning")["ts"]
    card = world.bob.sees("+$400 for Search", thread=thread)
    told = says(world, world.bob, "approve, lgtm", thread)
    assert "decided with the buttons on their card" in told
    assert "|+$400 on Search>: waiting for <@U0BOB>" in told
    assert f"ts={card['ts']}" in told
    after = Kept.now(world, world.search)
    assert (after.requests, after.overrides, after.record) == (before.requests, before.overrides, before.record)


def test_a_mention_elsewhere_says_where_decisions_are_made(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400))
    told = says(world, world.bob, "approve")
    assert "/leeway inbox" in told and "+$400" not in told


def test_a_request_that_is_decided_is_not_pointed_to(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400))
    world.bob.approves()
    assert "+$400" not in says(world, world.bob, "lgtm", world.ada.sees("90 % warning")["ts"])


def test_without_a_link_the_request_is_named_all_the_same(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400))
    world.trouble("chat.getPermalink", error="message_not_found")
    assert "• +$400 on Search: waiting for" in says(world, world.bob, "lgtm", world.ada.sees("90 % warning")["ts"])

"""What an approver's card tells: what was granted here before, what came of it, how long answers take, and why they are asked."""

from bot.demo.actor import said
from tests.journeys.world import World, usd


def test_a_card_tells_what_the_last_override_produced_and_how_much_was_unused(world: World) -> None:
    world.search.spends(usd(9_900))
    world.ada.asks(usd(400), duration="days:1")
    world.bob.approves()
    world.search.spends(usd(100))  # the rest of the base
    world.search.spends(usd(200))
    world.days_pass(1)
    world.ada.reports(quantity="1100")
    world.ada.asks(usd(400))
    card = said(world.bob.card("approve"))
    assert "Granted here before" in card
    assert "+$400, $200 of it unused" in card
    assert "1,100" in card
    assert "(1,200 expected)" in card
    assert "You are asked as the manager (rule “acknowledge”)" in card
    assert "Granted here before" not in said(world.ada.sees("+$400", channel="team-search"))


def test_how_long_answers_take_is_told_from_the_third_on(world: World) -> None:
    for hours in (1, 3, 2):
        world.ada.asks(usd(100))
        assert "answers here came" not in said(world.bob.card("approve"))
        world.time_passes(hours=hours)
        world.bob.denies("Not now.")
    world.ada.asks(usd(100))
    assert "Half of the last 3 answers here came within 2 hours." in said(world.bob.card("approve"))

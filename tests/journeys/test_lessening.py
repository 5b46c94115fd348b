"""Approving less or shorter: what is agreed to is what everybody reads, what is decided next, and what is granted."""

from bot.demo.actor import Message, said
from tests.journeys.clicks import press
from tests.journeys.conftest import BOTH
from tests.journeys.world import Person, World, usd
from workflows.requests import State


def lessens(person: Person, **typed: str) -> dict[str, str]:
    """Opens the form of their newest card and sends it; the errors beside its fields."""
    ack = person.press(person.card("less"), "less")
    assert not ack.error, ack
    return person.submit(**typed).errors


def approve_button(message: Message) -> str:
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return next(str(e["text"]["text"]) for row in rows for e in row if e["action_id"] == "approve")


@BOTH
def test_less_for_a_shorter_time_is_what_is_granted_and_what_every_copy_says(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(500), duration="days:3")
    assert not lessens(world.bob, amount="300", duration="days:1", reason="The first day will show whether it works.")
    request, override = world.search.request, world.search.override
    assert request.state is State.APPROVED
    assert override is not None
    assert (override.amount, override.ends) == (usd(300), world.now.replace(day=world.now.day + 1))
    assert world.search.limit == usd(10_300)
    for copy in world.copies(request.id):
        assert "+$300 for Search" in said(copy)
        assert "Asked for: +$500 for 3 days; granted: +$300 for 1 day." in said(copy)
        assert "The first day will show" in said(copy)
    assert world.told("team-search", "the override of +$300 on Search is active")
    assert not world.told("team-search", "the override of +$500")


def test_whoever_decides_next_is_offered_what_is_left_and_cannot_grant_more(world: World) -> None:
    world.ada.asks(usd(1_500), duration="days:3")
    stale = world.cy.id, world.search.request.revision
    assert not lessens(world.bob, amount="1200", duration="same")
    card = world.cy.sees("+$1,200 for Search", channel="leeway")
    assert approve_button(card) == "Approve +$1,200"
    assert "@U0BOB> agrees to +$1,200 for 3 days" in said(card)
    assert world.search.request.revision == stale[1] + 1
    assert lessens(world.cy, amount="1300", duration="same")["amount"].startswith("You can approve $1,200 or less")
    assert not world.cy.submit(amount="1000", duration="days:1").errors
    world.di.approves()
    override = world.search.override
    assert override is not None
    assert (override.amount, override.term.span and override.term.span.days) == (usd(1_000), 1)


def test_a_yes_to_what_was_offered_before_is_not_counted(world: World) -> None:
    world.ada.asks(usd(1_500))
    assert not lessens(world.bob, amount="700", duration="same")
    spot = world.cy.sees("+$700", channel="leeway")
    where = spot["channel"], spot["ts"], ""
    world.posts(press(world, world.cy, action="approve", value=f"{world.search.request.id}:1", where=where))
    assert "changed after this card was shown" in world.cy.whispers("leeway")[-1]


def test_the_form_says_what_it_would_grant_while_it_is_typed(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(500), duration="days:3")
    world.bob.press(world.bob.card("less"), "less")
    world.bob.pick("less_amount", "200")
    world.bob.pick("less_duration", "days:1")
    effect = next(block for block in world.bob.modal()["view"]["blocks"] if block["block_id"] == "effect")
    told = effect["text"]["text"]
    assert "This grants *+$200* until" in told
    assert "The limit is then $10,200: $1,200 left" in told
    world.bob.pick("less_amount", "two hundred")
    effect = next(block for block in world.bob.modal()["view"]["blocks"] if block["block_id"] == "effect")
    assert "when there is an amount" in effect["text"]["text"]


def test_a_longer_time_than_was_asked_for_is_not_offered(world: World) -> None:
    world.ada.asks(usd(500), duration="days:3")
    world.bob.press(world.bob.card("less"), "less")
    duration = next(block for block in world.bob.modal()["view"]["blocks"] if block["block_id"] == "duration")
    assert [option["value"] for option in duration["element"]["options"]] == ["hours:4", "days:1", "same"]

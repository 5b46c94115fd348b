"""Passing and naming somebody else: the request moves on at once, nothing is denied, and whoever must act now has the card."""

import pytest

from bot.demo.actor import Missing, buttons, said
from tests.journeys.clicks import submitted
from tests.journeys.conftest import BOTH
from tests.journeys.world import Person, World, usd, who
from workflows.requests import State


def picks(person: Person, what: str) -> str:
    """Picks from the menu of their newest card; what went wrong, if anything."""
    card = person.card("more")
    value = f"{request_of(card)}:{what}"
    return person.press(card, "more", value).error


def request_of(card: dict[str, object]) -> str:
    blocks = card["blocks"]
    assert isinstance(blocks, list)
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return next(str(e["value"]) for row in rows for e in row if e["action_id"] == "approve")


@BOTH
def test_who_leaves_it_to_others_is_not_asked_any_more_and_nothing_is_denied(world: World) -> None:
    world.search.spends(usd(12_500))
    world.ada.asks(usd(1_500))
    picks(world.bob, "pass")
    request = world.search.request
    assert request.state is State.PENDING
    assert request.passed == (who(world.bob),)
    assert "Left to others by <@U0BOB>" in said(world.ada.sees("+$1,500", channel="leeway"))
    assert "approve" not in buttons(world.bob.sees("+$1,500", channel="leeway"))
    assert who(world.pat) in request.waiting_on()  # the manager's manager, in bob's place
    assert "approve" in buttons(world.pat.sees("+$1,500", channel="leeway"))
    assert not world.told("team-search", "denied")


@BOTH
def test_who_is_named_instead_is_asked_and_can_decide(world: World) -> None:
    world.ada.asks(usd(400))
    assert not picks(world.bob, "reassign")
    view = world.bob.modal()["view"]
    options = next(block for block in view["blocks"] if block["block_id"] == "who")["element"]["options"]
    assert [o["value"] for o in options] == [world.pat.id, world.lin.id, world.noor.id]
    assert options[0]["text"]["text"] == "Pat Brennan"
    assert not world.bob.submit(who=world.lin.id).errors
    assert world.search.request.waiting_on() == (who(world.lin),)
    world.lin.approves()
    assert world.search.request.state is State.APPROVED


def test_nobody_can_be_named_who_is_not_offered(world: World) -> None:
    world.ada.asks(usd(400))
    picks(world.bob, "reassign")
    view = world.bob.modal()["view"]
    told = submitted(
        world, world.bob, view, {"who": {"who": {"type": "static_select", "selected_option": {"value": world.eve.id}}}}
    )
    assert "Nobody but those who are offered" in told["errors"]["who"]
    assert who(world.eve) not in world.search.request.route.approvers()


def test_who_voted_cannot_leave_it_to_others(world: World) -> None:
    world.ada.asks(usd(1_500))
    card = world.bob.card("more")
    world.bob.approves()
    with pytest.raises(Missing):
        world.bob.press(world.bob.sees("+$1,500", channel="leeway"), "more", f"{request_of(card)}:pass")
    assert world.search.request.passed == ()

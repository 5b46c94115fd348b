"""A large amount is typed again by whoever approves it, for the request as it was shown."""

from collections.abc import Iterator

import pytest

from bot.demo.actor import said
from tests.journeys.policies import POLICY
from tests.journeys.test_lessening import lessens
from tests.journeys.world import World, usd, who
from tests.journeys.world import world as opened
from workflows.requests import State

STEPPED = POLICY + 'decisions: {confirm_over: "$5,000"}\n'


@pytest.fixture
def world() -> Iterator[World]:
    with opened(STEPPED) as made:
        yield made


def test_above_the_mark_nothing_is_counted_until_the_amount_is_typed_again(world: World) -> None:
    world.ada.asks(usd(6_000))
    assert not world.bob.approves().error
    assert not world.search.request.votes
    for wrong, why in {"600": "You typed $600", "6.000": "not plainly an amount", "60000": "You typed $60,000"}.items():
        assert why in world.bob.submit(amount=wrong).errors["amount"]
    assert not world.search.request.votes
    assert not world.bob.submit(amount="$6,000").errors
    assert world.search.request.approved_by() == (who(world.bob),)


def test_up_to_the_mark_one_click_is_enough(world: World) -> None:
    world.ada.asks(usd(5_000))
    world.bob.approves()
    assert world.search.request.approved_by() == (who(world.bob),)


def test_an_amount_typed_for_what_was_offered_before_does_not_count(world: World) -> None:
    world.ada.asks(usd(8_000))
    for person in (world.bob, world.pat):
        person.approves()
        assert not person.submit(amount="8000").errors
    world.cy.approves()
    lessens(world.di, amount="7000", duration="same")
    assert "changed after this card was shown" in world.cy.submit(amount="8000").errors["amount"]
    world.cy.approves()
    assert "You typed $8,000, and the request is about $7,000" in world.cy.submit(amount="8000").errors["amount"]
    assert not world.cy.submit(amount="7000").errors


def test_a_yes_to_less_begins_without_an_amount_where_all_of_it_would_be_typed_again(world: World) -> None:
    world.ada.asks(usd(8_000))
    assert "amount" in lessens(world.bob, duration="same")
    assert world.search.request.votes == ()


def test_who_was_not_asked_is_told_so_before_any_form(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(6_000))
    world.eve.press(world.eve.card("approve", "team-search"), "approve")
    assert "You are not among those" in world.eve.whispers("team-search")[-1]
    assert world.search.request.state is State.PENDING
    assert "+$6,000" in said(world.bob.card("approve"))

"""Authority: what a person approves counts against their cap, and past it their yes goes up instead of failing."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from bot.cli import naming, traced
from bot.cli.stepping import Words
from bot.demo.actor import said
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import Person, World, form, usd, who
from tests.journeys.world import world as opened
from workflows import charging
from workflows.requests import State
from workflows.tracing import trace

CAPPED = POLICY.replace(
    "  fallback: leads\n", "  fallback: leads\n  authority: {bob@acme.example: $1k a month, leads: $5k a month}\n"
)


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(CAPPED, database=database) as made:
        yield made


def used(world: World, person: Person) -> int:
    """What a person has approved in this period."""
    policy = world.stage.policy
    cap = policy.people.authority.cap(who(person), policy.people.groups)
    assert cap is not None
    return charged(world, person, charging.start_of(policy, cap, world.now))


def charged(world: World, person: Person, start: datetime) -> int:
    with world.stage.store.reads() as unit:
        found = unit.charges.get(who(person), start)
    return found.used if found else 0


@BOTH
def test_a_yes_is_charged_to_whoever_says_it(world: World) -> None:
    world.ada.asks(usd(400))
    assert used(world, world.bob) == 0
    world.bob.approves()
    assert (world.search.request.state, used(world, world.bob)) == (State.APPROVED, usd(400))
    assert world.search.limit == usd(10_400)


@BOTH
def test_past_the_cap_a_yes_goes_up_the_line_and_whoever_is_there_decides(world: World) -> None:
    world.ada.asks(usd(700))
    world.bob.approves()
    world.time_passes(hours=1)
    world.ada.asks(usd(400))
    world.bob.approves()
    request = world.search.request
    assert (request.state, request.waiting_on()) == (State.PENDING, (world.pat.id,))
    assert used(world, world.bob) == usd(700)
    assert f"{world.bob.id}: agreed, over their authority, Tue 3 Nov" in explained(world)
    card = said(world.pat.sees("+$400"))
    assert "over their authority" in card
    world.pat.approves()
    assert (world.search.request.state, used(world, world.bob)) == (State.APPROVED, usd(700))
    assert world.search.limit == usd(11_100)


@BOTH
def test_who_could_never_approve_so_much_is_not_asked_in_the_first_place(world: World) -> None:
    world.ada.asks(usd(1_000))
    assert world.search.request.waiting_on() == (world.bob.id,)
    world.ada.withdraws()
    world.ada.asks(usd(1_001))
    assert world.search.request.waiting_on() == (world.pat.id,)


@BOTH
def test_a_new_period_begins_with_the_whole_cap(world: World) -> None:
    world.ada.asks(usd(700))
    world.bob.approves()
    world.days_pass(30)
    assert used(world, world.bob) == 0
    world.ada.asks(usd(400))
    world.bob.approves()
    assert (world.search.request.state, used(world, world.bob)) == (State.APPROVED, usd(400))


def explained(world: World) -> str:
    """What `leeway explain` says of the newest request, on one line."""
    with world.stage.store.reads() as unit:
        found = trace(unit, world.stage.policy, world.search.request.id, world.now)
    assert found is not None
    return " ".join(" ".join(traced.text(found, Words(naming.ids, "Europe/Berlin"))).split())


ENDINGS = ["denied", "withdrawn", "lapsed"]


@BOTH
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_a_request_held_is_given_back_when_it_ends_without_approval(world: World, ending: str) -> None:
    world.ada.asks(usd(400), data="confidential")
    world.bob.approves()
    assert used(world, world.bob) == usd(400)
    match ending:
        case "denied":
            world.sam.denies("Not this data.")
        case "withdrawn":
            world.ada.withdraws()
        case "lapsed":
            world.days_pass(5)
    assert world.search.request.state == ending
    assert used(world, world.bob) == 0


@BOTH
def test_only_dollars_have_a_cap(database: str) -> None:
    tokens = CAPPED.replace('platform/search: {limit: "$10,000 a month"', "platform/search: {limit: 10M tokens a month")
    with opened(tokens, database=database) as world:
        world.ada.opens()
        assert not world.ada.submit(**form() | {"amount": "9M tokens"}).errors
        with world.stage.store.reads() as unit:
            (request,) = unit.requests.latest("platform/search:tokens/month", 9)
        assert world.bob.id in request.route.approvers()
        world.bob.approves()
        assert used(world, world.bob) == 0

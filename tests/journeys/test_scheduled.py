"""An override may begin later: its clock runs from then, everybody reads when that is, and nothing is raised before."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.demo.actor import said
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.test_ending import Gateway, gateway
from tests.journeys.world import Person, World, form, usd, world
from workflows.overrides import Status
from workflows.requests import State

DAY = timedelta(days=1)


def asks(person: Person, since: datetime, amount: str = "400", **typed: Any) -> dict[str, str]:
    """Asks for an override that begins then; the errors beside the form's fields."""
    person.opens()
    person.pick("start", "later")
    return person.submit(**{**form(), "amount": amount, "start": "later", "since": int(since.timestamp()), **typed}).errors


@BOTH
def test_it_begins_when_it_was_asked_to_and_its_time_runs_from_there(world: World) -> None:
    since = world.now + 4 * DAY
    assert not asks(world.ada, since, duration="days:3")
    world.bob.approves()
    assert world.search.status is Status.SCHEDULED
    assert world.search.limit == usd(10_000)
    assert len(world.told("team-search", "the override of +$400 on Search begins", "until then the limit stays $10,000")) == 1
    assert not world.told("team-search", "is active until")
    assert "Begins" in said(world.ada.sees("+$400 for Search", channel="leeway"))
    world.time_passes(days=4)
    override = world.search.override
    assert override is not None
    assert (override.starts, override.ends) == (since, since + 3 * DAY)
    assert world.search.limit == usd(10_400)
    assert len(world.told("team-search", "the override of +$400 on Search is active until")) == 1
    world.days_pass(3)
    assert world.search.status is Status.ENDED
    assert world.search.limit == usd(10_000)


def test_its_clock_starts_when_the_store_confirms_it_and_not_at_the_moment_it_was_to_begin() -> None:
    with world(kind=Gateway) as acme:
        since = acme.now + DAY
        assert not asks(acme.ada, since, duration="days:1")
        acme.bob.approves()
        gateway(acme).down = True
        acme.days_pass(1)
        acme.time_passes(minutes=20)
        assert acme.search.status is Status.ACTIVATING
        gateway(acme).down = False
        acme.settles(30)
        override = acme.search.override
        assert override is not None and override.starts is not None
        assert override.starts > since and override.ends == override.starts + DAY


def test_one_that_is_approved_after_the_moment_it_was_to_begin_begins_at_once(world: World) -> None:
    assert not asks(world.ada, world.now + DAY, duration="days:1")
    world.days_pass(2)
    world.bob.approves()
    override = world.search.override
    assert override is not None
    assert (override.starts, override.ends) == (world.now, world.now + DAY)


@pytest.mark.parametrize(
    ("ahead", "typed", "place", "words"),
    [
        (-DAY, {}, "since", "over already"),
        (timedelta(), {}, "since", "over already"),
        (31 * DAY, {}, "since", "30 days ahead at most"),
        (2 * DAY, {"duration": "custom", "until": 1 * DAY}, "until", "not after its own start"),
        (2 * DAY, {"duration": "custom", "until": 2 * DAY}, "until", "not after its own start"),
        (2 * DAY, {"duration": "custom", "until": -DAY}, "until", "over already"),
    ],
)
def test_a_start_that_cannot_be_is_said_beside_its_field(
    world: World, ahead: timedelta, typed: dict[str, Any], place: str, words: str
) -> None:
    if "until" in typed:
        typed = typed | {"until": int((world.now + typed["until"]).timestamp())}
        world.ada.opens()
        world.ada.pick("start", "later")
        world.ada.pick("duration", "custom")
        since = int((world.now + ahead).timestamp())
        errors = world.ada.submit(**{**form(), "start": "later", "since": since, **typed}).errors
    else:
        errors = asks(world.ada, world.now + ahead, **typed)
    assert words in errors[place]
    assert not world.search.requests


def test_a_start_after_the_reset_is_judged_by_the_window_it_will_run_in(world: World) -> None:
    world.search.spends(usd(10_500))  # past the hard limit: in this month security would be asked
    since = world.now + 28 * DAY  # 1 December
    assert not asks(world.ada, since, duration="days:3")
    request = world.search.request
    assert request.limit == "soft"
    assert [stage.name for stage in request.route.stages] == ["manager"]
    assert request.facts is not None and request.facts.duration == 3 * DAY
    card = said(world.bob.sees("+$400 for Search", channel="leeway"))
    assert "$10,400 left" in card


def test_the_form_says_from_when_it_would_count(world: World) -> None:
    world.ada.opens()
    world.ada.pick("start", "later")
    since = world.now + 2 * DAY
    world.ada.pick("since", int(since.timestamp()))
    world.ada.pick("amount", "400")
    effect = next(block for block in world.ada.modal()["view"]["blocks"] if block["block_id"] == "effect")
    text = effect["elements"][0]["text"]
    assert text.startswith(f"From <!date^{int(since.timestamp())}^")
    assert "with +$400 the limit is $10,400" in text


def test_an_operator_may_offer_no_later_start() -> None:
    with world(POLICY.replace("override_at_most: 30 days", "override_at_most: 30 days, start_within: never")) as acme:
        acme.ada.opens()
        assert "From when" not in str(acme.ada.modal())


def test_a_change_of_when_it_begins_asks_anew(world: World) -> None:
    since = world.now + 2 * DAY
    assert not asks(world.ada, since, amount="1500")
    world.bob.approves()
    assert len(world.search.request.approved_by()) == 1
    world.ada.press(world.ada.card("edit"), "edit")
    later = int((since + DAY).timestamp())
    assert not world.ada.submit(**{**form(), "amount": "1500", "start": "later", "since": later}).errors
    assert world.search.request.approved_by() == ()
    assert world.search.request.state is State.PENDING


def test_it_can_be_revoked_before_it_begins(world: World) -> None:
    assert not asks(world.ada, world.now + 2 * DAY)
    world.bob.approves()
    world.bob.press(world.bob.card("undo"), "undo")
    assert len(world.told("team-search", "will not begin: the approval was taken back")) == 1
    world.days_pass(3)
    assert world.search.limit == usd(10_000)
    assert not world.told("team-search", "is active")

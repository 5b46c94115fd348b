"""Where app.yaml says so, an end that time brings is a step down: part of the amount lasts on, so that work can be wound up."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.demo.actor import said
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import START, World, usd, world
from workflows.overrides import Override, Status

GRACE = POLICY.replace("override_at_most: 30 days", "override_at_most: 30 days, step_down: 50 % for 1 day")


@pytest.fixture
def world_of() -> Iterator[World]:
    with world(GRACE) as acme:
        yield acme


def rows(world: World) -> list[Override]:
    with world.stage.store.reads() as unit:
        return unit.overrides.every(world.search.request.id)


@BOTH
def test_half_of_it_lasts_for_a_day_more_and_each_step_is_told_once(database: str) -> None:
    with world(GRACE, database=database) as acme:
        acme.ada.asks(usd(400), duration="days:3")
        assert "Then +$200 until" in said(acme.bob.sees("+$400 for Search", channel="leeway"))
        acme.bob.approves()
        assert "Then +$200 until" in said(acme.ada.sees("+$400 for Search", channel="leeway"))
        assert acme.search.limit == usd(10_400)
        acme.days_pass(3)
        assert acme.search.limit == usd(10_200)
        assert len(acme.told("team-search", "the override of +$400 on Search stepped down to +$200")) == 1
        assert not acme.told("team-search", "is over")
        assert "It stepped down to +$200" in said(acme.ada.sees("+$400 for Search", channel="leeway"))
        acme.days_pass(1)
        assert acme.search.limit == usd(10_000)
        assert len(acme.told("team-search", "is over: it ended on time")) == 1
        asked = [m for m in acme.ada.messages("leeway") if "What came of it?" in str(m["text"])]
        assert len(asked) == 1


def test_the_preview_says_what_follows(world_of: World) -> None:
    world_of.ada.opens()
    world_of.ada.pick("duration", "days:3")
    world_of.ada.pick("amount", "400")
    effect = next(block for block in world_of.ada.modal()["view"]["blocks"] if block["block_id"] == "effect")
    assert "Then +$200 until" in effect["elements"][0]["text"]


def test_nothing_follows_what_the_reset_ends() -> None:
    with world(GRACE, START + timedelta(days=26)) as acme:
        acme.ada.asks(usd(400), duration="reset")
        assert "Then +$200" not in said(acme.bob.sees("+$400 for Search", channel="leeway"))
        acme.bob.approves()
        assert len(rows(acme)) == 1
        acme.days_pass(3)
        assert acme.search.limit == usd(10_000)


def test_what_is_stopped_early_is_followed_by_nothing_and_that_is_told_once(world_of: World) -> None:
    world_of.ada.asks(usd(400), duration="days:3")
    world_of.bob.approves()
    assert [row.status(world_of.now) for row in rows(world_of)] == [Status.ACTIVE, Status.SCHEDULED]
    world_of.bob.press(world_of.bob.card("undo"), "undo")
    assert {row.status(world_of.now) for row in rows(world_of)} == {Status.ENDED}
    assert len(world_of.told("team-search", "is over")) == 1
    assert not world_of.told("team-search", "stepped down")
    world_of.days_pass(4)
    assert world_of.search.limit == usd(10_000)

"""Somebody changes a limit in its store: operators hear of it with both values and what was done, and no edit is lost."""

from collections.abc import Iterator, Mapping

import pytest

from bot.demo.actor import Message, said
from tests.journeys.conftest import BOTH
from tests.journeys.gateway import PLACED, TITLE, Gateway, gateway
from tests.journeys.world import World, usd
from tests.journeys.world import world as opened
from workflows.health import Kind, health

RESTORED = PLACED.replace("litellm.acme.example}}", "litellm.acme.example, edits: restore}}")


@pytest.fixture
def world(database: str) -> Iterator[World]:
    with opened(PLACED, kind=Gateway, database=database) as made:
        yield made


def edits(world: World, limit: int | None) -> None:
    """Somebody sets it, and Leeway looks again."""
    world.stage.settle()
    gateway(world).edit(world.search.key, limit)
    world.time_passes(minutes=5)


def reports(world: World) -> list[Message]:
    return world.told("ai-platform", "limit of Search")


def found(world: World) -> list[tuple[Kind, str]]:
    with world.stage.store.reads() as unit:
        return [(finding.kind, finding.error) for finding in health(unit, world.stage.policy, world.now)]


@BOTH
def test_an_edit_during_an_override_is_adopted_and_told_with_both_values_and_what_overrides_add(world: World) -> None:
    world.ada.asks(usd(400), duration="days:1")
    world.bob.approves()
    edits(world, usd(12_000))
    [told] = reports(world)
    assert f"in {TITLE}: it was to be $10,400 ($10,000 and $400 of overrides), and was found to be $12,000." in said(told)
    assert "Adopted: the base is now $11,600 until app.yaml says another limit." in said(told)
    assert "only the audit log of the gateway can say" in said(told)
    assert found(world) == [(Kind.ADOPTED, "$11,600")]
    world.days_pass(1)
    assert world.search.limit == usd(11_600)
    assert len(reports(world)) == 1


@BOTH
def test_where_app_yaml_says_so_it_is_restored_and_told_all_the_same(database: str) -> None:
    with opened(RESTORED, kind=Gateway, database=database) as world:
        edits(world, usd(12_000))
        [told] = reports(world)
        assert "it was to be $10,000, and was found to be $12,000." in said(told)
        assert "Restored: $10,000 was written again, as app.yaml has it." in said(told)
        assert world.search.limit == usd(10_000)
        assert found(world) == []


def test_a_limit_that_was_taken_away_is_told_with_what_to_do(world: World) -> None:
    edits(world, None)
    [told] = reports(world)
    assert f"Somebody took the limit of Search away in {TITLE}: it was to be $10,000." in said(told)
    assert "Overrides cannot add to a limit that is not there: set one" in said(told)
    world.time_passes(minutes=5)
    assert Kind.UNLIMITED in [kind for kind, _ in found(world)]
    assert len(reports(world)) == 1


def test_a_limit_below_what_overrides_add_leaves_a_base_of_nothing(world: World) -> None:
    world.ada.asks(usd(400), duration="days:1")
    world.bob.approves()
    edits(world, usd(100))
    assert "less than overrides add, so the base is now $0 until app.yaml says another limit." in said(reports(world)[0])


def test_a_store_that_has_another_limit_when_it_is_first_looked_at_is_told_as_that() -> None:
    with opened(PLACED, kind=Other) as world:
        world.stage.settle()
        [told] = reports(world)
        assert f"in {TITLE} was found to be $9,000 when it was first looked at; app.yaml says $10,000." in said(told)
        assert world.search.limit == usd(9_000)


class Other(Gateway):
    first: Mapping[str, int] = {"platform/search:usd/month": usd(9_000)}


@BOTH
def test_an_override_that_the_store_names_and_nobody_granted_is_told_once(world: World) -> None:
    gateway(world).names[world.search.key] = frozenset({"O-<!channel>", "O-ELSEWHERE"})
    world.time_passes(minutes=5)
    [told] = world.told("ai-platform", "names overrides of Search that Leeway never granted")
    assert "O-ELSEWHERE" in said(told) and "<!channel>" not in said(told)
    assert gateway(world).names[world.search.key] == frozenset()
    gateway(world).names[world.search.key] = frozenset({"O-<!channel>", "O-ELSEWHERE"})
    world.time_passes(minutes=5)
    assert len(world.told("ai-platform", "never granted")) == 1
    gateway(world).names[world.search.key] = frozenset({"O-ANOTHER"})
    world.time_passes(minutes=5)
    assert len(world.told("ai-platform", "never granted")) == 2


def test_what_a_store_lost_or_kept_of_ours_is_put_right_without_a_word(world: World) -> None:
    world.ada.asks(usd(400), duration="days:1")
    world.bob.approves()
    override = world.search.override
    assert override is not None
    gateway(world).forget(world.search.key)
    world.time_passes(minutes=5)
    assert gateway(world).names[world.search.key] == {override.id}
    world.days_pass(1)
    gateway(world).names[world.search.key] = frozenset({override.id})  # past its end, and back
    world.time_passes(minutes=5)
    assert gateway(world).names[world.search.key] == frozenset()
    assert not world.told("ai-platform", "never granted")

"""One request may ask for the quota that is in the way, too: each part has its own figures, its own override and its own end."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.demo.actor import said, texts
from tests.journeys.policies import POLICY
from tests.journeys.world import World, form, usd, who
from tests.journeys.world import world as opened
from workflows import requesting
from workflows.overrides import Override, Status
from workflows.requests import State

TOP = "platform:usd/month"
OWNED = "  - {name: the whole, when: {scope: platform}, ask: owner}\ntime:"
TIGHT = POLICY.replace("$250,000 a month", "$12,000 a month").replace("time:", OWNED)


@pytest.fixture
def tight() -> Iterator[World]:
    """A world in which another team has left the whole platform nothing."""
    with opened(TIGHT) as made:
        made.mobile.spends(usd(12_100))
        yield made


def block(world: World, name: str) -> dict[str, Any] | None:
    blocks = world.ada.modal()["view"]["blocks"]
    return next((found for found in blocks if str(found.get("block_id")).partition(":")[0] == name), None)


def boxes(world: World) -> dict[str, str]:
    """What the form offers to ask for, too: its words and the value that a tick stands for."""
    found = block(world, "also")
    return {option["text"]["text"]: option["value"] for option in found["element"]["options"]} if found else {}


def overrides(world: World) -> dict[str, Override]:
    with world.stage.store.reads() as unit:
        return {override.quota: override for override in unit.overrides.every(world.search.request.id)}


def limit(world: World, key: str) -> int | None:
    kit = world.stage.leeway.kit
    return kit.limits.read(kit.policy.by_key[key]).limit


def asks_for_both(world: World) -> None:
    world.ada.command("request search", "team-search")
    world.ada.pick("amount", "400")
    world.ada.pick("also", list(boxes(world).values()))
    assert not world.ada.submit(**form()).errors


def test_the_quota_that_is_in_the_way_can_be_ticked_and_the_preview_asks_its_people_too(tight: World) -> None:
    tight.ada.command("request search", "team-search")
    tight.ada.pick("amount", "400")
    assert list(boxes(tight)) == ["+$500 on Platform, monthly budget"]
    assert "cannot be sent yet" in " ".join(texts(block(tight, "preview")))
    tight.ada.pick("also", list(boxes(tight).values()))
    told = " ".join(texts(block(tight, "preview")))
    assert tight.bob.id in told and tight.pat.id in told
    assert "the whole" in told
    assert "Beside it +$500 on Platform." in " ".join(texts(block(tight, "effect")))


def test_the_amount_that_is_offered_follows_what_is_typed_and_the_tick_stays(tight: World) -> None:
    tight.ada.command("request search", "team-search")
    tight.ada.pick("amount", "400")
    tight.ada.pick("also", list(boxes(tight).values()))
    tight.ada.pick("amount", "700")
    assert list(boxes(tight)) == ["+$800 on Platform, monthly budget"]
    found = block(tight, "also")
    assert found and [option["value"] for option in found["element"]["initial_options"]] == list(boxes(tight).values())
    assert not tight.ada.submit(**form() | {"amount": "700"}).errors
    assert [(part.quota, part.amount) for part in tight.search.request.case.also] == [(TOP, usd(800))]


def test_unticked_it_is_refused_beside_the_box_with_the_quota_and_its_figures(tight: World) -> None:
    tight.ada.command("request search", "team-search")
    sent = tight.ada.submit(**form())
    ((place, sentence),) = sent.errors.items()
    assert place.startswith("also:")
    assert "Platform, monthly budget: spent $12,100 of $12,000" in sentence
    assert not tight.search.requests


def test_the_card_shows_each_part_with_its_own_figures(tight: World) -> None:
    asks_for_both(tight)
    card = said(tight.bob.card("approve"))
    assert "+$400 for Search and 1 more quota" in card
    assert "+$500 on Platform, monthly budget: spent $12,100 of $12,000" in card


def test_an_approval_grants_an_override_for_each_part_at_once(tight: World) -> None:
    asks_for_both(tight)
    for person in (tight.bob, tight.pat):
        person.approves()
    assert tight.search.request.state is State.APPROVED
    found = overrides(tight)
    assert {key: override.amount for key, override in found.items()} == {tight.search.key: usd(400), TOP: usd(500)}
    assert {override.status(tight.now) for override in found.values()} == {Status.ACTIVE}
    assert (tight.search.limit, limit(tight, TOP)) == (usd(10_400), usd(12_500))
    told = said(tight.ada.sees("is active until"))
    assert "Beside it +$500 on Platform, monthly budget: active until" in told
    assert len(tight.told("team-search", "is active until", "the override of")) == 1


def test_each_part_ends_by_itself_and_what_came_of_it_is_asked_once(tight: World) -> None:
    asks_for_both(tight)
    for person in (tight.bob, tight.pat):
        person.approves()
    tight.days_pass(3)
    assert {override.status(tight.now) for override in overrides(tight).values()} == {Status.ENDED}
    assert (tight.search.limit, limit(tight, TOP)) == (usd(10_000), usd(12_000))
    asked = [m for m in tight.ada.messages("leeway") if "report" in str(m.get("blocks"))]
    assert len(asked) == 1


def test_what_one_asked_for_on_the_other_quota_already_is_not_asked_for_again(tight: World) -> None:
    tight.ada.command("request platform", "team-search")
    assert not tight.ada.submit(**form() | {"amount": "500"}).errors
    tight.ada.command("request search", "team-search")
    tight.ada.pick("amount", "400")
    assert not boxes(tight)
    assert not tight.ada.submit(**form()).errors
    assert not tight.search.request.case.also


def test_one_denial_denies_all_parts(tight: World) -> None:
    asks_for_both(tight)
    tight.bob.denies("Not this month.")
    assert not overrides(tight)
    assert limit(tight, TOP) == usd(12_000)


def test_a_part_of_another_branch_cannot_be_smuggled_in(tight: World) -> None:
    smuggled = [f"{TOP} {n}" for n in ("0", "-1", "1.5", 10**30)]
    smuggled += [f"{tight.mobile.key} 1", f"{tight.search.key} 1", "nowhere 1"]
    typed = {**form(), "quota": tight.search.key}
    for also in smuggled:
        found = requesting.submit(tight.stage.leeway.kit, who(tight.ada), {**typed, "also": (also,)}, token=also)
        assert isinstance(found, tuple), also
    assert not tight.search.requests

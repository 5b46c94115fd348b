"""Guardrails: in shadow they only record, on they approve at once; what they approved can be taken back by whoever saw it."""

from collections.abc import Iterator

import pytest

from bot.demo.actor import buttons, said, texts
from tests.journeys.policies import POLICY
from tests.journeys.world import World, usd
from tests.journeys.world import world as opened
from workflows.audit import broken
from workflows.automatic import Automatic, Mode
from workflows.overrides import Reason, Status
from workflows.requests import State

WITHIN = "{limit: soft, amount: up to $100, duration: up to 1 day, data: [public, internal]}"
SMALL = {"duration": "days:1"}


def policy(mode: str, *more: str) -> str:
    rule = f"  - {{name: routine, when: {WITHIN}, approve: {mode}}}\n"
    return POLICY.replace("routing:\n", "routing:\n" + rule + "".join(more))


@pytest.fixture
def shadow() -> Iterator[World]:
    with opened(policy("shadow")) as made:
        yield made


@pytest.fixture
def world() -> Iterator[World]:
    """A world in which the rule is on."""
    with opened(policy("on")) as made:
        yield made


def test_in_shadow_people_are_asked_and_the_card_does_not_sway_them(shadow: World) -> None:
    shadow.ada.asks(usd(100), **SMALL)
    request = shadow.search.request
    assert request.auto == Automatic("routine", Mode.SHADOW)
    assert request.state is State.PENDING
    assert "routine" not in said(shadow.bob.card("approve"))
    shadow.bob.approves()
    assert shadow.search.request.state is State.APPROVED
    assert not shadow.search.request.by_policy


def test_in_shadow_every_guardrail_that_is_passed_is_recorded(shadow: World) -> None:
    shadow.search.spends(usd(12_500))
    shadow.ada.asks(usd(101), duration="days:3", data="confidential")
    assert shadow.search.request.auto == Automatic("routine", Mode.SHADOW, ("limit", "amount", "duration", "data"))


def test_inside_all_guardrails_policy_approves_at_once_and_says_so(world: World) -> None:
    world.ada.asks(usd(100), **SMALL)
    request = world.search.request
    assert request.by_policy and request.votes == ()
    assert world.search.status is Status.ACTIVE
    assert world.search.limit == usd(10_100)
    assert "Approved by policy, not by people (rule “routine”)" in said(world.ada.sees("Approved by policy", channel="leeway"))
    with world.stage.store.reads() as unit:
        chain = unit.record.chain(request.id)
    assert [(entry.by, entry.did) for entry in chain] == [(world.ada.id, "submitted"), ("leeway", "approved by policy")]
    assert not broken(chain)


def test_outside_of_one_people_decide_and_the_card_names_it(world: World) -> None:
    world.ada.asks(usd(101), **SMALL)
    assert world.search.request.state is State.PENDING
    assert "past the guardrail amount of the rule “routine”" in said(world.bob.card("approve"))


def test_a_rule_that_refuses_comes_first() -> None:
    with opened(policy("on", "  - {name: freeze, when: {limit: soft}, refuse: Not this week.}\n")) as world:
        world.ada.asks(usd(50), **SMALL)
        assert not world.search.requests


def test_who_would_have_been_asked_has_the_card_and_may_revoke_it_with_a_reason(world: World) -> None:
    world.ada.asks(usd(100), **SMALL)
    card = world.bob.card("revoke")
    assert not world.bob.press(card, "revoke").error
    assert set(world.bob.submit(reason=" ").errors) == {"reason"}
    assert not world.bob.submit(reason="The evaluation is over.").errors
    request, override = world.search.request, world.search.override
    assert request.state is State.APPROVED and request.revoked is not None and request.revoked.by == world.bob.id
    assert override is not None and override.reason() is Reason.REVOKED
    assert world.search.limit == usd(10_000)
    for person in (world.ada, world.bob):
        told = said(person.sees("Why it was revoked", channel="leeway"))
        assert "The evaluation is over." in told and "Revoked" in told
    assert "revoke" not in {action for m in world.bob.messages("leeway") for action in buttons(m)}


def test_a_second_one_who_revokes_is_told_who_was_first() -> None:
    with opened(policy("on").replace("ask: manager", "ask: [manager, finance]")) as world:
        world.ada.asks(usd(100), **SMALL)
        late = world.cy.card("revoke")
        assert not world.cy.press(late, "revoke").error
        world.bob.press(world.bob.card("revoke"), "revoke")
        world.bob.submit(reason="The evaluation is over.")
        sent = world.cy.submit(reason="Mine is another reason.")
        assert "revoked already" in sent.errors["reason"]
        request = world.search.request
        assert request.revoked is not None and request.revoked.by == world.bob.id


@pytest.mark.parametrize("name", ["ada", "eve", "cy"])
def test_nobody_else_can_revoke_it(world: World, name: str) -> None:
    world.ada.asks(usd(100), **SMALL)
    person = getattr(world, name)
    thread = next(m for m in person.messages("team-search") if "revoke" in buttons(m))
    person.press(thread, "revoke")
    assert world.search.request.revoked is None
    assert world.search.status is Status.ACTIVE
    assert any("nothing was changed" in one or "yourself" in one for one in person.whispers("team-search"))


def test_what_is_over_cannot_be_revoked_any_more(world: World) -> None:
    world.ada.asks(usd(100), **SMALL)
    card = world.bob.card("revoke")
    world.days_pass(2)
    assert world.search.status is Status.ENDED
    world.bob.press(card, "revoke")
    assert world.search.request.revoked is None


def test_an_appeal_is_never_approved_by_policy() -> None:
    wide = policy("on").replace("data: [public, internal]", "data: restricted")
    with opened(wide) as world:
        world.ada.asks(usd(50), data="restricted", models=["claude-opus-*"], **SMALL)
        world.ada.submit(words="The model runs in our own network.")
        request = world.search.request
        assert request.appeal is not None and request.state is State.PENDING
        assert request.auto is not None and "appeal" in request.auto.violated


def told(world: World) -> str:
    """What the open form says about who will be asked."""
    blocks = world.ada.modal()["view"]["blocks"]
    return " ".join(texts([block for block in blocks if block.get("block_id") == "preview"]))


def test_the_form_says_beforehand_that_policy_approves_it_and_to_whom_it_is_shown(world: World) -> None:
    world.ada.opens()
    world.ada.pick("duration", "days:1")
    world.ada.pick("amount", "100")
    assert "policy approves this at once" in told(world) and world.bob.id in told(world)
    world.ada.pick("amount", "101")
    assert "policy approves" not in told(world) and "Who will be asked" in told(world)


def test_in_shadow_the_form_says_nothing_of_it(shadow: World) -> None:
    shadow.ada.opens()
    shadow.ada.pick("duration", "days:1")
    shadow.ada.pick("amount", "100")
    assert "policy approves" not in told(shadow)


def test_a_change_that_comes_inside_every_guardrail_is_approved_at_once(world: World) -> None:
    world.ada.asks(usd(400), **SMALL)
    assert world.search.request.state is State.PENDING
    world.ada.press(world.ada.card("edit"), "edit")
    assert not world.ada.submit(amount="100").errors
    assert world.search.request.by_policy
    assert world.search.limit == usd(10_100)

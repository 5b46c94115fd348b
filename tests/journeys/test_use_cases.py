"""Use cases: a request may name one of its quota's, and everybody who decides sees how it may run."""

from collections.abc import Iterator

import pytest

from bot.demo.actor import said, texts
from tests.journeys.policies import POLICY
from tests.journeys.test_automatic import policy
from tests.journeys.test_conduct import USES
from tests.journeys.world import World, form, usd
from tests.journeys.world import world as opened
from workflows.requests import State


@pytest.fixture
def world() -> Iterator[World]:
    with opened(POLICY + USES) as made:
        yield made


def offered(world: World) -> list[str]:
    """The use cases that the open form offers."""
    blocks = {block.get("block_id"): block for block in world.ada.modal()["view"]["blocks"]}
    return [option["value"] for option in blocks["use_case"]["element"]["options"]] if "use_case" in blocks else []


def test_the_form_offers_those_of_the_quota_that_is_chosen(world: World) -> None:
    world.ada.opens()
    assert offered(world) == ["triage", "contracts"]
    world.ada.pick("quota", "platform/mobile:usd/month")
    assert offered(world) == ["hiring"]
    world.ada.pick("quota", "platform/support:usd/month")
    assert offered(world) == []


def test_the_card_says_how_it_may_run_and_what_becomes_of_prompts(world: World) -> None:
    world.ada.asks(usd(400), use_case="triage")
    assert world.search.request.case.use_case == "triage"
    card = said(world.bob.card("approve"))
    assert "Triage: may run automatically" in card
    assert "Prompts are kept for 30 days." in card


def test_a_high_risk_workflow_shows_by_whom_and_until_when_it_is_approved(world: World) -> None:
    world.ada.asks(usd(400), use_case="contracts")
    assert f"needs human review; a high-risk workflow, approved by <@{world.sam.id}> until 5 Nov 2026" in said(
        world.bob.card("approve")
    )
    world.days_pass(3)
    world.bob.approves()
    assert f"the approval by <@{world.sam.id}> ended on 5 Nov 2026" in said(world.ada.sees("Approved by", channel="leeway"))


def test_without_one_nothing_is_said(world: World) -> None:
    world.ada.asks(usd(400))
    assert world.search.request.case.use_case == ""
    assert "Use case" not in " ".join(texts(world.bob.card("approve")))


def test_a_use_case_is_not_taken_along_to_a_quota_that_has_it_not(world: World) -> None:
    world.ada.opens()
    world.ada.pick("use_case", "contracts")
    world.ada.pick("quota", "platform/mobile:usd/month")
    assert not world.ada.submit(**form() | {"amount": "10"}).errors
    assert world.mobile.request.case.use_case == ""


def test_policy_does_not_approve_for_a_workflow_whose_approval_ended() -> None:
    with opened(policy("on") + USES) as world:
        world.days_pass(4)
        world.ada.asks(usd(50), duration="days:1", use_case="contracts")
        request = world.search.request
        assert request.state is State.PENDING
        assert request.auto is not None and request.auto.violated == ("use case",)

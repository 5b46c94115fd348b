"""Somebody may ask for their team, or for a service account of theirs: both are shown, and neither owner decides."""

from collections.abc import Iterator

import pytest

from bot.demo.actor import said, texts
from tests.journeys.policies import POLICY
from tests.journeys.world import World, form, usd, who
from tests.journeys.world import world as opened
from workflows import requesting
from workflows.refusals import Refused, Why
from workflows.requests import State

ACCOUNTS = """
  accounts:
    ci-bot: {owners: [ada@acme.example, bob@acme.example], scope: platform/search}
    nightly: {owners: [eve@acme.example], scope: platform/search}
    elsewhere: {owners: [ada@acme.example], scope: platform/mobile}
models:"""


@pytest.fixture
def robots() -> Iterator[World]:
    """A world with service accounts; bob, who manages ada, owns one of them with her."""
    with opened(POLICY.replace("\nmodels:", ACCOUNTS)) as made:
        yield made


def choices(world: World) -> list[str]:
    """For whom ada can ask."""
    block = next(block for block in world.ada.modal()["view"]["blocks"] if block.get("block_id") == "behalf")
    return [option["value"] for option in block["element"]["options"]]


def test_the_form_offers_the_accounts_that_one_owns_where_they_work(robots: World) -> None:
    robots.ada.opens()
    assert choices(robots) == ["me", "team", "ci-bot"]
    robots.ada.pick("quota", robots.mobile.key)
    assert choices(robots) == ["me", "team", "elsewhere"]
    robots.ada.pick("quota", "platform:usd/month")
    assert choices(robots) == ["me", "team"]


def test_whoever_asks_and_for_whom_are_both_shown(robots: World) -> None:
    robots.ada.asks(usd(400), behalf="ci-bot")
    request = robots.search.request
    assert (request.requester, request.case.behalf) == (who(robots.ada), "ci-bot")
    approver = robots.lin if robots.lin.id in request.route.approvers() else robots.noor
    assert f"<@{robots.ada.id}> for ci-bot" in said(approver.card("approve"))


def test_no_owner_of_the_account_decides(robots: World) -> None:
    robots.ada.asks(usd(400), behalf="ci-bot")
    request = robots.search.request
    assert set(request.excluded) == {who(robots.ada), who(robots.bob)}
    assert not set(request.route.approvers()) & set(request.excluded)
    card = robots.bob.sees("for ci-bot")
    robots.bob.press(card, "approve")
    assert not robots.search.request.votes
    assert robots.bob.whispers("team-search")


def test_the_preview_leaves_the_owners_out_too(robots: World) -> None:
    robots.ada.opens()
    preview = [block for block in robots.ada.modal()["view"]["blocks"] if block.get("block_id") == "preview"]
    assert robots.bob.id in " ".join(texts(preview))
    robots.ada.pick("behalf", "ci-bot")
    preview = [block for block in robots.ada.modal()["view"]["blocks"] if block.get("block_id") == "preview"]
    assert robots.bob.id not in " ".join(texts(preview))


def test_for_the_whole_team_the_manager_decides_as_ever(robots: World) -> None:
    robots.ada.asks(usd(400), behalf="team")
    assert "for the whole team" in said(robots.bob.card("approve"))
    robots.bob.approves()
    assert robots.search.request.state is State.APPROVED


@pytest.mark.parametrize("account", ["nightly", "elsewhere", "nobody"])
def test_nobody_asks_for_an_account_of_others_or_where_it_does_not_work(robots: World, account: str) -> None:

    typed = {**form(), "quota": robots.search.key, "behalf": account}
    found = requesting.submit(robots.stage.leeway.kit, who(robots.ada), typed, token="form")
    assert found == (Refused(Why.NOT_YOUR_ACCOUNT, {"account": account}, place="behalf"),)
    assert not robots.search.requests


def test_for_somebody_else_is_another_request_to_those_who_said_yes(robots: World) -> None:
    robots.ada.asks(usd(1_500))
    robots.bob.approves()
    robots.ada.press(robots.ada.card("edit"), "edit")
    assert not robots.ada.submit(behalf="ci-bot").errors
    request = robots.search.request
    assert not request.votes and who(robots.bob) in request.excluded

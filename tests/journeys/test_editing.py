"""A pending request can be changed by whoever asked, in the form it came from; it stays one request, and its deadline stays."""

from typing import Any

import pytest

from bot.demo.actor import buttons, said, texts
from tests.journeys.conftest import BOTH
from tests.journeys.world import WHY, Person, World, form, usd, who
from workflows import requesting, reviewing
from workflows.ballots import Verdict, Vote
from workflows.refusals import Refused, Why
from workflows.requests import State


def told(person: Person, name: str) -> str:
    """What the open form says in one of its blocks."""
    blocks = person.modal()["view"]["blocks"]
    return " ".join(texts([found for found in blocks if found.get("block_id") == name]))


def typed_in(person: Person) -> dict[str, Any]:
    """What stands in the fields of the open form."""
    values = person.modal()["values"]
    fields = {name: state for block in values.values() for name, state in block.items()}
    return {name: (state.get("selected_option") or {}).get("value") or state.get("value") for name, state in fields.items()}


def edits(world: World) -> None:
    assert not world.ada.press(world.ada.card("edit"), "edit").error


def in_the_record(world: World) -> list[str]:
    with world.stage.store.reads() as unit:
        return [entry.did for entry in unit.record.chain(world.search.request.id)]


def test_the_form_opens_with_what_was_asked_for(world: World) -> None:
    world.ada.asks(usd(400), ticket="https://tickets.acme.example/4")
    edits(world)
    filled = typed_in(world.ada)
    assert {name: filled[name] for name in form()} == form() | {"amount": "$400"}
    assert filled["ticket"] == "https://tickets.acme.example/4"
    assert "Nobody is asked anew" in told(world.ada, "preview")
    assert world.bob.id in told(world.ada, "editing")


@BOTH
def test_asking_for_more_voids_the_yes_so_far_and_asks_by_todays_policy(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    world.bob.approves()
    deadline, first = world.search.request.deadline, world.search.request.id
    world.time_passes(hours=1)
    edits(world)
    world.ada.pick("amount", "1,500")
    preview = told(world.ada, "preview")
    assert "because it is for more; the yes of" in preview and "no longer counts" in preview
    assert all(person.id in preview for person in (world.bob, world.cy, world.sam))
    assert not world.ada.submit(amount="1,500").errors
    request = world.search.request
    assert (request.id, request.deadline, request.case.amount) == (first, deadline, usd(1_500))
    assert (request.votes, [vote.by for vote in request.voided]) == ((), [who(world.bob)])
    assert [stage.name for stage in request.route.stages] == ["manager", "finance", "security"]
    assert "Changed" in (card := said(world.bob.card("approve"))) and "the amount. 1 vote was given" in card
    assert "edit" in in_the_record(world)


def test_asking_for_less_or_in_other_words_leaves_the_votes_and_is_shown(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    world.bob.approves()
    edits(world)
    world.ada.pick("amount", "300")
    assert "the yes of" in told(world.ada, "preview") and "counts on" in told(world.ada, "preview")
    link = "https://tickets.acme.example/5"
    assert not world.ada.submit(amount="300", justification=WHY + " And sooner.", ticket=link).errors
    request = world.search.request
    assert [vote.by for vote in request.votes] == [who(world.bob)]
    card = said(world.sam.card("approve"))
    assert "+$300 for Search" in card and "And sooner." in card
    assert "Changed" in card and "the amount, why it is needed and the ticket." in card
    assert link in str(world.sam.card("approve")["blocks"])
    posted = [call["args"] for call in world.calls("chat.postMessage")]
    assert posted and all(args["unfurl_links"] is args["unfurl_media"] is False for args in posted)


def test_a_click_on_the_card_from_before_the_change_decides_nothing(world: World) -> None:
    world.ada.asks(usd(400))
    edits(world)
    world.ada.submit(amount="300")
    kit, request = world.stage.leeway.kit, world.search.request
    found = reviewing.vote(kit, request.id, Vote(who(world.bob), Verdict.APPROVE, world.now, revision=1))
    assert isinstance(found, Refused) and found.why is Why.CHANGED_SINCE
    world.bob.approves()
    assert world.search.limit == usd(10_300)


def test_a_yes_that_came_while_the_form_was_open_is_shown_before_it_is_voided(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    edits(world)
    world.ada.pick("amount", "600")
    world.bob.approves()
    assert not world.ada.submit(amount="600").errors
    assert world.search.request.case.amount == usd(400)
    assert "was changed since you opened this" in told(world.ada, "editing")
    assert world.bob.id in told(world.ada, "preview") and "no longer counts" in told(world.ada, "preview")
    assert typed_in(world.ada)["amount"] == "600"
    assert not world.ada.submit(amount="600").errors
    assert world.search.request.case.amount == usd(600)
    assert not world.search.request.votes


def test_a_request_that_was_decided_meanwhile_is_not_changed(world: World) -> None:
    world.ada.asks(usd(400))
    edits(world)
    world.bob.approves()
    sent = world.ada.submit(amount="300")
    assert "already approved" in str(sent.errors)
    assert world.search.request.case.amount == usd(400)
    assert "edit" not in buttons(world.ada.sees("Approved", channel="leeway"))


def test_nothing_changed_is_said(world: World) -> None:
    world.ada.asks(usd(400))
    edits(world)
    assert "Nothing is different" in str(world.ada.submit().errors)
    assert world.search.request.revision == 1


def test_only_whoever_asked_can_change_it(world: World) -> None:
    world.ada.asks(usd(400))
    request = world.search.request
    seen = requesting.Seen(request.id, 1)
    found = requesting.edit(world.stage.leeway.kit, who(world.eve), {**form(), "quota": world.search.key}, seen)
    assert isinstance(found, tuple) and found[0].why is Why.NOT_YOURS
    assert world.search.request == request


def test_it_can_be_moved_to_another_quota_and_stays_the_same_request(world: World) -> None:
    world.ada.asks(usd(400))
    first = world.search.request
    edits(world)
    world.ada.pick("quota", world.mobile.key)
    assert "because it is for another quota" in told(world.ada, "preview")
    assert not world.ada.submit(quota=world.mobile.key).errors
    assert world.mobile.request.id == first.id
    assert world.mobile.request.deadline == first.deadline
    assert not world.search.requests


def test_two_requests_of_one_person_do_not_become_one_quotas(world: World) -> None:
    world.ada.asks(usd(400))
    world.ada.asks(usd(400), channel="team-mobile")
    world.ada.press(world.ada.card("edit"), "edit")
    sent = world.ada.submit(quota=world.search.key)
    assert world.search.request.id in str(sent.errors)
    assert world.mobile.request.case.quota == world.mobile.key


@pytest.mark.parametrize("surface", ["button", "command", "shortcut"])
def test_every_way_to_ask_opens_the_request_that_is_open_already(world: World, surface: str) -> None:
    world.search.spends(usd(9_500))
    world.ada.asks(usd(400))
    match surface:
        case "button":
            world.ada.press(world.ada.sees("90 % warning"), "ask")
        case "command":
            world.ada.command("request search", "team-search")
        case "shortcut":
            world.stage.do("shortcut", as_=world.ada.id, callback_id="ask")
            world.ada.pick("quota", world.search.key)
    if surface == "shortcut":
        sent = world.ada.submit(**form() | {"amount": "500"})
        assert not sent.errors
    assert world.ada.modal()["view"]["title"]["text"] == "Change your request"
    assert not world.ada.submit(amount="700").errors
    assert [request.case.amount for request in world.search.requests] == [usd(700)]


def test_whoever_asks_twice_at_once_is_shown_the_first_with_what_they_typed(world: World) -> None:
    world.ada.opens()
    kit = world.stage.leeway.kit
    requesting.submit(kit, who(world.ada), {**form(), "quota": world.search.key}, token="another form")
    world.stage.settle()
    assert not world.ada.submit(**form() | {"amount": "900"}).errors
    assert "You asked about this quota already" in told(world.ada, "editing")
    assert typed_in(world.ada)["amount"] == "900"
    assert [request.case.amount for request in world.search.requests] == [usd(400)]
    assert not world.ada.submit().errors
    assert [request.case.amount for request in world.search.requests] == [usd(900)]


def test_after_the_deadline_nothing_is_changed(world: World) -> None:
    world.ada.asks(usd(400))
    edits(world)
    world.days_pass(5)
    assert world.search.request.state is State.LAPSED
    assert "lapsed" in str(world.ada.submit(amount="300").errors)
    assert "edit" not in buttons(world.ada.sees("Lapsed", channel="leeway"))

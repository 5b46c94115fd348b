"""Asking: the form, its errors and its preview, and whom it reaches."""

from bot.demo.actor import buttons, said, texts
from tests.journeys.conftest import BOTH
from tests.journeys.world import WHY, World, form, usd, who
from workflows.requests import State


def asked(world: World) -> str:
    """What the open form says about who will be asked."""
    blocks = world.ada.modal()["view"]["blocks"]
    return " ".join(texts([block for block in blocks if block.get("block_id") in ("preview", "effect")]))


def test_an_error_lands_next_to_its_field_and_the_form_keeps_what_was_typed(world: World) -> None:
    world.ada.opens()
    sent = world.ada.submit(**form() | {"amount": "1.000", "justification": "We need sk-abcdefghijklmnopqrstuvwxyz0123"})
    assert set(sent.errors) == {"amount", "justification"}
    assert "1.000" in sent.errors["amount"]
    values = world.ada.modal()["values"]
    assert values["amount"]["amount"]["value"] == "1.000"
    assert values["metric"]["metric"]["value"] == "queries evaluated"
    assert not world.search.requests
    sent = world.ada.submit(amount="1,000", justification=WHY)
    assert not sent.errors
    assert world.search.request.case.amount == usd(1_000)


def test_the_preview_names_who_will_be_asked_and_follows_what_is_typed(world: World) -> None:
    bob, cy, sam, pat = (person.id for person in (world.bob, world.cy, world.sam, world.pat))
    world.ada.opens()
    assert bob in asked(world)
    world.ada.pick("duration", "days:3")
    assert not any(one in asked(world) for one in (cy, sam, pat))
    world.ada.pick("amount", "1500")
    assert cy in asked(world)
    assert "large" in asked(world)
    world.ada.pick("amount", "500")
    assert cy not in asked(world)
    world.ada.pick("data", "confidential")
    assert sam in asked(world)
    world.ada.pick("data", "internal")
    world.ada.pick("duration", "days:14")
    assert sam not in asked(world)
    assert pat in asked(world)


def test_who_the_preview_names_is_who_is_asked(world: World) -> None:
    world.ada.opens()
    typed = form() | {"amount": "1500", "duration": "days:14", "data": "confidential"}
    for name in ("amount", "duration", "data"):
        world.ada.pick(name, typed[name])
    preview = asked(world)
    world.ada.submit(**typed)
    approvers = world.search.request.route.approvers()
    assert {person for person in ("U0BOB", "U0CY", "U0DI", "U0SAM", "U0MAX", "U0PAT") if person in preview} == set(approvers)


def test_past_the_hard_limit_platform_and_finance_must_agree_too(world: World) -> None:
    world.search.spends(usd(12_500))
    world.ada.asks(usd(400))
    assert [stage.name for stage in world.search.request.route.stages] == ["manager", "platform", "finance"]
    world.bob.approves()
    world.pat.approves()
    assert world.search.request.state is State.PENDING
    world.di.approves()
    assert world.search.request.state is State.APPROVED


@BOTH
def test_a_large_amount_takes_two_of_finance(world: World) -> None:
    world.ada.asks(usd(1_500))
    world.bob.approves()
    world.cy.approves()
    assert world.search.request.state is State.PENDING
    world.di.approves()
    assert world.search.limit == usd(11_500)


def test_confidential_data_asks_security_and_keeps_the_words_out_of_the_channel(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    assert not world.told("team-search", WHY)
    assert WHY in said(world.bob.card("approve"))
    world.bob.approves()
    assert WHY in said(world.sam.card("approve"))
    world.sam.denies("Not with these data: 4711.")
    assert world.search.request.state is State.DENIED
    assert not world.told("team-search", "4711")
    assert "4711" in said(world.ada.sees("Denied", channel="leeway"))


def test_the_requester_is_never_asked(world: World) -> None:
    world.cy.asks(usd(1_500))
    request = world.search.request
    assert who(world.cy) not in request.route.approvers()
    assert request.route.approvers()
    card = world.cy.sees("$1,500")
    world.cy.press(card, "approve")
    assert "somebody else decides" in world.cy.whispers("team-search")[-1]
    assert not world.search.request.votes


def test_a_rule_that_refuses_says_so_before_anything_is_sent(world: World) -> None:
    world.ada.opens()
    world.ada.pick("data", "restricted")
    world.ada.pick("models", ["claude-opus-*"])
    assert "Restricted data needs an approved model." in asked(world)
    world.ada.submit(**form() | {"data": "restricted"})
    assert "Restricted data needs an approved model." in " ".join(texts(world.ada.modal()["view"]))
    assert not world.search.requests


@BOTH
def test_one_open_request_a_person_and_quota(world: World) -> None:
    world.ada.asks(usd(400))
    again = world.ada.asks(usd(500))
    assert not again.errors
    assert [request.case.amount for request in world.search.requests] == [usd(500)]


@BOTH
def test_the_same_form_sent_twice_is_one_request(world: World) -> None:
    world.trouble("deliver")
    world.trouble("deliver", times=3)
    world.ada.asks(usd(400))
    assert len(world.search.requests) == 1


@BOTH
def test_the_request_goes_to_the_thread_of_the_warning(world: World) -> None:
    world.search.spends(usd(9_000))
    warning = world.ada.sees("90 % warning")
    world.ada.asks(usd(400))
    card = world.bob.sees("$400", thread=warning["ts"])
    assert {"approve", "deny"} <= buttons(card)
    assert world.search.request.origin


def test_when_something_fails_the_form_stays_and_names_the_error_for_the_operator(world: World) -> None:
    world.ada.opens()
    world.time_passes(minutes=6)
    world.trouble("users.info", 20, error="internal_error")
    sent = world.ada.submit(**form())
    assert "failed on our side" in str(sent.errors)
    assert "error " in str(sent.errors)
    assert world.ada.modal()["values"]["metric"]["metric"]["value"] == "queries evaluated"
    assert not world.search.requests

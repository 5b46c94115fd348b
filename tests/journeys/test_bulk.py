"""The inbox: what waits for somebody, and approving several alike requests at once, each by itself."""

from collections.abc import Iterator

import pytest

from bot.demo.actor import buttons, said, texts
from tests.journeys.clicks import submitted
from tests.journeys.policies import POLICY
from tests.journeys.test_away import leaves
from tests.journeys.world import Person, World, form, usd, who
from tests.journeys.world import world as opened
from workflows.requests import Request, State

ALIKE = POLICY.replace(
    "ada@acme.example: bob@acme.example", "ada@acme.example: bob@acme.example\n    eve@acme.example: bob@acme.example"
)
STEPPED = ALIKE + 'decisions: {confirm_over: "$500"}\n'


@pytest.fixture
def world() -> Iterator[World]:
    with opened(STEPPED) as made:
        yield made


def asks(person: Person, team: str, amount: int, **typed: str) -> None:
    person.command(f"request {team}", "random")
    sent = person.submit(**{**form(), "amount": str(amount), **typed})
    assert not sent.errors and not sent.error, sent


def words(person: Person) -> str:
    return " ".join(texts(person.modal()["view"]["blocks"]))


def options(person: Person) -> list[str]:
    block = next(block for block in person.modal()["view"]["blocks"] if block["block_id"] == "chosen")
    return [str(option["value"]) for option in block["element"]["options"]]


def requests(world: World) -> dict[str, Request]:
    return {
        f"{r.requester[2:].lower()} {r.case.quota.split(':')[0][9:]}": r
        for t in (world.search, world.mobile, world.support)
        for r in t.requests
    }


def test_alike_requests_are_approved_together_and_each_is_a_decision_of_its_own(world: World) -> None:
    asks(world.ada, "search", 100)
    asks(world.eve, "mobile", 200)
    world.bob.command("inbox", "random")
    assert len(options(world.bob)) == 2
    world.bob.submit(chosen=options(world.bob))
    assert "2 of 2 approved" in words(world.bob)
    assert {r.state for r in requests(world).values()} == {State.APPROVED}
    with world.stage.store.reads() as unit:
        for request in requests(world).values():
            assert [entry.did for entry in unit.record.chain(request.id)] == ["submitted", "voted: approve"]


def test_only_those_of_the_lowest_tier_are_decided_together_and_the_others_are_named(world: World) -> None:
    world.support.spends(usd(9_700))
    asks(world.ada, "search", 100)
    asks(world.ada, "mobile", 600)
    asks(world.eve, "search", 50, data="confidential")
    asks(world.eve, "support", 50)
    world.bob.command("inbox", "random")
    mine = requests(world)
    assert options(world.bob) == [f"{mine['ada search'].id}:1"]
    assert "+$600 on Mobile" in words(world.bob) and "+$50 on Search" in words(world.bob)


def test_what_was_decided_meanwhile_is_listed_with_why_and_the_others_are_approved(world: World) -> None:
    asks(world.ada, "search", 100)
    asks(world.eve, "mobile", 200)
    world.bob.command("inbox", "random")
    chosen = options(world.bob)
    world.ada.withdraws()
    world.bob.submit(chosen=chosen)
    assert "1 of 2 approved" in words(world.bob)
    assert "This request is already withdrawn by" in words(world.bob)
    assert requests(world)["eve mobile"].state is State.APPROVED
    assert requests(world)["ada search"].state is State.WITHDRAWN


def test_a_large_request_is_not_slipped_among_others(world: World) -> None:
    asks(world.ada, "search", 100)
    asks(world.ada, "mobile", 600)
    world.bob.command("inbox", "random")
    large = requests(world)["ada mobile"]
    element = {"type": "checkboxes", "selected_options": [{"value": f"{large.id}:1"}]}
    told = submitted(world, world.bob, world.bob.modal()["view"], {"chosen": {"chosen": element}})
    assert "0 of 1 approved" in str(told) and "decided on its own card" in str(told)
    assert requests(world)["ada mobile"].state is State.PENDING


def test_nothing_is_approved_when_nothing_was_chosen(world: World) -> None:
    asks(world.ada, "search", 100)
    asks(world.eve, "mobile", 200)
    world.bob.command("inbox", "random")
    assert world.bob.submit().errors
    assert {r.state for r in requests(world).values()} == {State.PENDING}


def test_the_card_says_how_many_alike_wait_and_opens_them(world: World) -> None:
    asks(world.ada, "search", 100)
    assert "inbox" not in buttons(world.bob.card("approve"))
    asks(world.eve, "mobile", 200)
    card = world.bob.card("inbox")
    assert "Decide 2 alike…" in said(card)
    world.bob.press(card, "inbox")
    assert len(options(world.bob)) == 2


def test_an_empty_inbox_says_so(world: World) -> None:
    world.eve.command("inbox", "random")
    assert "Nothing waits for you." in words(world.eve)


def test_what_waits_for_somebody_who_is_away_waits_for_their_stand_in_too(world: World) -> None:
    assert not leaves(world.bob, world.pat).errors
    asks(world.ada, "search", 100)
    asks(world.eve, "mobile", 200)
    world.pat.command("inbox", "random")
    world.pat.submit(chosen=options(world.pat))
    assert {(r.state, r.votes[0].acting_for) for r in requests(world).values()} == {(State.APPROVED, who(world.bob))}

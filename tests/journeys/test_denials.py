"""Whoever LiteLLM stops is told once, by what and whom to ask, and can ask from there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.demo.actor import Message, buttons, said
from tests.edges.gateway import call
from tests.journeys.policies import POLICY
from tests.journeys.world import Person, World, form, usd, world
from workflows.overrides import Status
from workflows.requests import State

CLAIMED = POLICY.replace(
    "routing:",
    """attribution:
  - {when: {team: search}, scope: platform/search}
  - {when: {team: mobile}, scope: platform/mobile}
routing:""",
    1,
)


@pytest.fixture
def acme() -> Iterator[World]:
    """A world whose rules know LiteLLM's teams."""
    with world(CLAIMED) as made:
        yield made


def stops(acme: World, who: str | None = "ada@acme.example", stands: float = 9_980.2, **changes: Any) -> None:
    """LiteLLM stops a call and its log says so."""
    acme.count += 1
    said = {
        "metadata__user_api_key_user_email": who,
        "metadata__user_api_key_user_id": None,
        "error_information__error_budget_limit": 10_000,
        "error_information__error_budget_spend": stands,
        "startTime": acme.now.timestamp(),
        **changes,
    }
    answer = acme.stage.api.post("/v1/litellm/logs", json=[call("denied", acme.count, **said)]).json()
    assert (answer["accepted"], answer["refused"]) == (1, [])
    acme.stage.settle()


def told(person: Person) -> list[Message]:
    return [message for message in person.messages("leeway") if "LiteLLM stopped" in said(message)]


def test_a_denial_leads_to_one_message_whose_button_leads_to_an_override(acme: World) -> None:
    acme.search.spends(usd(9_820))
    stops(acme)
    [message] = told(acme.ada)
    for words in ("the budget of the team “search” is used up", "spent $9,820 of $10,000", "resets 1 Dec"):
        assert words in said(message)
    assert "LiteLLM stopped at $9,980.20 of $10,000; what it holds back" in said(message)
    stops(acme)
    stops(acme)
    assert len(told(acme.ada)) == 1
    assert acme.ada.press(message, "ask").error == ""
    modal = json.dumps(acme.ada.modal())
    assert '"value": "platform/search:usd/month"' in modal
    assert '"initial_value": "$1,000"' in modal
    assert acme.ada.submit(**form()).errors == {}
    acme.bob.approves()
    assert (acme.search.request.state, acme.search.status) == (State.APPROVED, Status.ACTIVE)
    assert acme.search.limit == usd(10_400)


def test_the_next_window_is_told_again(acme: World) -> None:
    stops(acme)
    acme.days_pass(28)
    stops(acme)
    assert len(told(acme.ada)) == 2


def test_each_person_is_told_and_nobody_else(acme: World) -> None:
    stops(acme)
    stops(acme, "bob@acme.example")
    assert [len(told(person)) for person in (acme.ada, acme.bob, acme.cy, acme.eve)] == [1, 1, 0, 0]
    assert acme.told("team-search", "LiteLLM stopped") == []


def test_one_person_under_two_names_is_told_once(acme: World) -> None:
    stops(acme, "ADA@acme.example")
    stops(acme, None, metadata__user_api_key_user_id=acme.ada.id)
    assert len(told(acme.ada)) == 1


@pytest.mark.parametrize("who", ["stranger@else.example", "gus@acme.example", "svc-search", None])
def test_a_denial_of_nobody_here_tells_nobody_and_operators_see_it(acme: World, who: str | None) -> None:
    stops(acme, who)
    assert acme.calls("chat.postMessage") == []
    with acme.stage.store.reads() as unit:
        assert [denied.denial.who for denied in unit.denials.missed(acme.now)] == [who or ""]
    assert acme.dead() == []


def test_whoever_asked_already_is_told_so_and_offered_no_second_request(acme: World) -> None:
    acme.ada.asks(usd(400))
    stops(acme)
    [message] = told(acme.ada)
    assert "You asked for $400 more" in said(message)
    assert not buttons(message)


def test_whoever_has_an_override_is_told_so(acme: World) -> None:
    acme.ada.asks(usd(400))
    acme.bob.approves()
    stops(acme)
    [message] = told(acme.ada)
    assert "Your override of +$400 is active here until" in said(message)
    assert not buttons(message)
    stops(acme, "bob@acme.example")
    assert "ask" in buttons(told(acme.bob)[0])


def test_a_budget_that_is_none_of_ours_is_told_with_what_litellm_said_and_whom_to_ask(acme: World) -> None:
    hashed = call("denied")["metadata"]["user_api_key_hash"]
    changes = {"error_information__error_budget_entity_type": "key", "error_information__error_budget_entity_id": hashed}
    stops(acme, stands=9_999, **changes)
    [message] = told(acme.ada)
    assert "the budget of the key “ada-key” is used up" in said(message)
    assert "LiteLLM stopped at $9,999 of $10,000" in said(message)
    assert f"Ask <@{acme.bob.id}>, who owns the quota that your calls count in." in said(message)
    assert "spent" not in said(message)
    assert not buttons(message)


def test_a_slack_that_does_not_answer_is_asked_again(acme: World) -> None:
    acme.trouble("users.lookupByEmail", times=2, status=503)
    stops(acme)
    assert told(acme.ada) == []
    acme.settles()
    assert len(told(acme.ada)) == 1


def test_a_message_that_comes_after_the_reset_is_not_sent(acme: World) -> None:
    acme.trouble("users.lookupByEmail", times=1, status=429, retry_after=86_400 * 40)
    stops(acme)
    acme.days_pass(41)
    assert told(acme.ada) == []
    assert acme.dead() == []


def test_a_denial_that_is_sent_while_the_app_is_stopped_is_told_when_it_is_back(acme: World) -> None:
    acme.trouble("chat.postMessage", times=1, status=503)
    stops(acme)
    acme.is_down(minutes=5)
    assert len(told(acme.ada)) == 1

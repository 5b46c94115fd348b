"""The decision card: which buttons it has for whom, and that each end is told in its own true words."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.slack.rendering import Renderer
from tests.golden import cast
from tests.golden.cast import NOW, PLAIN, ZONE
from tests.golden.scenes import VIEWERS, stories
from workflows.explaining import Card
from workflows.overrides import Reason
from workflows.requests import State
from workflows.rules import Data

STORIES = {name: (asked, granted) for name, asked, granted in stories(PLAIN)}


def told(renderer: Renderer, card: Card, viewer: str = "thread") -> dict[str, Any]:
    return renderer.render("card.yaml", card=card, viewer=viewer, zone=ZONE)


def buttons(message: dict[str, Any]) -> dict[str, str]:
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return {button["action_id"]: button.get("value", "") for row in rows for button in row}


@pytest.mark.parametrize("viewer", ["thread", "approver"])
def test_a_pending_card_can_be_approved_and_denied_at_its_revision(renderer: Renderer, viewer: str) -> None:
    asked = replace(cast.request(), revision=3)
    found = buttons(told(renderer, cast.card(asked), viewer))
    assert found.pop("more") == ""  # a menu: its options carry it
    assert found == dict.fromkeys(("approve", "deny", "less", "question"), "R-ABCDEFGHIJ:3")


def test_the_requester_can_only_remind_edit_and_withdraw_and_is_asked_again_before_that(renderer: Renderer) -> None:
    message = told(renderer, cast.card(cast.request()), "requester")
    assert buttons(message) == dict.fromkeys(("nudge", "edit", "withdraw"), "R-ABCDEFGHIJ:1")
    assert message["blocks"][-1]["elements"][2]["confirm"]["confirm"]["text"] == "Withdraw"


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("story", [s for s in STORIES if s != "pending"])
def test_a_decided_card_has_no_button_but_to_ask_again_after_a_denial(renderer: Renderer, story: str, viewer: str) -> None:
    expected = {"reopen"} if (story, viewer) == ("denied", "requester") else set()
    assert set(buttons(told(renderer, cast.card(*STORIES[story]), viewer))) == expected


@pytest.mark.parametrize(
    ("story", "words"),
    {
        "pending": "Waiting for <@U0BOB>",
        "denied": "Denied by <@U0BOB>",
        "withdrawn": "Withdrawn by <@U0ADA>",
        "decided-elsewhere-approved": "Approved in Claude, where it was asked for",
        "decided-elsewhere-denied": "Denied in Claude, where it was asked for",
        "decided-elsewhere-gone": "Taken back in Claude, where it was asked for",
        "lapsed": "nobody decided in time. This is no denial",
        "activating": "Activating…",
        "active": "Active until",
        "ended-expired": "Ended on time",
        "ended-returned": "Returned early",
        "ended-revoked": "Revoked",
        "ended-superseded": "Replaced by a later override",
        "ended-unapplied": "could not be applied",
    }.items(),
)
def test_each_end_has_words_of_its_own(renderer: Renderer, story: str, words: str) -> None:
    said = {name: told(renderer, cast.card(*known))["text"] for name, known in STORIES.items()}
    assert words in said[story]
    alike = {story, story.replace("ended", "ending")}
    assert not any(words in text for name, text in said.items() if name not in alike)


def test_active_is_not_said_before_the_store_enforces_it(renderer: Renderer) -> None:
    yes = cast.decided(cast.request(), State.APPROVED)
    for card in (cast.card(yes), cast.card(yes, cast.override(yes))):
        assert "Active until" not in json.dumps(told(renderer, card))


def test_a_lapse_is_never_worded_as_a_denial(renderer: Renderer) -> None:
    card = cast.card(cast.decided(cast.request(), State.LAPSED))
    assert "denied" not in json.dumps(told(renderer, card)).lower()


def test_a_denial_shows_its_reason_and_what_would_get_a_yes(renderer: Renderer) -> None:
    words = replace(PLAIN, said="Wait for the cheaper model")
    card = cast.card(cast.decided(cast.request(), State.DENIED, words))
    assert json.dumps(told(renderer, card)).count("Wait for the cheaper model") == 2


def test_approvers_read_what_is_kept_out_of_the_channel(renderer: Renderer) -> None:
    card = cast.card(cast.request(data=Data.CONFIDENTIAL))
    assert PLAIN.said in json.dumps(told(renderer, card, "approver"))
    assert PLAIN.said not in json.dumps(told(renderer, card, "thread"))
    assert "kept out of the channel" in json.dumps(told(renderer, card, "thread"))


def test_every_ancestor_is_shown_and_one_that_cannot_pay_says_so(renderer: Renderer) -> None:
    said = json.dumps(told(renderer, cast.card(cast.request())))
    assert "Engineering, monthly budget" in said and "Platform, monthly budget" in said
    assert said.count("That is less than is asked for.") == 1


def test_a_long_route_and_many_ancestors_still_fit(renderer: Renderer) -> None:
    card = cast.card(cast.request())
    message = told(renderer, replace(card, seats=card.seats * 6, above=card.above * 8))
    assert "And 7 more stages." in json.dumps(message) and "and 10 more" in json.dumps(message)


def test_an_override_that_could_not_be_applied_is_never_called_ended(renderer: Renderer) -> None:
    yes = cast.decided(cast.request(), State.APPROVED)
    card = cast.card(yes, replace(cast.over(yes, Reason.UNAPPLIED), gone=NOW))
    said = renderer.render("news.yaml", news="unapplied", card=card, zone=ZONE)["text"]
    assert "never counted" in said and "ended" not in said

"""A listener fails: the person is told where they are, with a number that is in the log, and nothing is changed."""

import logging
import re

import pytest

from tests.edges import lobby
from tests.edges.lobby import ADA, EVE, SEARCH, Lobby

NUMBER = re.compile(r"[Ee]rror `?([0-9a-f]{6})")


def number_in(text: str, log: pytest.LogCaptureFixture) -> str:
    found = NUMBER.search(text)
    assert found, text
    assert "secret of the inside" not in text
    assert f"error {found[1]}" in log.text
    return found[1]


def test_in_a_channel_it_is_whispered(app: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    answer = app.interact(lobby.press(ADA, "broken"))
    (told,) = app.told(ADA)
    assert (answer.status_code, answer.text) == (200, "")
    assert number_in(told, caplog)
    assert app.subjects() == []


def test_in_a_modal_it_stands_beside_the_first_field(app: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    answer = app.interact(lobby.submission(ADA, "broken")).json()
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["amount"]
    assert number_in(answer["errors"]["amount"], caplog)
    assert app.told(ADA) == []


def test_in_a_modal_without_fields_it_is_a_direct_message(app: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    empty = lobby.sent("view_submission", ADA) | {"view": lobby.view("broken", "", {"type": "divider"})}
    assert app.interact(empty).text == ""
    (told,) = app.told(ADA)
    assert number_in(told, caplog)


def test_in_a_command_it_is_the_answer(app: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    app.stage.do("fault", method="views.open", error="internal_error", times=1)
    told = app.stage.do("command", as_=ADA, channel=SEARCH, command="/leeway", text="request")
    assert told["ok"]
    (text,) = app.told(ADA)
    assert number_in(text, caplog)
    assert app.subjects() == []


def test_from_a_shortcut_which_is_nowhere_it_is_a_direct_message(app: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    app.stage.do("fault", method="views.open", error="internal_error", times=1)
    assert app.stage.do("shortcut", as_=ADA, callback_id="ask")["ok"]
    (text,) = app.told(ADA)
    assert number_in(text, caplog)


def test_where_nothing_can_be_whispered_it_is_a_direct_message(app: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    app.stage.do("fault", method="chat.postEphemeral", error="not_in_channel", times=1)
    app.interact(lobby.press(ADA, "broken"))
    (told,) = app.told(ADA)
    assert number_in(told, caplog)


def test_when_slack_takes_nothing_at_all_it_is_in_the_log_and_slack_still_gets_an_answer(
    app: Lobby, caplog: pytest.LogCaptureFixture
) -> None:
    app.stage.do("fault", method="*", error="internal_error", status=503, times=5)
    answer = app.interact(lobby.press(ADA, "broken"))
    assert (answer.status_code, answer.text) == (200, "")
    assert "could not be told" in caplog.text


def test_when_it_cannot_be_found_out_who_is_there_nobody_is_let_in(app: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    app.stage.do("fault", method="users.info", error="internal_error", status=500, times=1)
    told = app.command(lobby.typed(EVE)).json()
    assert number_in(told["text"], caplog)


def test_a_button_of_another_version_is_answered(app: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    app.interact(lobby.press(ADA, "of_the_future"))
    (told,) = app.told(ADA)
    assert number_in(told, caplog)


def test_a_link_that_looks_like_a_button_says_nothing(app: Lobby, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    opened = lobby.press(ADA, "link")
    opened["actions"][0]["url"] = "https://tickets.acme.example/1"
    assert app.interact(opened).status_code == 200
    assert app.told(ADA) == []
    assert caplog.text == ""

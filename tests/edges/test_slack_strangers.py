"""Strangers are answered privately, once, and go no further, whatever they send."""

from collections.abc import Callable

import httpx
import pytest

from tests.edges import lobby
from tests.edges.lobby import ADA, GONE, GUEST, OTHER, ROBOT, SEARCH, STRANGER, TEAM, Lobby

OUTSIDER = "Leeway is for full members of this workspace"
Way = Callable[[Lobby, str, str], httpx.Response]

WAYS: dict[str, Way] = {
    "a button": lambda app, who, team: app.interact(lobby.press(who, team=team)),
    "a vote": lambda app, who, team: app.interact(lobby.press(who, "approve", "R-A:1", team=team)),
    "a field of a modal": lambda app, who, team: app.interact(lobby.in_modal(who, team=team)),
    "a modal": lambda app, who, team: app.interact(lobby.submission(who, team=team)),
    "a denial": lambda app, who, team: app.interact(lobby.submission(who, "deny", "R-A:1", team=team)),
    "a shortcut": lambda app, who, team: app.interact(lobby.shortcut(who, team=team)),
    "a command": lambda app, who, team: app.command(lobby.typed(who, "request", team=team)),
    "a mention": lambda app, who, team: app.event(lobby.mention(who, team=team)),
}
STRANGERS = {
    "of another workspace": (STRANGER, OTHER),
    "a guest": (GUEST, TEAM),
    "who left": (GONE, TEAM),
    "a bot": (ROBOT, TEAM),
}
MUTE = (GONE, ROBOT)  # nobody can be told anything in a direct message who left, or is a bot


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("who", "team"), STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_is_answered_once_and_goes_no_further(app: Lobby, who: str, team: str, way: Way) -> None:
    answer = way(app, who, team)
    assert answer.status_code == 200
    answered = [answer.text] if OUTSIDER in answer.text else []
    told = [text for text in app.told(who) if OUTSIDER in text]
    assert len(told + answered) == 1 or (who in MUTE and not told + answered)
    assert app.subjects() == []
    assert app.stage.sandbox.workspace.modals.stacks.get(who, []) == []
    assert not any(m["text"] for m in app.stage.sees(ADA)["messages"].get(SEARCH, []))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_who_is_known_here_but_acts_from_another_workspace_is_a_stranger(app: Lobby, way: Way) -> None:
    answer = way(app, ADA, OTHER)
    assert [text for text in (answer.text, *app.told(ADA)) if OUTSIDER in text]
    assert app.subjects() == []


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_whom_slack_does_not_know_is_a_stranger(app: Lobby, way: Way) -> None:
    assert way(app, "U0NOBODY", TEAM).status_code == 200
    assert app.subjects() == []


def test_a_payload_of_a_shared_channel_that_calls_the_workspace_its_own_is_not_believed(app: Lobby) -> None:
    forged = lobby.press(STRANGER, team=OTHER)
    assert forged["team"] == {"id": OTHER}
    app.interact(forged)
    (told,) = app.told(STRANGER)
    assert told.startswith(OUTSIDER)


def test_a_member_is_let_in(app: Lobby) -> None:
    assert app.stage.do("command", as_=ADA, channel=SEARCH, command="/leeway", text="request")["ok"]
    assert len(app.stage.sees(ADA)["views"]) == 1

"""The door: nothing that Slack did not sign gets as far as Bolt, and whatever it did sign gets an answer."""

import hmac
import json
import time
from collections.abc import Callable, Mapping
from hashlib import sha256

import httpx
import pytest
from slack_bolt import App
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.sandbox.deliver import sign
from bot.slack.door import route
from tests.edges import lobby
from tests.edges.lobby import ADA, Lobby

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CHALLENGE = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})
Headers = Mapping[str, str | bytes]
JSON = {"Content-Type": "application/json"}


class Porch:
    """The door alone; `reached` counts how often Bolt was."""

    def __init__(self) -> None:
        self.reached = 0
        bolt = App(client=WebClient("xoxb-1"), request_verification_enabled=False, token_verification_enabled=False)
        self.http = TestClient(Starlette(routes=[route(bolt, SECRET, self._after)]), raise_server_exceptions=True)

    def _after(self) -> None:
        self.reached += 1

    def post(self, body: str | bytes, headers: Headers) -> httpx.Response:
        return self.http.post("/slack/events", content=body, headers={**JSON, **headers})


def signed(body: str = CHALLENGE, *, secret: str = SECRET, late: int = 0) -> dict[str, str]:
    return sign(secret, body, int(time.time()) - late)


def stamped(stamp: str) -> dict[str, bytes]:
    """A signature that is right for a time stamp that is none."""
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:{CHALLENGE}".encode(), sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp.encode(), "X-Slack-Signature": f"v0={digest}".encode()}


def test_a_signed_request_reaches_bolt() -> None:
    porch = Porch()
    answer = porch.post(CHALLENGE, signed())
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1a"})
    assert porch.reached == 1


@pytest.mark.parametrize("late", [290, -290])
def test_a_clock_that_is_off_by_less_than_five_minutes_is_let_in(late: int) -> None:
    assert Porch().post(CHALLENGE, signed(late=late)).status_code == 200


UNSIGNED: dict[str, Callable[[], Headers]] = {
    "missing": dict,
    "no signature": lambda: {"X-Slack-Request-Timestamp": str(int(time.time()))},
    "no time": lambda: {"X-Slack-Signature": "v0=" + "0" * 64},
    "bad": lambda: {**signed(), "X-Slack-Signature": "v0=" + "0" * 64},
    "no version": lambda: {**signed(), "X-Slack-Signature": signed()["X-Slack-Signature"].removeprefix("v0=")},
    "of another body": lambda: signed("{}"),
    "of another secret": lambda: signed(secret="another-secret-of-someone"),
    "not ASCII": lambda: {**signed(), "X-Slack-Signature": "v0=é".encode("latin-1")},
    "old by 301 s": lambda: signed(late=301),
    "minutes in the future": lambda: signed(late=-330),
    "not a number": lambda: stamped("yesterday"),
    "negative": lambda: stamped("-5"),
    "a fraction": lambda: stamped("1e9"),
    "huge": lambda: stamped("9" * 400),
    "digits of another script": lambda: stamped("１７６３８９７２００"),
    "empty": lambda: stamped(""),
}


@pytest.mark.parametrize("made", UNSIGNED.values(), ids=UNSIGNED)
def test_what_is_not_signed_is_refused_with_why_and_bolt_never_sees_it(made: Callable[[], Headers]) -> None:
    porch = Porch()
    answer = porch.post(CHALLENGE, made())
    assert answer.status_code == 401
    assert answer.json()["error"] == "bad_signature"
    assert "signing secret" in answer.json()["message"]
    assert porch.reached == 0


def test_a_body_that_is_not_text_is_refused() -> None:
    porch = Porch()
    body = b"\xff\xfe{}"
    now = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), b"v0:" + now.encode() + b":" + body, sha256).hexdigest()
    answer = porch.post(body, {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={digest}"})
    assert (answer.status_code, answer.json()["error"], porch.reached) == (401, "bad_signature", 0)


def test_a_body_larger_than_any_of_slacks_is_refused() -> None:
    porch = Porch()
    body = "x" * 1_000_001
    answer = porch.post(body, signed(body))
    assert (answer.status_code, answer.json()["error"], porch.reached) == (413, "body_too_large", 0)


NO_PAYLOAD = ["payload={", "payload=null", "payload=[]", "payload=7", "[1, 2]", "null", "{", '{"event": 5, "authorizations": 7}']


@pytest.mark.parametrize("body", NO_PAYLOAD)
def test_a_signed_body_that_is_no_payload_is_told_so(body: str) -> None:
    kind = JSON if not body.startswith("payload") else {"Content-Type": lobby.FORM}
    answer = Porch().post(body, signed(body) | kind)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_payload")


ODD = {
    "nothing": {},
    "an unknown type": lobby.sent("quantum_entanglement", ADA),
    "no user": {key: value for key, value in lobby.press(ADA).items() if key != "user"},
    "a user of another shape": lobby.press(ADA) | {"user": "U0ADA"},
    "a user without an id": lobby.press(ADA) | {"user": {"name": "ada"}},
    "an unknown action": lobby.press(ADA, "self_destruct"),
    "no actions": lobby.press(ADA) | {"actions": []},
    "actions of another shape": lobby.press(ADA) | {"actions": "ask"},
    "an unknown view": lobby.submission(ADA, "nonsense"),
    "no view": {key: value for key, value in lobby.submission(ADA).items() if key != "view"},
    "a view of another shape": lobby.submission(ADA) | {"view": {"callback_id": "ask", "blocks": 7}},
    "forged metadata": lobby.submission(ADA, meta="}{"),
    "metadata of another shape": lobby.submission(ADA, meta="[1]"),
    "a forged denial": lobby.submission(ADA, "deny", "R-AAAAAAAAAA:1"),
    "a denial of nothing": lobby.submission(ADA, "deny", '{"a": 1}'),
    "a forged outcome": lobby.submission(ADA, "outcome", "O-AAAAAAAAAA"),
    "a forged vote": lobby.press(ADA, "approve", "R-' OR 1=1:x"),
    "a vote on nothing": lobby.press(ADA, "approve"),
    "an unknown shortcut": lobby.shortcut(ADA) | {"callback_id": "nonsense"},
    "an unknown event": lobby.mention(ADA) | {"event": {"type": "team_join", "user": ADA}},
    "an event without a channel": lobby.mention(ADA) | {"event": {"type": "app_mention", "user": ADA}},
}


@pytest.mark.parametrize("payload", ODD.values(), ids=ODD)
def test_a_signed_payload_that_makes_no_sense_gets_an_answer_and_changes_nothing(app: Lobby, payload: lobby.Payload) -> None:
    before = app.subjects()
    answer = app.event(payload) if "event" in payload else app.interact(payload)
    assert answer.status_code in (200, 400), answer.text
    assert "Traceback" not in answer.text
    assert [s for s in app.subjects() if s not in before and not s.startswith("clicks:")] == []


def test_a_command_without_a_channel_gets_an_answer(app: Lobby) -> None:
    answer = app.command({"command": "/leeway", "user_id": ADA, "team_id": lobby.TEAM})
    assert answer.status_code == 200
    assert "Error" in answer.json()["text"]


def test_while_a_listener_waits_the_other_doors_answer(app: Lobby) -> None:
    with httpx.Client() as other, app.pool() as pool:
        slow = pool.submit(app.interact, lobby.press(ADA, "gate"))
        assert app.entered.wait(10)
        assert other.get(f"{app.stage.app.url}/healthz", timeout=2).json() == {"status": "ok"}
        assert app.event({"type": "url_verification", "challenge": "c"}).json() == {"challenge": "c"}
        assert not slow.done()
        app.opened.set()
        assert slow.result(10).status_code == 200

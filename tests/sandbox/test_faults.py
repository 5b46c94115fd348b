"""Trouble on order, and how Slack behaves when the app is in trouble."""

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.lunch import TOKEN
from tests.sandbox.world import ADA, BOT, FOOD, World, error


def test_a_rate_limit_says_when_to_come_back_and_ends(world: World) -> None:
    world.do("fault", method="chat.postMessage", status=429, retry_after=7, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as no:
            world.web.chat_postMessage(channel=FOOD, text="hi")
        assert no.value.response.status_code == 429 and no.value.response["error"] == "ratelimited"
        assert no.value.response.headers["Retry-After"] == "7"
    assert world.web.chat_postMessage(channel=FOOD, text="hi")["ok"]
    assert [m["text"] for m in world.messages()] == ["hi"]


def test_a_fault_may_come_after_the_work_was_done(world: World) -> None:
    world.do("fault", method="chat.postMessage", status=500, after=True)
    with pytest.raises(SlackApiError):
        world.web.chat_postMessage(channel=FOOD, text="hi")
    assert [m["text"] for m in world.messages()] == ["hi"]


def test_a_call_may_hang_after_the_work_was_done(world: World) -> None:
    world.do("fault", method="chat.postMessage", hang=True, after=True)
    impatient = WebClient(TOKEN, base_url=f"{world.url}/api/", timeout=1)
    with pytest.raises(TimeoutError):
        impatient.chat_postMessage(channel=FOOD, text="hi")
    assert [m["text"] for m in world.messages()] == ["hi"]


def test_an_error_may_be_given_any_name_and_any_method(world: World) -> None:
    world.do("fault", method="*", error="token_revoked")
    assert error(world.web.users_list) == "token_revoked"
    assert world.web.users_list()["ok"]


def test_a_delivery_may_come_twice(world: World) -> None:
    world.do("fault", method="deliver")
    world.do("say", who=ADA, channel=FOOD, text=f"<@{BOT}>")
    first, second = world.app.heard
    assert first["event_id"] == second["event_id"]
    world.do("say", who=ADA, channel=FOOD, text=f"<@{BOT}>")
    assert len(world.app.heard) == 3 and world.app.last["event_id"] != first["event_id"]


def test_an_event_may_come_after_a_later_one(world: World) -> None:
    world.do("fault", method="hold")
    world.do("say", who=ADA, channel=FOOD, text=f"<@{BOT}> first")
    assert world.app.heard == []
    world.do("say", who=ADA, channel=FOOD, text=f"<@{BOT}> second")
    assert [heard["event"]["text"].split()[-1] for heard in world.app.heard] == ["second", "first"]


def test_an_event_that_fails_comes_again_at_once_then_after_one_and_five_minutes(world: World) -> None:
    world.app.broken = True
    world.do("say", who=ADA, channel=FOOD, text=f"<@{BOT}>")
    assert len(world.app.heard) == 2
    world.do("clock", jump=59)
    assert len(world.app.heard) == 2
    world.do("clock", jump=1)
    assert len(world.app.heard) == 3
    world.do("clock", jump=600)
    assert len(world.app.heard) == 4
    assert len({heard["event_id"] for heard in world.app.heard}) == 1
    tries = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h in world.app.headers]
    assert tries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    world.do("clock", jump=86_400)
    assert len(world.app.heard) == 4


def test_a_retry_that_arrives_is_the_last(world: World) -> None:
    world.app.broken = True
    world.do("say", who=ADA, channel=FOOD, text=f"<@{BOT}>")
    world.app.broken = False
    world.do("clock", jump=60)
    world.do("clock", jump=600)
    assert len(world.app.heard) == 3


def test_an_app_that_is_not_there_is_told_to_the_person() -> None:
    world = World(listens=False)
    told = world.do("command", who=ADA, channel=FOOD, command="/lunch")
    assert (told["ok"], told["error"]) == (False, "dispatch_failed")
    world.sandbox.connect("http://127.0.0.1:9/slack/events")
    assert world.do("shortcut", who=ADA, callback_id="x")["error"] == "dispatch_failed"
    assert all("dispatch_failed" in words for words in world.notices())
    world.close()


def test_calls_are_kept_in_order_with_what_was_asked_and_told(world: World) -> None:
    before = world.http.get("/_sandbox/calls").json()["calls"][-1]["n"]
    world.web.chat_postMessage(channel=FOOD, text="hi", blocks=[{"type": "divider"}])
    error(world.web.chat_postMessage, channel="C0NONE", text="hi")
    first, second = world.http.get("/_sandbox/calls", params={"since": before}).json()["calls"]
    assert (first["n"], first["method"], first["ok"], first["error"]) == (before + 1, "chat.postMessage", True, None)
    assert first["args"] == {"channel": FOOD, "text": "hi", "blocks": [{"type": "divider"}]}
    assert (second["n"], second["ok"], second["error"]) == (before + 2, False, "channel_not_found")


def test_no_token_is_kept(world: World) -> None:
    httpx.post(f"{world.url}/api/auth.test", data={"token": TOKEN})
    assert TOKEN not in world.http.get("/_sandbox/calls").text

"""What reaches the app, how, and what becomes of its answer."""

import hashlib
import hmac
from dataclasses import replace
from threading import Event

from slack_sdk.signature import SignatureVerifier

from bot.sandbox.deliver import sign
from tests.sandbox.lunch import SECRET
from tests.sandbox.world import ADA, BOT, FOOD, World, button, modal, row, typed


def test_a_delivery_is_signed_so_that_slacks_own_verifier_takes_it(world: World) -> None:
    assert world.do("command", who=ADA, channel=FOOD, command="/lunch", text="soup")["status"] == 200
    assert {"x-slack-signature", "x-slack-request-timestamp"} <= world.app.headers[-1].keys()


def test_a_signature_is_v0_over_timestamp_and_body() -> None:
    signed = sign(SECRET, "token=x", 1531420618)
    known = hmac.new(SECRET.encode(), b"v0:1531420618:token=x", hashlib.sha256).hexdigest()
    assert signed["X-Slack-Signature"] == f"v0={known}"
    verifier = SignatureVerifier(SECRET)
    assert verifier.generate_signature(timestamp="1531420618", body="token=x") == signed["X-Slack-Signature"]


def test_a_command_arrives_as_slack_sends_it(world: World) -> None:
    told = world.do("command", who=ADA, channel=FOOD, command="/lunch", text="soup & bread")
    assert told["ok"] and told["ack_ms"] >= 0
    heard = world.app.last
    assert (heard["command"], heard["text"]) == ("/lunch", "soup & bread")
    assert (heard["user_id"], heard["user_name"]) == (ADA, "ada")
    assert (heard["channel_id"], heard["channel_name"]) == (FOOD, "food")
    assert (heard["team_id"], heard["team_domain"]) == ("T0ACME", "acme")
    assert heard["response_url"].startswith(world.url) and heard["trigger_id"]


def test_what_a_command_is_acknowledged_with_is_shown_to_that_person_only(world: World) -> None:
    world.app.reply = {"text": "Today: soup"}
    world.do("command", who=ADA, channel=FOOD, command="/lunch")
    shown = world.messages(ADA)
    assert [(m["user"], m["text"], m["ephemeral"]) for m in shown] == [(BOT, "Today: soup", True)]
    assert world.messages("U0BOB") == []


def test_a_command_may_answer_in_the_channel(world: World) -> None:
    world.app.reply = {"text": "Ada wants soup", "response_type": "in_channel"}
    world.do("command", who=ADA, channel=FOOD, command="/lunch")
    assert [(m["text"], m["ephemeral"]) for m in world.messages("U0BOB")] == [("Ada wants soup", False)]


def test_a_press_in_a_message_says_where_it_was_and_by_whom(world: World) -> None:
    ts = world.web.chat_postMessage(channel=FOOD, text="Soup?", blocks=[row(button())])["ts"]
    world.do("act", who=ADA, channel=FOOD, ts=ts, action_id="eat")
    heard = world.app.last
    assert heard["type"] == "block_actions" and heard["user"]["id"] == ADA
    assert heard["container"] == {"type": "message", "message_ts": ts, "channel_id": FOOD, "is_ephemeral": False}
    assert heard["channel"] == {"id": FOOD, "name": "food"}
    assert heard["message"]["ts"] == ts and heard["message"]["blocks"][0]["block_id"] == "row"
    (action,) = heard["actions"]
    assert (action["type"], action["action_id"], action["block_id"], action["value"]) == (
        "button",
        "eat",
        "row",
        "soup",
    )
    assert heard["response_url"] and heard["trigger_id"] and heard["state"] == {"values": {}}


def test_a_mention_reaches_the_app_as_an_event_with_an_id(world: World) -> None:
    ts = world.do("say", who=ADA, channel=FOOD, text=f"<@{BOT}> what is for lunch?")["ts"]
    heard = world.app.last
    assert heard["type"] == "event_callback" and heard["event_id"].startswith("Ev")
    event = heard["event"]
    assert (event["type"], event["user"], event["ts"], event["channel"]) == ("app_mention", ADA, ts, FOOD)


def test_words_without_a_mention_stay_among_people(world: World) -> None:
    world.do("say", who=ADA, channel=FOOD, text="hello all")
    assert world.app.heard == []
    assert [m["text"] for m in world.messages("U0BOB")] == ["hello all"]


def test_an_opened_home_tells_the_app(world: World) -> None:
    world.do("home", who=ADA)
    event = world.app.last["event"]
    assert (event["type"], event["user"], event["tab"]) == ("app_home_opened", ADA, "home")


def test_an_app_that_fails_is_told_to_the_person_who_acted(world: World) -> None:
    world.app.broken = True
    told = world.do("command", who=ADA, channel=FOOD, command="/lunch")
    assert (told["ok"], told["status"], told["error"]) == (False, 500, "http_500")
    assert "500" in world.notices(ADA)[0] and world.notices("U0BOB") == []


def test_an_app_that_is_late_is_told_and_the_modal_stays_open(world: World) -> None:
    view = world.opens(typed("dish"))
    patient = world.sandbox.courier.line
    world.sandbox.courier.line = replace(patient, ack_timeout=0.05)
    world.app.gate = gate = Event()
    told = world.do("submit", who=ADA, view_id=view["id"], values={"dish": "soup"})
    gate.set()
    world.sandbox.courier.line = patient
    assert (told["ok"], told["status"], told["error"]) == (False, None, "operation_timeout")
    assert "did not respond in time" in world.notices()[0]
    assert [v["id"] for v in world.views()] == [view["id"]]
    assert world.views()[0]["values"]["dish"]["it"]["value"] == "soup"


def test_a_trigger_opens_one_view_and_no_second(world: World) -> None:
    trigger = world.trigger()
    world.web.views_open(trigger_id=trigger, view=modal())
    assert len(world.views()) == 1

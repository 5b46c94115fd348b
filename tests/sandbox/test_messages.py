"""Messages: where the app may speak, what it may change, threads, ephemerals, response_urls."""

from typing import Any

import httpx
import pytest
from slack_sdk.webhook import WebhookClient

from tests.sandbox.world import ADA, BOB, BOT, EVE, FOOD, World, button, error, option, plain, row


def test_a_posted_message_is_seen_by_the_members_and_no_one_else(world: World) -> None:
    answer = world.web.chat_postMessage(channel=FOOD, text="Soup today")
    assert answer["channel"] == FOOD and answer["message"]["text"] == "Soup today"
    assert answer["message"]["bot_id"] == "B0LUNCH"
    assert [(m["ts"], m["user"], m["text"]) for m in world.messages(BOB)] == [(answer["ts"], BOT, "Soup today")]
    assert FOOD not in world.sees(EVE)["messages"]


def test_a_channel_may_be_named_by_its_name(world: World) -> None:
    assert world.web.chat_postMessage(channel="#food", text="hi")["channel"] == FOOD


def test_a_message_to_a_person_opens_their_direct_message(world: World) -> None:
    room = world.web.chat_postMessage(channel=ADA, text="Your soup is ready")["channel"]
    assert world.web.conversations_open(users=ADA)["channel"]["id"] == room
    (shown,) = [c for c in world.sees(ADA)["channels"] if c["kind"] == "im"]
    assert (shown["id"], shown["user"], shown["unread"]) == (room, BOT, 1)
    assert room not in world.sees(BOB)["messages"]


REFUSED = [
    ("C0QUIET", "not_in_channel"),
    ("C0NONE", "channel_not_found"),
    ("G0SECRET", "channel_not_found"),
    ("C0PAST", "is_archived"),
    (BOT, "cannot_dm_bot"),
    ("U0OLD", "user_disabled"),
]


@pytest.mark.parametrize(("channel", "name"), REFUSED)
def test_the_app_cannot_speak_where_slack_would_not_let_it(world: World, channel: str, name: str) -> None:
    assert error(world.web.chat_postMessage, channel=channel, text="hi") == name


@pytest.mark.parametrize(("user", "name"), [(BOT, "cannot_dm_bot"), ("U0OLD", "user_disabled")])
def test_some_people_cannot_be_written_to(world: World, user: str, name: str) -> None:
    assert error(world.web.conversations_open, users=user) == name
    assert error(world.web.conversations_open, users="U0WHO") == "user_not_found"


def test_an_empty_message_has_no_text(world: World) -> None:
    assert error(world.web.chat_postMessage, channel=FOOD, text="") == "no_text"


def test_text_is_long_at_forty_thousand_and_too_long_beyond(world: World) -> None:
    world.web.chat_postMessage(channel=FOOD, text="x" * 40_000)
    assert error(world.web.chat_postMessage, channel=FOOD, text="x" * 40_001) == "msg_too_long"


def test_an_edit_is_long_at_four_thousand_and_too_long_beyond(world: World) -> None:
    ts = world.web.chat_postMessage(channel=FOOD, text="soup")["ts"]
    world.web.chat_update(channel=FOOD, ts=ts, text="x" * 4_000)
    assert error(world.web.chat_update, channel=FOOD, ts=ts, text="x" * 4_001) == "msg_too_long"


def test_stamps_differ_and_grow_even_while_the_clock_stands(world: World) -> None:
    stamps = [world.web.chat_postMessage(channel=FOOD, text=str(n))["ts"] for n in range(5)]
    world.clock.passes(days=1)
    stamps.append(world.web.chat_postMessage(channel=FOOD, text="late")["ts"])
    assert stamps == sorted(set(stamps)) and [m["ts"] for m in world.messages()] == stamps
    assert float(stamps[-1]) == world.clock.now().timestamp()


def test_an_edit_keeps_blocks_unless_new_ones_are_given(world: World) -> None:
    ts = world.web.chat_postMessage(channel=FOOD, text="Soup?", blocks=[row(button())])["ts"]
    world.web.chat_update(channel=FOOD, ts=ts, text="Soup!")
    (shown,) = world.messages()
    assert shown["text"] == "Soup!" and shown["edited"] and len(shown["blocks"]) == 1
    world.web.chat_update(channel=FOOD, ts=ts, text="Gone", blocks=[])
    assert world.messages()[0]["blocks"] == []


def test_only_its_own_messages_can_the_app_change(world: World) -> None:
    ts = world.do("say", who=ADA, channel=FOOD, text="mine")["ts"]
    assert error(world.web.chat_update, channel=FOOD, ts=ts, text="yours") == "cant_update_message"
    assert error(world.web.chat_delete, channel=FOOD, ts=ts) == "cant_delete_message"
    assert error(world.web.chat_update, channel=FOOD, ts="1.000001", text="x") == "message_not_found"
    assert error(world.web.chat_delete, channel=FOOD, ts="1.000001") == "message_not_found"


def test_a_deleted_message_is_gone_and_the_head_of_a_thread_leaves_a_stone(world: World) -> None:
    ts = world.web.chat_postMessage(channel=FOOD, text="soup")["ts"]
    world.do("say", who=ADA, channel=FOOD, text="yes", thread_ts=ts)
    world.web.chat_delete(channel=FOOD, ts=ts)
    assert [m["text"] for m in world.messages()] == ["This message was deleted.", "yes"]
    reply = world.web.chat_postMessage(channel=FOOD, text="no")["ts"]
    world.web.chat_delete(channel=FOOD, ts=reply)
    assert len(world.messages()) == 2


def test_replies_know_their_thread_and_heads_count_them(world: World) -> None:
    head = world.web.chat_postMessage(channel=FOOD, text="soup?")["ts"]
    reply = world.do("say", who=ADA, channel=FOOD, text="yes", thread_ts=head)["ts"]
    deeper = world.web.chat_postMessage(channel=FOOD, text="noted", thread_ts=reply, reply_broadcast=True)
    assert deeper["message"]["thread_ts"] == head
    first, second, third = world.messages()
    assert (first["thread_ts"], first["reply_count"]) == (None, 2)
    assert (second["thread_ts"], third["thread_ts"], third["subtype"]) == (head, head, "thread_broadcast")
    assert error(world.web.chat_postMessage, channel=FOOD, text="x", thread_ts="1.1") == "thread_not_found"


def test_an_ephemeral_message_is_seen_by_one_and_found_by_none(world: World) -> None:
    ts = world.web.chat_postEphemeral(channel=FOOD, user=ADA, text="psst")["message_ts"]
    assert [(m["text"], m["ephemeral"]) for m in world.messages(ADA)] == [("psst", True)]
    assert world.messages(BOB) == []
    assert error(world.web.chat_update, channel=FOOD, ts=ts, text="x") == "message_not_found"
    assert error(world.web.chat_postEphemeral, channel=FOOD, user=EVE, text="psst") == "user_not_in_channel"
    world.do("reset")
    assert world.messages(ADA) == []


def test_a_permalink_leads_to_the_page(world: World) -> None:
    ts = world.web.chat_postMessage(channel=FOOD, text="soup")["ts"]
    link = world.web.chat_getPermalink(channel=FOOD, message_ts=ts)["permalink"]
    assert link == f"{world.url}/?channel={FOOD}&ts={ts}"
    assert error(world.web.chat_getPermalink, channel=FOOD, message_ts="1.1") == "message_not_found"


def test_metadata_travels_with_the_message_to_the_app(world: World) -> None:
    meta = {"event_type": "lunch", "event_payload": {"dish": "soup"}}
    ts = world.web.chat_postMessage(channel=FOOD, text="x", blocks=[row(button())], metadata=meta)["ts"]
    world.do("act", who=ADA, channel=FOOD, ts=ts, action_id="eat")
    assert world.app.last["message"]["metadata"] == meta
    bad = {"channel": FOOD, "text": "x", "metadata": {"event_type": "lunch"}}
    assert error(world.web.chat_postMessage, **bad) == "invalid_metadata_format"


def test_blocks_sent_as_a_form_are_read_like_json(world: World) -> None:
    sent = {"channel": FOOD, "blocks": '[{"type": "divider"}]', "text": "line"}
    answer = httpx.post(f"{world.url}/api/chat.postMessage", data=sent, headers=_auth(world)).json()
    assert answer["ok"] and answer["message"]["blocks"][0]["type"] == "divider"
    broken = httpx.post(f"{world.url}/api/chat.postMessage", data={**sent, "blocks": "[{"}, headers=_auth(world))
    assert broken.json()["error"] == "invalid_blocks_format"


def _auth(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.web.token}"}


def _picky() -> dict[str, Any]:
    menu = {"type": "static_select", "action_id": "dish", "options": [option("soup"), option("pie")]}
    return row(menu, button("send"), block_id="order")


def test_a_choice_in_a_message_is_that_persons_and_in_the_state_of_their_next_press(world: World) -> None:
    ts = world.web.chat_postMessage(channel=FOOD, text="?", blocks=[_picky()])["ts"]
    world.do("act", who=ADA, channel=FOOD, ts=ts, action_id="dish", value="pie")
    chosen = {}
    for who in (ADA, BOB):
        world.do("act", who=who, channel=FOOD, ts=ts, action_id="send")
        chosen[who] = world.app.last["state"]["values"]["order"]["dish"]["selected_option"]
    assert chosen[BOB] is None and chosen[ADA]["value"] == "pie"
    assert world.messages(ADA)[0]["values"]["order"]["dish"]["selected_option"]["value"] == "pie"


def _pressed(world: World, who: str = ADA) -> WebhookClient:
    """A response_url of a press in a message."""
    ts = world.web.chat_postMessage(channel=FOOD, text="Soup?", blocks=[row(button())])["ts"]
    world.do("act", who=who, channel=FOOD, ts=ts, action_id="eat")
    return WebhookClient(world.app.last["response_url"])


def test_a_response_url_replaces_the_message_unless_told_otherwise(world: World) -> None:
    hook = _pressed(world)
    assert hook.send(text="Ada eats").body == "ok"
    (shown,) = world.messages()
    assert (shown["text"], shown["blocks"], shown["edited"]) == ("Ada eats", [], True)
    hook.send(text="psst", replace_original=False)
    assert [(m["text"], m["ephemeral"]) for m in world.messages(ADA)] == [("Ada eats", False), ("psst", True)]
    hook.send(text="all hear", response_type="in_channel")
    assert [m["text"] for m in world.messages(BOB)] == ["Ada eats", "all hear"]
    hook.send(delete_original=True)
    assert "Ada eats" not in [m["text"] for m in world.messages()]


def test_a_response_url_can_replace_an_ephemeral_message(world: World) -> None:
    world.web.chat_postEphemeral(channel=FOOD, user=ADA, text="?", blocks=[row(button())])
    world.do("act", who=ADA, channel=FOOD, ts=world.messages()[0]["ts"], action_id="eat")
    assert world.app.last["container"]["is_ephemeral"] is True and "message" not in world.app.last
    WebhookClient(world.app.last["response_url"]).send(text="done", replace_original=True)
    assert [(m["text"], m["ephemeral"]) for m in world.messages()] == [("done", True)]


def test_a_response_url_works_five_times(world: World) -> None:
    hook = _pressed(world)
    for n in range(5):
        assert hook.send(text=str(n)).status_code == 200
    last = hook.send(text="5")
    assert last.status_code == 404 and "used_url" in last.body


def test_a_response_url_works_for_thirty_minutes(world: World) -> None:
    hook = _pressed(world)
    world.clock.passes(minutes=30)
    assert hook.send(text="still").status_code == 200
    world.clock.passes(microseconds=1)
    late = hook.send(text="late")
    assert late.status_code == 404 and "expired_url" in late.body


def test_a_response_url_of_a_command_speaks_where_the_app_is_no_member(world: World) -> None:
    world.do("command", who=ADA, channel="C0QUIET", command="/lunch")
    WebhookClient(world.app.last["response_url"]).send(text="psst")
    assert [(m["text"], m["ephemeral"]) for m in world.messages(ADA, "C0QUIET")] == [("psst", True)]


def test_a_response_url_checks_blocks_too(world: World) -> None:
    answer = _pressed(world).send(blocks=[{"type": "header", "text": plain("x" * 151)}])
    assert answer.status_code == 400 and "invalid_blocks" in answer.body


def test_a_person_who_mentions_an_app_that_is_not_there_is_told(world: World) -> None:
    world.do("say", who=ADA, channel="C0QUIET", text=f"<@{BOT}> soup?")
    assert world.app.heard == [] and "not in this channel" in world.notices()[0]


def test_unread_counts_what_others_said_since_a_person_last_spoke(world: World) -> None:
    def unread() -> int:
        return next(int(c["unread"]) for c in world.sees(BOB)["channels"] if c["id"] == FOOD)

    world.web.chat_postMessage(channel=FOOD, text="one")
    world.do("say", who=ADA, channel=FOOD, text="two")
    assert unread() == 2
    world.do("say", who=BOB, channel=FOOD, text="three")
    assert unread() == 0

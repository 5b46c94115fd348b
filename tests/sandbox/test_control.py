"""The control calls: what a person sees, moving time, and hostile input, which gets a sentence, never a traceback."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from bot.sandbox import create, serve
from bot.sandbox.site import page
from tests.sandbox.world import ADA, BOB, BOT, EVE, FOOD, SEED, World, button, field, modal, option, row, typed


def test_state_is_the_workspace_as_one_person_sees_it(world: World) -> None:
    seen = world.sees(ADA)
    assert (seen["me"], seen["tz"], seen["team"]) == (ADA, "Europe/Berlin", {"id": "T0ACME", "name": "Acme"})
    assert seen["now"] == world.clock.now().isoformat()
    assert {u["id"] for u in seen["users"]} == {u["id"] for u in SEED["users"]}
    ada = seen["users"][0]
    assert ada.keys() == {"id", "name", "real_name", "title", "tz", "is_bot", "deleted", "color"}
    food = next(c for c in seen["channels"] if c["id"] == FOOD)
    assert food == {
        "id": FOOD,
        "name": "food",
        "kind": "channel",
        "topic": "What is for lunch",
        "unread": 0,
        "last_ts": None,
    }
    assert seen["views"] == [] and seen["notices"] == [] and seen["home"]["blocks"] == []


def test_slacks_link_to_the_app_opens_the_conversation_with_it(world: World) -> None:
    there = world.http.get("/app_redirect?app=A0APP&team=T0ACME", follow_redirects=False)
    assert (there.status_code, there.headers["location"]) == (307, "/?app=A0APP")
    assert [c["kind"] for c in world.sees(EVE)["channels"]].count("im") == 1
    for other in ("", "?app=A0OTHER", "?app=A0APP&team=T0RIVAL"):
        assert world.http.get(f"/app_redirect{other}").status_code == 404


def test_without_a_name_state_is_the_first_persons(world: World) -> None:
    assert world.http.get("/_sandbox/state").json()["me"] == ADA


def test_a_poll_is_short_until_something_changes(world: World) -> None:
    rev = world.sees(ADA)["rev"]
    short = world.http.get("/_sandbox/state", params={"as": ADA, "since": rev}).json()
    assert short == {"rev": rev, "now": world.clock.now().isoformat()}
    world.do("say", who=BOB, channel=FOOD, text="hi")
    assert world.http.get("/_sandbox/state", params={"as": ADA, "since": rev}).json()["rev"] > rev


def test_time_jumps_by_seconds(world: World) -> None:
    before = world.clock.now()
    told = world.do("clock", jump=90)
    assert (world.clock.now() - before).total_seconds() == 90
    assert told == {"now": world.clock.now().isoformat()}


def test_time_jumps_to_a_weekday_of_the_workspaces_zone(world: World) -> None:
    told = datetime.fromisoformat(world.do("clock", to="Monday 09:00")["now"])
    assert (told.weekday(), told.isoformat()[11:16]) == (0, "08:00")  # 09:00 in Berlin in winter
    again = datetime.fromisoformat(world.do("clock", to="monday 9:00")["now"])
    assert (again - told).days == 7


def test_time_jumps_to_a_moment(world: World) -> None:
    year = world.clock.now().year + 1
    assert world.do("clock", to=f"{year}-07-01T09:00:00")["now"] == f"{year}-07-01T07:00:00+00:00"
    assert world.do("clock", to=f"{year}-07-01T09:00:00+00:00")["now"] == f"{year}-07-01T09:00:00+00:00"


def test_a_clock_nobody_gave_cannot_be_moved(world: World) -> None:
    still = create(SEED, app_url=None, signing_secret="s", bot_token="t", now=world.clock.now)
    with serve(still) as server:
        answer = httpx.post(f"{server.url}/_sandbox/clock", json={"jump": 60})
    assert answer.status_code == 400 and "on_jump" in answer.json()["error"]


def test_a_message_shortcut_carries_its_message(world: World) -> None:
    ts = world.do("say", who=BOB, channel=FOOD, text="soup?")["ts"]
    assert world.do("shortcut", who=ADA, callback_id="order", channel=FOOD, ts=ts)["ok"]
    heard = world.app.last
    assert (heard["type"], heard["message"]["text"], heard["callback_id"]) == ("message_action", "soup?", "order")


def test_a_global_shortcut_carries_a_trigger(world: World) -> None:
    world.do("shortcut", who=ADA, callback_id="order")
    assert (world.app.last["type"], world.app.last["callback_id"]) == ("shortcut", "order")
    assert world.web.views_open(trigger_id=world.app.last["trigger_id"], view=modal())["ok"]


def test_reset_empties_messages_views_and_notices(world: World) -> None:
    world.web.chat_postMessage(channel=FOOD, text="hi")
    world.opens(typed("dish"))
    world.do("say", who=ADA, channel="C0QUIET", text=f"<@{BOT}>")
    world.do("reset")
    seen = world.sees(ADA)
    assert (seen["messages"][FOOD], seen["views"], seen["notices"]) == ([], [], [])


WRONG: list[tuple[str, dict[str, Any], int, str]] = [
    ("act", {"as": "U9", "action_id": "x"}, 404, "no user U9"),
    ("act", {"as": BOT, "action_id": "x"}, 400, "a bot"),
    ("act", {"as": "U0OLD", "action_id": "x"}, 400, "deactivated"),
    ("act", {"as": ADA}, 400, "action_id"),
    ("act", {"as": ADA, "action_id": 7}, 400, "str"),
    ("act", {"as": ADA, "action_id": "x"}, 400, "say where"),
    ("act", {"as": ADA, "action_id": "x", "view_id": "V9"}, 404, "no view V9"),
    ("act", {"as": EVE, "action_id": "x", "channel": FOOD, "ts": "1.1"}, 404, "no channel"),
    ("act", {"as": ADA, "action_id": "x", "channel": FOOD, "ts": "1.1"}, 404, "no message"),
    ("act", {"as": ADA, "action_id": "x", "channel": FOOD, "ts": ["1.1"]}, 400, "str"),
    ("act", {"as": ADA, "action_id": "x", "colour": "red"}, 400, "colour"),
    ("submit", {"as": ADA, "view_id": "V9", "values": {}}, 404, "no view V9"),
    ("submit", {"as": ADA, "view_id": "V9", "values": []}, 400, "object"),
    ("close", {"as": ADA, "view_id": "V9"}, 404, "no view V9"),
    ("close", {"view_id": "V9"}, 400, "as"),
    ("command", {"as": ADA, "channel": "C9", "command": "/x"}, 404, "no channel C9"),
    ("command", {"as": ADA, "channel": FOOD, "command": "lunch"}, 400, "command"),
    ("command", {"as": ADA, "channel": FOOD, "command": "/a b"}, 400, "command"),
    ("command", {"as": ADA, "channel": FOOD, "command": "/x", "text": None}, 400, "text"),
    ("shortcut", {"as": ADA}, 400, "callback_id"),
    ("shortcut", {"as": ADA, "callback_id": "x", "channel": FOOD, "ts": "1"}, 404, "no message"),
    ("say", {"as": ADA, "channel": FOOD, "text": ""}, 400, "text"),
    ("say", {"as": ADA, "channel": FOOD, "text": "x", "thread_ts": "1.1"}, 404, "no message"),
    ("say", {"as": ADA, "channel": "G0SECRET", "text": "x"}, 404, "no channel"),
    ("home", {"as": None}, 400, "as"),
    ("clock", {}, 400, "either"),
    ("clock", {"jump": 1, "to": "monday 09:00"}, 400, "either"),
    ("clock", {"jump": -5}, 400, "more than 0"),
    ("clock", {"jump": 1e300}, 400, "ten years"),
    ("clock", {"jump": True}, 400, "float"),
    ("clock", {"to": "someday"}, 400, "someday"),
    ("clock", {"to": "monday 25:00"}, 400, "monday"),
    ("clock", {"to": "2001-01-01"}, 400, "not later"),
    ("clock", {"to": "9999-12-31T23:59:59-12:00"}, 400, "ten years"),
    ("fault", {"method": "lunch.order"}, 404, "lunch.order"),
    ("fault", {"method": "chat.update", "times": 0}, 400, "times"),
    ("fault", {"method": "chat.update", "status": 42}, 400, "status"),
    ("fault", {"method": "chat.update", "retry_after": -1}, 400, "retry_after"),
    ("lunch", {}, 404, "/_sandbox/lunch"),
]


@pytest.mark.parametrize(("call", "body", "status", "words"), WRONG)
def test_nonsense_gets_a_sentence(world: World, call: str, body: dict[str, Any], status: int, words: str) -> None:
    answer = world.raw(call, body)
    assert answer.status_code == status
    told = answer.json()
    assert told["ok"] is False and words in told["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"x"', b"\xff\xfe", b'{"as": "\\ud800"}', b"[" * 100_000])
@pytest.mark.parametrize("call", ["act", "submit", "close", "command", "shortcut", "say", "home", "clock", "fault"])
def test_a_body_that_is_no_json_object_gets_a_sentence(world: World, call: str, body: bytes) -> None:
    answer = world.http.post(f"/_sandbox/{call}", content=body)
    assert answer.status_code == 400 and answer.json()["error"]


@pytest.mark.parametrize(("path", "status"), [("state?as=U9", 404), ("state?as=U0LUNCH", 400), ("calls?since=x", 400)])
def test_questions_are_checked_too(world: World, path: str, status: int) -> None:
    answer = world.http.get(f"/_sandbox/{path}")
    assert answer.status_code == status and answer.json()["error"]


def test_a_page_of_another_site_cannot_act(world: World) -> None:
    body = {"as": ADA, "channel": FOOD, "text": "hi"}
    for origin in ("https://evil.test", "null", "http://["):
        answer = world.http.post("/_sandbox/say", json=body, headers={"Origin": origin})
        assert answer.status_code == 403 and origin in answer.json()["error"]
    assert world.http.post("/_sandbox/say", json=body, headers={"Origin": world.url}).status_code == 200


def test_an_action_id_that_is_there_twice_needs_its_block(world: World) -> None:
    blocks = [row(button(), block_id="one"), row(button(), block_id="two")]
    ts = world.web.chat_postMessage(channel=FOOD, text="x", blocks=blocks)["ts"]
    where = {"as": ADA, "channel": FOOD, "ts": ts, "action_id": "eat"}
    answer = world.raw("act", where)
    assert answer.status_code == 400 and "block_id" in answer.json()["error"]
    assert world.raw("act", {**where, "block_id": "two"}).json()["ok"]
    assert world.app.last["actions"][0]["block_id"] == "two"


def test_a_field_nobody_has_is_named(world: World) -> None:
    view = world.opens(typed("dish"))
    answer = world.raw("submit", {"as": ADA, "view_id": view["id"], "values": {"desert": "pie"}})
    assert answer.status_code == 400 and "desert" in answer.json()["error"]


def test_a_modal_without_a_submit_button_cannot_be_submitted(world: World) -> None:
    view = world.opens(submit=None)
    answer = world.raw("submit", {"as": ADA, "view_id": view["id"]})
    assert answer.status_code == 400 and "submit" in answer.json()["error"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from([ADA, FOOD, "/x", "eat"])
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    "as",
    "channel",
    "ts",
    "view_id",
    "action_id",
    "block_id",
    "value",
    "values",
    "command",
    "text",
    "callback_id",
    "thread_ts",
    "method",
    "times",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    call=st.sampled_from(["act", "submit", "close", "command", "shortcut", "say", "home", "fault"]),
    body=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5),
    who=st.sampled_from([ADA, EVE, BOT, "U9"]),
)
def test_no_body_breaks_a_call(world: World, call: str, body: dict[str, Any], who: str) -> None:
    answer = world.http.post(f"/_sandbox/{call}", content=json.dumps({"as": who, **body}))
    assert answer.status_code in (200, 400, 404)
    assert isinstance(answer.json(), dict)
    world.do("reset")
    assert world.sees(ADA)["me"] == ADA


EVERY: list[dict[str, Any]] = [
    {"type": "plain_text_input"},
    {"type": "number_input", "is_decimal_allowed": True, "min_value": "1", "max_value": "9"},
    {"type": "email_text_input"},
    {"type": "url_text_input"},
    {"type": "rich_text_input"},
    {"type": "static_select", "options": [option("eat")]},
    {"type": "multi_static_select", "options": [option("eat")]},
    {"type": "external_select"},
    {"type": "multi_external_select"},
    {"type": "radio_buttons", "options": [option("eat")]},
    {"type": "checkboxes", "options": [option("eat")]},
    {"type": "users_select"},
    {"type": "multi_users_select"},
    {"type": "conversations_select"},
    {"type": "multi_conversations_select"},
    {"type": "channels_select"},
    {"type": "multi_channels_select"},
    {"type": "datepicker"},
    {"type": "timepicker"},
    {"type": "datetimepicker"},
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(element=st.sampled_from(EVERY), value=JSON | st.text(max_size=8), call=st.sampled_from(["act", "submit"]))
def test_no_value_breaks_a_field(world: World, element: dict[str, Any], value: Any, call: str) -> None:
    view = world.opens({**field("f", element), "dispatch_action": True}) if call == "act" else world.opens(field("f", element))
    body = {"as": ADA, "view_id": view["id"]}
    body |= {"action_id": "it", "value": value} if call == "act" else {"values": {"f": value}}
    answer = world.http.post(f"/_sandbox/{call}", content=json.dumps(body))
    assert answer.status_code in (200, 400) and isinstance(answer.json()["ok"], bool)
    assert world.sees(ADA)["me"] == ADA


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(
        [
            "chat.postMessage",
            "chat.update",
            "chat.postEphemeral",
            "views.open",
            "views.update",
            "views.publish",
            "conversations.open",
            "conversations.list",
            "users.info",
            "users.list",
            "usergroups.users.list",
        ]
    ),
    body=st.dictionaries(
        st.sampled_from(
            [
                "channel",
                "text",
                "ts",
                "blocks",
                "view",
                "users",
                "user",
                "user_id",
                "limit",
                "cursor",
                "types",
                "metadata",
                "thread_ts",
                "trigger_id",
                "view_id",
                "external_id",
                "hash",
            ]
        ),
        JSON,
        max_size=5,
    ),
)
def test_no_arguments_break_the_web_api(world: World, method: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {world.web.token}", "Content-Type": "application/json"}
    answer = world.http.post(f"/api/{method}", content=json.dumps(body), headers=headers)
    assert answer.status_code == 200 and isinstance(answer.json()["ok"], bool)
    assert world.sees(ADA)["me"] == ADA


def test_a_page_that_is_not_installed_is_a_plain_404(tmp_path: Path) -> None:
    with serve(Starlette(routes=[page(tmp_path / "none")])) as server:
        answer = httpx.get(server.url)
    assert answer.status_code == 404 and "not installed" in answer.text


def test_a_page_is_served_at_the_root_with_its_files_and_nothing_above(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("<p>lunch")
    (tmp_path / "page" / "app.js").write_text("eat()")
    (tmp_path / "secret").write_text("no")
    with serve(Starlette(routes=[page(tmp_path / "page")])) as server:
        assert httpx.get(server.url).text == "<p>lunch"
        assert httpx.get(f"{server.url}/app.js").text == "eat()"
        assert httpx.get(f"{server.url}/..%2fsecret").status_code == 404


def test_a_sandbox_is_served_on_this_machine_only(world: World) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        serve(world.sandbox, host="0.0.0.0")

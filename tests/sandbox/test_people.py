"""People, groups, rooms and tokens as the app reads them."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from bot.sandbox import Seed, Team, User, create
from tests.sandbox.lunch import TOKEN
from tests.sandbox.world import ADA, BOB, BOT, FOOD, SEED, World, error


def test_the_app_learns_who_it_is(world: World) -> None:
    told = world.web.auth_test()
    assert (told["user_id"], told["bot_id"], told["team_id"], told["team"]) == (BOT, "B0LUNCH", "T0ACME", "Acme")


@pytest.mark.parametrize(("token", "name"), [(None, "not_authed"), ("xoxb-other", "invalid_auth")])
def test_a_call_needs_the_right_token(world: World, token: str | None, name: str) -> None:
    stranger = WebClient(token, base_url=f"{world.url}/api/")
    assert error(stranger.chat_postMessage, channel=FOOD, text="hi") == name


def test_a_token_may_come_as_an_argument(world: World) -> None:
    assert httpx.post(f"{world.url}/api/auth.test", data={"token": TOKEN}).json()["ok"]


def test_an_unknown_method_is_said_to_be_one(world: World) -> None:
    assert error(world.web.api_call, api_method="lunch.order") == "unknown_method"


def test_a_body_that_is_no_object_is_refused(world: World) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    for body, name in ((b"{", "invalid_json"), (b"[]", "json_not_object"), (b"\xff", "invalid_json")):
        assert httpx.post(f"{world.url}/api/users.list", content=body, headers=headers).json()["error"] == name


def test_a_required_argument_that_is_missing_is_named(world: World) -> None:
    answer = httpx.post(f"{world.url}/api/users.info", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


def test_api_test_echoes_and_fails_on_order(world: World) -> None:
    assert world.web.api_test(foo="bar")["args"] == {"foo": "bar"}
    assert error(world.web.api_test, error="my_error") == "my_error"


def test_a_long_list_comes_in_pages(world: World) -> None:
    seen: list[str] = []
    for answer in world.web.users_list(limit=2):
        assert len(answer["members"]) <= 2
        seen += [user["id"] for user in answer["members"]]
    assert seen == [user["id"] for user in SEED["users"]]


def test_a_broken_cursor_or_limit_is_refused(world: World) -> None:
    for cursor in ("soup", "bmV4dDp4", "8J+Nsg=="):
        assert error(world.web.users_list, cursor=cursor) == "invalid_cursor"
    assert error(world.web.users_list, limit="-1") == "invalid_limit"
    assert error(world.web.users_list, limit=1001) == "invalid_limit"


def test_a_person_is_found_by_id_and_by_address(world: World) -> None:
    assert world.web.users_info(user=BOB)["user"]["profile"]["title"] == "Head of Search"
    assert world.web.users_lookupByEmail(email="ADA@acme.test")["user"]["id"] == ADA
    assert error(world.web.users_info, user="U0WHO") == "user_not_found"
    assert error(world.web.users_lookupByEmail, email="who@acme.test") == "users_not_found"
    assert error(world.web.users_lookupByEmail, email="old@acme.test") == "users_not_found"


def test_a_manager_is_a_custom_profile_field(world: World) -> None:
    (field,) = world.web.team_profile_get()["profile"]["fields"]
    assert (field["label"], field["type"]) == ("Manager", "user")
    fields = world.web.users_profile_get(user=ADA)["profile"]["fields"]
    assert fields[field["id"]]["value"] == BOB
    assert world.web.users_profile_get(user=BOB)["profile"]["fields"] == {}


def test_user_groups_list_their_people(world: World) -> None:
    (group,) = world.web.usergroups_list(include_users=True)["usergroups"]
    assert (group["handle"], group["users"]) == ("cooks", [BOB])
    assert world.web.usergroups_users_list(usergroup="S0COOKS")["users"] == [BOB]
    assert error(world.web.usergroups_users_list, usergroup="S0NONE") == "no_such_subteam"


def test_rooms_are_listed_by_type_and_private_ones_stay_private(world: World) -> None:
    names = [c["name"] for c in world.web.conversations_list()["channels"]]
    assert names == ["food", "quiet", "past"]
    names = [c["name"] for c in world.web.conversations_list(exclude_archived=True, limit=1)["channels"]]
    assert names == ["food"]
    assert world.web.conversations_list(types="private_channel")["channels"] == []
    assert error(world.web.conversations_list, types="soup") == "invalid_types"


def test_a_room_tells_its_topic_and_members(world: World) -> None:
    assert world.web.conversations_info(channel=FOOD)["channel"]["topic"]["value"] == "What is for lunch"
    assert world.web.conversations_members(channel=FOOD)["members"] == [ADA, BOB, BOT]
    assert error(world.web.conversations_info, channel="G0SECRET") == "channel_not_found"


@pytest.fixture
def small() -> Iterator[World]:
    world = World({**SEED, "scopes": ["chat:write", "users:read", "channels:join"]}, listens=False)
    yield world
    world.close()


def test_a_call_needs_its_scope(small: World) -> None:
    with pytest.raises(Exception, match="missing_scope") as no:
        small.web.users_lookupByEmail(email="ada@acme.test")
    response: Any = no.value
    assert response.response["needed"] == "users:read.email"
    assert "email" not in small.web.users_info(user=ADA)["user"]["profile"]


def test_a_channel_can_be_joined_and_then_spoken_in(small: World) -> None:
    small.web.conversations_join(channel="C0QUIET")
    assert small.web.chat_postMessage(channel="C0QUIET", text="hi")["ok"]
    assert small.web.conversations_join(channel="C0QUIET")["warning"] == "already_in_channel"
    assert error(small.web.conversations_join, channel="C0PAST") == "is_archived"


BAD_SEEDS: list[tuple[dict[str, Any], str]] = [
    ({"users": [{"id": 7, "name": "x"}]}, "users"),
    ({"team": {"tz": "Soup/Bowl"}}, "Soup/Bowl"),
    ({"channels": [{"id": "C1", "name": "x", "members": ["U9"]}]}, "U9"),
    ({"usergroups": [{"id": "S1", "handle": "x", "users": ["U9"]}]}, "@?U9"),
    ({"bot": "U9"}, "U9"),
]


@pytest.mark.parametrize(("seed", "words"), BAD_SEEDS)
def test_a_workspace_that_makes_no_sense_is_refused(world: World, seed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        create(seed, app_url=None, signing_secret="s", bot_token="t", now=world.clock.now)


def test_a_workspace_can_be_given_as_values_and_gets_a_bot_if_it_has_none(world: World) -> None:
    seed = Seed(Team("T1"), users=(User("U1", "ada"),))
    sandbox = create(seed, app_url=None, signing_secret="s", bot_token="t", now=world.clock.now)
    assert sandbox.workspace.bot == "U0APP" and sandbox.now() == world.clock.now()

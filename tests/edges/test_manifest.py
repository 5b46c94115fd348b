"""The manifest: least scopes, and everything within the limits that Slack documents for app manifests."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.config import Draft, lines, read, read_bytes
from bot.config.manifest import SCOPES, Uses, manifest, scopes, uses

SHIPPED = Path(__file__).parents[2] / "app.yaml"
SMALL = "organization: {name: Acme}\nquotas: {platform: {limit: $250 a month}}\n"


def drafted(text: str) -> Draft:
    draft = read_bytes(text.encode())
    assert isinstance(draft, Draft), lines(draft, "app.yaml")
    return draft


def plain(base_url: str = "") -> dict[str, Any]:
    """As Slack would get it."""
    through: dict[str, Any] = json.loads(json.dumps(manifest(base_url)))
    return through


@pytest.mark.parametrize(
    ("text", "used", "more"),
    [
        ("", set(), set()),
        ("people: {managers: {default: profile-field}}", {Uses.PROFILE}, {"users.profile:read"}),
        ("people: {groups: {s: {slack_group: oncall}}}", {Uses.USERGROUPS}, {"usergroups:read"}),
        ("digest: {leadership: '#all'}", {Uses.CHANNEL_NAMES}, {"channels:read", "groups:read"}),
        ("digest: {leadership: C0123456}", set(), set()),
    ],
)
def test_a_scope_is_asked_for_only_when_app_yaml_uses_it(text: str, used: set[Uses], more: set[str]) -> None:
    found = uses(drafted(SMALL + text))
    assert found == used
    assert set(scopes(found)) == {*SCOPES, *more}


def test_the_least_scopes_read_no_messages_and_no_files() -> None:
    assert SCOPES == ("app_mentions:read", "chat:write", "commands", "im:write", "users:read", "users:read.email")
    assert not [scope for scope in scopes() if "history" in scope or "files" in scope or "admin" in scope]


def test_the_shipped_file_needs_only_the_names_of_channels_beyond_them() -> None:
    draft = read(SHIPPED)
    assert isinstance(draft, Draft)
    assert uses(draft) == {Uses.CHANNEL_NAMES}


def test_over_http_slack_is_told_one_address_for_everything() -> None:
    made = plain("https://leeway.acme.example/")
    url = "https://leeway.acme.example/slack/events"
    assert made["features"]["slash_commands"][0]["url"] == url
    assert made["settings"]["interactivity"] == {"is_enabled": True, "request_url": url}
    assert made["settings"]["event_subscriptions"] == {"bot_events": ["app_home_opened", "app_mention"], "request_url": url}
    assert made["settings"]["socket_mode_enabled"] is False


def test_over_a_socket_there_is_no_address() -> None:
    made = plain()
    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(made)


def test_people_can_write_to_the_app_and_tokens_do_not_rotate() -> None:
    made = plain()
    assert made["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert made["settings"]["token_rotation_enabled"] is False


@pytest.mark.parametrize("base_url", ["", "https://leeway.acme.example"])
def test_every_part_keeps_slacks_documented_limits(base_url: str) -> None:
    made = plain(base_url)
    shown, features = made["display_information"], made["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", features["bot_user"]["display_name"])
    (command,), (shortcut,) = features["slash_commands"], features["shortcuts"]
    assert command["command"] == "/leeway"
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2_000
    assert len(command["usage_hint"]) <= 1_000
    assert (shortcut["callback_id"], shortcut["type"], shortcut["name"]) == ("ask", "global", "Ask for more AI budget")
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150
    assert len(made["oauth_config"]["scopes"]["bot"]) <= 255
    assert len(made["settings"]["event_subscriptions"]["bot_events"]) <= 100

"""The manifest of the Slack app: no more scopes than what app.yaml uses. Printing it is the command line's."""

from collections.abc import Collection
from enum import StrEnum

from bot.config.place import Sort
from bot.config.reading import Draft

NAME = "Leeway"
DESCRIPTION = "Ask for more AI budget with evidence; get it for a while; have it end by itself."
COLOR = "#1d4d4f"
COMMAND = "/leeway"
SHORTCUT = "ask"
SCOPES = ("app_mentions:read", "chat:write", "commands", "im:write", "users:read", "users:read.email")


class Uses(StrEnum):
    """What app.yaml may use that needs more of Slack."""

    PROFILE = "managers by profile field"
    USERGROUPS = "Slack user groups"
    CHANNEL_NAMES = "channels by name"


NEEDS = {
    Uses.PROFILE: ("users.profile:read",),
    Uses.USERGROUPS: ("usergroups:read",),
    Uses.CHANNEL_NAMES: ("channels:read", "groups:read"),
}


def uses(draft: Draft) -> frozenset[Uses]:
    """What this app.yaml uses."""
    found = {Uses.PROFILE} if draft.policy.people.profile_field else set()
    found |= {Uses.USERGROUPS} if draft.policy.people.usergroups else set()
    named = any(ref.sort is Sort.CHANNEL and ref.text.startswith("#") for ref in draft.refs)
    return frozenset(found | ({Uses.CHANNEL_NAMES} if named else set()))


def scopes(used: Collection[Uses] = frozenset(Uses)) -> list[str]:
    """The bot scopes that are needed."""
    return sorted({*SCOPES, *(scope for use in used for scope in NEEDS[use])})


def manifest(base_url: str = "", *, used: Collection[Uses] = frozenset(Uses)) -> dict[str, object]:
    """The manifest of an app that Slack calls under `base_url`, or that opens a socket when there is none."""
    url = f"{base_url.rstrip('/')}/slack/events" if base_url else ""
    return {
        "display_information": {"name": NAME, "description": DESCRIPTION, "background_color": COLOR},
        "features": _features(url),
        "oauth_config": {"scopes": {"bot": scopes(used)}},
        "settings": {
            "event_subscriptions": _with_url({"bot_events": ["app_home_opened", "app_mention"]}, url),
            "interactivity": _with_url({"is_enabled": True}, url),
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _features(url: str) -> dict[str, object]:
    command = {
        "command": COMMAND,
        "description": "Ask for more AI budget, or see where a quota stands",
        "usage_hint": "request | status | inbox | away | help",
        "should_escape": False,
    }
    shortcut = {"name": "Ask for more AI budget", "type": "global", "callback_id": SHORTCUT, "description": "Ask with evidence"}
    return {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": NAME.lower(), "always_online": True},
        "shortcuts": [shortcut],
        "slash_commands": [_with_url(command, url, "url")],
    }


def _with_url(part: dict[str, object], url: str, key: str = "request_url") -> dict[str, object]:
    return {**part, key: url} if url else part

"""A local Slack workspace that pretends to be Slack for any Bolt app. The contract is docs/sandbox.md.

It imports nothing of the app it is used with. `create` makes one from plain values, `serve` runs it on this machine.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.sandbox.app import Sandbox
from bot.sandbox.control import Jump
from bot.sandbox.deliver import Line
from bot.sandbox.seed import Channel, Group, Seed, Team, User, read
from bot.sandbox.server import Server, serve
from bot.sandbox.webapi import Tokens

__all__ = ["Channel", "Group", "Sandbox", "Seed", "Server", "Team", "User", "create", "serve"]


def create(
    workspace: Seed | Mapping[str, Any],
    *,
    app_url: str | None,
    signing_secret: str,
    bot_token: str,
    now: Callable[[], datetime],
    ack_timeout: float = 3.0,
    on_jump: Jump | None = None,
    app_token: str | None = None,
    base: str | None = None,
    wall: Callable[[], float] = time.time,
) -> Sandbox:
    """A sandbox of the given workspace, not yet served.

    `app_url` takes all deliveries (events, interactions, commands); None waits for Socket Mode. `ack_timeout` is real
    seconds. `on_jump` moves the shared clock to the moment it is given. `base` is the sandbox's own address where the
    app knows it by another name than the caller does. `wall` is real epoch time, used only in signatures, because apps
    check those against their own clock. Raises `ValueError` naming what is wrong in `workspace`.
    """
    line, tokens = Line(app_url, signing_secret, ack_timeout, wall), Tokens(bot_token, app_token)
    return Sandbox(read(workspace), line, tokens, now=now, on_jump=on_jump, base=base)

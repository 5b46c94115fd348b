"""What a workspace starts with: plain values, no behaviour.

`read` takes a `Seed` or the same thing as plain dicts (JSON, YAML), so that a caller needs none of these types.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec


@dataclass(frozen=True)
class Team:
    """The workspace itself; `tz` is the zone in which `monday 09:00` is read."""

    id: str = "T0ACME"
    name: str = "Acme"
    domain: str = "acme"
    tz: str = "UTC"


@dataclass(frozen=True)
class User:
    """A person or a bot; `manager` is the user id in the custom profile field "Manager".

    `team` is another workspace's id for somebody who is seen here through a shared channel.
    """

    id: str
    name: str
    real_name: str = ""
    email: str | None = None
    tz: str = "UTC"
    title: str = ""
    manager: str | None = None
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    team: str | None = None


@dataclass(frozen=True)
class Channel:
    """A channel and who is in it; the app's bot is a member only where it is listed."""

    id: str
    name: str
    topic: str = ""
    members: tuple[str, ...] = ()
    is_private: bool = False
    is_archived: bool = False


@dataclass(frozen=True)
class Group:
    """A user group; `handle` is what people write after the @."""

    id: str
    handle: str
    name: str = ""
    users: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seed:
    """Everything a workspace starts with. `scopes` None grants all; `bot` None takes the first bot among the users."""

    team: Team = field(default_factory=Team)
    users: tuple[User, ...] = ()
    channels: tuple[Channel, ...] = ()
    usergroups: tuple[Group, ...] = ()
    bot: str | None = None
    app_id: str = "A0APP"
    scopes: tuple[str, ...] | None = None


def read(value: Seed | Mapping[str, Any]) -> Seed:
    """A seed from plain data. Raises `ValueError` naming the place that is wrong."""
    try:
        seed = value if isinstance(value, Seed) else msgspec.convert(dict(value), Seed)
        ZoneInfo(seed.team.tz)
    except (msgspec.ValidationError, ZoneInfoNotFoundError) as no:
        raise ValueError(f"the workspace: {no}") from None
    _known(seed)
    if any(user.is_bot for user in seed.users):
        return seed
    bot = User("U0APP", "app", "App", tz=seed.team.tz, is_bot=True)
    return replace(seed, users=(*seed.users, bot))


def _known(seed: Seed) -> None:
    """Whoever is named must be there."""
    users = {user.id for user in seed.users}
    named = [(f"channel {c.name}", m) for c in seed.channels for m in c.members]
    named += [(f"group {g.handle}", m) for g in seed.usergroups for m in g.users]
    named += [(f"manager of {u.name}", u.manager) for u in seed.users if u.manager]
    named += [("bot", seed.bot)] if seed.bot else []
    for where, user in named:
        if user not in users:
            raise ValueError(f"the workspace: {where}: there is no user {user}")

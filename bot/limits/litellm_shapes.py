"""What LiteLLM answers, as far as it is read. Amounts are JSON numbers, which become decimals with every digit they have."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

LENGTHS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(days=7),
    "mo": timedelta(days=28),  # the shortest, so that no more of them fit in a period than can
}
DURATION = re.compile(r"([1-9][0-9]{0,5})(s|mo|m|h|d|w)")


class Window(msgspec.Struct, frozen=True):
    """One of `budget_limits`: it stops calls beside the limit itself."""

    budget_duration: str
    max_budget: Decimal

    @property
    def length(self) -> timedelta:
        """How long it is; a minute where LiteLLM has a word for it that we do not know, which allows anything."""
        found = DURATION.fullmatch(self.budget_duration)
        return int(found[1]) * LENGTHS[found[2]] if found else LENGTHS["m"]


class Resetting(msgspec.Struct):
    """What has a period."""

    budget_reset_at: datetime | None = None

    @property
    def resets(self) -> datetime | None:
        """In UTC, also where it does not say so."""
        at = self.budget_reset_at
        return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


class Budget(Resetting):
    """A row of limits, which one or several have."""

    budget_id: str | None = None
    max_budget: Decimal | None = None
    temp_budget_increase: Decimal | None = None
    temp_budget_expiry: datetime | None = None


class KeyMetadata(msgspec.Struct):
    """Where a key keeps its increase."""

    temp_budget_increase: Decimal | None = None
    temp_budget_expiry: datetime | None = None


class Key(Resetting):
    """A virtual key."""

    spend: Decimal | None = None
    max_budget: Decimal | None = None
    metadata: KeyMetadata | None = None
    budget_limits: list[Window] | None = None
    litellm_budget_table: Budget | None = None


class KeyInfo(msgspec.Struct):
    """`GET /key/info`."""

    info: Key


class Role(msgspec.Struct):
    """Somebody who is in a team."""

    user_id: str | None = None


class Team(Resetting):
    """A team."""

    spend: Decimal | None = None
    max_budget: Decimal | None = None
    soft_budget: Decimal | None = None
    metadata: dict[str, Any] | None = None
    budget_limits: list[Window] | None = None
    members_with_roles: list[Role] = []
    team_member_budget_table: Budget | None = None


class Membership(msgspec.Struct):
    """What somebody may spend in a team. There may be one of somebody who is not in it."""

    user_id: str
    budget_id: str | None = None
    spend: Decimal | None = None
    litellm_budget_table: Budget | None = None


class TeamInfo(msgspec.Struct):
    """`GET /team/info`."""

    team_info: Team
    team_memberships: list[Membership] = []


class User(Resetting):
    """`GET /v2/user/info`."""

    spend: Decimal | None = None
    max_budget: Decimal | None = None


class Customer(msgspec.Struct):
    """`GET /customer/info`."""

    spend: Decimal | None = None
    litellm_budget_table: Budget | None = None


class Tag(msgspec.Struct):
    """One of `POST /tag/info`."""

    description: str | None = None
    models: list[str] | None = None
    litellm_budget_table: Budget | None = None

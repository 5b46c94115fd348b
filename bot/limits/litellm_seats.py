"""What has a limit in LiteLLM: how each is found, what is read of it, and how its limit is set.

team        names the overrides it is made of in its metadata, which PATCH merges. A key that may not PATCH sets the limit alone
key         its metadata cannot be changed in part, so it names none; the limit of a budget it shares is shadowed by its own
member      of a team: the team's default budget is LiteLLM's to copy, any other that several have is left alone
user        applies to keys that belong to no team
customer    a limit of nothing is not kept; the budget may be shared
tag         an update without description and models erases both, so they are sent back as they were; the budget may be shared
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

from bot.limits.asking import Line, Missing, Refused
from bot.limits.litellm_shapes import Budget, Customer, KeyInfo, Tag, TeamInfo, User, Window
from workflows.ports import Unavailable

NAMES = "leeway"  # of the overrides, in a team's metadata
PAST = datetime(1970, 1, 1, tzinfo=UTC)
SKEW = timedelta(minutes=5)  # by which LiteLLM's clock may be behind ours
SMALLEST = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Increase:
    """What LiteLLM adds to a limit by itself until a moment."""

    amount: Decimal
    until: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """What LiteLLM says of one of them, in dollars. `limit` is without `increase`; `budget` is the id of what holds it.

    `others` counts those that have the same budget. `kept` is what an update must send back, since it is lost otherwise.
    """

    limit: Decimal | None
    spent: Decimal | None = None
    resets: datetime | None = None
    names: frozenset[str] | None = None
    soft: Decimal | None = None
    windows: tuple[Window, ...] = ()
    increase: Increase | None = None
    budget: str | None = None
    others: Callable[[], int] = lambda: 0
    kept: Mapping[str, Any] = field(default_factory=dict)

    def added(self, now: datetime) -> Decimal:
        """What LiteLLM adds now; nothing where windows have it ignore that. One that is just over counts: we clear it then."""
        active = self.increase is not None and now < self.increase.until + SKEW and not self.windows
        return self.increase.amount if self.increase and active else Decimal()


@dataclass(frozen=True, slots=True)
class Change:
    """What to write in place of what a row says, in dollars, for these overrides."""

    row: Row
    ids: tuple[str, ...]
    limit: Decimal
    increase: Increase | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What LiteLLM's own audit log says of it."""
        return {"litellm-changed-by": ",".join(self.ids) or NAMES}


class Seat(ABC):
    """One thing that has a limit. `expires`: LiteLLM can end an increase by itself. Below `least` it keeps no limit."""

    kind: ClassVar[str]
    expires: ClassVar[bool] = False
    least: ClassVar[Decimal] = Decimal()

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @abstractmethod
    def find(self, line: Line) -> Row:
        """What is said of it; Missing where there is none."""

    @abstractmethod
    def set(self, line: Line, change: Change) -> None:
        """Sets the limit, and nothing else."""


class Team(Seat):
    kind = "team"

    def find(self, line: Line) -> Row:
        team = _team(line, self.name).team_info
        written = (team.metadata or {}).get(NAMES)
        names = frozenset(map(str, written)) if isinstance(written, list) else None
        return Row(team.max_budget, team.spend, team.resets, names, team.soft_budget, tuple(team.budget_limits or ()))

    def set(self, line: Line, change: Change) -> None:
        body = {"max_budget": change.limit}
        try:
            names = {"metadata": {NAMES: change.ids}}
            line.ask("PATCH", f"team/{quote(self.name, safe='')}", Any, body=body | names, headers=change.headers)
        except (Refused, Missing):  # older ones have no PATCH
            line.ask("POST", "team/update", Any, body={"team_id": self.name, **body}, headers=change.headers)


class Key(Seat):
    kind = "key"
    expires = True

    def __str__(self) -> str:
        return f"key {self.name[:8]}…"

    def find(self, line: Line) -> Row:
        key = line.ask("GET", "key/info", KeyInfo, params={"key": self.name}).info
        own, around = key.metadata, key.litellm_budget_table or Budget()
        limit = around.max_budget if key.max_budget is None else key.max_budget
        increase = _increase(own.temp_budget_increase, own.temp_budget_expiry) if own else None
        resets = key.resets or around.resets
        return Row(limit, key.spend, resets, windows=tuple(key.budget_limits or ()), increase=increase)

    def set(self, line: Line, change: Change) -> None:
        cleared = Increase(Decimal(), PAST) if change.row.increase else None
        body = {"key": self.name, "max_budget": change.limit, **_temporary(change.increase or cleared)}
        line.ask("POST", "key/update", Any, body=body, headers=change.headers)


class Member(Seat):
    kind = "member"
    expires = True

    def __init__(self, team: str, name: str) -> None:
        super().__init__(name)
        self.team = team

    def __str__(self) -> str:
        return f"member {self.name} of team {self.team}"

    def find(self, line: Line) -> Row:
        found = _team(line, self.team)
        if self.name not in {member.user_id for member in found.team_info.members_with_roles}:
            raise Missing(str(self))
        held = next((each for each in found.team_memberships if each.user_id == self.name), None)
        own = (held.litellm_budget_table if held else None) or Budget()
        limit = own.max_budget
        usual = found.team_info.team_member_budget_table
        if limit is None and usual and usual.max_budget:  # nothing of the default counts as no limit
            limit = usual.max_budget
        default = (found.team_info.metadata or {}).get("team_member_budget_id")
        others = 0 if own.budget_id == default else _others(own, (each.litellm_budget_table for each in found.team_memberships))
        return Row(
            limit,
            held.spend if held else Decimal(),
            own.resets,
            increase=_increase(own.temp_budget_increase, own.temp_budget_expiry),
            budget=own.budget_id,
            others=lambda: others,
        )

    def set(self, line: Line, change: Change) -> None:
        body: dict[str, Any] = {"team_id": self.team, "user_id": self.name, "max_budget_in_team": change.limit}
        if change.increase or change.row.increase:
            body |= _temporary(change.increase) or {"temp_budget_increase": None, "temp_budget_expiry": None}
        line.ask("POST", "team/member_update", Any, body=body, headers=change.headers)


class Person(Seat):
    kind = "user"

    def find(self, line: Line) -> Row:
        user = line.ask("GET", "v2/user/info", User, params={"user_id": self.name})
        return Row(user.max_budget, user.spend, user.resets)

    def set(self, line: Line, change: Change) -> None:
        line.ask("POST", "user/update", Any, body={"user_id": self.name, "max_budget": change.limit}, headers=change.headers)


class Client(Seat):
    kind = "customer"
    least = SMALLEST

    def find(self, line: Line) -> Row:
        customer = line.ask("GET", "customer/info", Customer, params={"end_user_id": self.name})
        budget = customer.litellm_budget_table or Budget()

        def others() -> int:
            return _others(budget, (each.litellm_budget_table for each in line.ask("GET", "customer/list", list[Customer])))

        return Row(budget.max_budget, customer.spend, budget.resets, budget=budget.budget_id, others=others)

    def set(self, line: Line, change: Change) -> None:
        line.ask("POST", "customer/update", Any, body={"user_id": self.name, "max_budget": change.limit}, headers=change.headers)


class Label(Seat):
    kind = "tag"

    def find(self, line: Line) -> Row:
        try:
            tag = line.ask("POST", "tag/info", dict[str, Tag], body={"names": [self.name]})[self.name]
        except Unavailable as error:
            if "404: Tags not found" in str(error):  # it says so with status 500
                raise Missing(str(self)) from error
            raise
        budget = tag.litellm_budget_table or Budget()
        kept = {"description": tag.description, "models": tag.models or []}

        def others() -> int:
            return _others(budget, (each.litellm_budget_table for each in line.ask("GET", "tag/list", list[Tag])))

        return Row(budget.max_budget, None, budget.resets, budget=budget.budget_id, others=others, kept=kept)

    def set(self, line: Line, change: Change) -> None:
        body = {"name": self.name, "max_budget": change.limit, **change.row.kept}
        line.ask("POST", "tag/update", Any, body=body, headers=change.headers)


SEATS: Mapping[tuple[str, ...], Callable[..., Seat]] = {
    ("team",): Team,
    ("key",): Key,
    ("team", "member"): Member,
    ("user",): Person,
    ("customer",): Client,
    ("tag",): Label,
}


def _team(line: Line, name: str) -> TeamInfo:
    return line.ask("GET", "team/info", TeamInfo, params={"team_id": name, "key_limit": "1"})  # it may have thousands of keys


def _others(budget: Budget, every: Iterable[Budget | None]) -> int:
    """How many others have this budget, of all that there are."""
    return sum(each is not None and each.budget_id == budget.budget_id for each in every) - 1


def _increase(amount: Decimal | None, until: datetime | None) -> Increase | None:
    if not amount or until is None:
        return None
    return Increase(amount, until if until.tzinfo else until.replace(tzinfo=UTC))


def _temporary(increase: Increase | None) -> dict[str, Any]:
    if increase is None:
        return {}
    return {"temp_budget_increase": increase.amount, "temp_budget_expiry": increase.until.isoformat()}

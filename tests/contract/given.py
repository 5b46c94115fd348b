"""Values that the suites begin with, each overridable by field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from workflows.cases import Case, Impact, Term
from workflows.denials import Denied
from workflows.granting import grant
from workflows.money import Unit, usd
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.quotas import Crossing, Level, Notice
from workflows.requests import Request, State
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage
from workflows.spend import Booked, Costed, CostSource, Denial, Series, Tokens, Usage, grouped
from workflows.times import Period, Window, window_at

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADA, BOB = PersonId("U0ADA"), PersonId("U0BOB")
SEARCH, SUPPORT = "platform/search:usd/month", "platform/support:usd/month"
MONTH = window_at(Period.MONTH, "Europe/Warsaw", NOW)
WEEK = Window(NOW - 3 * DAY, NOW + 4 * DAY)


def case(quota: str = SEARCH, **changes: Any) -> Case:
    impact = Impact("tickets", 40, "the support board")
    whole = Case(quota, usd(500), Unit.USD, Term(span=2 * DAY), "the launch is on Friday", impact, Data.INTERNAL)
    return replace(whole, **changes)


def request(name: str = "R1", *, by: PersonId = ADA, quota: str = SEARCH, at: datetime = NOW, **changes: Any) -> Request:
    whole = Request(name, by, case(quota), Route((Stage("manager", (BOB,)),)), Limit.SOFT, at, at + 5 * DAY)
    return replace(whole, **changes)


def decided(name: str, at: datetime, state: State = State.DENIED, **changes: Any) -> Request:
    return request(name, at=at, state=state, decided=at + HOUR, **changes)


def override(of: Request, **changes: Any) -> Override:
    return replace(grant(of, now=of.decided or of.submitted, within=HOUR), **changes)


def usage(key: bytes = b"k1", *, at: datetime = NOW, cost: int = 100, **changes: Any) -> Usage:
    return Usage(key, at, "platform/search", "claude-sonnet-4-6", Tokens(10, 5), cost)._replace(**changes)


def reported(of: Usage) -> Costed:
    return Costed(of, of.cost or 0, CostSource.REPORTED)


def booked(*events: Costed, zone: str = "Europe/Warsaw") -> list[Booked]:
    """A batch as metering books it, all within base."""
    groups = grouped(events, zone)
    return [Booked(group.day, Series(*group.sort, "base"), group.events, group.sums) for group in groups]


def notice(mark: int, *, at: datetime = NOW, level: Level = Level.WARNING, window: Window = MONTH, quota: str = SEARCH) -> Notice:
    crossing = Crossing(level, 70, mark)
    return Notice(f"{quota}@{window.start:%Y%m}@{mark}", quota, window, crossing, mark + 1, at)


def denied(who: str = "ada@acme.example", *, at: datetime = NOW, window: Window = MONTH, quota: str = SEARCH) -> Denied:
    said = Denial(who, "team", "search", "platform/search", usd(100), usd("98.2"))
    return Denied(f"{quota}@{window.start:%Y%m}@{who}", quota, "platform/search", window, at, said)

"""Quotas: the tree of scopes, levels and their crossings, and the effective limit.

    level        spent reaches            what it means
    ok           -                        -
    warning      a warning threshold      told, nothing blocked
    soft         the soft threshold       work goes on under an approved exception
    hard         the hard threshold       stopped until platform, finance or security review it

Thresholds are fractions of the *effective* limit. A crossing is told once per (quota, window, threshold as an amount): when an
override raises the limit, the higher amount is a threshold that was not told yet.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase

from workflows.money import NANO, Unit
from workflows.people import PersonId
from workflows.times import Period, Window, window_at


class Level(StrEnum):
    """The states of a quota, mildest first."""

    OK = "ok"
    WARNING = "warning"
    SOFT = "soft"
    HARD = "hard"


RANK = {level: rank for rank, level in enumerate(Level)}


class Kind(StrEnum):
    """What the work under a quota is."""

    EXPLORATORY = "exploratory"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the levels begin, in percent of the effective limit; `warnings` rise and stay below `soft` <= `hard`."""

    warnings: tuple[int, ...] = (70, 90)
    soft: int = 100
    hard: int = 120

    def marks(self) -> tuple[tuple[Level, int], ...]:
        """Every threshold with its level, lowest first."""
        return (*((Level.WARNING, p) for p in self.warnings), (Level.SOFT, self.soft), (Level.HARD, self.hard))


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit on a scope. `key` is its name everywhere; `limit` is the base, in the unit's integers.

    `models` are shell patterns; empty means every model. `channel` is a Slack channel id, '' when only ancestors are told.
    """

    key: str
    scope: str
    limit: int
    unit: Unit = Unit.USD
    period: Period = Period.MONTH
    kind: Kind = Kind.PRODUCTION
    models: tuple[str, ...] = ()
    thresholds: Thresholds = Thresholds()
    channel: str = ""
    owner: PersonId | None = None

    def counts(self, model: str) -> bool:
        """Whether a call to this model counts here."""
        return not self.models or any(fnmatchcase(model, pattern) for pattern in self.models)


def retired(key: str, unit: Unit) -> Quota:
    """A stand-in for a quota that app.yaml no longer has: requests on it can still be shown, and their overrides end."""
    return Quota(key, key.partition(":")[0], 0, unit)


def key_of(scope: str, unit: Unit, period: Period, models: str = "") -> str:
    """The name of a quota: "platform/search:usd/month", with the model group where it has one."""
    return f"{scope}:{unit}/{period}" + (f":{models}" if models else "")


def lineage(scope: str) -> tuple[str, ...]:
    """A scope and its ancestors, leaf first."""
    parts = scope.split("/")
    return tuple("/".join(parts[:n]) for n in range(len(parts), 0, -1))


def mark_at(limit: int, percent: int) -> int:
    """The amount at which a threshold is reached: the least integer that is at least `percent` of `limit`."""
    return -(-limit * percent // 100)


def level_of(spent: int, limit: int, thresholds: Thresholds) -> Level:
    """The level of a quota that has spent so much of this effective limit."""
    reached = Level.OK
    for level, percent in thresholds.marks():
        if spent >= mark_at(limit, percent):
            reached = level
    return reached


@dataclass(frozen=True, slots=True)
class Crossing:
    """A threshold that spend just reached: `mark` is the amount at which it lies."""

    level: Level
    percent: int
    mark: int


def crossings(before: int, after: int, limit: int, thresholds: Thresholds) -> tuple[Crossing, ...]:
    """The thresholds with `before < mark <= after`, lowest first. Only the last is told; all of them count as told.

    A limit of nothing is past its thresholds before anything is spent; what is spent first crosses them.
    """
    marks = (Crossing(level, percent, max(1, mark_at(limit, percent))) for level, percent in thresholds.marks())
    return tuple(c for c in marks if before < c.mark <= after)


@dataclass(frozen=True, slots=True)
class Notice:
    """A crossing that was, or is to be, told. `key` names it; `spent` is what was spent when it happened."""

    key: str
    quota: str
    window: Window
    crossing: Crossing
    spent: int
    at: datetime


def notice(quota: Quota, window: Window, crossing: Crossing, *, spent: int, at: datetime) -> Notice:
    """The notice of a crossing; its key is the same whoever finds it, so it can be told only once."""
    key = f"{quota.key}@{window.start:%Y%m%dT%H%M}@{crossing.level}{crossing.percent}@{crossing.mark}"
    return Notice(key, quota.key, window, crossing, spent, at)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true of a quota at a moment. `limit` is the effective one, `base` without overrides."""

    quota: Quota
    window: Window
    at: datetime
    spent: int
    base: int
    extra: int = 0

    @property
    def limit(self) -> int:
        return self.base + self.extra

    @property
    def left(self) -> int:
        return max(0, self.limit - self.spent)

    @property
    def level(self) -> Level:
        return level_of(self.spent, self.limit, self.quota.thresholds)


def window_of(quota: Quota, zone: str, at: datetime, fiscal_start: int = 1) -> Window:
    """The quota's window that holds a moment."""
    return window_at(quota.period, zone, at, fiscal_start)


def suggestion(standing: Standing, lacking: int) -> int:
    """An amount to begin with, rounded up to two digits: what is expected to be lacking, at least a tenth of the base.

    Not so much that it goes past the hard limit, while there is room below it: a larger amount is the person's own choice.
    """
    need = max(standing.base // 10, lacking)
    least = NANO if standing.quota.unit is Unit.USD else 1
    room = mark_at(standing.base, standing.quota.thresholds.hard) - standing.limit
    wanted = _two_digits(max(need, least), up=True)
    return min(wanted, _two_digits(room, up=False)) if room >= least else wanted


def _two_digits(amount: int, *, up: bool) -> int:
    step: int = 10 ** max(0, len(str(amount)) - 2)
    return -(-amount // step) * step if up else amount // step * step

"""Quotas: the tree of scopes, levels and their crossings, and the effective limit.

    level        spent reaches            what it means
    ok           -                        -
    warning      a warning threshold      told, nothing blocked
    soft         the soft threshold       work goes on under an approved exception
    hard         the hard threshold       stopped until platform, finance or security review it

Thresholds are fractions of the *effective* limit, or amounts that move with it. A crossing is told once for each quota, window
and mark: when an override raises the limit, the higher mark is a threshold that was not told yet.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache

from workflows.limits import Place
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


class AtSoft(StrEnum):
    """What a call meets where the soft limit of a quota is reached."""

    ALLOW = "allow"
    NEEDS_EXCEPTION = "needs exception"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Amount:
    """A threshold that is written as an amount, in the quota's integers. What is added to the limit lifts it by as much."""

    size: int


At = int | Amount
"""Where a level begins: so many percent of the effective limit, or an amount."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A threshold: `mark` is the spend at which it lies, `percent` is 0 where app.yaml says an amount."""

    level: Level
    percent: int
    mark: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the levels begin; of the limit in app.yaml `warnings` rise and stay below `soft`, which is not above `hard`."""

    warnings: tuple[At, ...] = (70, 90)
    soft: At = 100
    hard: At = 120

    def marks(self, limit: int, added: int = 0) -> tuple[Crossing, ...]:
        """Every threshold of an effective limit, of which `added` is more than app.yaml says; lowest first.

        As a limit grows, amounts and percentages grow apart. No level then begins after a more severe one: it begins with it.
        """
        return _marks(self, limit, added)


@lru_cache(4096)  # every call that is judged asks for those of its quotas, and limits seldom change
def _marks(levels: Thresholds, limit: int, added: int) -> tuple[Crossing, ...]:
    hard = _threshold(Level.HARD, levels.hard, limit, added)
    soft = _least(_threshold(Level.SOFT, levels.soft, limit, added), hard)
    warnings = (_least(_threshold(Level.WARNING, at, limit, added), soft) for at in levels.warnings)
    return (*sorted(warnings, key=lambda warning: warning.mark), soft, hard)


def _threshold(level: Level, at: At, limit: int, added: int) -> Crossing:
    return Crossing(level, 0, at.size + added) if isinstance(at, Amount) else Crossing(level, at, mark_at(limit, at))


def _least(milder: Crossing, severe: Crossing) -> Crossing:
    return milder if milder.mark <= severe.mark else replace(milder, mark=severe.mark)


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit on a scope. `key` is its name everywhere; `limit` is app.yaml's, in the unit's integers.

    `models` are shell patterns; empty means every model. `channel` is a Slack channel id, '' when only ancestors are told.
    `rollover` is the most that is carried over from one window to the next. `place` is where it is enforced, None for here.
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
    at_soft: AtSoft = AtSoft.NEEDS_EXCEPTION
    rollover: int = 0
    place: Place | None = None

    def carries(self, spent: int) -> int:
        """What a window in which so much was spent leaves to the next. Not more than of app.yaml's limit: it does not pile up."""
        return min(self.rollover, max(0, self.limit - spent))

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


def level_of(spent: int, limit: int, thresholds: Thresholds, *, added: int = 0) -> Level:
    """The level of a quota that has spent so much of this effective limit, of which `added` is more than app.yaml says."""
    return level_at(spent, thresholds.marks(limit, added))


def level_at(spent: int, marks: tuple[Crossing, ...]) -> Level:
    """The level that spend has reached, by the marks of a limit."""
    reached = Level.OK
    for threshold in marks:
        if spent < threshold.mark:
            break
        reached = threshold.level
    return reached


def crossings(before: int, after: int, limit: int, thresholds: Thresholds, *, added: int = 0) -> tuple[Crossing, ...]:
    """The thresholds with `before < mark <= after`, lowest first. Only the last is told; all of them count as told.

    A limit of nothing is past its thresholds before anything is spent; what is spent first crosses them.
    """
    marks = (replace(c, mark=max(1, c.mark)) for c in thresholds.marks(limit, added))
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
    key = f"{quota.key}@{window.start:%Y%m%dT%H%M}@{crossing.level}{crossing.percent or ''}@{crossing.mark}"
    return Notice(key, quota.key, window, crossing, spent, at)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true of a quota at a moment. `limit` is the effective one; `base` is it without overrides, with what is carried."""

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
    def carried(self) -> int:
        """How much of the base is left over from the window before."""
        return self.base - self.quota.limit

    @property
    def added(self) -> int:
        """How much of the effective limit is more than app.yaml says."""
        return self.limit - self.quota.limit

    @property
    def level(self) -> Level:
        return level_of(self.spent, self.limit, self.quota.thresholds, added=self.added)

    @property
    def soft(self) -> int:
        """The amount at which the soft limit lies."""
        return self.quota.thresholds.marks(self.limit, self.added)[-2].mark

    @property
    def hard(self) -> int:
        """The amount at which the hard limit lies."""
        return self.quota.thresholds.marks(self.limit, self.added)[-1].mark

    @property
    def stop(self) -> int:
        """The amount at which the hard limit would lie without overrides: past it an exception is reviewed as one past that."""
        return self.quota.thresholds.marks(self.base, self.carried)[-1].mark


def window_of(quota: Quota, zone: str, at: datetime, fiscal_start: int = 1) -> Window:
    """The quota's window that holds a moment."""
    return window_at(quota.period, zone, at, fiscal_start)


def suggestion(standing: Standing, lacking: int) -> int:
    """An amount to begin with, rounded up to two digits: what is expected to be lacking, at least a tenth of the base.

    Not so much that it goes past the hard limit, while there is room below it: a larger amount is the person's own choice.
    """
    need = max(standing.base // 10, lacking)
    least = NANO if standing.quota.unit is Unit.USD else 1
    room = standing.stop - standing.limit
    wanted = two_digits(max(need, least))
    return min(wanted, two_digits(room, up=False)) if room >= least else wanted


def two_digits(amount: int, *, up: bool = True) -> int:
    """An amount as people say it: rounded to its first two digits."""
    step: int = 10 ** max(0, len(str(amount)) - 2)
    return -(-amount // step) * step if up else amount // step * step

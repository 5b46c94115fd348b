"""The weekly digest: what a channel's quotas stand at, what was spent, and what exceptions came of it.

Lines stand in the order of app.yaml. Nothing is sorted by spend and no person's spend is named: this is no ranking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflows.governed import Share
from workflows.loose import Loose
from workflows.overrides import Outcome, Override, Status
from workflows.quotas import Standing
from workflows.requests import Request, State
from workflows.times import Window

SOON = timedelta(days=7)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """One quota: where it stands, what it spent in the week and in the week before, in its unit.

    `before` is None when counting began in the week before: a part of a week is nothing to compare with.
    """

    standing: Standing
    spent: int
    before: int | None

    @property
    def change(self) -> int | None:
        """Percent against the week before, rounded toward zero; None when there was nothing to compare with."""
        if not self.before:
            return None
        size = abs(self.spent - self.before) * 100 // self.before
        return size if self.spent >= self.before else -size


def weeks(days: Mapping[date, int], monday: date) -> tuple[int, int | None]:
    """What was spent in the week of `monday` and in the week before, as a `Line` has them; `days` go back two weeks before it."""
    spent = sum(amount for day, amount in days.items() if monday <= day < monday + WEEK)
    before = sum(amount for day, amount in days.items() if monday - WEEK <= day < monday)
    whole = not before or any(amount for day, amount in days.items() if day <= monday - WEEK)
    return spent, before if whole else None


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One request of the week, with its override and what came of it."""

    request: Request
    override: Override | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What one channel is told about one week. `ending` are overrides that end within seven days of `at`.

    `loose` is for whoever sees to what no rule claims and what has no price; None for everybody else.
    """

    channel: str
    week: str
    window: Window
    at: datetime
    lines: tuple[Line, ...]
    exceptions: tuple[Exceptional, ...]
    ending: tuple[Override, ...]
    loose: Loose | None = None
    governed: tuple[Share, ...] | None = None  # what went through governed tools; for leadership only

    @property
    def quiet(self) -> bool:
        """Nothing was spent and nobody asked: one line says so."""
        spent = any(line.spent or line.before for line in self.lines)
        return not (self.exceptions or self.ending or self.loose or spent)

    @property
    def asked(self) -> int:
        """How many requests were made in the week."""
        return sum(1 for e in self.exceptions if e.request.submitted in self.window)

    def count(self, state: State) -> int:
        """How many requests came to this end in the week; of PENDING, how many that were made in it still wait.

        Not how many of `exceptions` are in that state: one that was approved a month ago and ended now would be approved again.
        """
        ended = [e.request for e in self.exceptions if e.request.state is state]
        return sum(1 for request in ended if (request.decided or request.submitted) in self.window)


def compose(
    channel: str,
    week: str,
    window: Window,
    *,
    at: datetime,
    lines: Sequence[Line],
    cases: Sequence[Exceptional],
    loose: Loose | None = None,
) -> Digest:
    """The digest of a week from every exception that touched it: asked, decided, or ended in the week, or still running."""
    touched = tuple(case for case in cases if _touches(case, window))
    ending = tuple(o for case in cases if (o := case.override) and _ends_soon(o, at))
    return Digest(channel, week, window, at, tuple(lines), touched, ending, loose)


def _touches(case: Exceptional, window: Window) -> bool:
    override = case.override
    over = override.over_at() if override else None
    moments = (case.request.submitted, case.request.decided, over)
    return any(at is not None and at in window for at in moments) or (override is not None and _runs(override, window))


def _runs(override: Override, window: Window) -> bool:
    starts, over = override.starts, override.over_at()
    return starts is not None and starts < window.end and (over is None or over > max(starts, window.start))


def _ends_soon(override: Override, at: datetime) -> bool:
    over = override.over_at()
    return override.status(at) is Status.ACTIVE and over is not None and over <= at + SOON

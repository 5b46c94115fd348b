"""The weekly digest: what a channel's quotas stand at, what was spent, and what exceptions came of it.

Lines stand in the order of app.yaml. Nothing is sorted by spend and no person's spend is named: this is no ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.overrides import Outcome, Override, Status
from workflows.quotas import Standing
from workflows.requests import Request, State
from workflows.times import Window

SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """One quota: where it stands, what it spent in the week and in the week before, in its unit."""

    standing: Standing
    spent: int
    before: int

    @property
    def change(self) -> int | None:
        """Percent against the week before, rounded toward zero; None when there was nothing to compare with."""
        return int((self.spent - self.before) * 100 / self.before) if self.before else None


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One request of the week, with its override and what came of it."""

    request: Request
    override: Override | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What one channel is told about one week. `ending` are overrides that end within seven days of `at`."""

    channel: str
    week: str
    window: Window
    at: datetime
    lines: tuple[Line, ...]
    exceptions: tuple[Exceptional, ...]
    ending: tuple[Override, ...]

    @property
    def quiet(self) -> bool:
        """Nothing was spent and nobody asked: one line says so."""
        return not self.exceptions and not self.ending and not any(line.spent or line.before for line in self.lines)

    def count(self, state: State) -> int:
        """How many of the week's requests are in this state."""
        return sum(1 for e in self.exceptions if e.request.state is state)


def compose(
    channel: str, week: str, window: Window, *, at: datetime, lines: Sequence[Line], cases: Sequence[Exceptional]
) -> Digest:
    """The digest of a week from every exception that touched it: asked, decided, or ended in the week, or still running."""
    touched = tuple(case for case in cases if _touches(case, window))
    ending = tuple(o for case in cases if (o := case.override) and _ends_soon(o, at))
    return Digest(channel, week, window, at, tuple(lines), touched, ending)


def _touches(case: Exceptional, window: Window) -> bool:
    over = case.override.over_at() if case.override else None
    moments = (case.request.submitted, case.request.decided, over)
    return any(at is not None and at in window for at in moments)


def _ends_soon(override: Override, at: datetime) -> bool:
    over = override.over_at()
    return override.status(at) is Status.ACTIVE and over is not None and over <= at + SOON

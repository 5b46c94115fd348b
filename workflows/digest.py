"""The weekly digest: what a channel's quotas stand at, what was spent, what it produced, and what exceptions came of it.

Lines stand in the order of app.yaml. Nothing is sorted by spend and no person's spend is named: this is no ranking.

What was told is kept. When a figure of a week that was told turns out another, the message says so beside what it said, and
so does the next digest, once. Where the standings were read, and whose requests were told of, stays as it was then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from workflows.conduct import Conduct
from workflows.governed import Share
from workflows.loose import Loose
from workflows.money import Unit
from workflows.outcomes import Worth
from workflows.overrides import Outcome, Override, Reason, Status
from workflows.quotas import Level, Standing
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
class Change:
    """A quota's spend of a week, in its unit, that is another than was said; corrections made `corrected` of the difference."""

    quota: str
    unit: Unit
    said: int
    now: int
    corrected: int = 0

    @property
    def late(self) -> int:
        """What came late."""
        return self.now - self.said - self.corrected


@dataclass(frozen=True, slots=True)
class Recount:
    """What a use case produced in a week in one metric, where it is another count than was said."""

    scope: str
    use_case: str
    metric: str
    said: int
    now: int


@dataclass(frozen=True, slots=True)
class Amended:
    """What changed in a week after it was told; last at `at`."""

    window: Window
    at: datetime
    changes: tuple[Change, ...] = ()
    recounts: tuple[Recount, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """What one channel is told about one week. `ending` are overrides that end within seven days of `at`.

    `loose` is for whoever sees to what no rule claims and what has no price; None for everybody else.
    `amended` is what changed in this week since it was told, `earlier` what changed in weeks before and no digest told yet. A
    digest is kept as it was told, so a field that comes later needs a default.
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
    worth: tuple[Worth, ...] = ()
    amended: Amended | None = None
    earlier: tuple[Amended, ...] = ()
    conduct: Conduct | None = None  # how AI was used against the rules; for leadership only

    @property
    def key(self) -> str:
        """The name of this digest: "channel/week"."""
        return f"{self.channel}/{self.week}"

    @property
    def quiet(self) -> bool:
        """Nothing was spent and nobody asked: one line says so."""
        news = (self.exceptions, self.ending, self.loose, self.worth, self.amended, self.earlier)
        conduct = self.conduct is None or self.conduct.quiet
        return conduct and not any(news) and not any(line.spent or line.before for line in self.lines)

    @property
    def busy(self) -> tuple[Line, ...]:
        """The lines with something to tell."""
        return tuple(line for line in self.lines if not _idle(line))

    @property
    def idle(self) -> tuple[Line, ...]:
        """The lines of quotas in which nothing was spent, in the week and before it, and no threshold is reached."""
        return tuple(line for line in self.lines if _idle(line))

    @property
    def produced(self) -> tuple[Worth, ...]:
        """The use cases that reported something."""
        return tuple(worth for worth in self.worth if worth.made)

    @property
    def unreported(self) -> tuple[Worth, ...]:
        """Those that spent, and reported nothing."""
        return tuple(worth for worth in self.worth if not worth.made)

    @property
    def asked(self) -> int:
        """How many requests were made in the week."""
        return sum(1 for e in self.exceptions if e.request.submitted in self.window)

    @property
    def broken(self) -> int:
        """How many of those were granted without asking anybody."""
        return sum(1 for e in self.exceptions if e.request.glass and e.request.submitted in self.window)

    @property
    def returned(self) -> tuple[Override, ...]:
        """The overrides that their holders gave back in the week."""
        given = (e.override for e in self.exceptions if e.override and e.override.reason() is Reason.RETURNED)
        return tuple(override for override in given if override.stopped is not None and override.stopped in self.window)

    @property
    def given_back(self) -> Mapping[Unit, int]:
        """What of those was unspent, by unit."""
        units = dict.fromkeys(override.unit for override in self.returned if override.back)
        return {unit: sum(o.back for o in self.returned if o.unit is unit) for unit in units}

    def count(self, state: State) -> int:
        """How many requests came to this end in the week; of PENDING, how many that were made in it still wait.

        Not how many of `exceptions` are in that state: one that was approved a month ago and ended now would be approved again.
        """
        ended = [e.request for e in self.exceptions if e.request.state is state]
        return sum(1 for request in ended if (request.decided or request.submitted) in self.window)


def _idle(line: Line) -> bool:
    return not line.spent and not line.before and line.standing.level is Level.OK


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

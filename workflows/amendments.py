"""Amendments: what was told of a week is kept, and what turned out another is told beside it, wherever that is told.

The message of the week says what it said and what is so now; the channel's next digest says it once more, for those who do not
look back. Both follow from what was told and what is so: telling late, twice or in another order ends in the same words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workflows.digest import Amended, Change, Digest, Line, Recount
from workflows.outcomes import Worth


@dataclass(frozen=True, slots=True)
class Report:
    """What a channel was told of a week: `said` is the digest as it was posted, `shown` as it is since it was amended."""

    said: Digest
    shown: Digest | None = None
    version: int = 1

    @property
    def key(self) -> str:
        return self.said.key

    def figures(self) -> dict[str, object]:
        """The figures that are told now, for the record."""
        now = self.shown or self.said
        made = [[w.scope, w.use_case, m.metric, m.quantity] for w in now.worth for m in w.made]
        return {
            "key": self.key,
            "version": self.version,
            "spent": {ln.standing.quota.key: ln.spent for ln in now.lines},
            "made": made,
        }


def amend(
    report: Report, spent: Mapping[str, int], worth: Sequence[Worth], *, corrected: Mapping[str, int], at: datetime
) -> Report:
    """A report with the figures of its week as they are at a moment; the same report when it tells them already.

    `spent` and `corrected` are by quota: what the week comes to, and how much of the difference corrections made.
    """
    lines = tuple(replace(line, spent=spent[line.standing.quota.key]) for line in report.said.lines)
    told = report.shown or report.said
    if (lines, tuple(worth)) == (told.lines, told.worth):
        return report
    changes = tuple(_changes(report.said.lines, lines, corrected))
    recounts = tuple(_recounts(report.said.worth, worth))
    amended = Amended(report.said.window, at, changes, recounts)
    return replace(
        report, shown=replace(report.said, lines=lines, worth=tuple(worth), amended=amended), version=report.version + 1
    )


def _changes(said: Sequence[Line], now: Sequence[Line], corrected: Mapping[str, int]) -> Iterable[Change]:
    for was, line in zip(said, now, strict=True):
        quota = line.standing.quota
        if was.spent != line.spent:
            yield Change(quota.key, quota.unit, was.spent, line.spent, corrected.get(quota.key, 0))


def _recounts(said: Sequence[Worth], now: Sequence[Worth]) -> Iterable[Recount]:
    was, are = _counts(said), _counts(now)
    for key in dict.fromkeys([*are, *was]):
        if was.get(key, 0) != are.get(key, 0):
            yield Recount(*key, was.get(key, 0), are.get(key, 0))


def _counts(worth: Sequence[Worth]) -> dict[tuple[str, str, str], int]:
    return {(w.scope, w.use_case, made.metric): made.quantity for w in worth for made in w.made}


def untold(reports: Sequence[Report]) -> tuple[Amended, ...]:
    """What changed in the weeks of a channel's reports, oldest first, and none of the later ones told."""
    return tuple(found for report in reports if (found := _untold(report, reports)))


def _untold(report: Report, reports: Sequence[Report]) -> Amended | None:
    window = report.said.window
    told = [amended for later in reports for amended in later.said.earlier if amended.window == window]
    now = report.shown.amended if report.shown and report.shown.amended else Amended(window, report.said.at)
    spent = {change.quota: (change.now, change.corrected) for amended in told for change in amended.changes}
    made = {(r.scope, r.use_case, r.metric): r.now for amended in told for r in amended.recounts}
    changes = tuple(_since(now.changes, spent, report.said.lines))
    recounts = tuple(_since_made(now.recounts, made, report.said.worth))
    return Amended(window, now.at, changes, recounts) if changes or recounts else None


def _since(now: Sequence[Change], told: Mapping[str, tuple[int, int]], said: Sequence[Line]) -> Iterable[Change]:
    changes = {change.quota: change for change in now}
    for line in said:
        quota = line.standing.quota
        is_now = changes.get(quota.key, Change(quota.key, quota.unit, line.spent, line.spent))
        was, corrected = told.get(quota.key, (line.spent, 0))
        if is_now.now != was:
            yield replace(is_now, said=was, corrected=is_now.corrected - corrected)


def _since_made(now: Sequence[Recount], told: Mapping[tuple[str, str, str], int], said: Sequence[Worth]) -> Iterable[Recount]:
    first, are = _counts(said), {(r.scope, r.use_case, r.metric): r.now for r in now}
    for key in dict.fromkeys([*first, *are, *told]):
        was = told.get(key, first.get(key, 0))
        if (count := are.get(key, first.get(key, 0))) != was:
            yield Recount(*key, was, count)

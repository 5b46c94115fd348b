"""Approval: under what each event was spent, so that a baseline can leave out what was an exception.

An event that began within the base of every quota it counts in is within base. Beyond a base it is under the override that was
in force there, or beyond it without one. Which event of a batch is the first beyond follows the order of the batch; what the
batch adds up to does not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from workflows.money import Unit
from workflows.overrides import Override
from workflows.quotas import Quota
from workflows.spend import Booked, Costed, Counting, Ended, Group, Series, counting, summed
from workflows.times import Window


class Approval(StrEnum):
    """The states but for "under an override", which is said by its id."""

    BASE = "base"
    BEYOND = "beyond"
    REFUSED = "refused"


Stands = Mapping[tuple[str, Window], int]
"""What was spent, by quota key and window."""


class Grants(NamedTuple):
    """What a quota was given in a window: its base, and the overrides that ran in it."""

    base: Callable[[Quota, Window], int]
    overrides: Callable[[str, Window], Sequence[Override]]


Windows = Callable[[Quota, datetime], Window]
"""The window of a quota that holds a moment."""


class Books:
    """Books a batch under approvals. `before` is what each counter stood at without the batch, `after` what it does with it."""

    def __init__(self, quotas: Counting, windows: Windows, grants: Grants, *, before: Stands, after: Stands) -> None:
        self._quotas = quotas
        self._windows = windows
        self._base = cache(grants.base)
        self._overrides = cache(grants.overrides)
        self._running = dict(before)
        self._after = after

    def book(self, groups: Iterable[Group]) -> list[Booked]:
        """Every group under its approvals, in the order of the series, so that two writers take rows in one order."""
        booked = [each for group in groups for each in self._booked(group)]
        return sorted(booked, key=lambda each: (each.day, each.series))

    def _booked(self, group: Group) -> list[Booked]:
        series = Series(*group.sort, Approval.BASE)
        if group.sort.ended == Ended.REFUSED:
            return [Booked(group.day, series._replace(approval=Approval.REFUSED), group.events, group.sums)]
        counters = [(quota, self._windows(quota, group.today.start)) for quota in counting(group.sort, self._quotas)]
        if all(self._after[quota.key, window] <= self._limit(quota, window) for quota, window in counters):
            return [Booked(group.day, series, group.events, group.sums)]
        by: dict[str, list[Costed]] = {}
        for event in group.events:
            by.setdefault(self._approval(event, counters), []).append(event)
        return [Booked(group.day, series._replace(approval=name), events, summed(events)) for name, events in by.items()]

    def _approval(self, event: Costed, counters: Sequence[tuple[Quota, Window]]) -> str:
        """The approval of one event, which then counts as spent."""
        approval = str(Approval.BASE)
        for quota, window in counters:
            key = quota.key, window
            if self._running[key] >= self._limit(quota, window) and approval != Approval.BEYOND:
                cover = self._cover(quota, window, event.usage.at)
                approval = cover if approval == Approval.BASE or cover == Approval.BEYOND else approval
            self._running[key] += _amount(event, quota.unit)
        return approval

    def _limit(self, quota: Quota, window: Window) -> int:
        return self._base(quota, window) if quota.rollover else quota.limit  # nearly every quota is asked about, for every group

    def _cover(self, quota: Quota, window: Window, at: datetime) -> str:
        return next((o.id for o in self._overrides(quota.key, window) if o.in_force(at)), str(Approval.BEYOND))


def _amount(event: Costed, unit: Unit) -> int:
    match unit:
        case Unit.USD:
            return event.cost
        case Unit.TOKENS:
            return event.usage.tokens.total
        case Unit.REQUESTS:
            return event.usage.requests

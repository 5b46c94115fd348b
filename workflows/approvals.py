"""Approval: under what each event was spent, so that a baseline can leave out what was an exception.

An event that began within the base of every quota it counts in is within base. Beyond a base it is under the override that was
in force there, or beyond it without one. Which event is the first beyond follows the order in which they came, however that is
cut into batches; what they add up to does not depend on it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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


class _Tight(NamedTuple):
    """A group that counts in quotas which are past their base with this batch: those, leaf first."""

    group: Group
    counters: Sequence[tuple[Quota, Window]]


class Books:
    """Books a batch under approvals. `before` is what each counter stood at without the batch, `after` what it does with it."""

    def __init__(self, quotas: Counting, windows: Windows, grants: Grants, *, before: Stands, after: Stands) -> None:
        self._quotas = quotas
        self._windows = windows
        self._base = cache(grants.base)
        self._overrides = cache(grants.overrides)
        self._running = dict(before)
        self._after = after

    def book(self, groups: Sequence[Group], batch: Sequence[Costed]) -> list[Booked]:
        """Every group of a batch under its approvals, in the order of the series, so that two writers take rows in one order."""
        tight = [found for group in groups if (found := self._tight(group)).counters]
        slow = {id(each.group) for each in tight}
        booked = [_whole(group) for group in groups if id(group) not in slow]
        booked += self._split(tight, batch)
        return sorted(booked, key=lambda each: (each.day, each.series))

    def _tight(self, group: Group) -> _Tight:
        every = ((quota, self._windows(quota, group.today.start)) for quota in counting(group.sort, self._quotas))
        return _Tight(group, [here for here in every if self._after[here[0].key, here[1]] > self._limit(*here)])

    def _split(self, tight: Sequence[_Tight], batch: Sequence[Costed]) -> Iterator[Booked]:
        """Tight groups by the approval of each event: one may be the first beyond because of one of another group before it."""
        parts: list[dict[str, list[Costed]]] = [{} for _ in tight]
        for event, number in _in_order(tight, batch):
            parts[number].setdefault(self._approval(event, tight[number].counters), []).append(event)
        for (group, _), by in zip(tight, parts, strict=True):
            for approval, events in by.items():
                yield Booked(group.day, Series(*group.sort, approval), events, summed(events))

    def _approval(self, event: Costed, counters: Sequence[tuple[Quota, Window]]) -> str:
        """The approval of one event, which then counts as spent."""
        approval = str(Approval.BASE)
        for quota, window in counters:
            before = self._running[quota.key, window]
            self._running[quota.key, window] = after = before + _amount(event, quota.unit)
            # An event of nothing on a base that is used up exactly goes beyond nothing.
            base = self._limit(quota, window)
            if before >= base and after > base and approval != Approval.BEYOND:
                cover = self._cover(quota, window, event.usage.at)
                approval = cover if approval == Approval.BASE or cover == Approval.BEYOND else approval
        return str(Approval.REFUSED) if event.usage.ended == Ended.REFUSED else approval

    def _limit(self, quota: Quota, window: Window) -> int:
        if quota.rollover or quota.place:
            return self._base(quota, window)
        return quota.limit  # it runs for every quota of every group

    def _cover(self, quota: Quota, window: Window, at: datetime) -> str:
        return next((o.id for o in self._overrides(quota.key, window) if o.in_force(at)), str(Approval.BEYOND))


def _whole(group: Group) -> Booked:
    """A group no quota of which is past its base."""
    approval = Approval.REFUSED if group.sort.ended == Ended.REFUSED else Approval.BASE
    return Booked(group.day, Series(*group.sort, approval), group.events, group.sums)


def _in_order(tight: Sequence[_Tight], batch: Sequence[Costed]) -> Iterator[tuple[Costed, int]]:
    """The events of these groups in the order of the batch, each with its group's number."""
    if len(tight) == 1:  # a group is in order by itself
        return ((event, 0) for event in tight[0].group.events)
    numbers = {id(event): number for number, each in enumerate(tight) for event in each.group.events}
    return ((event, numbers[id(event)]) for event in batch if id(event) in numbers)


def _amount(event: Costed, unit: Unit) -> int:
    match unit:
        case Unit.USD:
            return event.cost
        case Unit.TOKENS:
            return event.usage.tokens.total
        case Unit.REQUESTS:
            return event.usage.requests

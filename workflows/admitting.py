"""Admitting: answers whether a call may proceed from memory, without asking the database.

The memory is a cache of counters and overrides. It hears what this process commits right after the commit, and reads again what
others may have committed; of two readings of a thing the one with the higher version is newer, so the order in which they come
does not matter. Forgetting it at any time changes no answer: it is read again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock

from workflows import overrides
from workflows.admission import Estimate, Verdict, decide, judge
from workflows.metering import base_of
from workflows.overrides import Override
from workflows.policy import Policy
from workflows.ports import Changed, Units
from workflows.quotas import Quota, Standing
from workflows.spend import Counter, reached
from workflows.times import Period, Window

REMEMBERED = 16_384  # pairs of scope and model; senders could make up more
BACK = timedelta(hours=1)  # how far the clock may be set back before what is remembered is not enough


class Known:
    """Counters of windows that were not over at `since`, and overrides that have not ended."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        self.spent: dict[tuple[str, Window], Counter] = {}
        self.overrides: dict[str, tuple[Override, ...]] = {}
        self.bases: dict[tuple[str, Window], int] = {}  # of quotas that carry over what a window leaves

    @property
    def tide(self) -> tuple[int, int]:
        """As the meter's: what it says of the counters that are known."""
        return len(self.spent), sum(counter.version for counter in self.spent.values())

    def take(self, counters: Iterable[Counter], granted: Iterable[Override]) -> None:
        """Keeps what is newer than what is known."""
        for counter in counters:
            known = self.spent.get(counter[:2])
            if counter.window.end > self.since and (known is None or known.version < counter.version):
                self.spent[counter[:2]] = counter
        for override in granted:
            known_here = self.overrides.get(override.quota, ())
            if all(known.id != override.id or known.version < override.version for known in known_here):
                others = (known for known in known_here if known.id != override.id)
                self.overrides[override.quota] = (*others, override)


class Gate:
    """Where calls are let through or not. Checks come from one thread, news and readings from any."""

    def __init__(self, policy: Policy, reads: Units) -> None:
        self._policy = policy
        self._reads = reads
        self._known: Known | None = None
        self._coming: Known | None = None  # what is being read; it hears, too
        self._taking = Lock()
        self._reading = Lock()
        self._windows: dict[Period, Window] = {}
        self._counting = lru_cache(REMEMBERED)(self._quotas)

    def check(self, scope: str, model: str, estimate: Estimate, *, now: datetime) -> Verdict | None:
        """Whether a call may proceed; None when it is not known, and `refresh` must come first."""
        known = self._known
        if known is None or now < known.since:
            return None
        standings = [self._standing(quota, known, now) for quota in self._counting(scope, model)]
        return decide([judge(standing, estimate) for standing in standings if standing]) if all(standings) else None

    def hear(self, changed: Changed) -> None:
        """This process committed something."""
        with self._taking:
            for known in (self._known, self._coming):
                if known is not None:
                    known.take(changed.counters, changed.overrides)

    def refresh(self, now: datetime) -> None:
        """Reads what counts now, if it changed. Unavailable when the database does not answer; what was known stays."""
        with self._reading:
            before = self._known
            if before is None or not now - 2 * BACK < before.since <= now - BACK:
                before = Known(now - BACK)
            with self._taking:
                tide = before.tide
                self._coming = coming = Known(before.since)
            try:
                with self._reads() as unit:
                    same = unit.meter.tide(coming.since) == tide
                    counters = () if same else unit.meter.counters(coming.since)
                    granted = unit.overrides.unended()
                    coming.bases = {key: base_of(unit, self._policy, quota, key[1]) for key, quota in self._carrying(now)}
                with self._taking:
                    coming.take((*before.spent.values(), *counters), granted)
                    self._known = coming
            finally:
                self._coming = None

    def forget(self) -> None:
        """Knows nothing any more."""
        self._known = None

    def _quotas(self, scope: str, model: str) -> Sequence[Quota]:
        return reached(scope, model, self._policy.by_scope)

    def _carrying(self, now: datetime) -> Iterator[tuple[tuple[str, Window], Quota]]:
        """The quotas whose limit depends on the window before, each in its window."""
        return (((quota.key, self._policy.window(quota, now)), quota) for quota in self._policy.quotas if quota.rollover)

    def _standing(self, quota: Quota, known: Known, now: datetime) -> Standing | None:
        """What a quota stands at; None when its window began after what is known was read."""
        window = self._window(quota, now)
        base = known.bases.get((quota.key, window)) if quota.rollover else quota.limit
        if base is None:
            return None
        counter = known.spent.get((quota.key, window))
        granted = known.overrides.get(quota.key)
        extra = overrides.extra(granted, now) if granted else 0
        return Standing(quota, window, now, counter.spent if counter else 0, base, extra)

    def _window(self, quota: Quota, now: datetime) -> Window:
        window = self._windows.get(quota.period)
        if window is None or now not in window:
            window = self._windows[quota.period] = self._policy.window(quota, now)
        return window

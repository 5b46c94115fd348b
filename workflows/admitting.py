"""Admitting: answers whether a call may proceed from memory, without asking the database.

The memory is a cache of counters and overrides. It hears what this process commits right after the commit, and reads again what
others may have committed; of two readings of a thing the one with the higher version is newer, so the order in which they come
does not matter. Forgetting it at any time changes no answer: it is read again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

from workflows import overrides
from workflows.admission import Estimate, Verdict, decide, judge
from workflows.holdings import Holding
from workflows.metering import carried
from workflows.overrides import Override
from workflows.policy import Policy
from workflows.ports import Changed, Units
from workflows.quotas import Quota, Standing
from workflows.spend import NEVER, Counter, Metered, reached
from workflows.times import INSTANT, Window, day_at

REMEMBERED = 16_384  # pairs of scope and model; senders could make up more
BACK = timedelta(hours=1)  # how far the clock may be set back before what is remembered is not enough


Key = tuple[str, datetime, datetime]
"""A quota's key and the ends of a window: plain values, whose hashes cost less than a Window's."""


def _key(quota: str, window: Window) -> Key:
    return quota, window.start, window.end


class Turn(NamedTuple):
    """A quota's window, and the keys of its counter and of that of the window before."""

    window: Window
    key: Key
    before: Key


class Known:
    """Counters of windows that were not over at `since`, and overrides that have not ended.

    Where quotas carry over what a window leaves, also the counters of the windows that `ended` before, and since when each is
    `metered`. Where quotas are enforced by gateways, what somebody changed there is `held` to count.
    """

    def __init__(self, since: datetime, ended: frozenset[datetime]) -> None:
        self.since = since
        self.ended = ended
        self.spent: dict[Key, Counter] = {}
        self.overrides: dict[str, tuple[Override, ...]] = {}
        self.metered: Mapping[str, Metered] = {}
        self.held: dict[str, Holding] = {}

    @property
    def tide(self) -> tuple[int, int]:
        """As the meter's: what it says of the counters that are known."""
        return len(self.spent), sum(counter.version for counter in self.spent.values())

    def take(self, counters: Iterable[Counter], granted: Iterable[Override], held: Iterable[Holding] = ()) -> None:
        """Keeps what is newer than what is known."""
        for holding in held:
            before = self.held.get(holding.quota)
            if before is None or before.version < holding.version:
                self.held[holding.quota] = holding
        for counter in counters:
            key, end = _key(counter.quota, counter.window), counter.window.end
            known = self.spent.get(key)
            if (end > self.since or end in self.ended) and (known is None or known.version < counter.version):
                self.spent[key] = counter
        for override in granted:
            known_here = self.overrides.get(override.quota, ())
            if all(known.id != override.id or known.version < override.version for known in known_here):
                others = (known for known in known_here if known.id != override.id)
                self.overrides[override.quota] = (*others, override)


class Gate:
    """Where calls are let through or not. Safe from many threads."""

    def __init__(self, policy: Policy, reads: Units) -> None:
        self._policy = policy
        self._reads = reads
        self._known: Known | None = None
        self._coming: Known | None = None  # what is being read; it hears, too
        self._taking = Lock()
        self._reading = Lock()
        self._placed = any(quota.place for quota in policy.quotas)
        self._carrying = tuple(quota for quota in policy.quotas if quota.rollover)
        self._turns: tuple[Window, dict[str, Turn]] = Window(NEVER, NEVER), {}  # of a day, by quota
        self._counting = lru_cache(REMEMBERED)(self._quotas)

    def check(self, scope: str, model: str, estimate: Estimate, *, now: datetime) -> Verdict | None:
        """Whether a call may proceed; None when it is not known, and `refresh` must come first."""
        known = self._known
        if known is None or now < known.since:
            return None
        return decide([judge(self._standing(quota, known, now), estimate) for quota in self._counting(scope, model)])

    def hear(self, changed: Changed) -> None:
        """This process committed something."""
        with self._taking:
            for known in (self._known, self._coming):
                if known is not None:
                    known.take(changed.counters, changed.overrides, changed.holdings)

    def refresh(self, now: datetime) -> None:
        """Reads what counts now, if it changed. Unavailable when the database does not answer; what was known stays."""
        with self._reading:
            before = self._usable(now)
            with self._taking:
                tide = before.tide
                self._coming = coming = Known(before.since, before.ended)
            try:
                with self._reads() as unit:
                    same = unit.meter.tide(coming.since, coming.ended) == tide
                    counters = () if same else unit.meter.counters(coming.since, coming.ended)
                    granted = unit.overrides.unended()
                    coming.metered = unit.meter.known() if self._carrying else {}
                    held = unit.holdings.edited() if self._placed else []
                with self._taking:
                    coming.take((*before.spent.values(), *counters), granted, held)
                    self._known = coming
            finally:
                self._coming = None

    def _usable(self, now: datetime) -> Known:
        """What is known, unless that goes back too far or not far enough: then nothing."""
        known, since = self._known, now - BACK
        if known is not None and since - BACK < known.since <= since:
            return known
        return Known(since, frozenset(self._policy.window(quota, since).start for quota in self._carrying))

    def forget(self) -> None:
        """Knows nothing any more."""
        self._known = None

    def _quotas(self, scope: str, model: str) -> Sequence[Quota]:
        return reached(scope, model, self._policy.by_scope)

    def _standing(self, quota: Quota, known: Known, now: datetime) -> Standing:
        turn = self._turn(quota, now)
        counter = known.spent.get(turn.key)
        held = known.held.get(quota.key) if known.held else None
        limit = held.base(quota.limit) if held else quota.limit
        base = limit + self._carried(quota, known, turn) if quota.rollover else limit
        granted = known.overrides.get(quota.key)
        extra = overrides.extra(granted, now) if granted else 0
        return Standing(quota, turn.window, now, counter.spent if counter else 0, base, extra)

    def _carried(self, quota: Quota, known: Known, turn: Turn) -> int:
        counter, metered = known.spent.get(turn.before), known.metered.get(quota.key)
        return carried(quota, turn.window, metered.since if metered else None, counter.spent if counter else 0)

    def _turn(self, quota: Quota, now: datetime) -> Turn:
        """Worked out once a day: windows begin and end with the local day."""
        today, turns = self._turns
        if now not in today:
            today, turns = self._turns = day_at(self._policy.organization.zone, now), {}
        turn = turns.get(quota.key)
        if turn is None:
            window = self._policy.window(quota, now)
            before = self._policy.window(quota, window.start - INSTANT)
            turn = turns[quota.key] = Turn(window, _key(quota.key, window), _key(quota.key, before))
        return turn

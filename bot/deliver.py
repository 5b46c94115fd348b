"""Delivery: takes effects from the outbox and makes them true, one at a time, until each is done.

An effect that fails is tried again later and later; one that Slack refuses, or that failed too often, is kept where
operators see it.
Limits are tried for ever: an override past its end must not stay because a gateway was away for a day.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from workflows.effects import Do
from workflows.keeping import attempt
from workflows.ports import Clock, Errand, Rejected, Unavailable, UnitOfWork, Units

log = logging.getLogger("leeway.deliver")

Handler = Callable[[str], None]

LEASE = timedelta(minutes=2)  # longer than any handler takes: all its calls time out sooner
SLOWEST = timedelta(minutes=1)
MOST_TRIES = 12  # with back-off about ten minutes; a message that late is looked at by a person
BATCH = 20


class Courier:
    """Delivers effects by the handlers it is given."""

    def __init__(self, units: Units, clock: Clock, handlers: Mapping[Do, Handler]) -> None:
        self._units = units
        self._clock = clock
        self._handlers = handlers

    def run(self) -> int:
        """Delivers what may be tried now; returns how many were tried."""
        tried = 0
        while errands := self._claim():
            for errand in sorted(errands, key=_urgency):
                self._deliver(errand)
            tried += len(errands)
        return tried

    def _claim(self) -> list[Errand]:
        now = self._clock.now()
        return attempt(self._units, lambda unit: unit.outbox.claim(now, now + LEASE, BATCH))

    def _deliver(self, errand: Errand) -> None:
        try:
            self._handlers[errand.effect.do](errand.effect.key)
        except Exception as error:
            # Whatever goes wrong with one effect, the others must still be delivered.
            self._failed(errand, error)
        else:
            attempt(self._units, lambda unit: unit.outbox.done(errand))

    def _failed(self, errand: Errand, error: Exception) -> None:
        final = isinstance(error, Rejected) or errand.tries + 1 >= MOST_TRIES
        again = None if final and errand.effect.do is not Do.SYNC_LIMIT else self._clock.now() + pause(errand.tries, error)
        level = logging.INFO if isinstance(error, Unavailable) and again else logging.ERROR
        log.log(level, "%s %s: %s", errand.effect.do, errand.effect.key, error, exc_info=None if level == logging.INFO else error)

        def note(unit: UnitOfWork) -> None:
            unit.outbox.fail(errand, f"{type(error).__name__}: {error}"[:500], again)

        attempt(self._units, note)


def _urgency(errand: Errand) -> int:
    """Limits before messages: whoever waits for an override does not wait for Slack as well. Otherwise as they were claimed."""
    return errand.effect.do is not Do.SYNC_LIMIT


def pause(tries: int, error: Exception) -> timedelta:
    """How long to wait: as long as we were asked to, else 1, 2, 4 … seconds."""
    if isinstance(error, Unavailable) and error.after is not None:
        return error.after
    return min(timedelta(seconds=2 ** min(tries, 10)), SLOWEST)

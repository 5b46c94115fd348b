"""A process that dies in a unit: `python -m tests.contract.crash URL STEPS` does so many statements and is gone.

With more steps than statements it commits first."""

import os
import sys

from bot.store import open_store
from tests.contract.given import NOW, booked, override, reported, request, usage
from tests.fakes.clock import ManualClock
from workflows.audit import entry
from workflows.effects import Do, Effect

EVENTS = [reported(usage(b"k%d" % n)) for n in range(20_000)]


def die(url: str, steps: int) -> None:
    store = open_store(url, ManualClock(NOW))
    with store.units() as unit:
        statements = (
            lambda: unit.requests.add(request()),
            lambda: unit.overrides.add(override(request())),
            lambda: unit.meter.fresh([(NOW.date(), event.usage.key) for event in EVENTS]),
            lambda: unit.meter.append(booked(*EVENTS)),  # spills out of the cache
            lambda: unit.record.append(entry(None, subject="R1", at=NOW, by="U0ADA", did="asked", after={})),
            lambda: unit.outbox.put(Effect(Do.SHOW_REQUEST, "R1"), NOW),
        )
        for statement in statements[:steps]:
            statement()
        if steps > len(statements):
            unit.commit()
        os._exit(9)


if __name__ == "__main__":
    die(sys.argv[1], int(sys.argv[2]))

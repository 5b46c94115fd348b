"""A process that writes usage beside others: `python -m tests.contract.writing URL SEED` writes a batch for each line it is told
and says how many of its events it was the first to bring, at last that it is over. What was not kept it sends again.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.store import open_store
from tests.contract.given import DAY, NOW
from tests.fakes.clock import ManualClock
from workflows.metering import Recorded, record
from workflows.money import Unit, usd
from workflows.policy import Organization, Policy
from workflows.ports import Unavailable, Units
from workflows.quotas import Quota
from workflows.spend import Tokens, Usage
from workflows.times import Period

SHARED, OWN = 300, 150  # events that every writer sends, and events of its own
SCOPES = ("platform/a", "platform/b", "platform/b/c", "platform")
POLICY = Policy(
    Organization("Acme", "Europe/Berlin"),
    (
        Quota("all", "platform", usd(300)),
        Quota("all, by day", "platform", 10_000, Unit.TOKENS, Period.DAY),
        Quota("a", "platform/a", usd(50)),
        Quota("b", "platform/b", 150, Unit.REQUESTS),
        Quota("c", "platform/b/c", usd(25), models=("m1",)),
        Quota("c, by week", "platform/b/c", usd(2_000), period=Period.WEEK),
    ),
)


def event(name: str, number: int) -> Usage:
    """An event of some cents up to two dollars, of this month's days and, one in ten, of a month that is over."""
    back = DAY * (number % 26) if number % 10 else 30 * DAY
    at = NOW - back - timedelta(minutes=number % 700)
    scope, model = SCOPES[number % len(SCOPES)], f"m{number % 5 % 2}"
    cost = usd(1) * (number % 40) // 20
    return Usage(f"{name}{number}".encode(), at, scope, model, Tokens(number % 90, 7), cost, timed=number % 7 > 0)


def events(seed: int) -> list[Usage]:
    """What the writer of this number sends, without those that are sent twice."""
    return [event("shared", n) for n in range(SHARED)] + [event(f"own{seed}-", n) for n in range(OWN)]


def batches(seed: int) -> Iterator[Sequence[Usage]]:
    """All of them in an order of this writer's own, some twice, in batches of one to thirty."""
    chance = random.Random(seed)
    every = events(seed)
    every += chance.sample(every, len(every) // 4)
    chance.shuffle(every)
    while every:
        size = chance.randint(1, 30)
        yield every[:size]
        every = every[size:]


def count(units: Units, batch: Sequence[Usage]) -> Recorded:
    while True:
        try:
            return record(batch, policy=POLICY, prices={}, units=units, now=NOW)
        except Unavailable:
            pass


def write(url: str, seed: int) -> None:
    store = open_store(url, ManualClock(NOW))
    for batch in batches(seed):
        sys.stdin.readline()
        print(count(store.units, batch).accepted, flush=True)
    sys.stdin.readline()
    print("over", flush=True)
    store.close()


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))

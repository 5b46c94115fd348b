"""The office: the use cases on a real database without Slack, for what needs many runs or two threads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import DemoClock
from bot.store import Store, open_store
from tests.fakes.directory import FakeDirectory
from workflows.keeping import Kit
from workflows.money import usd
from workflows.people import Person, PersonId
from workflows.policy import Organization, People, Policy
from workflows.ports import Clock, LimitStore, Units
from workflows.quotas import Quota
from workflows.rules import Ask, Rule, When

START = datetime(2026, 11, 3, 9, tzinfo=UTC)
ADA, BOB, CY, DI, EVE = map(PersonId, ("U0ADA", "U0BOB", "U0CY", "U0DI", "U0EVE"))
KEY = "platform/search:usd/month"
TYPED = {
    "quota": KEY,
    "amount": "400",
    "duration": "days:3",
    "justification": "Re-ranking the help centre.",
    "metric": "queries evaluated",
    "quantity": "1200",
    "evidence": "The dashboard",
    "data": "internal",
}
POLICY = Policy(
    Organization("Acme", "Europe/Berlin"),
    (Quota(KEY, "platform/search", usd(10_000)),),
    (
        Rule("leads", ask=(Ask("leads"),)),
        Rule("large", When(over=usd(1_000)), ask=(Ask("finance", quorum=2),)),
    ),
    People(groups={"leads": (BOB, EVE), "finance": (CY, DI)}, fallback="leads"),
)


def everybody() -> FakeDirectory:
    return FakeDirectory(Person(who, who[2:].title()) for who in (ADA, BOB, CY, DI, EVE))


def opened(folder: Path, clock: Clock, *, database: str = "") -> Store:
    """A database with its tables; if none is named, SQLite in a file of the folder."""
    store = open_store(database or f"sqlite:///{folder / 'leeway.db'}", clock)
    store.migrate()
    return store


def kit(store: Store, clock: Clock, *, units: Units | None = None, limits: LimitStore | None = None) -> Kit:
    return Kit(POLICY, clock, units or store.units, store.reads, everybody(), limits or store.limits)


def standing(after: timedelta = timedelta()) -> DemoClock:
    return DemoClock(START + after, standing=True)

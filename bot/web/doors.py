"""What the doors reach: the rules' policy, the clock, and the ports that the composition root fills in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.web import requested
from bot.web.bearer import Check
from bot.web.usage import Labels, Place
from workflows.admitting import Gate
from workflows.correcting import Corrected, correct
from workflows.corrections import Correction
from workflows.enforcing import queue
from workflows.explaining import loose_this_month
from workflows.loose import Loose
from workflows.metering import Recorded, record, standings
from workflows.outcomes import Produced
from workflows.policy import Policy
from workflows.ports import Clock, Units
from workflows.pricing import Price
from workflows.producing import produce
from workflows.quotas import Standing
from workflows.restating import restate
from workflows.spend import Usage

Probe = Callable[[], str]
"""Whether something works: "" or what is wrong and what to do about it."""


@dataclass(frozen=True, slots=True)
class Doors:
    """`reads` are units for looking; `token` gives the scopes of a bearer token, `called` its name; `/readyz` asks the `probes`.

    `largest_body` and `most_held` are bytes: of one body, and of all that are being read at a time. `counted` is told after a
        commit that has something to say. `gate` lets calls through; `ask` is a link to where people ask for more.
        `health` is what needs a person, as JSON values.
    """

    policy: Policy
    clock: Clock
    units: Units
    reads: Units
    prices: Mapping[str, Price]
    token: Check
    probes: Mapping[str, Probe] = field(default_factory=dict)
    largest_body: int = 5 * 2**20
    most_held: int = 64 * 2**20
    counted: Callable[[], None] = lambda: None
    labels: Labels = field(default_factory=Labels)
    gate: Gate = field(kw_only=True)
    called: Callable[[str], str] = lambda _: ""
    ask: str = ""
    health: Callable[[], Mapping[str, object]] = lambda: {"ok": True, "findings": []}
    mlflow_secret: str = field(default="", repr=False)  # with which MLflow signs its alerts, "" when nobody is believed

    def scopes(self) -> frozenset[str]:
        """Every scope that usage may name."""
        return self.policy.scopes

    def place(self, latest: timedelta) -> Place:
        """Where usage belongs that comes in now, and may be so late."""
        return Place(self.clock.now(), self.policy.scopes, self.policy.attribution.scope_of, self.labels, latest)

    def record(self, usages: Sequence[Usage]) -> Recorded:
        """Counts usage; returns when it is committed."""
        recorded = record(usages, policy=self.policy, prices=self.prices, units=self.units, now=self.clock.now())
        if recorded.told:
            self.counted()
        return recorded

    def correct(self, corrections: Sequence[Correction]) -> Corrected:
        """Books corrections of usage; returns when they are committed."""
        now = self.clock.now()
        done = correct(corrections, policy=self.policy, prices=self.prices, units=self.units, now=now)
        if done.told:
            self.counted()
        return done

    def restate(self, corrections: Sequence[Correction]) -> Corrected:
        """Books corrections of what was produced; returns when they are committed."""
        return restate(corrections, policy=self.policy, units=self.units, now=self.clock.now())

    def produce(self, batch: Sequence[Produced]) -> frozenset[bytes]:
        """Keeps what was produced; returns the keys that are new when they are committed."""
        return produce(batch, policy=self.policy, units=self.units, now=self.clock.now())

    def hint(self, quotas: Sequence[str]) -> None:
        """Has the limits of quotas looked at, by their keys."""
        queue(self.units, quotas, self.clock.now())
        self.counted()

    def loose(self) -> Loose:
        """What no rule claims and what has no price, since the month began."""
        with self.reads() as unit:
            return loose_this_month(unit, self.policy, self.clock.now())

    def request(self, name: str) -> dict[str, object] | None:
        """A request as JSON values, None when there is none of that id."""
        with self.reads() as unit:
            found = unit.requests.get(name)
            return requested.plain(found, unit.overrides.every(name), self.clock.now()) if found else None

    def standings(self) -> tuple[Standing, ...]:
        """Every quota's standing, read at one moment."""
        with self.reads() as unit:
            return standings(unit, self.policy, self.clock.now())

"""The doors on a real socket, with a real database: what the edge tests of `bot.web` knock at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bot.sandbox import serve
from bot.sandbox.server import Server
from bot.store import Scope, Store, open_store
from bot.web import Doors, web
from tests.fakes.clock import ManualClock
from workflows.admitting import Gate
from workflows.money import Unit, usd
from workflows.policy import Organization, Policy
from workflows.pricing import Price
from workflows.quotas import Quota
from workflows.times import Period

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TEAM = "platform/engineering/search"
QUOTAS = (
    Quota("team", TEAM, usd(100), channel="C1"),
    Quota("team tokens", TEAM, 2_000_000, unit=Unit.TOKENS, period=Period.DAY),
    Quota("all", "platform", usd(1_000)),
)
POLICY = Policy(Organization("Acme", "Europe/Berlin"), QUOTAS)
ASK = "https://slack.com/app_redirect?app=A1&team=T1"
PRICES = {"opus": Price(5_000_000, 25_000_000, 500_000, 6_250_000), "mini": Price(250_000, 2_000_000, 25_000, 250_000)}


@dataclass(frozen=True, slots=True)
class Door:
    """A client that may do everything, the clock, and what is behind the door."""

    client: httpx.Client
    clock: ManualClock
    store: Store
    gate: Gate
    server: Server

    def post(self, body: Any, kind: str = "application/json") -> httpx.Response:
        """Sends bytes as they are and anything else as JSON."""
        if isinstance(body, bytes):
            return self.client.post("/v1/events", content=body, headers={"Content-Type": kind})
        return self.client.post("/v1/events", json=body, headers={"Content-Type": kind})

    def token(self, *scopes: Scope) -> str:
        name = " ".join(sorted(scopes))
        return self.store.tokens.create(f"only {name}", scopes, self.clock.now())

    def quota(self, key: str) -> dict[str, Any]:
        found = self.client.get("/v1/quotas").json()["quotas"]
        return next(dict(quota) for quota in found if quota["key"] == key)


@contextmanager
def opened(folder: Path, **said: Any) -> Iterator[Door]:
    """The doors, open; `said` replaces what they reach."""
    clock = ManualClock(NOW)
    store = open_store(f"sqlite:///{folder / 'leeway.db'}", clock)
    store.migrate()
    token = store.tokens.create("all", list(Scope), NOW)
    gate = Gate(said.get("policy", POLICY), store.reads)
    store.listen(gate.hear)
    gate.refresh(clock.now())
    doors = Doors(
        POLICY,
        clock,
        store.units,
        store.reads,
        PRICES,
        store.tokens.check,
        {"database": lambda: ""},
        gate=gate,
        ask=ASK,
        called=store.tokens.called,
    )
    doors = replace(doors, **said)
    server = serve(web(doors))
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        yield Door(client, clock, store, doors.gate, server)
    server.stop()
    store.close()


def event(number: object = 1, **data: Any) -> dict[str, Any]:
    """A good event: a cent."""
    said = {"scope": TEAM, "model": "opus", "input_tokens": 2_000, "output_tokens": 0} | data
    return {"specversion": "1.0", "type": "ai.leeway.usage", "source": "gateway", "id": str(number), "data": said}

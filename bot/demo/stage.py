"""The stage: the app and the sandbox, each served on this machine and speaking HTTP to the other, on one clock.

The demo plays on it, the journeys of the tests too. `settle` does what is due; with `run` the app does it by itself.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from bot.clock import DemoClock
from bot.config import Draft, Problem, Settled, lines, read, settle
from bot.demo import acme
from bot.sandbox import Seed, create, serve
from bot.slack.calling import slack
from bot.slack.home import doorstep
from bot.slack.lookup import SlackLookup
from bot.store import open_store
from bot.store.tokens import Scope
from bot.wiring import Leeway, assemble, site_of
from workflows.policy import Policy

SIGNING, BOT_TOKEN = "sandbox-signing-secret", "xoxb-sandbox"
BATCH = 1000


class Stage:
    """The running app and its workspace. Use `opened`."""

    def __init__(
        self,
        folder: Path,
        clock: DemoClock,
        *,
        config: Path,
        seed: Seed,
        port: int = 0,
        ack_timeout: float = 3.0,
        database: str = "",
    ) -> None:
        self.clock, self.token = clock, ""
        self.database = database or f"sqlite:///{folder / 'leeway.db'}"
        self.jumped: Callable[[datetime], datetime | None] = clock.jump
        self.sandbox = create(
            seed,
            app_url=None,
            signing_secret=SIGNING,
            bot_token=BOT_TOKEN,
            now=clock.now,
            on_jump=self._jump,
            ack_timeout=ack_timeout,
        )
        self.slack = serve(self.sandbox, port=port)
        self.client = slack(BOT_TOKEN, f"{self.slack.url}/api/")
        self.people = httpx.Client(base_url=f"{self.slack.url}/_sandbox", timeout=60)
        self.up(config)

    def up(self, config: Path) -> None:
        """Starts the app on the database that is there: the first time, and after `down`."""
        self.policy = policy_of(config, SlackLookup(self.client))
        self.store = open_store(self.database, self.clock)
        self.store.migrate()
        self.leeway = self.assembled()
        self.app = serve(site_of(self.leeway))
        self.sandbox.connect(f"{self.app.url}/slack/events")
        if not self.token:
            self.token = self.store.tokens.create("gateway", [Scope.INGEST, Scope.CHECK, Scope.READ], self.clock.now())
        self.api = httpx.Client(base_url=self.app.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=30)
        self.leeway.begin()

    def assembled(self) -> Leeway:
        """The app's parts, put together; a stage of another kind may use others."""
        return assemble(self.policy, self.store, self.clock, self.client, signing_secret=SIGNING, ask=doorstep(self.client))

    def down(self) -> None:
        """Ends the app; the workspace goes on without it."""
        self.api.close()
        self.app.stop()
        self.store.close()

    def _jump(self, to: datetime) -> datetime | None:
        return self.jumped(to)  # who plays on the stage may say what else a jump does

    def settle(self) -> None:
        """Does everything that is due."""
        self.leeway.work()

    def use(self, events: Iterable[dict[str, Any]]) -> int:
        """Posts usage as a gateway does; returns how many events counted."""
        counted, rest = 0, iter(events)
        while batch := list(islice(rest, BATCH)):
            answer = self.api.post("/v1/events", json=batch).raise_for_status().json()
            if answer["refused"]:
                raise RuntimeError(f"the app refused usage: {answer['refused'][:3]}")
            counted += answer["accepted"]
        return counted

    def do(self, what: str, **said: Any) -> dict[str, Any]:
        """A person does something in the workspace: `do("act", **{"as": …})`."""
        answer = self.people.post(f"/{what}", json={key.rstrip("_"): value for key, value in said.items()})
        return dict(answer.json())

    def sees(self, person: str) -> dict[str, Any]:
        """The workspace as a person sees it."""
        return dict(self.people.get("/state", params={"as": person}).raise_for_status().json())

    def pass_time(self, to: datetime, step: timedelta) -> None:
        """Moves the clock in steps, doing at each what is due."""
        while (now := self.clock.now()) < to:
            self.clock.jump(min(now + step, to))
            self.settle()

    def close(self) -> None:
        """Ends both servers."""
        self.down()
        self.people.close()
        self.slack.stop()


class Refused(Exception):
    """app.yaml cannot be used; the message is every problem, a line each."""


def policy_of(config: Path, lookup: SlackLookup) -> Policy:
    """The policy of a file, resolved in the workspace."""
    drafted = read(config)
    settled = settle(drafted, lookup, strict=False) if isinstance(drafted, Draft) else drafted
    if isinstance(settled, Settled):
        return settled.policy
    raise Refused(_told(settled, config))


def _told(problems: list[Problem], config: Path) -> str:
    return "\n".join(lines(problems, str(config)))


@contextmanager
def opened(
    folder: Path, clock: DemoClock, *, config: Path = Path("app.yaml"), seed: Seed | None = None, **ports: Any
) -> Iterator[Stage]:
    """A stage that is closed at the end."""
    stage = Stage(folder, clock, config=config, seed=seed or acme.workspace(), **ports)
    try:
        yield stage
    finally:
        stage.close()

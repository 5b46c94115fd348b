"""Crashes: the process dies before its k-th side effect, for every k, and is started again on the same database.

A side effect is a commit, a message to Slack, or a write to the store of limits; dying after one is dying before the next. After
the restart everything comes to rest: one increase, none past its end, everything told, and no write of ours taken for somebody's.
What may be told twice: the one message that Slack took and that was not yet remembered when the process died.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlalchemy import make_url

from bot.clock import DemoClock
from bot.demo import acme
from bot.demo.stage import BOT_TOKEN, SIGNING, policy_of
from bot.sandbox import Sandbox, create, serve
from bot.slack.lookup import SlackLookup
from bot.store import Store, open_store
from bot.wiring import Leeway, assemble
from tests.fakes.clock import ManualClock
from tests.fakes.limits import FakeLimits
from tests.journeys.policies import POLICY
from tests.journeys.world import FAST, START, seed
from tests.postgres import Server
from workflows import requesting, reviewing
from workflows.audit import broken
from workflows.ballots import Verdict, Vote
from workflows.effects import Wake
from workflows.limits import Place, Reading, Traits, Wanted
from workflows.money import usd
from workflows.overrides import Status
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import LimitStore, UnitOfWork
from workflows.quotas import Quota
from workflows.requests import State

KEY = "platform/search:usd/month"
ADA, BOB = PersonId(acme.person("ada")), PersonId(acme.person("bob"))
TYPED = {
    "quota": KEY,
    "amount": "400",
    "duration": "hours:4",
    "justification": "Re-ranking the help centre.",
    "metric": "queries",
    "quantity": "1200",
    "evidence": "The dashboard",
    "data": "internal",
}
NEVER = 10_000
MOST = 60  # more side effects than any phase has


class Crash(BaseException):
    """The process is gone."""


class Fuse:
    """Burns through before the k-th side effect; afterwards nothing happens any more."""

    def __init__(self, k: int) -> None:
        self.left = k

    def step(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Crash


class Client(WebClient):
    """The client of a process that may die."""

    fuse = Fuse(NEVER)

    def api_call(self, api_method: str, **arguments: Any) -> Any:
        if api_method.startswith("chat."):
            self.fuse.step()
        return super().api_call(api_method, **arguments)


class FusedUnit:
    """A unit whose commit may be the last thing that does not happen."""

    def __init__(self, unit: UnitOfWork, fuse: Fuse) -> None:
        self._unit, self._fuse = unit, fuse

    def __enter__(self) -> "FusedUnit":
        self._unit.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._unit.__exit__(kind, error, trace)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def commit(self) -> None:
        self._fuse.step()
        self._unit.commit()


class FusedStore:
    """A store of a process that may die."""

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self._store, self._fuse = store, fuse
        self.limits = FusedLimits(store.limits, fuse)
        self.reads = store.reads
        self.listen = store.listen

    def units(self) -> FusedUnit:
        return FusedUnit(self._store.units(), self._fuse)


class FusedLimits(LimitStore):
    def __init__(self, limits: LimitStore, fuse: Fuse) -> None:
        self._limits, self._fuse = limits, fuse

    def traits(self, quota: Quota) -> Traits:
        return self._limits.traits(quota)

    def read(self, quota: Quota) -> Reading:
        return self._limits.read(quota)

    def write(self, quota: Quota, wanted: Wanted) -> None:
        self._fuse.step()
        self._limits.write(quota, wanted)
        self._fuse.step()  # it was carried out, and nobody knows


@dataclass
class Slack:
    """One workspace for every run; what is told is counted from where a run began."""

    sandbox: Sandbox
    url: str
    policy: Policy

    def told(self, *words: str) -> int:
        rooms = self.sandbox.workspace.rooms.values()
        every = [m.text for room in rooms for m in room.messages.values()]
        return sum(all(word in text for word in words) for text in every)

    def cards(self, request: str) -> list[str]:
        rooms = self.sandbox.workspace.rooms.values()
        return [str(m.blocks) for room in rooms for m in room.messages.values() if request in str(m.blocks)]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slack]:
    config = tmp_path_factory.mktemp("policy") / "app.yaml"
    config.write_text(POLICY, "utf-8")
    clock = DemoClock(START, standing=True)
    sandbox = create(seed(), app_url=None, signing_secret=SIGNING, bot_token=BOT_TOKEN, now=clock.now)
    with serve(sandbox) as server:
        url = f"{server.url}/api/"
        yield Slack(sandbox, url, policy_of(config, SlackLookup(WebClient(token=BOT_TOKEN, base_url=url))))


class Process:
    """The app on a database; `at` is what its clock shows."""

    def __init__(
        self, slack: Slack, url: str, at: datetime, *, fuse: Fuse | None = None, gateway: FakeLimits | None = None
    ) -> None:
        fuse, self._gateway = fuse or Fuse(NEVER), gateway
        self.clock = DemoClock(at, standing=True)
        self.store = open_store(url, self.clock)
        client = Client(token=BOT_TOKEN, base_url=slack.url)
        client.fuse = fuse
        fused: Any = FusedStore(self.store, fuse)
        policy, limits = (gated(slack.policy), FusedLimits(gateway, fuse)) if gateway else (slack.policy, None)
        self.leeway: Leeway = assemble(policy, fused, self.clock, client, signing_secret="", limits=limits)

    @property
    def limit(self) -> int | None:
        """What the store of limits enforces."""
        return (self._gateway or self.store.limits).read(self.leeway.kit.policy.by_key[KEY]).limit

    def rests(self, minutes: int = 4) -> None:
        """Runs until what was held by a dead process was let go and done."""
        for _ in range(minutes):
            self.leeway.work()
            self.clock.jump(self.clock.now() + timedelta(minutes=1))
        self.leeway.work()

    def approves(self, request: str) -> None:
        reviewing.vote(self.leeway.kit, request, Vote(BOB, Verdict.APPROVE, self.clock.now()))


def gated(policy: Policy) -> Policy:
    """The same, with the quota enforced by a gateway in which others change limits, too."""
    there = Place("litellm", (("team", "search"),))
    return replace(policy, quotas=tuple(replace(q, place=there) if q.key == KEY else q for q in policy.quotas))


def like(gateway: FakeLimits | None) -> FakeLimits | None:
    """A gateway that holds the same."""
    if gateway is None:
        return None
    other = FakeLimits(ManualClock(START))
    other.limits, other.names = dict(gateway.limits), dict(gateway.names)
    return other


class Files:
    """Databases of SQLite, in a folder; `gated` where a gateway enforces the limit."""

    def __init__(self, folder: Path, *, gated: bool) -> None:
        self._folder, self.gated = folder, gated
        self._numbers = count()

    @contextmanager
    def new(self, like: str = "") -> Iterator[str]:
        """The URL of a new database, like the one at another URL."""
        file = self._folder / f"{next(self._numbers)}.db"
        if like:
            shutil.copy(like.removeprefix("sqlite:///"), file)
        yield f"sqlite:///{file}"
        for each in self._folder.glob(f"{file.name}*"):
            each.unlink()


class Databases:
    """Databases of PostgreSQL, in a server."""

    gated = False

    def __init__(self, server: Server) -> None:
        self._server = server

    @contextmanager
    def new(self, like: str = "") -> Iterator[str]:
        """The URL of a new database, like the one at another URL."""
        with self._server.database(str(make_url(like).database) if like else "tables") as name:
            yield self._server.url(name)


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "gateway"])
def databases(request: pytest.FixtureRequest) -> Iterator[Files | Databases]:
    if request.param == "postgresql":
        yield Databases(request.getfixturevalue("server"))
        return
    with tempfile.TemporaryDirectory(prefix="leeway-", dir=FAST if FAST.is_dir() else None) as made:
        yield Files(Path(made), gated=request.param == "gateway")


@dataclass
class Prepared:
    """A database as it was at a moment, to be copied for every run."""

    url: str
    at: datetime
    request: str
    gateway: FakeLimits | None = None


@pytest.fixture(scope="module")
def asked(workspace: Slack, databases: Files | Databases) -> Iterator[Prepared]:
    """Ada's request is pending and its cards are shown."""
    gateway = FakeLimits(ManualClock(START)) if databases.gated else None
    if gateway:
        gateway.edit(KEY, usd(10_000))
    with databases.new() as url:
        process = Process(workspace, url, START, gateway=gateway)
        process.store.migrate()
        process.leeway.begin()
        filed = requesting.submit(process.leeway.kit, ADA, TYPED, token=url)
        assert not isinstance(filed, tuple)
        process.leeway.work()
        yield _closed(process, url, filed.id, gateway)


@pytest.fixture(scope="module")
def active(workspace: Slack, databases: Files | Databases, asked: Prepared) -> Iterator[Prepared]:
    """The same, approved, active and told."""
    gateway = like(asked.gateway)
    with databases.new(asked.url) as url:
        process = Process(workspace, url, asked.at, gateway=gateway)
        process.approves(asked.request)
        process.leeway.work()
        yield _closed(process, url, asked.request, gateway)


def _closed(process: Process, url: str, request: str, gateway: FakeLimits | None) -> Prepared:
    with process.store.units() as unit:
        assert unit.outbox.waiting() is None
    process.store.close()
    return Prepared(url, process.clock.now(), request, gateway)


def _every_k(play: Callable[[Fuse], bool]) -> int:
    """Plays with a fuse for k = 1, 2, … until one run does not crash; how many side effects there were."""
    for k in range(1, MOST):
        if not play(Fuse(k)):
            return k - 1
    raise AssertionError(f"more than {MOST} side effects")


def _crashes(work: Callable[[], object]) -> bool:
    try:
        work()
    except Crash:
        return True
    return False


def _whole(process: Process) -> None:
    """Nothing waits, nothing is lost, and the record is whole."""
    with process.store.reads() as unit:
        assert unit.outbox.waiting() is None
        assert not unit.outbox.dead()
        for subject in unit.record.subjects():
            assert not broken(unit.record.chain(subject))
            assert not subject.startswith("limit:")  # nobody changed a limit but us


def test_between_the_click_and_active(workspace: Slack, databases: Files | Databases, asked: Prepared) -> None:
    def play(fuse: Fuse) -> bool:
        with databases.new(asked.url) as url:
            return run(url, fuse)

    def run(url: str, fuse: Fuse) -> bool:
        before = workspace.told("is active until")
        gateway = like(asked.gateway)
        dying = Process(workspace, url, asked.at, fuse=fuse, gateway=gateway)
        crashed = _crashes(lambda: (dying.approves(asked.request), dying.leeway.work()))
        dying.store.close()
        process = Process(workspace, url, asked.at + timedelta(seconds=5), gateway=gateway)
        process.leeway.begin()
        with process.store.reads() as unit:
            request = unit.requests.get(asked.request)
        assert request is not None
        if request.state is State.PENDING:  # the click was not taken: its person was told so, and clicks again
            assert process.limit == usd(10_000)
            process.approves(asked.request)
        process.rests()
        with process.store.reads() as unit:
            override = unit.overrides.of(asked.request)
            alarms = {(a.wake, a.key) for a in unit.agenda.due(asked.at + timedelta(days=300), 100)}
        assert override is not None
        assert override.status(process.clock.now()) is Status.ACTIVE
        assert (Wake.END, override.id) in alarms
        assert process.limit == usd(10_400)
        assert 1 <= workspace.told("is active until") - before <= 2
        cards = workspace.cards(asked.request)
        assert all("Active until" in card for card in cards)
        _whole(process)
        process.store.close()
        return crashed

    assert _every_k(play) > 10


def test_between_due_and_ended(workspace: Slack, databases: Files | Databases, active: Prepared) -> None:
    def play(fuse: Fuse) -> bool:
        with databases.new(active.url) as url:
            return run(url, fuse)

    def run(url: str, fuse: Fuse) -> bool:
        before, asked = workspace.told("is over"), workspace.told("What came of it?")
        due = active.at + timedelta(hours=4)
        gateway = like(active.gateway)
        dying = Process(workspace, url, due, fuse=fuse, gateway=gateway)
        crashed = _crashes(dying.leeway.work)
        dying.store.close()
        process = Process(workspace, url, due + timedelta(seconds=5), gateway=gateway)
        process.leeway.begin()
        process.rests()
        with process.store.reads() as unit:
            override = unit.overrides.of(active.request)
        assert override is not None
        assert override.status(process.clock.now()) is Status.ENDED
        assert process.limit == usd(10_000)
        assert 1 <= workspace.told("is over") - before <= 2
        assert 1 <= workspace.told("What came of it?") - asked <= 2
        assert all("Ended on time" in card for card in workspace.cards(active.request))
        _whole(process)
        process.store.close()
        return crashed

    assert _every_k(play) > 10


@pytest.mark.parametrize("databases", ["gateway"], indirect=True)
def test_between_somebodys_edit_and_what_is_done_about_it(workspace: Slack, databases: Files, active: Prepared) -> None:
    """It is adopted and noted once, whenever we die; and the override on it still ends by its own amount."""

    def play(fuse: Fuse) -> bool:
        with databases.new(active.url) as url:
            return run(url, fuse)

    def run(url: str, fuse: Fuse) -> bool:
        gateway = like(active.gateway)
        assert gateway is not None
        gateway.edit(KEY, usd(12_400))
        dying = Process(workspace, url, active.at + timedelta(minutes=6), fuse=fuse, gateway=gateway)
        crashed = _crashes(dying.leeway.work)
        dying.store.close()
        process = Process(workspace, url, active.at + timedelta(minutes=7), gateway=gateway)
        process.leeway.begin()
        process.rests()
        with process.store.reads() as unit:
            assert [entry.did for entry in unit.record.chain(f"limit:{KEY}")] == ["found another limit"]
        assert process.limit == usd(12_400)
        process.clock.jump(active.at + timedelta(hours=4))
        process.rests()
        assert process.limit == usd(12_000)
        process.store.close()
        return crashed

    assert _every_k(play) > 2

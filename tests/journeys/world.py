"""The world of the journeys: Acme's people and teams on the whole real wiring, on a clock that stands until it is moved.

Everything goes the way it goes in production: usage over HTTP, clicks signed by the sandbox Slack, a real database. `rest` looks
at what must be true whatever happened.
"""

import dataclasses
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx

from bot.clock import DemoClock
from bot.demo import acme
from bot.demo.actor import Ack, Actor, Message, Missing, buttons, said
from bot.demo.stage import SIGNING, Stage
from bot.sandbox import Channel, Seed, User
from bot.sandbox.deliver import sign
from tests.journeys.policies import POLICY
from workflows.admission import Estimate
from workflows.audit import broken, plain
from workflows.effects import Wake
from workflows.metering import standings
from workflows.money import NANO, Unit, show, usd
from workflows.overrides import Override, Status
from workflows.people import PersonId
from workflows.ports import Errand
from workflows.requests import Request

START = datetime(2026, 11, 3, 9, tzinfo=ZoneInfo(acme.ZONE)).astimezone(UTC)  # a Tuesday, early in a month
FAST = Path("/dev/shm")  # where there is a disk in memory, a commit need not wait for a real one
TOP = "platform"
YEARS = timedelta(days=3650)

GUEST, LEAVER, STRANGER = "gus", "max", "xia"
WHY = "Re-ranking the help centre; without it the evaluation stops on Thursday."


def seed() -> Seed:
    """Acme, and in every team's channel also a guest, somebody who will leave and somebody of another workspace."""
    acmes = acme.workspace()
    names = {GUEST: "Gus Guest", LEAVER: "Max Moving", STRANGER: "Xia Elsewhere"}
    more = [User(acme.person(n), n, real, f"{n}@acme.example", acme.ZONE, is_restricted=n == GUEST) for n, real in names.items()]
    guests = dict.fromkeys([*(user.id for user in more), *map(acme.person, ("eve", "sam", "ada", "bob"))])
    grown = (replace(c, members=tuple(dict.fromkeys([*c.members, *guests]))) if "team" in c.name else c for c in acmes.channels)
    closed = Channel(acme.channel("team-closed"), "team-closed", "Leeway is not here", (acme.person("ada"),))
    return replace(acmes, users=(*acmes.users, *more), channels=(*grown, closed))


@dataclass(frozen=True, slots=True)
class Person(Actor):
    """Somebody of Acme with what they usually do."""

    def sees(self, *words: str, channel: str = "team-search", thread: str | None = None) -> Message:
        """The newest message with these words."""
        return self.find(channel, *words, thread=thread)

    def opens(self, channel: str = "team-search") -> None:
        """Opens the form: from the channel's newest warning, else by the command."""
        with_button = [m for m in self.messages(channel) if "ask" in buttons(m)]
        scope = channel.removeprefix("team-") if channel.startswith("team-") else "search"
        ack = self.press(with_button[-1], "ask") if with_button else self.command(f"request {scope}", channel)
        assert not ack.error, ack

    def asks(self, amount: int, channel: str = "team-search", **typed: Any) -> Ack:
        """Fills the form and sends it."""
        self.opens(channel)
        return self.submit(**{**form(), "amount": show(amount, Unit.USD).removeprefix("$"), **typed})

    def closes(self) -> Ack:
        """Closes the form on top."""
        return self._settled(self.stage.do("close", as_=self.id, view_id=self.modal()["id"]))

    def card(self, action: str, channel: str = "leeway") -> Message:
        """The newest message there with this button."""
        found = [m for m in self.messages(channel) if action in buttons(m)]
        if not found:
            raise Missing(f"{self.name} sees no message with a button {action} in {channel}")
        return found[-1]

    def approves(self, channel: str = "leeway") -> Ack:
        return self.press(self.card("approve", channel), "approve")

    def denies(self, reason: str, instead: str = "", channel: str = "leeway") -> Ack:
        ack = self.press(self.card("deny", channel), "deny")
        assert not ack.error, ack
        return self.submit(reason=reason, instead=instead)

    def withdraws(self) -> Ack:
        return self.press(self.card("withdraw"), "withdraw")

    def reports(self, **typed: Any) -> Ack:
        ack = self.press(self.card("report"), "report")
        assert not ack.error, ack
        return self.submit(**{"happened": "yes", "quantity": "42", **typed})


AFTER = {"undo", "revoke", "return", "extend"}  # what can still be done about a decision, and about what it granted


def form() -> dict[str, Any]:
    """What people type when it does not matter."""
    return {
        "amount": "400",
        "duration": "days:3",
        "justification": WHY,
        "metric": "queries evaluated",
        "quantity": "1200",
        "evidence": "The evaluation dashboard",
        "data": "internal",
    }


@dataclass(frozen=True, slots=True)
class Team:
    """A team's quota: a leaf of the tree."""

    world: "World"
    name: str

    @property
    def key(self) -> str:
        return f"{TOP}/{self.name}:usd/month"

    def spends(self, amount: int, user: str = "ada", **said: Any) -> None:
        """Usage comes in over HTTP, and what is due is done; an event may say more."""
        self.world.uses(amount, scope=f"{TOP}/{self.name}", user=user, **said)

    @property
    def limit(self) -> int:
        """What the store of limits enforces."""
        limit = self.world.stage.leeway.kit.limits.read(self.world.stage.leeway.kit.policy.by_key[self.key]).limit
        assert limit is not None
        return limit

    @property
    def request(self) -> Request:
        """The newest request."""
        with self.world.stage.store.reads() as unit:
            return unit.requests.latest(self.key, 1)[0]

    @property
    def requests(self) -> list[Request]:
        with self.world.stage.store.reads() as unit:
            return unit.requests.latest(self.key, 1000)

    @property
    def override(self) -> Override | None:
        """The newest request's override."""
        with self.world.stage.store.reads() as unit:
            return unit.overrides.of(self.request.id)

    @property
    def status(self) -> Status:
        """Where that override is now."""
        override = self.override
        assert override is not None, "there is no override"
        return override.status(self.world.now)


class World:
    """Acme at work. Use `world`."""

    def __init__(self, stage: Stage, config: Path) -> None:
        self.stage, self.config, self.count = stage, config, 0
        for name in (*acme.PEOPLE, GUEST, LEAVER, STRANGER):
            setattr(self, name, Person(stage, name))
        for name in ("search", "mobile", "support", "closed"):
            setattr(self, name, Team(self, name))

    ada: Person
    bob: Person
    cy: Person
    di: Person
    sam: Person
    pat: Person
    eve: Person
    lin: Person
    noor: Person
    gus: Person
    max: Person
    xia: Person
    search: Team
    mobile: Team
    support: Team
    closed: Team

    @property
    def now(self) -> datetime:
        return self.stage.clock.now()

    def uses(self, amount: int, at: datetime | None = None, **data: Any) -> None:
        """Usage of so many nano-dollars comes in over HTTP, and what is due is done."""
        self.count += 1
        said = {"model": "claude-sonnet-4-5", "cost_usd": str(Decimal(amount) / NANO), **data}
        when = {"time": (at or self.now).isoformat(), "id": str(self.count)}
        self.stage.use([{"specversion": "1.0", "type": "ai.leeway.usage", "source": "tests", "data": said, **when}])
        self.stage.settle()

    def time_passes(self, **span: float) -> None:
        """The clock moves at once; then what is due is done."""
        self.stage.clock.jump(self.now + timedelta(**span))
        self.stage.settle()

    def days_pass(self, days: float) -> None:
        self.time_passes(days=days)

    def settles(self, minutes: int = 3) -> None:
        """Time passes in small steps until what failed was tried again."""
        for _ in range(minutes * 4):
            self.time_passes(seconds=15)

    def is_down(self, **span: float) -> None:
        """The app is stopped, time passes, and it is started again on the same database."""
        self.stage.down()
        self.stage.clock.jump(self.now + timedelta(**span))
        self.stage.up(self.config)
        self.stage.settle()

    def policy(self, old: str, new: str) -> None:
        """The operator edits app.yaml; it holds from the next start."""
        text = self.config.read_text("utf-8")
        assert old in text, f"app.yaml does not say {old!r}"
        self.config.write_text(text.replace(old, new), "utf-8")

    def leaves(self, person: Person) -> None:
        """Somebody is deactivated in Slack."""
        users = self.stage.sandbox.workspace.users
        users[person.id] = dataclasses.replace(users[person.id], deleted=True)

    def trouble(self, method: str, times: int = 1, **fault: Any) -> None:
        """The next calls of a Slack method fail."""
        assert self.stage.do("fault", method=method, times=times, **fault)["ok"]

    def calls(self, *methods: str) -> list[dict[str, Any]]:
        """Every Web API call of these methods so far."""
        every = self.stage.people.get("/calls").json()["calls"]
        return [call for call in every if not methods or call["method"] in methods]

    def dead(self) -> list[Errand]:
        """What was given up, as operators see it."""
        with self.stage.store.reads() as unit:
            return unit.outbox.dead()

    def copies(self, request: str) -> list[Message]:
        """Every copy of a request's card that stands anywhere in the workspace."""
        rooms = self.stage.sandbox.workspace.rooms.values()
        every = [
            {"text": m.text, "blocks": m.blocks, "ts": m.ts, "channel": room.id} for room in rooms for m in room.messages.values()
        ]
        return [message for message in every if request in str(message["blocks"])]

    def told(self, channel: str, *words: str) -> list[Message]:
        """Every message in a channel that says all these words, whoever sees it."""
        room = self.stage.sandbox.workspace.rooms[acme.channel(channel)]
        every = [{"text": m.text, "blocks": m.blocks} for m in room.messages.values() if m.to is None]
        return [m for m in every if all(word.lower() in said(m).lower() for word in words)]

    def posts(self, payload: dict[str, Any]) -> httpx.Response:
        """A payload reaches the app, signed, whether or not any client of Slack would send it."""
        body = urlencode({"payload": json.dumps(payload)})
        stamp = int(self.stage.sandbox.courier.line.wall())
        headers = sign(SIGNING, body, stamp) | {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.stage.api.post("/slack/events", content=body, headers=headers)
        self.stage.settle()
        return answer

    def rest(self) -> None:
        """What must hold whatever happened.

        Chains verify and fold back into the rows; every active override has its end set; calls are judged by what is stored.
        """
        now = self.now
        with self.stage.store.reads() as unit:
            for stands in standings(unit, self.stage.policy, now):
                model = (*stands.quota.models, "any")[0]  # a pattern matches itself
                verdict = self.stage.leeway.gate.check(stands.quota.scope, model, Estimate(), now=now)
                assert verdict is not None
                assert stands in [found.standing for found in verdict.findings]
            subjects = unit.record.subjects()
            alarms = {(a.wake, a.key) for a in unit.agenda.due(now + YEARS, 10_000)}
            for subject in subjects:
                chain = unit.record.chain(subject)
                assert not broken(chain)
                row = unit.requests.get(subject) or unit.overrides.get(subject)
                if row is not None:
                    assert chain[-1].after == json.loads(json.dumps(plain(row)))
                    assert chain[-1].seq == row.version
                if isinstance(row, Override) and row.status(now) is Status.ACTIVE:
                    assert (Wake.END, row.id) in alarms, f"{row.id} has no end"


@contextmanager
def world(policy: str = POLICY, start: datetime | None = START, kind: type[Stage] = Stage, database: str = "") -> Iterator[World]:
    """A world of its own, with its policy; at the end it must be at rest. Its database is SQLite in a file if none is named.

    Without a `start` its clock is the machine's, and runs.
    """
    with tempfile.TemporaryDirectory(prefix="leeway-", dir=FAST if FAST.is_dir() else None) as folder:
        config = Path(folder) / "app.yaml"
        config.write_text(policy, "utf-8")
        clock = DemoClock(start, standing=start is not None)
        stage = kind(Path(folder), clock, config=config, seed=seed(), ack_timeout=60, database=database)
        try:
            made = World(stage, config)
            yield made
            made.rest()
        finally:
            stage.close()


def who(person: Person) -> PersonId:
    """A person's id, as rules have it."""
    return PersonId(person.id)


__all__ = ["START", "Person", "Team", "World", "form", "usd", "who", "world"]

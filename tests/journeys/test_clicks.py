"""The click matrix: whoever presses whatever in whatever state gets exactly one answer, and what may not change does not."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bot.demo import acme
from bot.demo.stage import SIGNING, Stage
from bot.wiring import Leeway, assemble
from tests.fakes.limits import FakeLimits, Fault
from tests.journeys.clicks import AWAY, HOME, Kept, Seen, clicks, press
from tests.journeys.world import World, usd
from tests.journeys.world import world as opened
from workflows.overrides import Status
from workflows.requests import Request, State

STATES = ("pending", "approved", "denied", "withdrawn", "lapsed", "active", "ended")
ACTORS = ("ada", "bob", "sam", "eve", "gus", "max", "xia")
DECIDE = ("approve", "deny", "less", "question", "more:pass", "more:reassign", "undo", "inbox")
BUTTONS = (*DECIDE, "edit", "withdraw", "reopen", "answer", "report", "extend", "return", "revoke")
OF_OVERRIDES = ("report", "extend", "return")
OPENS = {
    ("ada", "ended", "report"),
    ("ada", "pending", "edit"),
    ("bob", "active", "revoke"),
    *((who, "pending", what) for who in ("bob", "sam") for what in ("deny", "less", "question", "more:reassign")),
    *((who, state, "inbox") for who in ("ada", "bob", "sam", "eve") for state in STATES),
}
CHANGES = {("bob", "pending", "approve"), ("sam", "pending", "approve"), ("ada", "pending", "withdraw")}
CHANGES |= {
    ("ada", "active", "return"),
    ("eve", "approved", "return"),
    ("bob", "pending", "more:pass"),
    ("sam", "pending", "more:pass"),
}


class Fickle(Stage):
    """A stage whose limits are enforced by a gateway that can fail."""

    def assembled(self) -> Leeway:
        self.limits = FakeLimits(self.clock)
        return assemble(self.policy, self.store, self.clock, self.client, signing_secret=SIGNING, limits=self.limits)


@dataclass
class Scene:
    """Acme with one request in each state, all about the same team but the one that is not applied yet."""

    world: World
    requests: dict[str, Request] = field(default_factory=dict)
    where: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def keep(self, state: str, request: Request, channel: str = "team-search") -> None:
        self.requests[state] = request
        with self.world.stage.store.reads() as unit:
            post = unit.posts.get(f"request:{request.id}", "thread")
            anchor = unit.posts.get(f"request:{request.id}", "anchor")
        assert post is not None
        assert anchor is not None
        thread = anchor.ts if anchor.ts != post.ts else ""
        self.where[state] = acme.channel(channel), post.ts, thread


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with opened(kind=Fickle) as world:
        yield _played(world)


def _played(world: World) -> Scene:
    scene = Scene(world)
    world.search.spends(usd(9_000))
    world.ada.asks(usd(100))
    world.bob.denies("Not this week.")
    scene.keep("denied", world.search.request)
    world.ada.asks(usd(100))
    world.ada.withdraws()
    scene.keep("withdrawn", world.search.request)
    world.ada.asks(usd(100))
    world.days_pass(5)
    scene.keep("lapsed", world.search.request)
    world.ada.asks(usd(100), duration="hours:4")
    world.bob.approves()
    world.days_pass(1)
    scene.keep("ended", world.search.request)
    world.ada.asks(usd(100), duration="days:7")
    world.bob.approves()
    scene.keep("active", world.search.request)
    world.leaves(world.max)
    world.time_passes(minutes=6)
    world.ada.asks(usd(100), data="confidential")
    scene.keep("pending", world.search.request)
    stage = world.stage
    assert isinstance(stage, Fickle)
    stage.limits.faults.extend([Fault.IGNORED] * 100)
    _approved_but_ignored(world)
    scene.keep("approved", world.support.request, "team-support")
    for state, request in scene.requests.items():  # every card says what is true now, before anybody clicks
        world.posts(press(world, world.eve, action="approve", value=f"{request.id}:1", where=scene.where[state]))
    return scene


def _approved_but_ignored(world: World) -> None:
    world.eve.command("request support", "team-support")
    world.eve.submit(
        amount="100",
        duration="days:3",
        justification="Answers wait for it.",
        metric="answers",
        quantity="1",
        evidence="The queue",
        data="internal",
    )
    world.lin.approves()
    assert world.support.status is Status.ACTIVATING


def test_every_state_is_there(scene: Scene) -> None:
    assert set(scene.requests) == set(STATES)
    assert scene.requests["approved"].state is State.APPROVED


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("actor", ACTORS)
def test_a_click_is_answered_once_and_changes_nothing_it_may_not(scene: Scene, actor: str, state: str) -> None:
    world, request = scene.world, scene.requests[state]
    person = getattr(world, actor)
    for button in BUTTONS:
        if (actor, state, button) in CHANGES:
            continue
        action, _, word = button.partition(":")
        value = request.id.replace("R-", "O-") if action in OF_OVERRIDES else f"{request.id}:1{':' if word else ''}{word}"
        before, seen, refused = Kept.now(world, world.search, world.support), Seen.by(person, world), clicks(world)
        team = AWAY if actor == "xia" else HOME
        answer = world.posts(press(world, person, action=action, value=value, where=scene.where[state], team=team))
        assert answer.status_code == 200
        after = Seen.by(person, world)
        told = (after.whispers - seen.whispers, after.modals - seen.modals)
        opens = (actor, state, button) in OPENS
        assert told == ((0, 1) if opens else (1, 0)), f"{actor} presses {button}, {state}: {told}"
        assert Kept.now(world, world.search, world.support) == before
        kept = not opens and not (action in OF_OVERRIDES and state in ("pending", "denied", "withdrawn", "lapsed"))
        assert clicks(world) == refused + kept, f"{actor} presses {button}, {state}: not in the record"
        if opens:
            world.stage.do("close", as_=person.id, view_id=person.modal()["id"])

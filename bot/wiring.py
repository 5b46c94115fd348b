"""Wiring: the one place where ports meet what implements them."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from types import MappingProxyType

from slack_bolt import App
from slack_sdk import WebClient
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from bot.deliver import Courier, Handler
from bot.prices import PriceList, maker
from bot.slack.app import build
from bot.slack.directory import SlackDirectory
from bot.slack.door import route
from bot.slack.front import Front
from bot.slack.home import Pulse
from bot.slack.posting import Poster
from bot.slack.reminding import Reminding
from bot.slack.rendering import Renderer
from bot.slack.showing import Shower
from bot.slack.telling import Telling
from bot.store import Store
from bot.timers import Engine
from bot.web import Doors, web
from workflows import chasing, digesting, enforcing, pulling, recounting, spotting, waking, wishing
from workflows.admitting import Gate
from workflows.effects import Do
from workflows.keeping import Kit
from workflows.policy import Policy
from workflows.ports import Clock, LimitStore, Unavailable

log = logging.getLogger("leeway.wishes")

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "slack"
DATABASE_GONE = "the database does not answer; is it up, and is DATABASE_URL right?"


@dataclass(frozen=True, slots=True)
class Leeway:
    """The app, put together. `work` does what is due; `engine` does it whenever there may be something.

    `aside` reads the cost reports that are due, which may take long: the engine does it beside its work. `slack` says what is
    wrong between us and Slack, "" for nothing. `gate` lets calls through; `ask` is a link to where people ask for more.
    """

    kit: Kit
    store: Store
    bolt: App
    routes: Sequence[BaseRoute]
    work: Callable[[], None]
    aside: Callable[[], None]
    engine: Engine
    slack: Callable[[], str]
    gate: Gate
    ask: str

    def begin(self) -> None:
        """What every start does first: quotas that app.yaml has newly, what is to be chased, limits and digests, and the gate."""
        recounting.recount(self.kit)
        chasing.plan(self.kit)
        _catch_up(self.kit)
        self.gate.refresh(self.kit.clock.now())


def _catch_up(kit: Kit) -> None:
    enforcing.sync_all(kit)  # a limit that was written late, or by another door, is put right
    digesting.plan(kit)
    digesting.look_back(kit)
    pulling.plan(kit)
    spotting.plan(kit)
    wishing.plan(kit)


class Finding:
    """Pulls in what members ask for in gateways; what stays there is said once, and again when it is for another reason."""

    def __init__(self, kit: Kit, wishes: wishing.Stores) -> None:
        self._kit = kit
        self._wishes = wishes
        self._left: dict[str, dict[str, str]] = {}

    def __call__(self, store: str) -> None:
        left = wishing.find(self._kit, self._wishes, store).left
        for wish, why in left.items():
            if self._left.get(store, {}).get(wish) != why:
                log.warning("%s stays in %s: %s", wish, store, why)
        self._left[store] = left


def site_of(leeway: Leeway, *, mlflow_secret: str = "") -> ASGIApp:
    """Every HTTP door of the app, Slack's among them. `mlflow_secret` is what MLflow signs its alerts with."""
    kit, store = leeway.kit, leeway.store
    doors = Doors(
        kit.policy,
        kit.clock,
        store.units,
        store.reads,
        kit.prices(),
        store.tokens.check,
        {"database": lambda: "" if store.ready() else DATABASE_GONE, "slack": leeway.slack},
        counted=leeway.engine.poke,
        called=store.tokens.called,
        gate=leeway.gate,
        ask=leeway.ask,
        mlflow_secret=mlflow_secret,
    )
    return web(doors, routes=leeway.routes)


@lru_cache(maxsize=1)
def _prices(now: datetime) -> PriceList:
    return PriceList(now)  # one for every start at that moment: a clock that stands makes no second one


@cache
def _renderer() -> Renderer:
    return Renderer(TEMPLATES)  # compiling takes a second, and the words do not change while we run


def assemble(
    policy: Policy,
    store: Store,
    clock: Clock,
    client: WebClient,
    *,
    signing_secret: str,
    limits: LimitStore | None = None,
    reports: pulling.Reports = MappingProxyType({}),
    wishes: wishing.Stores = MappingProxyType({}),
    ask: str = "",
) -> Leeway:
    """Puts the app together; nothing runs yet. `limits` is where limits are enforced, the database if nobody says."""
    directory = SlackDirectory(client, clock, policy.people.profile_field)
    kit = Kit(policy, clock, store.units, store.reads, directory, limits or store.limits, maker, partial(_prices, clock.now()))
    front = Front(kit, client, Poster(client, store.units, store.reads), _renderer())
    ours = {Do.SYNC_LIMIT: lambda key: enforcing.sync(kit, key), Do.FIND_SPIKES: lambda _: spotting.find(kit)}
    asked: dict[Do, Handler] = {Do.FIND_WISHES: Finding(kit, wishes), Do.ANSWER_WISH: partial(wishing.answer, kit, wishes)}
    slack = {**Shower(front).handlers(), **Telling(front).handlers(), **Reminding(front).handlers()}
    courier = Courier(store.units, clock, {**ours, **asked, **slack})

    def work() -> None:
        waking.wake(kit)
        courier.run()

    def aside() -> None:
        pulling.pull(kit, reports)

    gate = Gate(policy, store.reads)
    store.listen(gate.hear)

    def watch() -> None:
        with suppress(Unavailable):  # the knock says so; what is known goes on counting
            gate.refresh(clock.now())

    engine = Engine(work, lambda: _catch_up(kit), watch, aside)
    bolt = build(front)
    routes = [route(bolt, signing_secret, engine.poke)] if signing_secret else []
    return Leeway(kit, store, bolt, routes, work, aside, engine, Pulse(client, clock), gate, ask)

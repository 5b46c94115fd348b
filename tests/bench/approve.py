"""P8 of docs/performance.md: from the click that approves to the moment when the store was read to enforce it.

The whole app with its engine, the sandbox Slack and a database in a file, as `leeway serve` runs them; the click goes through the
sandbox and is signed. Where there is a LiteLLM (see `tests.litellm`), its team's budget is what is raised.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from threading import Event

from bot.demo.actor import buttons
from tests.bench.ingest import Size
from tests.bench.report import Measured, Report
from tests.journeys.behind import Behind, behind
from tests.journeys.policies import POLICY
from tests.journeys.world import World, form, world
from tests.litellm import LackingError, Proxy, name, proxy
from workflows.overrides import Status

TICK = 0.001  # seconds between two looks: as fine as what is measured needs
PATIENCE = 30.0
OVER = timedelta(hours=4, seconds=1)


def p8(report: Report, folder: Path, size: Size) -> None:
    """Embedded, and LiteLLM where there is one."""
    with world(POLICY, start=None) as acme:
        _told(report, "the embedded store", _clicks(acme, size.clicks), goal=100)
    try:
        with proxy() as litellm, world(_placed(litellm), start=None, kind=Behind) as acme:
            _told(report, "a team of LiteLLM, one worker", _clicks(acme, size.clicks), goal=1_000)
    except LackingError as lacking:
        print(f"P8 without LiteLLM: {lacking}")


def _placed(litellm: Proxy) -> str:
    team = litellm.post("/team/new", team_id=name(), max_budget=10_000)["team_id"]
    return behind(litellm, POLICY, "team", str(team))


def _told(report: Report, where: str, took: list[float], goal: int) -> None:
    parts = [part * 1000 for part in quantiles(took, n=100, method="inclusive")]
    report.add(Measured("P8", f"approved → verified enforced, {where}: half within", "ms", parts[49]))
    report.add(Measured("P8", "… 99 in 100 within", "ms", parts[98], f"<= {goal:,}"))


def _clicks(acme: World, clicks: int) -> list[float]:
    """How many seconds each of so many approvals took, one after another."""
    acme.stage.leeway.engine.start()
    try:
        return [_click(acme) for _ in range(clicks)]
    finally:
        acme.stage.leeway.engine.stop()


def _click(acme: World) -> float:
    acme.ada.command("request search", "team-search")
    if errors := acme.ada.submit(**{**form(), "amount": "1", "duration": "hours:4"}).errors:
        raise RuntimeError(f"the request was refused: {errors}")
    _until(lambda: any("approve" in buttons(message) for message in acme.bob.messages("leeway")))
    card, stage = acme.bob.card("approve"), acme.stage
    began = time.perf_counter()
    stage.do("act", as_=acme.bob.id, channel=card["channel"], ts=card["ts"], action_id="approve")
    _until(lambda: acme.search.override is not None and acme.search.status is Status.ACTIVE)
    took = time.perf_counter() - began
    with stage.leeway.engine.held():  # it ends, and all that follows is done, before the next one
        stage.settle()
        stage.clock.jump(acme.now + OVER)
        stage.settle()
    return took


def _until(look: Callable[[], bool]) -> None:
    began, tick = time.perf_counter(), Event()
    while not look():
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError("nothing follows")
        tick.wait(TICK)

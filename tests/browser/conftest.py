"""Chromium, and the app as the demo runs it: the page, the workspace and Leeway, with nothing in between replaced.

Every test leaves screenshots in `shots/`; LEEWAY_SHOTS names another folder. Without a browser they fail, and say what to do.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from bot.clock import DemoClock
from bot.demo import past, playing, traffic
from bot.demo.actor import Actor
from bot.demo.stage import Stage, opened
from docs.shots import FLAGS, browser
from tests.browser.reader import Reader
from workflows import reviewing

ROOT = Path(__file__).parents[2]
PATIENCE = 20_000  # ms until something that should be on the page counts as missing: a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            path = browser()
        except SystemExit as missing:
            pytest.fail(f"{missing}", pytrace=False)
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@contextmanager
def running(folder: Path, start: datetime, config: Path = ROOT / "app.yaml") -> Iterator[Stage]:
    """The app at work on a clock that only jumps: what is due is done by itself, and a jump lives through the time between."""
    with opened(folder, DemoClock(start, standing=True), config=config) as stage:
        yield stage
        stage.leeway.engine.stop()


def begin(stage: Stage) -> Stage:
    stage.jumped = playing.Flow(stage).jump
    stage.leeway.engine.start()
    return stage


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The demo's opening: three weeks of Acme, with #team-search about to cross its 90 % warning."""
    with running(tmp_path_factory.mktemp("story"), past.START) as stage:
        past.prelude(stage)
        yield begin(stage)


@pytest.fixture(scope="session")
def settlement(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The town that all tests share, since it takes seconds to found."""
    with running(tmp_path_factory.mktemp("town"), past.OPENING) as stage:
        stage.use([spend(stage.clock.now(), calls=97_500)])
        yield begin(stage)


@pytest.fixture
def town(settlement: Stage) -> Iterator[Stage]:
    """The workspace without a past, except that Search has just reached its 90 % warning; what is asked for is taken back."""
    yield settlement
    kit = settlement.leeway.kit
    with kit.reads() as unit:
        waiting = unit.requests.undecided()
    for request in waiting:
        reviewing.withdraw(kit, request.id, request.requester)
    settlement.leeway.engine.poke()


@pytest.fixture
def pinch(tmp_path: Path) -> Iterator[Stage]:
    """The town with hardly anything left for the whole of engineering, and a service account with a long name."""
    written, tight = (ROOT / "app.yaml").read_text("utf-8"), tmp_path / "app.yaml"
    for old, new in (("$120,000 a month", "$9,000 a month"), ("  fallback: leads", f"{ACCOUNT}  fallback: leads")):
        assert old in written
        written = written.replace(old, new)
    tight.write_text(written, "utf-8")
    with running(tmp_path, past.OPENING, tight) as stage:
        stage.use([spend(stage.clock.now(), calls=97_500)])
        yield begin(stage)


ROBOT = "nightly-evaluation-of-the-ranking-models-in-every-language"
ACCOUNT = f"  accounts: {{{ROBOT}: {{owners: [ada@acme.example], scope: platform/engineering}}}}\n"


def spend(at: datetime, calls: int) -> dict[str, object]:
    """One report of many calls to Search's usual model; 10,753 of them cost $1,000."""
    model = traffic.SONNET
    used = {"requests": calls, "input_tokens": model.input * calls, "output_tokens": model.output * calls}
    return {
        "specversion": "1.0",
        "id": f"{calls}@{at.isoformat()}",
        "source": "acme/gateway",
        "type": "ai.leeway.usage",
        "time": at.isoformat(),
        "data": {"scope": traffic.SEARCH, "model": model.name, **used},
    }


@pytest.fixture
def reader(chromium: Browser) -> Iterator[Reader]:
    """A person at the page. Whatever the page's scripts complain of fails the test."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB", color_scheme="light")
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    one = Reader(page, Path(os.environ.get("LEEWAY_SHOTS") or ROOT / "shots"))
    yield one
    one.leave()
    page.close()
    assert not complaints


@pytest.fixture
def ada(town: Stage) -> Actor:
    return Actor(town, "ada")

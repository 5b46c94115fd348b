"""What a holder is asked while an override runs, at the page: how it goes half-way, and whether it is still needed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.demo import past
from bot.demo.actor import Actor, buttons
from bot.demo.stage import Stage
from tests.browser.conftest import ROOT, begin, running
from tests.browser.reader import Reader, asks, press


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Stage]:
    """A town in which Bob released part of what Ada asked for, half of its time is over, and nothing of it was used."""
    config = tmp_path / "app.yaml"
    text = (ROOT / "app.yaml").read_text("utf-8")
    config.write_text(text.replace("\ntime:\n", "\ntime:\n  unused_after: 1 day\n"), "utf-8")
    with running(tmp_path, past.OPENING, config) as stage:
        asks(Actor(stage, "ada"), "search", duration="days:3", amount="1000")
        bob = Actor(stage, "bob")
        card = next(m for m in reversed(bob.messages("leeway")) if "approve" in buttons(m))
        assert not bob.press(card, "less").error
        assert not bob.submit(amount="1000", first="400", duration="same").errors
        stage.settle()
        stage.clock.jump(stage.clock.now() + timedelta(days=1, hours=12))
        stage.settle()
        yield begin(stage)


def test_a_holder_is_asked_how_it_goes_and_whether_it_is_still_needed(idle: Stage, reader: Reader) -> None:
    reader.sit(idle, "ada", "team-search")
    reader.go("Leeway")
    half = reader.message("Half of the time")
    expect(half).to_contain_text("the other $600 are released")
    unused = reader.message("Nothing of your override")
    for words in ("Keep it", "Return it"):
        expect(unused.get_by_role("button").filter(has_text=words).first).to_be_visible()
    reader.shot("holding-asked")
    press(half, "Check in")
    expect(reader.modal).to_contain_text("+$600 more on Search are released as soon as you send this")
    reader.shot("holding-check-in")
    reader.field("How it goes").fill("Two of five suites ran; the rest needs the larger index.")
    reader.button("Release the rest").click()
    expect(reader.message("Thank you for checking in")).to_be_visible()
    press(unused, "Keep it")
    expect(reader.message("You keep your override of +$1,000")).to_be_visible()
    reader.shot("holding-answered")

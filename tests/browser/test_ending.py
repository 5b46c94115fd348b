"""The end at the page: the notice before it, the form that extends, and what is given back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.demo import past
from bot.demo.actor import Actor, buttons
from bot.demo.stage import Stage
from tests.browser.conftest import begin, running, spend
from tests.browser.reader import Reader, asks, press


@pytest.fixture
def near(tmp_path: Path) -> Iterator[Stage]:
    """A town in which Ada's override on Search ends tomorrow, and more is spent than the base."""
    with running(tmp_path, past.OPENING) as stage:
        stage.use([spend(stage.clock.now(), calls=97_500)])
        stage.settle()
        asks(Actor(stage, "ada"), "search", duration="days:3", amount="1500")
        _approve(stage)
        stage.use([spend(stage.clock.now() + timedelta(minutes=1), calls=12_500)])
        stage.clock.jump(stage.clock.now() + timedelta(days=2))
        stage.settle()
        yield begin(stage)


def _approve(stage: Stage) -> None:
    """Everybody who is asked says yes."""
    for name in ("bob", "pat", "cy", "di"):
        actor = Actor(stage, name)
        card = next((m for m in reversed(actor.messages("leeway")) if "approve" in buttons(m)), None)
        if card is not None:
            actor.press(card, "approve")
            stage.settle()


def test_the_notice_the_form_that_extends_and_what_is_given_back(near: Stage, reader: Reader) -> None:
    reader.sit(near, "ada", "team-search")
    reader.open_thread(reader.message("Search reached its 90 % warning"))
    notice = reader.reply("the override of +$1,500 on Search ends")
    expect(notice).to_contain_text("will be blocked from")
    for words in ("Extend…", "Return early"):
        expect(notice.get_by_role("button").filter(has_text=words).first).to_be_visible()
    notice.evaluate("card => card.scrollIntoView({block: 'end'})")
    reader.shot("ending-notice")
    press(notice, "Extend…")
    expect(reader.modal).to_contain_text("This carries on +$1,500 on Search")
    expect(reader.field("How much of it")).to_have_value("$1,500")
    expect(reader.field("Why it is still needed")).to_have_value("")
    reader.shot("ending-extend")
    reader.leave()
    press(notice, "Return early")
    reader.shot("ending-return")
    reader.button("Return it").click()
    reader.go("Leeway")
    card = reader.message("+$1,500 for Search")
    expect(card).to_contain_text("gave back")
    reader.shot("ending-returned")

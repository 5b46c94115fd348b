"""A reader: what a person does at the page and what they look at. Everything waits until it is there; nothing sleeps."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from bot.demo import acme
from bot.demo.actor import Actor
from bot.demo.stage import Stage

expect.set_options(timeout=20_000)

REQUEST: dict[str, Any] = {
    "amount": "400",
    "duration": "days:1",
    "justification": "The evaluation of the new ranker runs until Thursday.",
    "metric": "queries evaluated",
    "quantity": "1200",
    "evidence": "The evaluation dashboard",
    "data": "internal",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """`shots` is where pictures go."""

    page: Page
    shots: Path

    def sit(self, stage: Stage, who: str, channel: str = "team-search") -> None:
        """Opens the page as somebody (a first name), in a channel."""
        self.page.goto(f"{stage.slack.url}/?as={acme.person(who)}&channel={acme.channel(channel)}")
        expect(self.page.locator("body[data-ready=true]")).to_be_attached()

    def become(self, name: str) -> None:
        """Acts as somebody else, by their whole name."""
        self.button("Act as").click()
        self.page.get_by_role("menuitemradio").filter(has_text=name).click()
        expect(self.page.locator("#act-as-face")).to_contain_text(name)

    def jump(self, label: str, until: str) -> None:
        """Moves the clock by its menu, and waits until it says so."""
        self.button("Clock").click()
        self.page.get_by_role("menuitem", name=label).click()
        expect(self.page.locator("#clock-face")).to_contain_text(until, timeout=60_000)

    def leave(self) -> None:
        """Closes what is open, so that nobody finds it later."""
        while self.modal.count():
            press(self.modal, "Cancel")
            expect(self.modal).to_have_count(0)

    def go(self, place: str) -> None:
        """A place in the sidebar."""
        self.page.locator("#sidebar").get_by_role("button", name=re.compile(rf"^(\w )?{place}( \d+ unread)?$")).click()

    def message(self, *words: str) -> Locator:
        """The newest message of the channel that says all these words."""
        return _with(self.page.locator("#main-list article"), words)

    def reply(self, *words: str) -> Locator:
        """The newest message of the open thread that says all these words."""
        return _with(self.page.locator("#thread-list article"), words)

    def open_thread(self, message: Locator) -> None:
        message.locator(".thread-line").click()
        expect(self.page.locator("#thread")).to_be_visible()

    def command(self, typed: str) -> None:
        """Types a command where they are, and sends it."""
        field = self.page.locator("#main-foot textarea")
        field.fill(typed)
        field.press("Enter")

    @property
    def modal(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def preview(self) -> Locator:
        """Who will be asked."""
        return self.modal.locator("[data-block-id=preview]")

    def field(self, label: str) -> Locator:
        return self.modal.get_by_label(label)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def shot(self, name: str) -> None:
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.shots / f"{name}.png", animations="disabled")


def _with(messages: Locator, words: tuple[str, ...]) -> Locator:
    for word in words:
        messages = messages.filter(has_text=word)
    return messages.last


def press(place: Locator, words: str) -> None:
    """Presses the button there that shows these words, whatever longer name it has for screen readers."""
    place.get_by_role("button").filter(has_text=words).click()


def asks(who: Actor, quota: str, **changes: Any) -> None:
    """Somebody sends a request without the page, so that a test can begin with it."""
    who.command(f"request {quota}", "random")
    sent = who.submit(**{**REQUEST, **changes})
    assert not sent.errors and not sent.error, sent

"""Asking for what is in the way, too, and changing it later, under a person's hands."""

from playwright.sync_api import Locator, expect

from bot.demo.actor import Actor
from bot.demo.stage import Stage
from tests.browser.conftest import ROBOT
from tests.browser.reader import Reader, asks, press

WARNING = "Search reached its 90 % warning"
TYPED = {
    "How much more": "400",
    "Why it is needed": "Without it the evaluation stops on Thursday.",
    "What will come of it": "queries evaluated",
    "How many of that": "1200",
    "How we will know": "The evaluation dashboard",
}


def block(reader: Reader, name: str) -> Locator:
    return reader.modal.locator(f"[data-block-id^='{name}']")


def to_the_end(reader: Reader) -> None:
    reader.modal.locator(".modal-body").evaluate("body => body.scrollTo(0, body.scrollHeight)")


def test_what_is_in_the_way_is_ticked_and_asked_for_in_one_request(pinch: Stage, reader: Reader) -> None:
    reader.sit(pinch, "ada")
    press(reader.message(WARNING), "Request override")
    for label, words in TYPED.items():
        reader.field(label).fill(words)
    expect(reader.preview).to_contain_text("This cannot be sent yet")
    box = reader.modal.get_by_role("checkbox")
    expect(block(reader, "also")).to_contain_text("+$470 on Engineering, monthly budget")
    to_the_end(reader)
    reader.shot("asking-1-in-the-way")
    press(reader.modal, "Send request")
    expect(reader.modal.locator(".field-error:visible")).to_contain_text("This would change nothing yet.")
    box.check()
    expect(reader.preview).to_contain_text("@Bob Lindqvist")
    expect(box).to_be_checked()
    expect(block(reader, "effect")).to_contain_text("Beside it +$470 on Engineering")
    to_the_end(reader)
    reader.shot("asking-2-ticked")
    reader.field("How much more").fill("500")
    expect(block(reader, "effect")).to_contain_text("With +$500")
    expect(reader.modal.get_by_role("checkbox")).to_be_checked()
    reader.field("For whom").select_option(ROBOT)
    expect(reader.field("For whom")).to_have_value(ROBOT)
    reader.shot("asking-3-for-whom")
    press(reader.modal, "Send request")
    expect(reader.modal).to_have_count(0)
    reader.open_thread(reader.message(WARNING))
    card = reader.reply("+$500 for Search and 1 more quota")
    expect(card).to_contain_text(f"@Ada Okafor for {ROBOT}")
    card.evaluate("card => card.scrollIntoView()")
    reader.shot("asking-4-card")


def test_a_request_is_changed_in_its_form_and_says_who_is_asked_anew(town: Stage, reader: Reader) -> None:
    asks(Actor(town, "ada"), "mobile", ticket="https://tickets.acme.example/MOBILE-7")
    reader.sit(town, "ada")
    reader.go("Leeway")
    card = reader.message("+$400 for Mobile")
    press(card, "Edit")
    expect(reader.modal).to_contain_text("Change your request")
    expect(reader.field("How much more")).to_have_value("$400")
    expect(reader.field("Ticket or experiment")).to_have_value("https://tickets.acme.example/MOBILE-7")
    expect(reader.preview).to_contain_text("Nobody is asked anew")
    reader.shot("asking-5-edit")
    amount = reader.field("How much more")
    amount.fill("6,000")
    expect(reader.preview).to_contain_text("because it is for more")
    expect(reader.preview).to_contain_text("@Cy Tanaka")
    expect(amount).to_be_focused()
    to_the_end(reader)
    reader.shot("asking-6-anew")
    press(reader.modal, "Save changes")
    expect(reader.modal).to_have_count(0)
    expect(reader.message("+$6,000 for Mobile")).to_contain_text("Changed")
    reader.shot("asking-7-changed")


def test_whoever_asks_again_finds_the_request_that_is_open(town: Stage, reader: Reader) -> None:
    asks(Actor(town, "eve"), "support")
    reader.sit(town, "eve", "team-support")
    reader.command("/leeway request support")
    expect(reader.modal).to_contain_text("You asked for this")
    expect(reader.field("Why it is needed")).to_have_value("The evaluation of the new ranker runs until Thursday.")
    reader.shot("asking-8-again")

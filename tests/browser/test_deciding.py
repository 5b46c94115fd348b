"""Deciding at the page: the card with its buttons, and every form behind them, by light and by dark, with names that are long."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bot.demo.actor import Actor
from bot.demo.stage import Stage
from tests.browser.reader import Reader, asks, press

LONG = (
    "Wilhelmina-Charlotte Featherstonehaugh-Cholmondeley asked us to run the whole evaluation again, with every query of the "
    "last quarter, because the vendor changed the tokenizer without telling anybody."
)


@pytest.fixture
def asked(town: Stage, reader: Reader) -> Iterator[Reader]:
    """Ada asked for $400 on Search; Bob has the card before him."""
    asks(Actor(town, "ada"), "search", justification=LONG)
    reader.sit(town, "bob", "team-search")
    reader.go("Leeway")
    yield reader
    reader.leave()
    Actor(town, "ada").press(card_of(town), "withdraw")


def card_of(town: Stage) -> dict[str, object]:
    ada = Actor(town, "ada")
    return next(m for m in reversed(ada.messages("leeway")) if "withdraw" in str(m["blocks"]))


def test_the_card_has_every_button_by_light_and_by_dark(asked: Reader) -> None:
    card = asked.message("+$400 for Search", "Waiting for")
    for words in ("Approve +$400", "Deny", "Approve less…", "Ask a question"):
        expect(card.get_by_role("button").filter(has_text=words).first).to_be_visible()
    asked.shot("deciding-card")
    asked.page.emulate_media(color_scheme="dark")
    asked.shot("deciding-card-dark")
    asked.page.emulate_media(color_scheme="light")


def test_less_is_said_while_it_is_typed(asked: Reader) -> None:
    press(asked.message("+$400 for Search"), "Approve less…")
    amount = asked.field("How much")
    amount.fill("250")
    effect = asked.modal.locator("[data-block-id=effect]")
    expect(effect).to_contain_text("This grants +$250 until")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("250")
    asked.field("For how long").select_option("hours:4")
    expect(effect).to_contain_text("The limit is then $10,250")
    asked.shot("deciding-less")


def test_a_question_is_answered_where_it_was_asked(asked: Reader, town: Stage) -> None:
    press(asked.message("+$400 for Search"), "Ask a question")
    asked.field("What do you want to know?").fill("Why does it have to be the large model, and what does the small one miss?")
    asked.shot("deciding-question")
    press(asked.modal, "Ask")
    expect(asked.modal).to_have_count(0)
    expect(asked.message("+$400 for Search")).to_contain_text("did not answer yet")
    asked.become("Ada Okafor")
    asked.go("Leeway")
    press(asked.message("asked about +$400 on Search"), "Answer")
    asked.field("Your answer").fill("The small one misses half of the long queries; the dashboard shows it.")
    asked.shot("deciding-answer")
    press(asked.modal.locator(".modal-foot"), "Answer")
    expect(asked.modal).to_have_count(0)
    expect(asked.message("asked about +$400 on Search")).to_contain_text("misses half")
    asked.become("Bob Lindqvist")
    asked.go("Leeway")
    expect(asked.message("+$400 for Search")).to_contain_text("misses half")
    asked.shot("deciding-answered")


def test_the_menu_leaves_it_to_others_or_names_somebody(asked: Reader) -> None:
    card = asked.message("+$400 for Search", "Waiting for")
    card.get_by_role("button", name=re.compile("More|options", re.IGNORECASE)).last.click()
    expect(asked.page.get_by_role("menuitem").filter(has_text="Leave it to the others")).to_be_visible()
    asked.shot("deciding-menu")
    asked.page.get_by_role("menuitem").filter(has_text="Ask somebody else instead").click()
    expect(asked.modal).to_contain_text("You are not asked any more; this is no denial.")
    asked.shot("deciding-reassign")


def test_a_large_amount_is_typed_again_and_a_wrong_one_is_said_at_its_field(town: Stage, reader: Reader) -> None:
    asks(Actor(town, "ada"), "search", amount="6000")
    reader.sit(town, "bob")
    reader.go("Leeway")
    press(reader.message("+$6,000 for Search", "Waiting for"), "Approve +$6,000")
    reader.field("The amount again").fill("600")
    press(reader.modal, "Approve")
    expect(reader.field("The amount again")).to_have_accessible_description(re.compile("You typed \\$600"))
    reader.shot("deciding-confirm")
    reader.leave()
    ada = Actor(town, "ada")
    ada.press(card_of(town), "withdraw")


def test_alike_requests_are_decided_together_and_a_decision_can_be_taken_back(town: Stage, reader: Reader) -> None:
    for quota in ("experiments", "search"):
        asks(Actor(town, "ada"), quota, amount="50", justification=LONG)
    reader.sit(town, "bob")
    reader.go("Leeway")
    press(reader.message("+$50 for", "Decide 2 alike…"), "Decide 2 alike…")
    boxes = reader.modal.get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    for n in range(2):
        boxes.nth(n).check()
    reader.shot("deciding-inbox")
    press(reader.modal, "Approve selected")
    expect(reader.modal).to_contain_text("2 of 2 approved")
    reader.shot("deciding-inbox-done")
    press(reader.modal, "Close")
    card = reader.message("+$50 for Search", "Active until")
    expect(card).to_contain_text("You can take your decision back until")
    reader.shot("deciding-undo")
    press(card, "Undo")
    expect(reader.message("+$50 for Search", "Waiting for")).to_contain_text("that decision was taken back")
    reader.shot("deciding-undone")

"""The request modal under a person's hands: the preview follows what they type, and never takes their place from them."""

import re

from playwright.sync_api import expect

from bot.demo.stage import Stage
from tests.browser.reader import Reader, press

WARNING = "Search reached its 90 % warning"
CARET = "field => [field.selectionStart, field.selectionEnd]"


def opened(reader: Reader, town: Stage) -> None:
    """Ada opens the modal from the warning."""
    reader.sit(town, "ada")
    press(reader.message(WARNING), "Request override")
    expect(reader.preview).to_contain_text("@Bob Lindqvist")


def test_the_preview_follows_the_amount_while_the_caret_stays(town: Stage, reader: Reader) -> None:
    opened(reader, town)
    amount = reader.field("How much more")
    amount.fill("$00")
    amount.press("Home")
    amount.press("ArrowRight")
    amount.press_sequentially("60")
    expect(reader.preview).to_contain_text("@Cy Tanaka")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("$6000")
    assert amount.evaluate(CARET) == [3, 3]
    reader.shot("modal-large")


def test_the_preview_follows_the_data_class_while_the_focus_stays(town: Stage, reader: Reader) -> None:
    opened(reader, town)
    expect(reader.preview).not_to_contain_text("@Sam Haddad")
    data = reader.field("The most sensitive data in it")
    data.focus()
    data.select_option("confidential")
    expect(reader.preview).to_contain_text("@Sam Haddad")
    expect(data).to_be_focused()
    data.select_option("restricted")
    reader.modal.locator(".modal-body").evaluate("body => body.scrollTo(0, body.scrollHeight)")
    reader.shot("modal-sensitive")


def test_an_end_of_ones_own_is_picked_in_a_field_that_was_not_there(town: Stage, reader: Reader) -> None:
    opened(reader, town)
    duration, until = reader.field("For how long"), reader.field("Until")
    expect(until).to_have_count(0)
    reader.field("Why it is needed").fill("Half a sentence")
    duration.focus()
    duration.select_option("custom")
    expect(until).to_be_visible()
    expect(duration).to_be_focused()
    expect(reader.field("Why it is needed")).to_have_value("Half a sentence")
    until.fill("2026-11-26T18:00")
    until.blur()
    expect(reader.modal.locator("[data-block-id=effect]")).to_contain_text("until 26 Nov 2026, 18:00")
    reader.shot("modal-custom")
    duration.select_option("days:1")
    expect(until).to_have_count(0)


def test_a_modal_left_by_escape_gives_the_focus_back(town: Stage, reader: Reader) -> None:
    opened(reader, town)
    reader.page.keyboard.press("Escape")
    expect(reader.modal).to_have_count(0)
    button = reader.message(WARNING).get_by_role("button").filter(has_text="Request override")
    expect(button).to_be_focused()


def test_what_is_missing_is_said_at_every_field_at_once(town: Stage, reader: Reader) -> None:
    opened(reader, town)
    press(reader.modal, "Send request")
    errors = reader.modal.locator(".field-error:visible")
    expect(errors).to_have_count(4)
    expect(errors.first).to_have_text(re.compile("required"))
    expect(reader.field("Why it is needed")).to_be_focused()
    reader.shot("modal-missing")


REPLIES = re.compile(r"[0-9]+ repl(y|ies)")


def test_nothing_is_heard_of_a_form_that_was_sent_right_after_typing(town: Stage, reader: Reader) -> None:
    reader.page.clock.install()
    opened(reader, town)
    words = {"Why it is needed": "The evaluation runs.", "What will come of it": "runs", "How many of that": "4"}
    for label, typed in {**words, "How we will know": "The dashboard", "How much more": "400"}.items():
        reader.field(label).fill(typed)
    press(reader.modal, "Send request")
    expect(reader.modal).to_have_count(0)
    told: list[str] = []
    reader.page.on("request", lambda request: told.append(request.url))
    reader.page.clock.fast_forward(2_000)
    expect(reader.message(WARNING)).to_contain_text(REPLIES)
    assert not [url for url in told if url.endswith("/act")]
    expect(reader.page.locator(".toast")).to_have_count(0)

"""The main job at the page: from the warning over a request, its approval and its end to the digest."""

import re

from playwright.sync_api import expect

from bot.demo.stage import Stage
from tests.browser.reader import Reader, press

WARNING = "Search reached its 90 % warning"
WHY = "Re-ranking the help centre before the Black Friday freeze; without it the evaluation stops on Thursday."
CAME = "Re-ranking cut no-result queries by a third; it ships on Monday."


def test_a_request_goes_from_the_warning_to_the_digest(story: Stage, reader: Reader) -> None:
    warned(story, reader)
    asked(reader)
    approved(reader)
    ended(reader)
    reported(reader)
    digested(reader)


def warned(story: Stage, reader: Reader) -> None:
    reader.sit(story, "ada")
    reader.jump("+1 h", "Tue 24 Nov 2026, 11:12")
    expect(reader.message(WARNING)).to_contain_text("of $10,000")
    reader.shot("story-1-warning")


def asked(reader: Reader) -> None:
    press(reader.message(WARNING), "Request override")
    expect(reader.preview).to_contain_text("@Bob Lindqvist")
    reader.field("How much more").fill("1.000")
    reader.field("For how long").select_option("days:3")
    reader.field("Why it is needed").fill(WHY)
    reader.field("What will come of it").fill("queries evaluated")
    reader.field("How many of that").fill("1200")
    reader.field("How we will know").fill("The evaluation dashboard, run 118")
    reader.shot("story-2-filled")
    press(reader.modal, "Send request")
    refused(reader)
    reader.field("How much more").fill("400")
    expect(reader.modal.locator("[data-block-id=effect]")).to_contain_text("With +$400")
    press(reader.modal, "Send request")
    expect(reader.modal).to_have_count(0)


def refused(reader: Reader) -> None:
    """The error stands at its field, the person is taken there, and nothing typed is lost."""
    amount = reader.field("How much more")
    expect(amount).to_have_accessible_description(re.compile("“1.000” is not plainly an amount"))
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(amount).to_be_focused()
    expect(amount).to_have_value("1.000")
    expect(reader.field("For how long")).to_have_value("days:3")
    expect(reader.field("Why it is needed")).to_have_value(WHY)
    expect(reader.field("How many of that")).to_have_value("1200")
    reader.shot("story-3-refused")


def approved(reader: Reader) -> None:
    reader.open_thread(reader.message(WARNING))
    expect(reader.reply("+$400 for Search")).to_contain_text("Waiting for @Bob Lindqvist")
    reader.shot("story-4-asked")
    reader.become("Bob Lindqvist")
    expect(reader.reply("+$400 for Search")).to_contain_text(WHY)
    reader.shot("story-5-decides")
    press(reader.reply("+$400 for Search"), "Approve +$400")
    card = reader.reply("+$400 for Search", "Approved by @Bob Lindqvist", "Active until")
    expect(card.get_by_role("button")).to_have_count(0)
    expect(reader.reply("@Ada Okafor", "is active until")).to_contain_text("the effective limit is now $10,400")
    reader.shot("story-6-active")


def ended(reader: Reader) -> None:
    reader.become("Ada Okafor")
    for day in ("Wed 25", "Thu 26", "Fri 27"):
        reader.jump("+1 day", f"{day} Nov 2026, 11:12")
    expect(reader.reply("is over: it ended on time")).to_contain_text("back to $10,000")
    expect(reader.reply("+$400 for Search", "Approved by")).to_contain_text("Ended on time")
    reader.shot("story-7-ended")


def reported(reader: Reader) -> None:
    reader.go("Leeway")
    question = reader.message("Your override of +$400 on Search")
    press(question, "Tell what came of it")
    reader.modal.get_by_role("radio", name="Yes").check()
    reader.field("How many").fill("1310")
    reader.field("In a few words").fill(CAME)
    reader.shot("story-8-outcome")
    press(reader.modal, "Send")
    expect(reader.modal).to_have_count(0)
    expect(question).to_contain_text("1,310 × queries evaluated")
    expect(question.get_by_role("button").filter(has_text="Tell")).to_have_count(0)
    reader.shot("story-9-told")


def digested(reader: Reader) -> None:
    reader.jump("to Monday 09:00", "Mon 30 Nov 2026, 09:00")
    reader.go("team-search")
    digest = reader.message("AI budgets", "29 Nov")
    expect(digest).to_contain_text("1,310 × queries evaluated")
    expect(digest).to_contain_text(CAME)
    reader.shot("story-10-digest")

"""Breaking the glass as people see it: the modal, the loud message, and what its reviewer does with it."""

from playwright.sync_api import expect

from bot.demo.stage import Stage
from tests.browser.reader import Reader, press


def test_a_broken_glass_is_told_in_the_channel_and_its_reviewer_ends_it(town: Stage, reader: Reader) -> None:
    reader.sit(town, "lin", "team-mobile")
    reader.command("/leeway break-glass mobile")
    reader.field("How much more").fill("$501")
    reader.field("For how long").select_option("minutes:120")
    reader.field("Why it cannot wait").fill("The release is stuck: the app's review bot has no budget left.")
    press(reader.modal, "Break the glass")
    expect(reader.modal).to_contain_text("$500 at most")
    reader.shot("glass-modal")
    reader.field("How much more").fill("$400")
    press(reader.modal, "Break the glass")
    loud = reader.message("Glass broken: +$400 for Mobile")
    expect(loud).to_contain_text("Active until")
    reader.shot("glass-loud")
    reader.open_thread(loud)
    expect(reader.reply("Granted without asking")).to_contain_text("To be reviewed by @Sam Haddad")
    reader.shot("glass-thread")
    reader.become("Sam Haddad")
    reader.go("Leeway")
    card = reader.message("Glass broken: +$400 for Mobile")
    expect(card.get_by_role("button").filter(has_text="It was right")).to_be_visible()
    reader.shot("glass-review")
    press(card, "It was not: end it now")
    reader.field("What should have been done").fill("Take it from the budget of experiments, which is unused.")
    reader.shot("glass-wrong")
    press(reader.modal, "End it now")
    expect(card).to_contain_text("it was not right, and what was left of it was ended")
    expect(card).to_contain_text("Revoked")
    reader.shot("glass-ended")

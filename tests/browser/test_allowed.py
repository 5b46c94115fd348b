"""What policy allows, at the page: a use case on the card, an appeal to security, an approval by policy that is revoked."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bot.demo import past
from bot.demo.actor import Actor
from bot.demo.stage import Stage
from tests.browser.conftest import ROOT, begin, running
from tests.browser.reader import Reader, asks, press

SENTENCE = "Restricted data may only go to models approved for it."
WORDS = "The model runs in our own network, under the contract of March."
CONTRACTS = """
    contract review:
      scope: platform/engineering/mobile
      runs: with human review
      high_risk: {approved_by: sam@acme.example, until: 2027-03-31}
"""


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The workspace without a past, in which the guardrails are on and a high-risk workflow is approved."""
    folder = tmp_path_factory.mktemp("ruled")
    text = (ROOT / "app.yaml").read_text("utf-8").replace("approve: shadow", "approve: on")
    (folder / "app.yaml").write_text(text.replace("  use_cases: ", "  use_cases:" + CONTRACTS + "    # "), "utf-8")
    with running(folder, past.OPENING, folder / "app.yaml") as stage:
        yield begin(stage)


def test_the_card_says_how_a_use_case_may_run_and_who_approved_it(ruled: Stage, reader: Reader) -> None:
    asks(Actor(ruled, "lin"), "mobile", use_case="contract review", data="confidential", models=["claude-sonnet-*"])
    reader.sit(ruled, "pat", "team-mobile")
    reader.go("Leeway")
    card = reader.message("+$400 for Mobile")
    expect(card).to_contain_text("needs human review; a high-risk workflow, approved by @Sam Haddad until 31 Mar 2027")
    expect(card).to_contain_text("Prompts and answers are deleted after 30 days.")
    card.evaluate("card => card.scrollIntoView({block: 'start'})")
    reader.shot("allowed-use-case")


def test_a_refused_form_leads_to_security(ruled: Stage, reader: Reader) -> None:
    reader.sit(ruled, "ada")
    reader.command("/leeway request search")
    for label, typed in {
        "How much more": "400",
        "Why it is needed": "Contracts have to be compared by Thursday.",
        "What will come of it": "contracts compared",
        "How many of that": "40",
        "How we will know": "The legal team's board",
    }.items():
        reader.field(label).fill(typed)
    reader.field("The most sensitive data in it").select_option("restricted")
    reader.field("Models").fill("opus")
    reader.field("Models").press("Enter")
    reader.field("Models").press("Tab")
    expect(reader.preview).to_contain_text(SENTENCE)
    press(reader.modal.last, "Send request")
    expect(reader.modal.last).to_contain_text("Your request was not sent")
    expect(reader.modal.last).to_contain_text("An appeal goes to @Sam Haddad")
    reader.shot("allowed-refused")
    reader.modal.last.get_by_label("Why it should be allowed").fill(WORDS)
    press(reader.modal.last, "Appeal to security")
    expect(reader.modal).to_have_count(0)
    reader.become("Sam Haddad")
    reader.go("Leeway")
    card = reader.message("Appeal: +$400 for Search")
    expect(card).to_contain_text(WORDS)
    card.evaluate("card => card.scrollIntoView({block: 'start'})")
    reader.shot("allowed-appeal")


def test_what_policy_approved_can_be_revoked_by_whoever_would_have_been_asked(ruled: Stage, reader: Reader) -> None:
    asks(Actor(ruled, "eve"), "support", amount="100")
    reader.sit(ruled, "noor", "team-support")
    reader.go("Leeway")
    card = reader.message("+$100 for Support")
    expect(card).to_contain_text("Approved by policy, not by people (rule “routine”)")
    expect(card).to_contain_text("Active until")
    reader.shot("allowed-by-policy")
    press(card, "Revoke")
    reader.field("Why it should not stand").fill("The queue is empty: nothing is left to answer.")
    reader.shot("allowed-revoke")
    press(reader.modal, "Revoke")
    expect(reader.modal).to_have_count(0)
    expect(card).to_contain_text("Revoked")
    expect(card).to_contain_text("The queue is empty")
    expect(card.get_by_role("button").filter(has_text="Revoke")).to_have_count(0)
    reader.shot("allowed-revoked")

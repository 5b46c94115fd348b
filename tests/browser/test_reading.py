"""What a person sees: private answers, other people's words, the dark, and a narrow window."""

import re

import pytest
from playwright.sync_api import Route, expect

from bot.demo.actor import Actor
from bot.demo.stage import Stage
from tests.browser.reader import Reader, asks, press

WARNING = "Search reached its 90 % warning"
HOSTILE = '<img src=x onerror="window.stolen=1"><script>window.stolen=1</script> *bold* <!channel> <@U0BOB> :tada: `code`'
GROUND = """node => {
  const linear = part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = color => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  let ground = node;
  while (/, 0\\)$|transparent/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
  const [one, two] = [light(getComputedStyle(node).color), light(getComputedStyle(ground).backgroundColor)];
  return {contrast: Math.max(one, two) / Math.min(one, two), dark: two < 0.2};
}"""


def test_becoming_somebody_survives_an_answer_that_comes_late(town: Stage, reader: Reader) -> None:
    reader.sit(town, "ada")
    held: list[Route] = []
    reader.page.route(re.compile(r"/_sandbox/state\?as=U0BOB"), lambda at: at.continue_() if held else held.append(at))
    reader.become("Bob Lindqvist")
    assert len(held) == 1
    held[0].continue_()


def test_the_link_of_a_check_leads_to_where_more_can_be_asked_for(town: Stage, reader: Reader) -> None:
    said = town.api.post("/v1/check", json={"scope": "platform/engineering/search", "model": "any"}).json()
    reader.sit(town, "noor", "team-support")
    reader.page.goto(said["ask"])
    expect(reader.page.locator("body[data-ready=true]")).to_be_attached()
    reader.command(said["command"])
    expect(reader.field("Quota")).to_have_value("platform/engineering/search:usd/month")
    reader.shot("reading-asked-by-link")


def test_a_click_on_ones_own_request_is_answered_to_oneself_alone(town: Stage, reader: Reader, ada: Actor) -> None:
    asks(ada, "search/retrieval")
    reader.sit(town, "ada")
    press(reader.message("+$400 for Retrieval"), "Approve +$400")
    answer = reader.message("You asked for this yourself")
    expect(answer).to_contain_text("Only visible to you")
    expect(reader.message("+$400 for Retrieval")).to_contain_text("Waiting for @Bob Lindqvist")
    reader.shot("reading-own-click")
    reader.become("Bob Lindqvist")
    expect(reader.message("+$400 for Retrieval")).to_be_visible()
    expect(reader.message("You asked for this yourself")).to_have_count(0)


def test_hostile_words_stay_words(town: Stage, reader: Reader, ada: Actor) -> None:
    asks(ada, "search/experiments", justification=HOSTILE, metric=HOSTILE[:150], evidence=HOSTILE)
    reader.sit(town, "bob")
    card = reader.message("+$400 for Experiments")
    expect(card).to_contain_text(HOSTILE)
    expect(card.locator("img, script, .mention-group")).to_have_count(0)
    assert reader.page.evaluate("window.stolen") is None
    reader.shot("reading-hostile")


def test_a_denial_says_why_and_what_would_get_a_yes(town: Stage, reader: Reader) -> None:
    asks(Actor(town, "eve"), "operations/support")
    reader.sit(town, "noor", "team-support")
    press(reader.message("+$400 for Support"), "Deny")
    reader.field("Why not").fill("Triage can run on the small model this week.")
    reader.field("What would get a yes").fill("$200 for the new queue alone.")
    reader.shot("reading-deny")
    press(reader.modal, "Deny")
    card = reader.message("+$400 for Support", "Denied by @Noor van der Berg")
    expect(card).to_contain_text("Triage can run on the small model this week.")
    expect(card).to_contain_text("$200 for the new queue alone.")
    expect(card.locator(".actions")).to_have_count(0)
    reader.shot("reading-denied")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(town: Stage, reader: Reader, scheme: str) -> None:
    reader.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    reader.sit(town, "ada")
    press(reader.message(WARNING), "Details")
    seen = reader.message("Only visible to you", "Above it")
    for words in (reader.message(WARNING), seen, seen.locator(".context-text"), seen.get_by_role("button")):
        ground = words.first.evaluate(GROUND)
        assert ground["contrast"] >= 4.5
    assert seen.evaluate(GROUND)["dark"] is (scheme == "dark")
    reader.shot(f"reading-{scheme}")


def test_the_theme_that_was_chosen_stays(town: Stage, reader: Reader) -> None:
    reader.sit(town, "ada")
    reader.button("Use the dark theme").click()
    reader.page.reload()
    expect(reader.button("Use the light theme")).to_be_visible()
    assert reader.message(WARNING).evaluate(GROUND)["dark"]


def test_everything_is_in_reach_at_the_width_of_a_phone(town: Stage, reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 400, "height": 800})
    reader.sit(town, "ada")
    reader.message(WARNING).get_by_role("button").first.scroll_into_view_if_needed()
    reader.shot("narrow-channel")
    press(reader.message(WARNING), "Request override")
    send = reader.modal.get_by_role("button").filter(has_text="Send request")
    expect(send).to_be_in_viewport(ratio=1)
    reader.shot("narrow-modal")
    reader.page.keyboard.press("Escape")
    reader.button("Channels").click()
    reader.go("random")
    expect(reader.page.locator("#main-title")).to_contain_text("random")
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 400
    reader.shot("narrow-empty")

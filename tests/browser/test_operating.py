"""What operators see: a store that does not follow, a limit that somebody changed, the pause switch, and App Home."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Reader, press
from tests.journeys.gateway import PLACED, TITLE, Gateway, gateway
from tests.journeys.world import World, usd
from tests.journeys.world import world as opened


@pytest.fixture
def troubled() -> Iterator[World]:
    """A gateway in which somebody changed a limit, and that then went down under an approved override."""
    with opened(PLACED, kind=Gateway) as world:
        world.stage.settle()
        gateway(world).edit(world.search.key, usd(12_000))
        world.time_passes(minutes=5)
        gateway(world).down = True
        world.ada.asks(usd(400))
        world.bob.approves()
        world.settles(6)
        yield world
        gateway(world).down = False
        world.settles(2)


def test_operators_read_what_needs_them_and_pause_new_overrides(troubled: World, reader: Reader) -> None:
    reader.sit(troubled.stage, "pat", "ai-platform")
    expect(reader.message("Somebody changed the limit of Search")).to_contain_text("the base is now $12,000")
    expect(reader.message("Stuck: +$400 on Search")).to_contain_text(f"not yet enforced by {TITLE}: the gateway is down.")
    reader.command("/leeway pause LiteLLM is being upgraded.")
    expect(reader.message("/leeway resume lets them begin again")).to_be_visible()
    troubled.stage.settle()
    paused = reader.message("paused new overrides", "LiteLLM is being upgraded.")
    expect(paused.get_by_role("button").filter(has_text="Resume")).to_be_visible()
    reader.shot("operators-channel")
    reader.page.goto(f"{troubled.stage.slack.url}/?as={troubled.pat.id}&tab=home")
    home = reader.page.locator("#home")
    expect(home).to_contain_text("things need somebody")
    expect(home).to_contain_text("cannot be brought up to date")
    reader.shot("operators-home")
    press(home, "Resume new overrides")
    press(reader.page.get_by_role("alertdialog"), "Resume")
    expect(home).not_to_contain_text("New overrides are paused")

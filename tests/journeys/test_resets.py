"""An override ends at the reset, or lives through it where app.yaml allows that and it was asked for."""

from datetime import timedelta
from typing import Any

from bot.demo.actor import said
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import START, World, form, usd, world

ALLOWED = POLICY.replace("override_at_most: 30 days", "override_at_most: 60 days") + "bounds: {resets: 1}\n"
LATE = START + timedelta(days=25)  # 28 November


def durations(world: World) -> list[str]:
    """What the form offers as lengths."""
    world.ada.opens()
    block = next(block for block in world.ada.modal()["view"]["blocks"] if block.get("block_id") == "duration")
    return [option["value"] for option in block["element"]["options"]]


def asks(world: World, **typed: Any) -> dict[str, str]:
    world.ada.opens()
    return world.ada.submit(**{**form(), "amount": "400", **typed}).errors


def test_no_reset_is_lived_through_where_app_yaml_does_not_allow_it(world: World) -> None:
    assert not [value for value in durations(world) if value.startswith("resets:")]


@BOTH
def test_through_the_reset_it_counts_in_the_next_month_and_ends_with_that(database: str) -> None:
    with world(ALLOWED, LATE, database=database) as acme:
        assert durations(acme)[-3:] == ["reset", "resets:1", "custom"]
        assert not asks(acme, duration="resets:1")
        assert acme.search.request.facts is not None
        assert acme.search.request.facts.duration == acme.search.request.case.term.length(acme.now)
        assert "through the reset, until" in said(acme.bob.sees("+$400 for Search", channel="leeway"))
        acme.bob.approves()
        acme.pat.approves()
        acme.days_pass(10)  # December
        assert acme.search.limit == usd(10_400)
        acme.days_pass(24)  # January
        assert acme.search.limit == usd(10_000)
        assert len(acme.told("team-search", "is over: it ended on time")) == 1


def test_what_was_asked_for_before_the_reset_and_approved_after_it_is_of_the_new_month() -> None:
    with world(ALLOWED, LATE) as acme:
        acme.search.spends(usd(9_900))
        assert not asks(acme, duration="days:7")
        acme.days_pass(3)  # 1 December
        card = said(acme.bob.sees("+$400 for Search", channel="leeway"))
        assert "spent $0 of $10,000" in card
        assert "The quota was reset since this was asked" in card
        acme.bob.approves()
        override = acme.search.override
        assert override is not None and override.ends == acme.now + timedelta(days=7)

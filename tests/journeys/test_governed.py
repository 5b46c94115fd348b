"""Leadership reads what share of spend went through governed tools, from usage over HTTP and a vendor's report,."""

from collections.abc import Iterator
from datetime import date

import pytest

from bot.demo.actor import said
from bot.demo.stage import SIGNING, Stage
from bot.wiring import Leeway, assemble
from tests.fakes.vendors import Charge, FakeReports, Fault, Office
from tests.journeys.policies import POLICY
from tests.journeys.world import World, usd
from tests.journeys.world import world as opened
from workflows.governed import Vendor

OFFICE = Office()
CONNECTED = POLICY + "reports: {anthropic: {every: 6 hours}}\n"


class Billed(Stage):
    """A stage on which Anthropic sends its bills."""

    def assembled(self) -> Leeway:
        reports = {Vendor.ANTHROPIC: FakeReports(OFFICE, self.clock, Vendor.ANTHROPIC)}
        return assemble(self.policy, self.store, self.clock, self.client, signing_secret=SIGNING, reports=reports)


@pytest.fixture
def world() -> Iterator[World]:
    OFFICE.charges.clear()
    OFFICE.faults.clear()
    with opened(CONNECTED, kind=Billed) as made:
        yield made


def a_week_passes(world: World) -> str:
    """Three days of usage, then Monday; what leadership's digest says."""
    for _ in range(6):
        world.search.spends(usd(100))
        world.days_pass(1)
        world.stage.leeway.aside()
    (digest,) = world.told("ai-leadership", "AI budgets")
    return said(digest)


def charge(dollars: int) -> None:
    OFFICE.charges += [Charge(date(2026, 11, day), usd(dollars)) for day in range(1, 9)]


def test_the_share_is_measured_on_the_days_that_both_sides_have_whole(world: World) -> None:
    charge(125)
    assert "80\u00a0% of the $375 that Anthropic charged on 3 UTC days" in a_week_passes(world)


def test_a_vendor_that_is_away_makes_it_unknown_and_holds_nothing_else_up(world: World) -> None:
    OFFICE.faults.extend([Fault(503)] * 99)
    told = a_week_passes(world)
    assert "Anthropic is not known yet" in told
    assert "$600" in told


def test_a_report_that_lags_behind_our_count_is_not_called_103_percent(world: World) -> None:
    charge(90)
    assert "Anthropic is not comparable yet, $300 was counted where it charged $270 on 3 UTC days" in a_week_passes(world)


def test_teams_do_not_read_it(world: World) -> None:
    charge(125)
    a_week_passes(world)
    (digest,) = world.told("team-search", "AI budgets")
    assert "governed" not in said(digest)


def test_without_a_connected_report_it_is_unknown() -> None:
    with opened() as world:
        assert "unknown, no provider's cost report is connected" in a_week_passes(world)

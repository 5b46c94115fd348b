"""Reports are read on time, never twice at once, never doubled, and a vendor that is away is left alone for a while."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.clock import ManualClock
from tests.fakes.directory import FakeDirectory
from tests.fakes.limits import FakeLimits
from tests.fakes.memory import Memory
from tests.fakes.vendors import Charge, FakeReports, Fault, Office, charges
from workflows import pulling
from workflows.governed import Bill, Pull, Vendor
from workflows.keeping import Kit
from workflows.metering import record
from workflows.money import usd
from workflows.policy import Organization, Policy
from workflows.ports import CostReports
from workflows.quotas import Quota
from workflows.spend import Tokens, Usage

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = NOW.date()
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
ALWAYS = (date(2026, 1, 1), date(2027, 1, 1))
POLICY = Policy(
    Organization("Acme", "Europe/Berlin"),
    (Quota("platform:usd/month", "platform", usd(1_000)),),
    reports={Vendor.OPENAI: 6 * HOUR},
)


class Desk:
    """Leeway with the reports of its vendors, in memory."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.clock = ManualClock(NOW)
        self.memory = Memory()
        self.offices = {vendor: Office() for vendor in policy.reports}
        self.reports: Mapping[Vendor, CostReports] = {
            vendor: FakeReports(office, self.clock, vendor) for vendor, office in self.offices.items()
        }
        self.use(policy)

    def use(self, policy: Policy) -> None:
        memory = self.memory
        self.kit = Kit(policy, self.clock, memory.units, memory.reads, FakeDirectory([]), FakeLimits(self.clock))
        pulling.plan(self.kit)

    @property
    def office(self) -> Office:
        return self.offices[Vendor.OPENAI]

    def pull(self) -> int:
        return pulling.pull(self.kit, self.reports)

    def bills(self) -> dict[date, int]:
        with self.memory.reads() as unit:
            return {bill.day: bill.total for bill in unit.ledger.bills(*ALWAYS) if bill.total}

    def timer(self, vendor: Vendor = Vendor.OPENAI) -> Pull:
        with self.memory.reads() as unit:
            return next(pull for pull in unit.ledger.pulls() if pull.vendor is vendor)

    def use_tokens(self, key: int, at: datetime, dollars: int, **said: Any) -> None:
        call = Usage(b"%d" % key, at, "platform", "gpt-5", Tokens(1), usd(dollars), provider="openai")._replace(**said)
        record([call], policy=self.kit.policy, prices={}, units=self.memory.units, now=self.clock.now())


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_report_is_first_read_at_once_and_then_at_its_interval(desk: Desk) -> None:
    desk.office.charges += charges([TODAY - DAY])
    assert (desk.pull(), desk.pull()) == (1, 0)
    assert desk.timer() == Pull(Vendor.OPENAI, NOW + 6 * HOUR, NOW)
    desk.clock.forward(6 * HOUR - MINUTE)
    assert desk.pull() == 0
    desk.clock.forward(MINUTE)
    assert desk.pull() == 1


def test_the_31_days_before_today_are_read_in_utc(desk: Desk) -> None:
    desk.office.charges += charges([TODAY - n * DAY for n in range(40)])
    desk.clock.at = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)  # already the 27th in Berlin
    desk.pull()
    assert sorted(desk.bills()) == [TODAY - n * DAY for n in range(31, 0, -1)]


def test_reading_again_doubles_nothing_and_takes_over_what_was_amended(desk: Desk) -> None:
    desk.office.charges += charges([TODAY - DAY, TODAY - 2 * DAY])
    desk.pull()
    desk.office.charges[:] = [Charge(TODAY - DAY, usd(3), "proj_2"), Charge(TODAY - 2 * DAY, 10**9)]
    desk.clock.forward(6 * HOUR)
    desk.pull()
    assert desk.bills() == {TODAY - DAY: usd(3), TODAY - 2 * DAY: 10**9}


def test_days_that_are_not_read_any_more_are_kept(desk: Desk) -> None:
    desk.office.charges += charges([TODAY - 31 * DAY])
    desk.pull()
    desk.clock.forward(20 * DAY)
    desk.pull()
    assert desk.bills() == {TODAY - 31 * DAY: 10**9}


def test_a_vendor_that_is_away_is_asked_again_later_and_later(desk: Desk) -> None:
    desk.office.faults.extend([Fault(503)] * 10)
    waits = []
    for _ in range(10):
        assert desk.pull() == 1
        waits.append(desk.timer().due - desk.clock.at)
        desk.clock.at = desk.timer().due
    assert waits == [min(MINUTE * 2**n, 6 * HOUR) for n in range(10)]
    assert (desk.timer().tries, desk.timer().error) == (10, "503")
    desk.office.charges += charges([desk.clock.at.date() - DAY])
    assert desk.pull() == 1
    assert desk.timer() == Pull(Vendor.OPENAI, desk.clock.at + 6 * HOUR, desk.clock.at)


@pytest.mark.parametrize(("after", "wait"), [("1800", 30 * MINUTE), ("0", MINUTE), ("1000000", 6 * HOUR)])
def test_a_vendor_that_says_how_long_to_wait_is_waited_for_within_reason(desk: Desk, after: str, wait: timedelta) -> None:
    desk.office.faults.append(Fault(429, after=after))
    desk.pull()
    assert desk.timer().due == NOW + wait


def test_a_refusal_is_kept_where_operators_see_it_and_tried_again_within_the_hour(desk: Desk) -> None:
    desk.office.charges += charges([TODAY - DAY])
    desk.pull()
    desk.clock.forward(6 * HOUR)
    desk.office.faults.append(Fault(401))
    desk.pull()
    assert desk.timer() == Pull(Vendor.OPENAI, desk.clock.at + HOUR, NOW, 1, "401")
    assert desk.bills() == {TODAY - DAY: 10**9}  # what is known stays known


def test_one_vendor_that_is_away_does_not_keep_another_from_being_read() -> None:
    desk = Desk(replace(POLICY, reports={Vendor.OPENAI: 6 * HOUR, Vendor.ANTHROPIC: HOUR}))
    desk.office.faults.append(Fault(500))
    desk.offices[Vendor.ANTHROPIC].charges += charges([TODAY - DAY])
    assert desk.pull() == 2
    assert desk.bills() == {TODAY - DAY: 10**9}
    assert desk.timer(Vendor.ANTHROPIC) == Pull(Vendor.ANTHROPIC, NOW + HOUR, NOW)


class Slow(CostReports):
    """While it is read, somebody else knocks."""

    def __init__(self, knock: Any) -> None:
        self.knock = knock
        self.read_ = 0

    def read(self, first: date, last: date) -> list[Bill]:
        self.read_ += 1
        self.knock()
        return []


def test_while_a_report_is_read_nobody_else_asks(desk: Desk) -> None:
    slow = Slow(lambda: pulling.pull(desk.kit, {Vendor.OPENAI: slow}))
    assert pulling.pull(desk.kit, {Vendor.OPENAI: slow}) == 1
    assert slow.read_ == 1


def test_a_reading_that_broke_off_is_begun_again(desk: Desk) -> None:
    def crash() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pulling.pull(desk.kit, {Vendor.OPENAI: Slow(crash)})
    assert desk.pull() == 0
    desk.clock.forward(10 * MINUTE)
    assert desk.pull() == 1


def test_planning_again_changes_nothing_but_a_shorter_interval_comes_earlier(desk: Desk) -> None:
    desk.pull()
    desk.use(POLICY)
    assert desk.timer().due == NOW + 6 * HOUR
    desk.use(replace(POLICY, reports={Vendor.OPENAI: HOUR}))
    assert desk.timer().due == NOW + HOUR


def test_a_report_that_app_yaml_no_longer_connects_is_not_read(desk: Desk) -> None:
    desk.use(replace(POLICY, reports={}))
    assert pulling.pull(desk.kit, {}) == 0


def test_the_share_is_measured_from_usage_and_reports_on_the_same_utc_days(desk: Desk) -> None:
    """23:30 UTC on the 20th is the 21st in Berlin, and the 20th on OpenAI's bill."""
    desk.clock.at = datetime(2026, 11, 21, 8, tzinfo=UTC)
    desk.use_tokens(1, datetime(2026, 11, 18, 12, tzinfo=UTC), 5)
    desk.use_tokens(2, datetime(2026, 11, 20, 23, 30, tzinfo=UTC), 60)
    desk.use_tokens(3, datetime(2026, 11, 20, 22, 30, tzinfo=UTC), 22)
    desk.use_tokens(4, datetime(2026, 11, 21, 0, 30, tzinfo=UTC), 1)
    desk.clock.at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    desk.office.charges += charges([date(2026, 11, 20)], usd(100))
    desk.pull()
    days = (date(2026, 11, 20), date(2026, 11, 20))
    with desk.memory.reads() as unit:
        (share,) = pulling.governed(unit, POLICY, days, lambda _: "")
    assert (share.counted, share.charged, share.percent) == (usd(82), usd(100), 82)


def test_reports_leave_counters_and_usage_as_they_are(desk: Desk) -> None:
    desk.use_tokens(1, NOW - DAY, 5)

    def usage() -> list[Any]:
        with desk.memory.reads() as unit:
            return [unit.meter.slices(*ALWAYS), unit.meter.sold(*ALWAYS), unit.meter.counters(NOW)]

    before = usage()
    desk.office.charges += charges([TODAY - n * DAY for n in range(40)])
    desk.pull()
    assert usage() == before

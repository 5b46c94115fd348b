"""Cost reports: every day once, whole and to the nano-dollar, from a fake and from each vendor's pages over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.reports import ADAPTERS, Access
from bot.sandbox.server import serve
from tests.contract.given import DAY, NOW
from tests.fakes.clock import ManualClock
from tests.fakes.vendors import KEY, Charge, FakeReports, Fault, Office, charges, site
from workflows.governed import Vendor
from workflows.ports import CostReports, Rejected, Unavailable

LAST = NOW.date() - DAY
FIRST = LAST - 30 * DAY


@dataclass
class Desk:
    """A vendor, and the port that reads its reports."""

    office: Office
    reports: CostReports

    def totals(self) -> list[int]:
        return [bill.total for bill in self.reports.read(FIRST, LAST)]


@pytest.fixture(scope="module", params=["fake", *Vendor])
def _desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    office, clock = Office(), ManualClock(NOW)
    if request.param == "fake":
        yield Desk(office, FakeReports(office, clock))
        return
    vendor = Vendor(request.param)
    with serve(site(vendor, office)) as server:
        base = f"{server.url}/v1/" if vendor is Vendor.OPENAI else f"{server.url}/"
        yield Desk(office, ADAPTERS[vendor](Access(base, KEY, "THE_KEY"), clock))


@pytest.fixture
def desk(_desk: Desk) -> Desk:
    _desk.office.charges.clear()
    _desk.office.faults.clear()
    _desk.office.most = 1_000
    return _desk


def test_every_day_comes_once_in_order_and_one_without_costs_has_a_bill_of_nothing(desk: Desk) -> None:
    desk.office.charges += charges([FIRST, LAST])
    bills = desk.reports.read(FIRST, LAST)
    assert [bill.day for bill in bills] == [FIRST + n * DAY for n in range(31)]
    assert [bill.total for bill in bills] == [10**9, *[0] * 29, 10**9]
    assert len({bill.vendor for bill in bills}) == 1


def test_days_that_were_not_asked_for_do_not_come(desk: Desk) -> None:
    desk.office.charges += charges([FIRST - DAY, FIRST, LAST, LAST + DAY])
    assert sum(desk.totals()) == 2 * 10**9


def test_one_day_may_be_asked_for(desk: Desk) -> None:
    desk.office.charges += charges([FIRST, LAST])
    (bill,) = desk.reports.read(LAST, LAST)
    assert (bill.day, bill.total) == (LAST, 10**9)


def test_a_bill_says_as_of_when_it_is(desk: Desk) -> None:
    assert {bill.as_of for bill in desk.reports.read(FIRST, LAST)} == {NOW}


def test_what_one_thing_cost_in_one_project_is_a_line_of_its_own(desk: Desk) -> None:
    things = [("proj_1", "a"), ("proj_1", "b"), ("proj_2", "a"), (None, None), ("proj_1", "a")]
    desk.office.charges += [Charge(LAST, 10 + n, project, thing) for n, (project, thing) in enumerate(things)]
    (bill,) = desk.reports.read(LAST, LAST)
    assert sorted(bill.lines.values()) == [11, 12, 13, 24]


@pytest.mark.parametrize("nanos", [1, 999_999_999, 75, 123_456_789_012, 10**9, -5_000_000_000])
def test_amounts_are_exact_to_the_nano_dollar_and_credits_are_negative(desk: Desk, nanos: int) -> None:
    desk.office.charges += charges([LAST], nanos)
    assert sum(desk.totals()) == nanos


@pytest.mark.parametrize("most", [1, 2, 7, 30])
def test_the_length_of_a_page_says_nothing(desk: Desk, most: int) -> None:
    desk.office.charges += [Charge(FIRST + n % 31 * DAY, n, f"proj_{n % 3}") for n in range(1, 63)]
    whole = desk.reports.read(FIRST, LAST)
    desk.office.most = most
    assert desk.reports.read(FIRST, LAST) == whole
    assert sum(bill.total for bill in whole) == sum(range(1, 63))


made = st.builds(
    Charge,
    day=st.integers(-3, 33).map(lambda n: FIRST + n * DAY),
    nanos=st.integers(-(10**6), 10**13),
    project=st.sampled_from([None, "proj_1", "proj_2"]),
    thing=st.sampled_from([None, "gpt-5, input", "a: b"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(st.lists(made, max_size=12), st.integers(1, 40))
def test_nothing_that_was_charged_is_lost_or_doubled(desk: Desk, told: list[Charge], most: int) -> None:
    desk.office.charges[:] = told
    desk.office.most = most
    expected = {FIRST + n * DAY: 0 for n in range(31)}
    for charge in desk.office.between(FIRST, LAST):
        expected[charge.day] += charge.nanos
    assert {bill.day: bill.total for bill in desk.reports.read(FIRST, LAST)} == expected


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 529])
def test_a_vendor_that_cannot_answer_now_is_unavailable_and_can_be_asked_again(desk: Desk, status: int) -> None:
    desk.office.charges += charges([LAST])
    desk.office.faults.append(Fault(status))
    with pytest.raises(Unavailable, match=str(status)) as caught:
        desk.totals()
    assert caught.value.after is None
    assert sum(desk.totals()) == 10**9


def test_a_vendor_that_says_how_long_to_wait_is_heard(desk: Desk) -> None:
    desk.office.faults.append(Fault(429, after="77"))
    with pytest.raises(Unavailable) as caught:
        desk.totals()
    assert caught.value.after == timedelta(seconds=77)


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_vendor_that_says_no_is_not_taken_for_one_that_is_away(desk: Desk, status: int) -> None:
    desk.office.faults.append(Fault(status))
    with pytest.raises(Rejected):
        desk.totals()

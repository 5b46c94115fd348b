"""The share that went through governed tools is said only as far as it was measured."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflows.governed import Bill, Gap, Share, Vendor, shares
from workflows.money import usd
from workflows.spend import Sold

DAY = timedelta(days=1)
MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
LATE = datetime(2026, 11, 26, 12, tzinfo=UTC)
LONG_AGO = date(2026, 1, 1)


def maker(model: str) -> str:
    return {"gpt-5": "openai", "claude-sonnet-4-5": "anthropic"}.get(model, "")


def bill(day: date = MONDAY, dollars: int = 100, vendor: Vendor = Vendor.OPENAI, as_of: datetime = LATE) -> Bill:
    return Bill(vendor, day, as_of, {"all": usd(dollars)})


def sold(day: date = MONDAY, dollars: int = 82, provider: str = "openai", model: str = "gpt-5") -> Sold:
    return Sold(day, provider, model, usd(dollars))


def looked(
    bills: list[Bill],
    counted: list[Sold],
    *connected: Vendor,
    since: date | None = LONG_AGO,
    days: tuple[date, date] = (MONDAY, SUNDAY),
) -> tuple[Share, ...]:
    return shares(connected or (Vendor.OPENAI,), bills, counted, days=days, since=since, maker=maker)


def test_the_share_is_what_we_counted_of_what_was_charged_on_the_same_days() -> None:
    (share,) = looked([bill(), bill(MONDAY + DAY, 50)], [sold(), sold(MONDAY + DAY, 40)])
    assert share == Share("openai", 2, MONDAY, MONDAY + DAY, usd(122), usd(150))
    assert (share.percent, share.gap, share.title) == (81, None, "OpenAI")


def test_without_a_connected_report_it_is_unknown_and_not_100_percent() -> None:
    share = shares((), [], [sold()], days=(MONDAY, SUNDAY), since=LONG_AGO, maker=maker)[0]
    assert (share.gap, share.percent, share.charged) == (Gap.NO_REPORT, None, None)


def test_a_report_that_is_connected_and_was_never_read_says_not_yet() -> None:
    (share,) = looked([], [sold()])
    assert (share.gap, share.percent, share.counted) == (Gap.NOT_YET, None, 0)


def test_when_we_counted_more_than_was_charged_no_share_is_said() -> None:
    (share,) = looked([bill(dollars=100)], [sold(dollars=103)])
    assert (share.gap, share.percent) == (Gap.MORE, None)


def test_where_nothing_was_charged_and_nothing_counted_there_is_no_share() -> None:
    (share,) = looked([replace(bill(), lines={})], [])
    assert (share.gap, share.percent) == (Gap.NOTHING, None)


def test_what_was_charged_and_not_counted_at_all_is_0_percent() -> None:
    (share,) = looked([bill()], [])
    assert (share.gap, share.percent) == (None, 0)


def test_100_percent_is_said_only_of_all() -> None:
    almost = [sold()._replace(cost=usd(100) - 1)]
    assert [looked([bill()], counted)[0].percent for counted in (almost, [sold(dollars=100)])] == [99, 100]


@pytest.mark.parametrize(
    ("read", "whole"), [(timedelta(hours=23, minutes=59), False), (timedelta(hours=24), True)], ids=["too early", "late enough"]
)
def test_a_day_counts_when_its_report_was_read_a_day_after_it_ended(read: timedelta, whole: bool) -> None:
    end = datetime(2026, 11, 17, tzinfo=UTC)
    (share,) = looked([bill(as_of=end + read)], [sold()])
    assert (share.days, share.counted, share.charged) == ((1, usd(82), usd(100)) if whole else (0, 0, 0))


@pytest.mark.parametrize(("since", "days"), [(None, 0), (MONDAY, 0), (MONDAY - DAY, 1)])
def test_a_day_counts_only_when_the_meter_ran_all_through_it(since: date | None, days: int) -> None:
    assert looked([bill()], [sold()], since=since)[0].days == days


def test_days_that_only_one_side_has_are_left_out() -> None:
    (share,) = looked([bill(), bill(MONDAY + 2 * DAY)], [sold(), sold(MONDAY + DAY), sold(MONDAY - DAY)])
    assert (share.days, share.first, share.last) == (2, MONDAY, MONDAY + 2 * DAY)
    assert (share.counted, share.charged) == (usd(82), usd(200))


def test_usage_that_names_no_provider_is_taken_for_its_makers() -> None:
    counted = [sold(provider=""), sold(provider="", model="claude-sonnet-4-5", dollars=1), sold(provider="OpenAI", dollars=2)]
    openai, anthropic = looked([bill(), bill(vendor=Vendor.ANTHROPIC, dollars=4)], counted, *Vendor)
    assert (openai.counted, anthropic.counted) == (usd(84), usd(1))


def test_a_model_of_openai_that_azure_sold_is_not_on_openais_bill() -> None:
    openai, azure = looked([bill()], [sold(dollars=50), sold(provider="azure", dollars=7)])
    assert (openai.percent, azure.title, azure.counted, azure.gap) == (50, "azure", usd(7), Gap.NO_REPORT)


def test_providers_without_a_report_stand_in_the_order_of_their_names() -> None:
    counted = [sold(provider=name, model="m", dollars=n) for n, name in enumerate(["zeta", "azure", "", "google"], 1)]
    assert [share.provider for share in looked([], counted)] == ["openai", "", "azure", "google", "zeta"]


sales = st.builds(
    sold,
    day=st.integers(-3, 9).map(lambda n: MONDAY + n * DAY),
    dollars=st.integers(0, 200),
    provider=st.sampled_from(["", "openai", "anthropic", "azure"]),
    model=st.sampled_from(["gpt-5", "claude-sonnet-4-5", "who-knows"]),
)
told = st.lists(
    st.builds(
        bill,
        day=st.integers(-3, 9).map(lambda n: MONDAY + n * DAY),
        dollars=st.integers(0, 200),
        vendor=st.sampled_from(Vendor),
        as_of=st.integers(0, 200).map(lambda hours: datetime(2026, 11, 16, tzinfo=UTC) + timedelta(hours=hours)),
    ),
    max_size=12,
    unique_by=lambda b: (b.vendor, b.day),
)


@given(told, st.lists(sales, max_size=12), st.randoms(use_true_random=False))
def test_the_order_in_which_anything_comes_says_nothing(bills: list[Bill], counted: list[Sold], random: Random) -> None:
    before = looked(bills, counted, *Vendor)
    random.shuffle(bills)
    random.shuffle(counted)
    assert looked(bills, counted, *Vendor) == before


@given(told, st.lists(sales, max_size=12), st.integers(1, 1000))
def test_a_share_does_not_depend_on_the_size_of_a_dollar(bills: list[Bill], counted: list[Sold], times: int) -> None:
    larger = [replace(b, lines={line: amount * times for line, amount in b.lines.items()}) for b in bills]
    more = [row._replace(cost=row.cost * times) for row in counted]
    assert [(s.percent, s.gap) for s in looked(bills, counted, *Vendor)] == [
        (s.percent, s.gap) for s in looked(larger, more, *Vendor)
    ]


@given(told, st.lists(sales, max_size=12))
def test_a_share_is_from_0_to_100_and_comes_only_from_a_report(bills: list[Bill], counted: list[Sold]) -> None:
    found = looked(bills, counted, *Vendor)
    assert [share.provider for share in found[:2]] == list(Vendor)
    for share in found:
        assert share.percent is None or (0 <= share.percent <= 100 and share.days and share.charged)
        assert (share.percent is None) == (share.gap is not None)


@given(told, st.lists(sales, max_size=12), st.integers(1, 50))
def test_spend_outside_of_governed_tools_never_raises_the_share(bills: list[Bill], counted: list[Sold], more: int) -> None:
    before = looked(bills, counted)[0]
    assume(before.percent is not None)
    after = looked([replace(b, lines={**b.lines, "shadow": usd(more)}) for b in bills], counted)[0]
    assert after.percent is not None and before.percent is not None
    assert after.percent <= before.percent

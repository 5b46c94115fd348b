"""The adapters of vendors' cost reports: vendors' own SDKs send what we send and read what we read, and what goes wrong is told.

Contract-tested, not live-tested: no vendor was asked.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import anthropic
import openai
import pytest
from openai.types.admin.organization.usage_costs_response import DataResultOrganizationCostsResult as OpenAIResult

from bot.reports import ADAPTERS, Access, AnthropicReports, OpenAIReports
from bot.sandbox.server import serve
from tests.fakes.clock import ManualClock
from tests.fakes.vendors import KEY, Charge, Fault, Office, site
from workflows.governed import Vendor
from workflows.ports import CostReports, Rejected, Unavailable

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 26), date(2026, 11, 25)
START, END = datetime.combine(FIRST, time(), UTC), datetime.combine(LAST, time(), UTC) + timedelta(days=1)


@contextmanager
def vendor(which: Vendor, office: Office, key: str = KEY) -> Iterator[tuple[str, CostReports]]:
    with serve(site(which, office)) as server:
        base = f"{server.url}/v1/" if which is Vendor.OPENAI else f"{server.url}/"
        yield server.url, ADAPTERS[which](Access(base, key, f"{which.upper()}_ADMIN_KEY"), ManualClock(NOW))


def sampled() -> list[Charge]:
    """Two months of two projects and three things, ours and what surrounds it."""
    days = [FIRST + timedelta(days=n) for n in range(-5, 36)]
    things = ["gpt-6-astra, input_tokens", "web_search", None]
    return [
        Charge(day, 1_234_567_891 * (n + 1) * (m + 1), f"proj_{n % 2}", thing)
        for n, day in enumerate(days)
        for m, thing in enumerate(things)
    ]


def spoken(request: Any) -> tuple[str, list[tuple[str, str]]]:
    """What was asked: path and query, in any order."""
    return request.url.path, sorted(request.query_params.multi_items())


def test_openais_own_sdk_asks_as_we_ask_and_reads_the_same_bytes_to_the_same_numbers() -> None:
    office = Office(sampled(), most=7)
    with vendor(Vendor.OPENAI, office) as (url, reports):
        bills = reports.read(FIRST, LAST)
        ours = list(map(spoken, office.asked))
        office.asked.clear()
        client = openai.OpenAI(api_key="unused", admin_api_key=KEY, base_url=f"{url}/v1", _strict_response_validation=True)
        read: dict[date, Decimal] = {}
        page = None
        while True:
            answer = client.admin.organization.usage.costs(
                start_time=int(START.timestamp()),
                end_time=int(END.timestamp()),
                bucket_width="1d",
                group_by=["project_id", "line_item"],
                limit=31,
                page=page or openai.omit,
            )
            for bucket in answer.data:
                day = datetime.fromtimestamp(bucket.start_time, UTC).date()
                for result in bucket.results:
                    assert isinstance(result, OpenAIResult) and result.amount and result.amount.currency == "usd"
                    read[day] = read.get(day, Decimal()) + Decimal(str(result.amount.value))
            page = answer.next_page
            if not answer.has_more:
                break
        theirs = list(map(spoken, office.asked))
    assert ours == theirs
    assert len(ours) == 5  # 31 days, seven a page
    assert {bill.day: Decimal(bill.total) / 10**9 for bill in bills} == read
    assert office.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_anthropics_own_sdk_asks_as_we_ask_and_reads_the_same_bytes_to_the_same_numbers() -> None:
    office = Office(sampled(), most=10, refreshed=NOW - timedelta(hours=2))
    with vendor(Vendor.ANTHROPIC, office) as (url, reports):
        bills = reports.read(FIRST, LAST)
        ours, headers = list(map(spoken, office.asked)), office.asked[0].headers
        office.asked.clear()
        client = anthropic.Anthropic(api_key=KEY, base_url=url, _strict_response_validation=True)
        rows = list(
            client.beta.organization.analytics.cost.list(
                starting_at=START.isoformat().replace("+00:00", "Z"),
                ending_at=END.isoformat().replace("+00:00", "Z"),
                time_bucket_width="1d",
                group_by=["workspace_id", "product", "model"],
                limit=1000,
                order_by="time",
            )
        )
        theirs = list(map(spoken, office.asked))
    assert ours == theirs
    assert len(ours) == 10  # 93 rows, ten a page
    read: dict[date, Decimal] = {}
    for row in rows:
        assert row.cost.currency == "USD"
        read[row.starting_at.date()] = read.get(row.starting_at.date(), Decimal()) + Decimal(row.cost.amount)
    assert {bill.day: Decimal(bill.total) / 10**7 for bill in bills} == read
    assert {name: headers[name] for name in SPOKEN} == {name: office.asked[0].headers[name] for name in SPOKEN}


SPOKEN = ("authorization", "anthropic-version", "anthropic-beta")


def test_a_bill_of_anthropic_is_as_of_when_its_data_were_refreshed() -> None:
    refreshed = NOW - timedelta(hours=5)
    with vendor(Vendor.ANTHROPIC, Office(sampled(), most=20, refreshed=refreshed)) as (_, reports):
        assert {bill.as_of for bill in reports.read(FIRST, LAST)} == {refreshed}


def amount(value: str, currency: str = '"usd"', start: int = 1_764_028_800) -> str:
    result = f'{{"object": "organization.costs.result", "amount": {{"value": {value}, "currency": {currency}}}}}'
    return (
        f'{{"object": "page", "has_more": false, "data": [{{"object": "bucket", "start_time": {start}, "results": [{result}]}}]}}'
    )


def read_of(body: str) -> int:
    """What a page of OpenAI's with this body comes to on 25 November 2025."""
    office = Office()
    office.faults.append(Fault(200, body=body))
    with vendor(Vendor.OPENAI, office) as (_, reports):
        (bill,) = reports.read(date(2025, 11, 25), date(2025, 11, 25))
    return bill.total


AMOUNTS = {
    "0.06": 60_000_000,
    '"12.50"': 12_500_000_000,
    '"0E-6176"': 0,
    "6.0e-2": 60_000_000,
    "0.0000000005": 0,  # half to even
    "0.0000000015": 2,
    '"0.1308043834030752612345678901234567"': 130_804_383,
    "-3": -3_000_000_000,
}


@pytest.mark.parametrize(("value", "nanos"), AMOUNTS.items())
def test_an_amount_is_a_number_or_a_text_that_is_one(value: str, nanos: int) -> None:
    assert read_of(amount(value)) == nanos


UNREADABLE = {
    "another currency": (amount("1", '"eur"'), "OpenAI: the report is in 'eur'; only US dollars are supported yet"),
    "no amount": (amount("null"), "OpenAI: the report cannot be understood: Expected `decimal`, got `null`"),
    "not a number": (amount('"lots"'), "OpenAI: the report cannot be understood: Invalid decimal string"),
    "NaN": (amount('"NaN"'), "OpenAI: NaN is no amount"),
    "more than can be kept": (amount('"1e30"'), r"OpenAI: 1E\+30 is no amount"),
    "another day": (amount("1", start=1_764_028_801), "OpenAI: 2025-11-25T00:00:01.* is not the start of a UTC day"),
    "no report": ('{"hello": "world"}', "OpenAI: the report cannot be understood: Object missing required field `data`"),
}


@pytest.mark.parametrize(("body", "said"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_report_that_is_not_understood_is_refused_as_a_whole(body: str, said: str) -> None:
    with pytest.raises(Rejected, match=said):
        read_of(body)


def test_a_proxy_that_answers_in_the_vendors_place_is_taken_for_an_outage() -> None:
    with pytest.raises(Unavailable, match="what answered is not OpenAI"):
        read_of("<html>Sign in to the wireless network</html>")


def test_pages_that_never_end_are_given_up() -> None:
    page = json.dumps({"object": "page", "data": [], "has_more": True, "next_page": "page_1"})
    office = Office()
    office.faults.extend([Fault(200, body=page)] * 3)
    with vendor(Vendor.OPENAI, office) as (_, reports), pytest.raises(Rejected, match="the pages of the report never end"):
        reports.read(FIRST, LAST)


@pytest.mark.parametrize("which", Vendor)
def test_a_vendor_that_is_not_there_is_unavailable(which: Vendor) -> None:
    with vendor(which, Office()) as (_, reports):
        pass
    with pytest.raises(Unavailable, match=r"did not answer: .*[Cc]onnection refused"):
        reports.read(FIRST, LAST)


@pytest.mark.parametrize("which", Vendor)
def test_a_key_that_is_refused_is_named_by_its_setting_and_never_shown(which: Vendor) -> None:
    with vendor(which, Office(), key="sk-other-secret") as (_, reports), pytest.raises(Rejected) as caught:
        reports.read(FIRST, LAST)
    assert str(caught.value).endswith(f"refuses {which.upper()}_ADMIN_KEY")
    assert "secret" not in repr(caught.value) + repr(reports) + repr(vars(reports))


@pytest.mark.parametrize("which", Vendor)
def test_what_a_vendor_says_is_wrong_is_told_on_one_line_without_the_key(which: Vendor) -> None:
    body = json.dumps({"error": {"message": f"Missing scopes: api.usage.read\n\x1b[31mfor {KEY} {'x' * 500}"}})
    office = Office()
    office.faults.append(Fault(403, body=body))
    with vendor(which, office) as (_, reports), pytest.raises(Rejected) as caught:
        reports.read(FIRST, LAST)
    said = str(caught.value)
    assert "answered 403: Missing scopes: api.usage.read  [31mfor … xxx" in said
    assert said.isprintable() and len(said) < 250


def test_a_redirect_is_not_followed_so_that_the_key_goes_nowhere_else() -> None:
    office = Office()
    office.faults.append(Fault(302, after="1"))
    with vendor(Vendor.OPENAI, office) as (_, reports), pytest.raises(Rejected, match="OpenAI answered 302"):
        reports.read(FIRST, LAST)
    assert len(office.asked) == 1


@pytest.mark.parametrize("after", ["Wed, 25 Nov 2026 12:00:00 GMT", "-1", "1.5", "9" * 30])
def test_a_wait_that_is_no_number_of_seconds_is_left_to_us(after: str) -> None:
    office = Office()
    office.faults.append(Fault(503, after=after))
    with vendor(Vendor.OPENAI, office) as (_, reports), pytest.raises(Unavailable) as caught:
        reports.read(FIRST, LAST)
    assert caught.value.after is None


def test_every_vendor_has_its_adapter() -> None:
    assert dict(ADAPTERS) == {Vendor.OPENAI: OpenAIReports, Vendor.ANTHROPIC: AnthropicReports}

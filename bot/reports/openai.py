"""OpenAI's costs: `GET /v1/organization/costs`, by UTC day, project and line item, in dollars.

The key is an admin key of the organisation with the right to read usage. An amount comes as a number, or as a text that is one.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import msgspec

from bot.reports.asking import Access, Line, Lines, Params, named, nanos, utc_day
from workflows.governed import Bill, Vendor
from workflows.money import NANO
from workflows.ports import Clock

NAME = "OpenAI"
PATH = "organization/costs"


class _Amount(msgspec.Struct):
    value: Decimal
    currency: str


class _Result(msgspec.Struct):
    amount: _Amount
    project_id: str | None = None
    line_item: str | None = None


class _Bucket(msgspec.Struct):
    start_time: int
    results: list[_Result]


class _Page(msgspec.Struct):
    data: list[_Bucket]
    has_more: bool | None = None
    next_page: str | None = None


class OpenAIReports:
    """`workflows.ports.CostReports`."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._line = Line(NAME, access, {"Authorization": f"Bearer {access.key}"})
        self._clock = clock

    def read(self, first: date, last: date) -> list[Bill]:
        now, lines = self._clock.now(), Lines(first, last)
        params: Params = {
            "start_time": _midnight(first),
            "end_time": _midnight(last + timedelta(days=1)),
            "bucket_width": "1d",
            "group_by[]": ["project_id", "line_item"],
            "limit": len(lines.days),
        }
        for page in self._line.pages(PATH, params, _Page):
            for bucket in page.data:
                day = utc_day(NAME, datetime.fromtimestamp(bucket.start_time, UTC))
                for result in bucket.results:
                    cost = nanos(NAME, result.amount.value, each=NANO, currency=result.amount.currency)
                    lines.add(day, named(result.project_id, result.line_item), cost)
        return [Bill(Vendor.OPENAI, day, now, mine) for day, mine in lines.days.items()]


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())

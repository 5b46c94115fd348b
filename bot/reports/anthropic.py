"""Anthropic's costs: `GET /v1/organizations/analytics/cost`, by UTC day, workspace, product and model, in cents as decimal text.

The key is an Admin API key, or one with the scope read:analytics. What is charged is read after discounts and before credits.
Organisations with HIPAA readiness cannot use this endpoint, which is in beta; the older one is not read.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import msgspec

from bot.reports.asking import Access, Line, Lines, Params, named, nanos, utc_day
from workflows.governed import Bill, Vendor
from workflows.money import CENT
from workflows.ports import Clock

NAME = "Anthropic"
PATH = "v1/organizations/analytics/cost"
VERSION, BETA = "2026-10-21", "analytics-usage-cost-2026-08-24"
ROWS = 1_000  # of a page, the most there may be


class _Cost(msgspec.Struct):
    amount: Decimal
    currency: str


class _Group(msgspec.Struct):
    workspace_id: str | None = None
    product: str | None = None
    model: str | None = None


class _Row(msgspec.Struct):
    starting_at: datetime
    cost: _Cost
    group: _Group


class _Page(msgspec.Struct):
    data: list[_Row]
    has_more: bool | None = None
    next_page: str | None = None
    data_refreshed_at: datetime | None = None


class AnthropicReports:
    """`workflows.ports.CostReports`."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._line = Line(
            NAME, access, {"Authorization": f"Bearer {access.key}", "anthropic-version": VERSION, "anthropic-beta": BETA}
        )
        self._clock = clock

    def read(self, first: date, last: date) -> list[Bill]:
        as_of, lines = self._clock.now(), Lines(first, last)
        params: Params = {
            "starting_at": _midnight(first),
            "ending_at": _midnight(last + timedelta(days=1)),
            "time_bucket_width": "1d",
            "group_by[]": ["workspace_id", "product", "model"],
            "limit": ROWS,
            "order_by": "time",
        }
        for page in self._line.pages(PATH, params, _Page):
            as_of = min(as_of, page.data_refreshed_at or as_of)
            for row in page.data:
                cost = nanos(NAME, row.cost.amount, each=CENT, currency=row.cost.currency)
                group = row.group
                lines.add(utc_day(NAME, row.starting_at), named(group.workspace_id, group.product, group.model), cost)
        return [Bill(Vendor.ANTHROPIC, day, as_of, mine) for day, mine in lines.days.items()]


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat().replace("+00:00", "Z")

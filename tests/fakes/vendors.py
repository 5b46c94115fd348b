"""Vendors that charge: in memory as the port, and over HTTP as each vendor answers; all told what they charged in one way.

The HTTP ones answer with the pages that the vendors' own SDKs parse, which a test has them do.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workflows.governed import Bill, Vendor
from workflows.ports import Clock, CostReports, Rejected, Unavailable

KEY = "sk-admin-0123456789-secret"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Charge:
    """Nano-dollars for one day in one project, for one thing."""

    day: date
    nanos: int
    project: str | None = "proj_1"
    thing: str | None = "gpt-5, input"


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer instead of a page. `after` is in seconds."""

    status: int
    after: str = ""
    body: str = '{"error": {"type": "error", "message": "no such luck"}}'


@dataclass
class Office:
    """What a vendor charged, and what befalls the coming requests in turn. `most` is the longest page, in its own items."""

    charges: list[Charge] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    most: int = 1_000
    refreshed: datetime | None = None
    asked: list[Request] = field(default_factory=list)

    def between(self, first: date, last: date) -> list[Charge]:
        return [charge for charge in self.charges if first <= charge.day <= last]


class FakeReports(CostReports):
    """In memory."""

    def __init__(self, office: Office, clock: Clock, vendor: Vendor = Vendor.OPENAI) -> None:
        self.office = office
        self._clock = clock
        self._vendor = vendor

    def read(self, first: date, last: date) -> list[Bill]:
        if self.office.faults:
            fault = self.office.faults.popleft()
            if fault.status in (408, 429) or fault.status >= 500:
                raise Unavailable(str(fault.status), timedelta(seconds=int(fault.after)) if fault.after else None)
            raise Rejected(str(fault.status))
        days: dict[date, dict[str, int]] = {first + n * ONE_DAY: {} for n in range((last - first).days + 1)}
        for charge in self.office.between(first, last):
            line = f"{charge.project}: {charge.thing}"
            days[charge.day][line] = days[charge.day].get(line, 0) + charge.nanos
        return [Bill(self._vendor, day, self._clock.now(), lines) for day, lines in days.items()]


Query = Mapping[str, str]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _cut(items: list[Any], query: Query, most: int) -> dict[str, Any]:
    start = int(query.get("page", "page_0").removeprefix("page_"))
    more = start + most < len(items)
    return {"data": items[start : start + most], "has_more": more, "next_page": f"page_{start + most}" if more else None}


def openai_page(office: Office, query: Query) -> dict[str, Any]:
    """A page of `GET /v1/organization/costs`."""
    first, end = (datetime.fromtimestamp(int(query[name]), UTC).date() for name in ("start_time", "end_time"))
    days = [first + n * ONE_DAY for n in range((end - first).days)]
    buckets = [
        {
            "object": "bucket",
            "start_time": int(_midnight(day).timestamp()),
            "end_time": int(_midnight(day + ONE_DAY).timestamp()),
            "results": [_openai_result(charge) for charge in office.between(day, day)],
        }
        for day in days
    ]
    return {"object": "page", **_cut(buckets, query, min(office.most, int(query.get("limit", "7"))))}


def _openai_result(charge: Charge) -> dict[str, Any]:
    return {
        "object": "organization.costs.result",
        "amount": {"value": charge.nanos / 10**9, "currency": "usd"},
        "line_item": charge.thing,
        "project_id": charge.project,
        "quantity": 12.5,
        "quantity_unit": "1000_tokens",
        "user_id": None,
        "api_key_id": None,
        "api_source": None,
    }


def anthropic_page(office: Office, query: Query) -> dict[str, Any]:
    """A page of `GET /v1/organizations/analytics/cost`: rows in no order of days."""
    first, end = (datetime.fromisoformat(query[name]).date() for name in ("starting_at", "ending_at"))
    rows = [_anthropic_row(charge) for charge in reversed(office.between(first, end - ONE_DAY))]
    refreshed = office.refreshed.isoformat() if office.refreshed else None
    return {**_cut(rows, query, min(office.most, int(query.get("limit", "20")))), "data_refreshed_at": refreshed}


def _anthropic_row(charge: Charge) -> dict[str, Any]:
    cents = f"{Decimal(charge.nanos) / 10**7:f}"
    return {
        "starting_at": f"{charge.day}T00:00:00Z",
        "ending_at": f"{charge.day + ONE_DAY}T00:00:00Z",
        "group": {"workspace_id": charge.project, "product": "messages_api", "model": charge.thing, "actor": None, "speed": None},
        "cost": {"amount": cents, "list_amount": cents, "currency": "USD", "requests": 3},
    }


def _refused(request: Request, vendor: Vendor) -> Response | None:
    """What each vendor answers to whom it does not know, or who does not know it."""
    headers = request.headers
    if headers.get("authorization") != f"Bearer {KEY}":
        return JSONResponse({"error": {"message": f"Incorrect API key provided: {headers.get('authorization')}"}}, 401)
    if vendor is Vendor.ANTHROPIC and headers.get("anthropic-beta") != "analytics-usage-cost-2026-08-24":
        return JSONResponse(
            {"type": "error", "error": {"type": "invalid_request_error", "message": "a beta header is missing"}}, 400
        )
    return None


PATHS = {Vendor.OPENAI: "/v1/organization/costs", Vendor.ANTHROPIC: "/v1/organizations/analytics/cost"}
PAGES = {Vendor.OPENAI: openai_page, Vendor.ANTHROPIC: anthropic_page}


def site(vendor: Vendor, office: Office) -> Starlette:
    """The vendor over HTTP."""

    async def costs(request: Request) -> Response:
        office.asked.append(request)
        if office.faults:
            fault = office.faults.popleft()
            after = {"Retry-After": fault.after, "Location": "https://elsewhere.example/"} if fault.after else {}
            return Response(fault.body, fault.status, after, media_type="application/json")
        return _refused(request, vendor) or JSONResponse(PAGES[vendor](office, request.query_params))

    return Starlette(routes=[Route(PATHS[vendor], costs)])


def charges(days: Iterable[date], nanos: int = 10**9) -> list[Charge]:
    """The same for every day."""
    return [Charge(day, nanos) for day in days]

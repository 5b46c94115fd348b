"""Hosted quota stores over HTTP, each as its vendor answers: what the vendors' own SDKs take for theirs, as a test has them do.

OpenAI has projects with a hard limit, Claude members with limits and requests for more, OpenRouter keys with a limit.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.vendors import KEY, Fault

LONG_AGO = "2026-01-01T00:00:00Z"
PACES = ("daily", "weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that came in, with what a vendor's SDK can be compared by."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: bytes
    headers: Mapping[str, str] = field(compare=False)


@dataclass
class Member:
    """A member of a Claude Enterprise organisation: limits in cents by period, None for none; `inherited` is the seat tier's."""

    email: str | None
    inherited: int | None = None
    own: dict[str, int | None] = field(default_factory=dict)
    spent: Decimal = Decimal()

    def limit(self, period: str) -> int | None:
        return self.own.get(period, self.inherited)


@dataclass
class Wish:
    """A member's request for a higher limit."""

    id: str
    user: str
    period: str = "monthly"
    status: str = "pending"
    by: str | None = None


@dataclass
class Hosted:
    """What is behind the doors. `faults` befall the coming calls in turn; `asked` are the calls that came in."""

    projects: dict[str, int | None] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)
    members: dict[str, Member] = field(default_factory=dict)
    wishes: dict[str, Wish] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: deque[Fault | None] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    most: int = 20

    def writes(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method != "GET"]


def key(name: str, limit: float | None = None, **said: Any) -> dict[str, Any]:
    """An API key as OpenRouter tells of it."""
    usage = {f"{kind}_{pace}": 0 for kind in ("usage", "byok_usage") for pace in PACES}
    return {
        "hash": name,
        "name": "search",
        "label": "sk-or-v1-0e6…c96",
        "disabled": False,
        "limit": limit,
        "limit_remaining": limit,
        "limit_reset": "monthly",
        "include_byok_in_limit": False,
        "usage": 0,
        "byok_usage": 0,
        **usage,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
        "last_used_at": None,
        "expires_at": None,
        "creator_user_id": None,
        "external_user": None,
        "workspace_id": "w-1",
        **said,
    }


Answer = Callable[[Hosted, Request, Any], Response]


def _unknown(what: str) -> Response:
    return JSONResponse({"type": "error", "error": {"type": "not_found_error", "code": "not_found", "message": what}}, 404)


def _wrong(what: str) -> Response:
    return JSONResponse({"type": "error", "error": {"type": "invalid_request_error", "code": 400, "message": what}}, 400)


def openai_project(hosted: Hosted, request: Request, _: Any) -> Response:
    name = request.path_params["id"]
    if name not in hosted.projects:
        return _unknown(f"No such project: {name}")
    status = "archived" if name in hosted.archived else "active"
    return JSONResponse({"id": name, "object": "organization.project", "name": "Search", "created_at": 1, "status": status})


def openai_limit(hosted: Hosted, request: Request, body: Any) -> Response:
    name = request.path_params["id"]
    if name not in hosted.projects:
        return _unknown(f"No such project: {name}")
    if request.method == "POST":
        if body["threshold_amount"] < 1 or body["currency"] != "USD" or body["interval"] != "month":
            return _wrong("threshold_amount must be at least 1")
        hosted.projects[name] = body["threshold_amount"]
    limit = hosted.projects[name]
    return _unknown("no spend limit") if limit is None else JSONResponse(openai_spend_limit(limit))


def openai_spend_limit(cents: int) -> dict[str, Any]:
    return {
        "object": "project.spend_limit",
        "threshold_amount": cents,
        "currency": "USD",
        "interval": "month",
        "enforcement": {"status": "inactive"},
    }


def claude_effective(hosted: Hosted, request: Request, _: Any) -> Response:
    query = request.query_params
    users = query.getlist("user_ids[]") or list(hosted.members)
    periods = query.getlist("period[]") or list(PACES)
    rows = [_row(hosted, user, period) for user in users if user in hosted.members for period in periods]
    return JSONResponse({"data": rows, "has_more": False, "next_page": None})


def _row(hosted: Hosted, user: str, period: str) -> dict[str, Any]:
    member = hosted.members[user]
    amount = member.limit(period)
    mine = {"type": "user", "user_id": user}
    return {
        "actor": _actor(hosted, user),
        "amount": None if amount is None else str(amount),
        "currency": "USD",
        "period": period,
        "period_to_date_spend": str(member.spent),
        "scope": mine,
        "source": mine if period in member.own else {"type": "seat_tier", "seat_tier": "standard"},
        "spend_limit_id": f"spl_{user}_{period}",
    }


def _actor(hosted: Hosted, user: str) -> dict[str, Any]:
    return {"type": "user_actor", "user_id": user, "deleted": False, "name": "A", "email_address": hosted.members[user].email}


def claude_set(hosted: Hosted, request: Request, body: Any) -> Response:
    user = body["scope"].get("user_id", "")
    if body["scope"]["type"] != "user":
        return _wrong("Claude Enterprise organizations set user limits")
    if user not in hosted.members:
        return _unknown(f"No member {user}")
    hosted.members[user].own[body["period"]] = None if body["amount"] is None else int(body["amount"])
    return JSONResponse(_spend_limit(hosted, user, body["period"]))


def _spend_limit(hosted: Hosted, user: str, period: str) -> dict[str, Any]:
    row = _row(hosted, user, period)
    kept = {name: row[name] for name in ("amount", "currency", "period", "scope")}
    whole = {"type": "spend_limit", "is_enabled": True, "created_at": LONG_AGO, "updated_at": LONG_AGO}
    return {"id": row["spend_limit_id"], **whole, **kept}


def claude_wishes(hosted: Hosted, request: Request, _: Any) -> Response:
    wanted = request.query_params.getlist("status[]")
    found = [_wish(hosted, wish) for wish in hosted.wishes.values() if not wanted or wish.status in wanted]
    start = int(request.query_params.get("page", "page_0").removeprefix("page_"))
    end = start + hosted.most
    more = f"page_{end}" if end < len(found) else None
    return JSONResponse({"data": found[start:end], "has_more": more is not None, "next_page": more})


def claude_wish(hosted: Hosted, request: Request, _: Any) -> Response:
    wish = hosted.wishes.get(request.path_params["id"])
    return _unknown("no such request") if wish is None else JSONResponse(_wish(hosted, wish))


def _wish(hosted: Hosted, wish: Wish) -> dict[str, Any]:
    pending = wish.status == "pending"
    return {
        "id": wish.id,
        "type": "spend_limit_increase_request",
        "actor": _actor(hosted, wish.user),
        "created_at": LONG_AGO,
        "period": wish.period,
        "status": wish.status,
        "resolved_at": None if pending else LONG_AGO,
        "resolved_by": {"type": "scoped_api_key_actor", "scoped_api_key_id": wish.by} if wish.by else None,
        "spend_summary": _row(hosted, wish.user, wish.period) if pending else None,
    }


def claude_decide(hosted: Hosted, request: Request, body: Any) -> Response:
    wish, verb = hosted.wishes.get(request.path_params["id"]), request.path_params["verb"]
    if wish is None:
        return _unknown("no such request")
    if wish.status != "pending":
        return _wrong(f"The request is already {wish.status}")
    wish.status, wish.by = ("approved" if verb == "approve" else "denied"), "apikey_leeway"
    told = _wish(hosted, wish)
    if verb == "approve":
        hosted.members[wish.user].own[wish.period] = int(body["amount"])
        told["spend_limit"] = _spend_limit(hosted, wish.user, wish.period)
    return JSONResponse(told)


def openrouter_key(hosted: Hosted, request: Request, body: Any) -> Response:
    name = request.path_params["hash"]
    if name not in hosted.keys:
        return JSONResponse({"error": {"code": 404, "message": "API key not found"}}, 404)
    if request.method == "PATCH":
        hosted.keys[name].update(body)
    return JSONResponse({"data": hosted.keys[name]})


PROJECT = "/v1/organization/projects/{id}"
LIMITS, WISHES = "/v1/organizations/spend_limits", "/v1/organizations/spend_limit_increase_requests"
ROUTES: Mapping[str, list[tuple[str, str, Answer]]] = {
    "openai": [("GET", PROJECT, openai_project), ("GET POST", f"{PROJECT}/spend_limit", openai_limit)],
    "claude": [
        ("GET", f"{LIMITS}/effective", claude_effective),
        ("POST", LIMITS, claude_set),
        ("GET", WISHES, claude_wishes),
        ("GET", f"{WISHES}/{{id}}", claude_wish),
        ("POST", f"{WISHES}/{{id}}/{{verb}}", claude_decide),
    ],
    "openrouter": [("GET PATCH", "/api/v1/keys/{hash}", openrouter_key)],
}
BASES = {"openai": "/v1/", "claude": "/", "openrouter": "/api/v1/"}
"""Where in each site its API begins."""


def site(name: str, hosted: Hosted) -> Starlette:
    """The vendor over HTTP."""

    def door(answer: Answer) -> Callable[[Request], Any]:
        async def opened(request: Request) -> Response:
            body = await request.body()
            query = tuple(sorted(request.query_params.multi_items()))
            hosted.asked.append(Asked(request.method, request.url.path, query, body, dict(request.headers)))
            fault = hosted.faults.popleft() if hosted.faults else None
            if fault:
                after = {"Retry-After": fault.after} if fault.after else {}
                return Response(fault.body, fault.status, after, media_type="application/json")
            if request.headers.get("authorization") != f"Bearer {KEY}":
                return JSONResponse({"error": {"message": "who are you?"}}, 401)
            return answer(hosted, request, await request.json() if body else None)

        return opened

    return Starlette(routes=[Route(path, door(answer), methods=methods.split()) for methods, path, answer in ROUTES[name]])

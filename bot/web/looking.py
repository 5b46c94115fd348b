"""Looking: what the quotas stand at, how a request stands, and whether this process is well.

Amounts are integers in the quota's unit (nano-dollars for usd), because a JSON number would be read as a float; beside them is a
sentence for people.
"""

from difflib import get_close_matches

from anyio import create_task_group, move_on_after, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.web.bearer import Bearers
from bot.web.doors import Doors, Probe
from workflows.loose import Loose
from workflows.money import Unit, percent, show
from workflows.quotas import Standing

PATIENCE = 2.0  # seconds for a probe; whoever asks for readiness asks again soon


class Looking:
    """The doors that change nothing."""

    def __init__(self, doors: Doors, bearers: Bearers) -> None:
        self._doors = doors
        self._bearers = bearers
        self._scopes = doors.scopes()
        self._probes = doors.probes

    async def quotas(self, request: Request) -> Response:
        """`GET /v1/quotas`: every quota, in the order of app.yaml, and what belongs to none or has no price."""
        await self._bearers.admit(request.headers.get("authorization", ""), "read")
        standings = await to_thread.run_sync(self._doors.standings)
        ends = await to_thread.run_sync(self._doors.loose)
        return JSONResponse({"quotas": [plain(standing) for standing in standings]} | plain_loose(ends))

    async def quota(self, request: Request) -> Response:
        """`GET /v1/quotas/{scope}`: the quotas on exactly that scope."""
        await self._bearers.admit(request.headers.get("authorization", ""), "read")
        scope = request.path_params["scope"].strip("/")
        if scope not in self._scopes:
            near = get_close_matches(scope, self._scopes, 1)
            meant = f'; did you mean "{near[0]}"?' if near else ""
            return JSONResponse({"error": f'"{scope}" is not in app.yaml{meant}'}, 404)
        standings = await to_thread.run_sync(self._doors.standings)
        return JSONResponse({"quotas": [plain(standing) for standing in standings if standing.quota.scope == scope]})

    async def request(self, request: Request) -> Response:
        """`GET /v1/requests/{id}`: how a request stands."""
        await self._bearers.admit(request.headers.get("authorization", ""), "read")
        name = request.path_params["id"]
        found = await to_thread.run_sync(self._doors.request, name)
        return JSONResponse(found) if found else JSONResponse({"error": f'"{name}" is no request'}, 404)

    async def health(self, request: Request) -> Response:
        """`GET /v1/health`: everything that needs a person, each with what to do. Whether this process is well says `/readyz`."""
        await self._bearers.admit(request.headers.get("authorization", ""), "read")
        return JSONResponse(dict(await to_thread.run_sync(self._doors.health)))

    async def healthy(self, _: Request) -> Response:
        """`GET /healthz`: this process answers."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """`GET /readyz`: everything it needs answers, or what does not and what to do."""
        wrong: dict[str, str] = {}

        async def probe(name: str, work: Probe) -> None:
            wrong[name] = await _probed(work)

        async with create_task_group() as group:
            for name, work in self._probes.items():
                group.start_soon(probe, name, work)
        checks = {name: wrong[name] or "ok" for name in self._probes}
        return JSONResponse({"ready": not any(wrong.values()), "checks": checks}, 503 if any(wrong.values()) else 200)


async def _probed(work: Probe) -> str:
    with move_on_after(PATIENCE):
        try:
            return await to_thread.run_sync(work, abandon_on_cancel=True)
        except Exception as error:  # a probe that breaks is an answer, too
            return f"{type(error).__name__}: {error}"
    return f"did not answer within {PATIENCE:.0f} seconds; is it up, and reachable from here?"


def plain(standing: Standing) -> dict[str, object]:
    """A standing as JSON values."""
    quota = standing.quota
    spent, limit, left = (show(amount, quota.unit) for amount in (standing.spent, standing.limit, standing.left))
    return {
        "key": quota.key,
        "scope": quota.scope,
        "unit": quota.unit,
        "period": quota.period,
        "kind": quota.kind,
        "models": list(quota.models),
        "level": standing.level,
        "spent": standing.spent,
        "limit": standing.limit,
        "base": standing.base,
        "carried": standing.carried,
        "extra": standing.extra,
        "left": standing.left,
        "resets_at": standing.window.end.isoformat().replace("+00:00", "Z"),
        "text": f"spent {spent} of {limit}, {percent(standing.spent, standing.limit)} %; {left} left",
    }


def plain_loose(loose: Loose) -> dict[str, object]:
    """What no rule claims and what has no price, as JSON values; where it comes from in the words of a rule."""
    strays, whole = loose.strays, loose.whole
    spent, guessed = show(strays.cost, Unit.USD), show(loose.guessed, Unit.USD)
    of_all = f"{spent} of {show(whole.cost, Unit.USD)}, {percent(strays.cost, whole.cost)} %"
    since = loose.window.start.isoformat().replace("+00:00", "Z")
    return {
        "unattributed": {
            "scope": loose.scope,
            "since": since,
            "events": strays.events,
            "spent": strays.cost,
            "from": [{word: value} for word, value in loose.origins],
            "text": f"{of_all}, belongs to no scope by any rule" if strays.events else "none",
        },
        "unpriced": {
            "since": since,
            "spent": loose.guessed,
            "models": [{"model": each.model, "events": each.events, "spent": each.cost} for each in loose.unpriced],
            "text": f"{guessed} by the fallback price" if loose.unpriced else "none",
        },
    }

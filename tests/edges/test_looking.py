"""Looking in from outside: what the quotas stand at, and whether the process is well."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox import serve
from bot.store import Scope
from bot.web import Doors, web
from tests.edges.door import NOW, POLICY, PRICES, TEAM, Door, event, opened
from tests.fakes.clock import ManualClock
from tests.fakes.memory import Memory
from workflows.admitting import Gate
from workflows.ports import Unavailable


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path) as open_door:
        yield open_door


def gone(_: str) -> None:
    raise Unavailable('connection to server at "db.internal" failed')


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/events"), ("POST", "/v1/check"), ("GET", "/v1/quotas")])
def test_while_the_database_is_away_everybody_is_asked_to_come_back_and_nobody_is_told_where_it_is(
    tmp_path: Path, method: str, path: str
) -> None:
    with opened(tmp_path, token=gone) as open_door:
        told = open_door.client.request(method, path, json={})
    assert (told.status_code, told.headers["retry-after"]) == (503, "1")
    assert told.json() == {"error": "this cannot be answered right now, and why is in Leeway's log; try again"}


def test_a_quota_is_told_in_integers_and_in_words(door: Door) -> None:
    door.post(event(cost_usd="84.2"))
    assert door.quota("team") == {
        "key": "team",
        "scope": TEAM,
        "unit": "usd",
        "period": "month",
        "kind": "production",
        "models": [],
        "level": "warning",
        "spent": 84_200_000_000,
        "limit": 100_000_000_000,
        "base": 100_000_000_000,
        "carried": 0,
        "extra": 0,
        "left": 15_800_000_000,
        "resets_at": "2026-11-30T23:00:00Z",
        "text": "spent $84.20 of $100, 84 %; $15.80 left",
    }


def test_what_no_rule_claims_and_what_has_no_price_is_told_beside_the_quotas(door: Door) -> None:
    nothing = door.client.get("/v1/quotas").json()
    assert (nothing["unattributed"]["text"], nothing["unpriced"]["text"]) == ("none", "none")
    stray = {"scope": None, "model": "opus", "input_tokens": 0, "user": "ada@acme.example"}
    door.post(
        [event("1", **stray, cost_usd=1, team="growth"), event("2", **stray, cost_usd=2, use_case="chat"), event("3", cost_usd=7)]
    )
    door.post(event("4", model="who-knows", cost_usd=None, input_tokens=5))
    told = door.client.get("/v1/quotas").json()
    assert told["unattributed"] == {
        "scope": f"{TEAM.partition('/')[0]}/unattributed",
        "since": "2026-10-31T23:00:00Z",
        "events": 2,
        "spent": 3 * 10**9,
        "from": [{"team": "growth"}, {"use_case": "chat"}],
        "text": "$3 of $10, 30 %, belongs to no scope by any rule",
    }
    assert told["unpriced"] == {
        "since": "2026-10-31T23:00:00Z",
        "spent": 0,
        "models": [{"model": "who-knows", "events": 1, "spent": 0}],
        "text": "$0 by the fallback price",
    }


def test_the_quotas_of_a_scope_are_those_on_exactly_that_scope(door: Door) -> None:
    keys = {scope: [q["key"] for q in door.client.get(f"/v1/quotas/{scope}").json()["quotas"]] for scope in (TEAM, "platform")}
    assert keys == {TEAM: ["team", "team tokens"], "platform": ["all"]}
    assert door.client.get("/v1/quotas/platform/engineering").json() == {"quotas": []}
    assert [q["key"] for q in door.client.get("/v1/quotas").json()["quotas"]] == ["team", "team tokens", "all"]


def test_a_scope_that_is_not_there_is_not_found_and_the_nearest_is_named(door: Door) -> None:
    answer = door.client.get("/v1/quotas/platform/engineering/serch")
    assert (answer.status_code, answer.json()["error"].endswith(f'did you mean "{TEAM}"?')) == (404, True)


def test_looking_needs_a_token_for_it(door: Door) -> None:
    blind = {"Authorization": f"Bearer {door.token(Scope.INGEST)}"}
    for path in ("/v1/quotas", f"/v1/quotas/{TEAM}"):
        assert door.client.get(path, headers=blind).status_code == 403
        assert httpx.get(f"{door.client.base_url}{path}").status_code == 401


def test_whoever_asks_how_it_is_needs_no_token(door: Door) -> None:
    url = str(door.client.base_url)
    assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{url}/readyz").json() == {"ready": True, "checks": {"database": "ok"}}


def test_what_is_not_ready_is_said_with_what_to_do(tmp_path: Path) -> None:
    def broken() -> str:
        raise Unavailable("Slack does not answer")

    probes = {"slack": broken, "policy": lambda: "app.yaml changed; restart to use it"}
    with opened(tmp_path, probes=probes) as door:
        answer = door.client.get("/readyz")
    told = {"slack": "Unavailable: Slack does not answer", "policy": "app.yaml changed; restart to use it"}
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "checks": told})


def test_a_probe_that_hangs_is_an_answer_too(tmp_path: Path) -> None:
    released = Event()

    def hangs() -> str:
        released.wait(30)
        return ""

    with opened(tmp_path, probes={"slack": hangs}) as door:
        answer = door.client.get("/readyz")
        released.set()
    assert (answer.status_code, "did not answer within 2 seconds" in answer.json()["checks"]["slack"]) == (503, True)


def test_other_paths_and_methods_are_refused_as_json(door: Door) -> None:
    assert (door.client.get("/v1/nothing").status_code, door.client.get("/v1/nothing").json()) == (404, {"error": "Not Found"})
    assert door.client.get("/v1/events").status_code == 405


def test_others_may_bring_doors_of_their_own() -> None:
    async def slack(_: Request) -> Response:
        return PlainTextResponse("hello, Slack")

    memory, clock = Memory(), ManualClock(NOW)
    doors = Doors(POLICY, clock, memory.units, memory.units, PRICES, lambda _: None, gate=Gate(POLICY, memory.reads))
    with serve(web(doors, routes=[Route("/slack/events", slack, methods=["POST"])])) as server:
        assert httpx.post(f"{server.url}/slack/events").text == "hello, Slack"


def test_what_is_left_grows_again_when_the_period_ends(door: Door) -> None:
    door.post(event(cost_usd=120))
    assert (door.quota("team")["level"], door.quota("team")["left"]) == ("hard", 0)
    door.clock.forward(timedelta(days=6))
    assert (door.quota("team")["level"], door.quota("team")["left"]) == ("ok", 10**11)


def test_what_needs_a_person_is_told_to_whoever_may_read(tmp_path: Path) -> None:
    told = {"ok": False, "findings": [{"kind": "paused", "todo": "When it is over: leeway resume"}]}
    with opened(tmp_path, health=lambda: told) as open_door:
        answer = open_door.client.get("/v1/health")
        assert (answer.status_code, answer.json()) == (200, told)
        assert open_door.client.get("/v1/health", headers={"Authorization": ""}).status_code == 401

"""`leeway` on PostgreSQL: real processes that share one database, and what is said when it cannot be had."""

import json
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from bot.clock import SystemClock
from tests.edges.commands import ROOT, leeway, running, until
from tests.edges.test_cli_serve import READY, SEARCH, do, ended, env_of, state, usage, workspace
from tests.postgres import LOCKED, PASSWORD, QUOTED, Server

QUOTA = "platform/engineering/search:usd/month"
CHECKS = {"LEEWAY_CONFIG": str(ROOT / "app.yaml")}


def token(env: dict[str, str], folder: Path, name: str = "gateway") -> dict[str, str]:
    """The header of a client that may report usage and look."""
    told = leeway("token", "create", "--name", name, "--scope", "ingest", "--scope", "read", "--json", env=env, folder=folder)
    return {"Authorization": f"Bearer {json.loads(told.out)['token']}"}


def spent(env: dict[str, str], folder: Path) -> int:
    """What `leeway status` says was spent on search."""
    told = leeway("status", "--json", env=env, folder=folder)
    return next(int(quota["spent"]) for quota in json.loads(told.out)["quotas"] if quota["key"] == QUOTA)


def test_usage_goes_in_and_is_read_back_by_the_server_and_by_every_command(server: Server, tmp_path: Path) -> None:
    with workspace() as (_, slack), server.database("template0") as name:
        env = env_of(slack, DATABASE_URL=server.url(name, user=f"{LOCKED}:{QUOTED}"))
        with running("serve", "--port", "0", env=env, folder=tmp_path) as app:
            url = app.says(READY)[1]
            bearer = token(env, tmp_path)
            assert httpx.get(f"{url}/readyz").json() == {"ready": True, "checks": {"database": "ok", "slack": "ok"}}
            for answer in ({"accepted": 1, "duplicates": 0}, {"accepted": 0, "duplicates": 1}):
                told = httpx.post(f"{url}/v1/events", json=usage(1_100), headers=bearer)
                assert told.json() == answer | {"refused": []}
            quotas = httpx.get(f"{url}/v1/quotas", headers=bearer).json()["quotas"]
            assert [quota["spent"] for quota in quotas if quota["key"] == QUOTA] == [spent(env, tmp_path)] == [1_100 * 10**9]
            (warning,) = until(lambda: state(slack)["messages"].get(SEARCH))
            assert do(slack, "act", channel=SEARCH, ts=warning["ts"], action_id="ask")["ok"] is False, "no address was told"
            assert leeway("check", env=env, folder=tmp_path).code == 0
            assert leeway("token", "list", env=env, folder=tmp_path).out.endswith("gateway\n")
            assert leeway("outbox", "list", env=env, folder=tmp_path).out == "Nothing was given up.\n"
            assert leeway("audit", "verify", env=env, folder=tmp_path).code == 0
            replayed(url, bearer, env, tmp_path)
            ended(app)
            assert PASSWORD not in app.said
        assert spent(env, tmp_path) == 1_107 * 10**9


def replayed(url: str, bearer: dict[str, str], env: dict[str, str], folder: Path) -> None:
    """Sends a trace of one event of seven dollars, twice."""
    at = {"time": SystemClock().now().isoformat()}
    (folder / "trace.ndjson").write_text(json.dumps(usage(7) | at))
    where = ("--url", url, "--token", bearer["Authorization"].removeprefix("Bearer "), "--json")
    for accepted in (1, 0):
        told = leeway("replay", "trace.ndjson", *where, env=env, folder=folder)
        assert (told.code, json.loads(told.out)["accepted"]) == (0, accepted), told


def test_two_servers_on_one_database_are_one_leeway(server: Server, tmp_path: Path) -> None:
    with workspace() as (made, slack), server.database("template0") as name:
        env = env_of(slack, DATABASE_URL=server.url(name))
        serving = [running("serve", "--port", "0", env=env, folder=tmp_path) for _ in range(2)]
        with serving[0] as one, serving[1] as two:
            urls = [app.says(READY)[1] for app in (one, two)]
            bearer = token(env, tmp_path)
            events = [usage(275 + n) for n in range(4)]
            for n, event in enumerate([*events, *events]):
                httpx.post(f"{urls[n % 2 ^ n // 4]}/v1/events", json=event, headers=bearer).raise_for_status()
            (warning,) = until(lambda: state(slack)["messages"].get(SEARCH))
            made.connect(f"{urls[1]}/slack/events")
            assert do(slack, "act", channel=SEARCH, ts=warning["ts"], action_id="ask")["ok"]
            assert len(state(slack)["views"]) == 1
            for url in urls:
                quotas = httpx.get(f"{url}/v1/quotas", headers=bearer).json()["quotas"]
                assert [quota["spent"] for quota in quotas if quota["key"] == QUOTA] == [1_106 * 10**9]
            ended(one)
            ended(two)


def test_while_the_database_is_away_usage_is_asked_to_come_back_and_then_taken(server: Server, tmp_path: Path) -> None:
    with workspace() as (_, slack), server.database("template0") as name, server.admin("postgres") as admin:
        env = env_of(slack, DATABASE_URL=server.url(name))
        with running("serve", "--port", "0", env=env, folder=tmp_path) as app:
            url = app.says(READY)[1]
            bearer = token(env, tmp_path)
            close(admin, name)
            refused = httpx.post(f"{url}/v1/events", json=usage(1_100), headers=bearer)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
            assert httpx.get(f"{url}/readyz").json()["ready"] is False
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            assert httpx.post(f"{url}/v1/events", json=usage(1_100), headers=bearer).json()["accepted"] == 1
            assert httpx.get(f"{url}/readyz").json()["ready"] is True
            assert until(lambda: state(slack)["messages"].get(SEARCH)), "the engine went on, too"
            ended(app)


def close(admin: psycopg.Connection, name: str) -> None:
    """Ends every connection to a database and lets no new one in."""
    admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))


def wrong(server: Server, postgresql: str) -> dict[str, tuple[str, str]]:
    """Addresses of databases that cannot be had, and what is said of each."""
    name = str(make_url(postgresql).database)
    return {
        "down": (
            "postgresql://leeway:hunter2@127.0.0.1:1/leeway",
            'DATABASE_URL  the database did not answer: connection to server at "127.0.0.1", port 1 failed: Connection refused\n',
        ),
        "missing": (server.url("nope", user="leeway:hunter2"), 'failed: FATAL: database "nope" does not exist\n'),
        "password": (server.url(name, user=f"{LOCKED}:hunter2"), f'FATAL: password authentication failed for user "{LOCKED}"\n'),
        "address": ("postgresql://leeway:hunter@2/leeway@localhost", "is not the address of a PostgreSQL database; write "),
    }


@pytest.mark.parametrize("how", ["down", "missing", "password", "address"])
def test_a_database_that_cannot_be_had_is_said_in_a_line_without_the_password(
    server: Server, postgresql: str, tmp_path: Path, how: str
) -> None:
    url, says = wrong(server, postgresql)[how]
    told = leeway("status", env=CHECKS | {"DATABASE_URL": url}, folder=tmp_path)
    assert (told.code, told.out) == (1, "")
    assert says in told.err
    assert told.err.count("\n") == 1
    assert "hunter" not in told.err

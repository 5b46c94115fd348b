"""`leeway serve` and `leeway sandbox` as they are run: real processes that speak HTTP and web sockets to each other."""

import json
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from anyio import to_thread
from starlette.types import Receive, Scope, Send

from bot.clock import SystemClock
from bot.demo import acme
from bot.sandbox import Sandbox, create, serve
from tests.edges.commands import BOT_TOKEN, ROOT, SIGNING, Command, Ended, answers, leeway, running, until

ADA, SEARCH = acme.person("ada"), acme.channel("team-search")
READY = r"Leeway is ready on (http://127\.0\.0\.1:\d+), with 8 quotas\."


def env_of(slack: str, **more: str) -> dict[str, str]:
    known = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": f"{slack}/api/", "LEEWAY_CONFIG": str(ROOT / "app.yaml")}
    return known | ({} if "SLACK_APP_TOKEN" in more else {"SLACK_SIGNING_SECRET": SIGNING}) | more


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port: int = one.getsockname()[1]
        return port


def state(slack: str, who: str = ADA) -> dict[str, Any]:
    told: dict[str, Any] = httpx.get(f"{slack}/_sandbox/state", params={"as": who}).json()
    return told


def do(slack: str, what: str, **said: Any) -> dict[str, Any]:
    by = {} if what == "fault" else {"as": ADA}
    answer = httpx.post(f"{slack}/_sandbox/{what}", json=by | said, timeout=30).raise_for_status()
    return dict(answer.json())


def usage(dollars: int) -> dict[str, Any]:
    data = {"scope": "platform/engineering/search/experiments", "model": "gpt-5-mini", "cost_usd": dollars, "requests": 1}
    return {"specversion": "1.0", "type": "ai.leeway.usage", "source": "gateway", "id": f"e-{dollars}", "data": data}


class Slow:
    """A workspace that opens no modal before `opened` is set; `entered` tells that it was asked to."""

    def __init__(self, made: Sandbox) -> None:
        self._asgi = made.asgi
        self.entered, self.opened = Event(), Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == "/api/views.open":
            self.entered.set()
            await to_thread.run_sync(self.opened.wait, 20)
        await self._asgi(scope, receive, send)


@contextmanager
def workspace(**how: Any) -> Iterator[tuple[Sandbox, str]]:
    made = create(acme.workspace(), app_url=None, signing_secret=SIGNING, bot_token=BOT_TOKEN, now=SystemClock().now, **how)
    with serve(made) as server:
        yield made, server.url


def ended(command: Command) -> Ended:
    told = command.end(signal.SIGTERM)
    assert told.code == 0, told.err
    assert "Traceback" not in told.err
    return told


def test_two_processes_and_a_gateway_usage_crosses_a_threshold_and_the_channel_is_warned(tmp_path: Path) -> None:
    port = free_port()
    there = ("--port", "0", "--app-url", f"http://127.0.0.1:{port}/slack/events")
    with running("sandbox", *there, env={}, folder=tmp_path) as sandbox:
        slack = sandbox.says(r"Open (http://127\.0\.0\.1:\d+);")[1]
        assert "<html" in httpx.get(slack).text
        env = env_of(slack)
        with running("serve", "--port", str(port), env=env, folder=tmp_path) as app:
            url = app.says(READY)[1]
            assert answers(f"{url}/healthz").json() == {"status": "ok"}
            ready = httpx.get(f"{url}/readyz").json()
            assert ready == {"ready": True, "checks": {"database": "ok", "slack": "ok"}}
            made = leeway("token", "create", "--scope", "ingest", "--json", env=env, folder=tmp_path)
            bearer = {"Authorization": f"Bearer {json.loads(made.out)['token']}"}
            assert httpx.post(f"{url}/v1/events", json=usage(1_100), headers=bearer).json()["accepted"] == 1
            (warning,) = until(lambda: state(slack)["messages"].get(SEARCH))
            assert "70 %" in warning["text"]
            assert do(slack, "act", channel=SEARCH, ts=warning["ts"], action_id="ask")["ok"]
            assert len(state(slack)["views"]) == 1
            ended(app)


def test_the_port_that_was_free_is_told_and_warnings_come_first(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text("organization: {name: Acme}\nquotas: {platform: {limit: $250 a month}}\n")
    with (
        workspace() as (_, slack),
        running("serve", "--port", "0", env=env_of(slack, LEEWAY_CONFIG="app.yaml"), folder=tmp_path) as app,
    ):
        url = app.says(r"ready on (\S+), with 1 quotas")[1]
        assert answers(f"{url}/healthz").status_code == 200
        assert len([line for line in app.said.splitlines() if line.startswith("warning: app.yaml")]) == 3
        ended(app)


def test_a_channel_that_the_app_is_not_in_is_warned_of_at_start(tmp_path: Path) -> None:
    with workspace() as (made, slack):
        made.workspace.rooms[SEARCH].members.remove(acme.BOT)
        with running("serve", "--port", "0", env=env_of(slack), folder=tmp_path) as app:
            app.says(READY)
            assert "warning: invite @leeway to #team-search: what belongs there cannot be posted until then" in app.said


def test_when_slack_is_away_it_is_not_ready_but_alive(tmp_path: Path) -> None:
    with workspace() as (_, slack), running("serve", "--port", "0", env=env_of(slack), folder=tmp_path) as app:
        url = app.says(READY)[1]
        do(slack, "fault", method="auth.test", error="token_revoked", times=1)
        ready = httpx.get(f"{url}/readyz")
        assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "ok")
        assert "Slack refuses SLACK_BOT_TOKEN (token_revoked)" in ready.json()["checks"]["slack"]
        assert httpx.get(f"{url}/readyz").status_code == 503  # remembered: Slack is not asked at every look
        assert httpx.get(f"{url}/healthz").status_code == 200


def test_what_one_process_counted_another_soon_judges_calls_by(tmp_path: Path) -> None:
    with workspace() as (_, slack):
        env = env_of(slack)
        with (
            running("serve", "--port", "0", env=env, folder=tmp_path) as one,
            running("serve", "--port", "0", env=env, folder=tmp_path) as other,
        ):
            counts, judges = one.says(READY)[1], other.says(READY)[1]
            made = leeway("token", "create", "--scope", "ingest", "--scope", "check", "--json", env=env, folder=tmp_path)
            bearer = {"Authorization": f"Bearer {json.loads(made.out)['token']}"}
            call = {"scope": "platform/engineering/search/experiments", "model": "gpt-5-mini"}

            def verdict() -> dict[str, Any]:
                return dict(httpx.post(f"{judges}/v1/check", json=call, headers=bearer).raise_for_status().json())

            before = verdict()
            assert (before["decision"], before["spent"]) == ("allow", 0)
            assert before["ask"] == f"{slack}/app_redirect?app=A0APP&team=T0ACME"
            assert httpx.post(f"{counts}/v1/events", json=usage(1_800), headers=bearer).json()["accepted"] == 1
            until(lambda: verdict()["decision"] == "deny")
            ended(one)
            ended(other)


def refuses(url: str) -> bool:
    try:
        httpx.get(f"{url}/healthz", timeout=2)
    except httpx.TransportError:
        return True
    return False


@pytest.mark.parametrize("socket_mode", [False, True], ids=["over HTTP", "over a socket"])
def test_a_listener_that_runs_when_the_end_comes_is_finished_and_answered_first(tmp_path: Path, socket_mode: bool) -> None:
    how = {"app_token": "xapp-1"} if socket_mode else {}
    made = create(
        acme.workspace(), app_url=None, signing_secret=SIGNING, bot_token=BOT_TOKEN, now=SystemClock().now, ack_timeout=20, **how
    )
    slow = Slow(made)
    with serve(slow) as server, ThreadPoolExecutor(1) as pool:
        env = env_of(server.url, **({"SLACK_APP_TOKEN": "xapp-1"} if socket_mode else {}))
        with running("serve", "--port", "0", env=env, folder=tmp_path) as app:
            url = app.says(READY)[1]
            if not socket_mode:
                made.connect(f"{url}/slack/events")
            until(lambda: made.api.sockets.live or not socket_mode)
            asked = pool.submit(do, server.url, "command", channel=SEARCH, command="/leeway", text="request")
            assert slow.entered.wait(20)
            app.tell(signal.SIGTERM)
            until(lambda: refuses(url))
            slow.opened.set()
            ended(app)
        assert asked.result(20)["ok"]
        assert len(state(server.url)["views"]) == 1


def test_over_a_socket_commands_and_clicks_work_without_any_address_of_ours(tmp_path: Path) -> None:
    with workspace(app_token="xapp-1") as (made, slack):
        env = env_of(slack, SLACK_APP_TOKEN="xapp-1")
        with running("serve", "--port", "0", env=env, folder=tmp_path) as app:
            url = app.says(READY)[1]
            until(lambda: made.api.sockets.live)
            assert do(slack, "command", channel=SEARCH, command="/leeway", text="request")["ok"]
            assert len(state(slack)["views"]) == 1
            assert httpx.post(f"{url}/slack/events", content=b"{}").status_code == 404  # no second way in
            ended(app)

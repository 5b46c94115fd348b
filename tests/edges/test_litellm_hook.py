"""The hook in docs/ at work in the real LiteLLM proxy, which asks the real door.

LiteLLM is not among our dependencies: `make litellm` installs the version that these tests are written for, apart from them.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.clock import SystemClock
from bot.store import Scope
from tests.edges.commands import until
from tests.edges.door import ASK, POLICY, TEAM, Door, event, opened
from tests.edges.models import HELLO, Vendor, vendor
from workflows.attribution import Claim
from workflows.denials import OURS, Denied
from workflows.money import usd
from workflows.quotas import Quota

ROOT = Path(__file__).parents[2]
LITELLM = ROOT / ".venv" / "litellm" / "bin"
MASTER = "sk-master"
CONFIG = """
model_list:
  - {{model_name: fast, litellm_params: {{model: openai/mini, api_base: "{vendor}", api_key: sk-none}}}}
  - {{model_name: best, litellm_params: {{model: openai/opus, api_base: "{vendor}", api_key: sk-none}}}}
litellm_settings: {{callbacks: [litellm_hook.leeway, generic_api], telemetry: false}}
general_settings: {{master_key: {master}}}
"""
PREMIUM = Quota("premium", TEAM, usd(10), models=("opus",))
CLAIMED = replace(POLICY, quotas=(PREMIUM, *POLICY.quotas), claims=(Claim(TEAM, {"tag": ("search",)}),))
STOPPED = f"{TEAM} has spent $12 this month and has reached its hard limit of $12: calls are stopped until "


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running LiteLLM with a caller's client, what it said, and what is before and behind it."""

    client: httpx.Client
    log: Path
    door: Door
    models: Vendor

    def chat(self, model: str, **said: Any) -> httpx.Response:
        tagged = {"tags": ["search"], **said}
        body = {"model": model, "messages": [{"role": "user", "content": "Hi."}], "metadata": tagged}
        return self.client.post("/v1/chat/completions", json=body)


def lives(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        return client.get("/health/liveliness").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def installed() -> Path:
    if not (LITELLM / "litellm").exists():
        pytest.skip("the real LiteLLM is not here: `make litellm` installs it (750 MB, two minutes)")
    return LITELLM


@pytest.fixture(scope="module")
def proxy(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("litellm")
    shutil.copy(ROOT / "docs" / "litellm_hook.py", folder)
    with opened(folder, policy=CLAIMED) as door, vendor() as models:
        door.clock.at = SystemClock().now()  # LiteLLM's log has the machine's time
        door.gate.refresh(door.clock.at)
        (folder / "config.yaml").write_text(CONFIG.format(vendor=models.url, master=MASTER))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [installed / "litellm", "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
        log, bearer = folder / "log", {"Authorization": f"Bearer {MASTER}"}
        with (
            log.open("wb") as said,
            subprocess.Popen(command, cwd=folder, env=env_of(door), stdout=said, stderr=said) as process,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=bearer, timeout=30, trust_env=False) as client,
        ):
            try:
                until(lambda: lives(client, process, log), log.read_text)
                yield Proxy(client, log, door, models)
            finally:
                process.terminate()


def env_of(door: Door) -> dict[str, str]:
    """The hook's settings, and LiteLLM's so that its log of calls comes to us and it fetches nothing."""
    url, token = str(door.client.base_url).rstrip("/"), door.token(Scope.CHECK, Scope.INGEST)
    hook = {"LEEWAY_URL": url, "LEEWAY_TOKEN": token, "LEEWAY_TIMEOUT": "10"}
    logs = {"GENERIC_LOGGER_ENDPOINT": f"{url}/v1/litellm/logs", "GENERIC_LOGGER_HEADERS": f"Authorization=Bearer {token}"}
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("LITELLM", "LEEWAY", "DATABASE"))}
    return kept | hook | logs | {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "DEFAULT_FLUSH_INTERVAL_SECONDS": "1"}


def test_a_call_that_may_proceed_reaches_the_model(proxy: Proxy) -> None:
    answer = proxy.chat("best")
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"] == HELLO
    assert proxy.models.called == ["opus"]


def test_a_call_that_may_not_is_refused_with_our_sentence_and_the_link(proxy: Proxy) -> None:
    proxy.door.post(event("all of it", model="opus", cost_usd="12"))
    before = list(proxy.models.called)
    answer = proxy.chat("best")
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (422, "budget_exceeded")
    assert error["message"].startswith(STOPPED)
    assert error["message"].endswith(f'To ask for more, type "/leeway request {TEAM}" in Slack: {ASK}')
    assert proxy.models.called == before


def test_a_model_that_has_budget_left_goes_on(proxy: Proxy) -> None:
    assert proxy.chat("fast").status_code == 200
    assert proxy.models.called[-1] == "mini"


def test_what_callers_write_does_not_let_them_past(proxy: Proxy) -> None:
    before = list(proxy.models.called)
    for said in (
        {"leeway_scope": "no/such/scope"},
        {"tags": ["search", "a\nb", "x" * 400, *(f"tag {n}" for n in range(60))]},
        {"use_case": "u" * 400, "environment": 7},
    ):
        answer = proxy.chat("best", **said)
        assert (answer.status_code, STOPPED in answer.text) == (422, True), answer.text
    assert proxy.models.called == before


def test_the_refusal_comes_back_in_litellm_s_log_and_whoever_called_is_told_of_the_quota_that_decided(proxy: Proxy) -> None:
    assert proxy.chat("best").status_code == 422
    window = CLAIMED.window(PREMIUM, proxy.door.clock.at)
    key = f"{PREMIUM.key}@{window.start:%Y%m%dT%H%M}@default_user_id"

    def denied() -> Denied | None:
        with proxy.door.store.reads() as unit:
            return unit.denials.get(key)

    found = until(denied, proxy.log.read_text)
    assert (found.quota, found.scope, found.denial.kind) == (PREMIUM.key, TEAM, OURS)


ALONE = """
import asyncio, logging, os, sys
import litellm_hook
from litellm.proxy._types import UserAPIKeyAuth

logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(message)s", force=True)
for url, fail in (url_and_fail.split("=") for url_and_fail in sys.argv[1:]):
    env = {"LEEWAY_URL": url, "LEEWAY_TOKEN": "none", "LEEWAY_TIMEOUT": "0.2", "LEEWAY_FAIL": fail}
    asked = litellm_hook.Leeway(env).async_pre_call_hook(UserAPIKeyAuth(), None, {"model": "best"}, "completion")
    try:
        print("said", asyncio.run(asked))
    except Exception as error:
        print(type(error).__name__, error.status_code, error)
"""


def test_an_answer_that_does_not_come_in_time_is_none_and_what_then_happens_is_a_setting(installed: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "docs" / "litellm_hook.py", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [str(installed / "python"), "-c", ALONE, f"{url}=open", f"{url}=closed", "http://127.0.0.1:1=closed"]
        env = os.environ | {"LEEWAY_URL": url, "LEEWAY_TOKEN": "none", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("said", "Leeway", "ServiceUnavailable"))]
    unsaid = "Leeway did not say whether a call may proceed, so it"
    closed = "ServiceUnavailableError 503 litellm.ServiceUnavailableError: Leeway does not say whether this call may proceed"
    expected = [f"{unsaid} proceeds: ReadTimeout", "said None", f"{unsaid} is refused: ReadTimeout", closed]
    expected += [f"{unsaid} is refused: ConnectError", closed]
    assert len(lines) == len(expected), done.stdout + done.stderr
    assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True)), lines


def test_while_leeway_is_down_calls_proceed_and_the_log_says_so(proxy: Proxy) -> None:
    proxy.door.server.stop()
    answer = proxy.chat("best")
    assert (answer.status_code, proxy.models.called[-1]) == (200, "opus"), answer.text
    until(lambda: "Leeway did not say whether a call may proceed, so it proceeds: ConnectError" in proxy.log.read_text())

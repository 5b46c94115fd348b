"""What LiteLLM is told is what it does to real calls, whatever it is that has the limit; how long that takes is printed."""

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.clock import SystemClock
from bot.limits import ADAPTERS, Access
from tests.contract.seats import LITELLM, InLiteLLM, Key, Member, Team
from tests.edges.commands import until
from tests.litellm import CENT, Proxy, free_port
from workflows.limits import Lift, StoreRules, Wanted
from workflows.quotas import Quota

BASE = 2 * CENT
MORE = Lift("O-1", 5 * CENT)


@dataclass(frozen=True)
class Caller:
    """Somebody whose calls the limit of a quota may stop."""

    proxy: Proxy
    seat: InLiteLLM
    quota: Quota
    key: str
    said: dict[str, Any]

    def call(self) -> httpx.Response:
        return self.proxy.call(self.key, **self.said)

    def passes(self) -> bool:
        answer = self.call()
        if answer.status_code != 200:
            assert answer.json()["error"]["type"] == "budget_exceeded", answer.text
        return answer.status_code == 200

    def is_stopped(self) -> bool:
        return not self.passes()

    def passes_at_last(self) -> float:
        return took(self.passes)

    def is_stopped_at_last(self) -> float:
        return took(self.is_stopped)


def took(look: Callable[[], bool]) -> float:
    """Waits for it; how many seconds that took."""
    began = time.perf_counter()
    until(look)
    return time.perf_counter() - began


def caller(proxy: Proxy, seat: InLiteLLM) -> Caller:
    """A caller with $0.02, at one cent a call."""
    quota = seat.quota(BASE)
    called = seat.name(quota)
    held: dict[str, dict[str, Any]] = {
        "team": {"team_id": called},
        "member": {"team_id": getattr(seat, "team", None), "user_id": called},
        "user": {"user_id": called},
    }
    said: dict[str, dict[str, Any]] = {"customer": {"user": called}, "tag": {"metadata": {"tags": [called]}}}
    if isinstance(seat, Key):
        key = proxy.post("/key/generate", max_budget=BASE / 10**9)
        return Caller(proxy, seat, seat.placed(key["token"]), key["key"], {})
    return Caller(proxy, seat, quota, proxy.key(**held.get(seat.kind, {}))[0], said.get(seat.kind, {}))


@pytest.mark.parametrize("which", LITELLM)
def test_calls_are_stopped_pass_under_an_override_and_are_stopped_when_it_ends(litellm: Proxy, which: str) -> None:
    who = caller(litellm, LITELLM[which](litellm))
    store = who.seat.store()
    assert who.passes()
    who.is_stopped_at_last()
    assert store.read(who.quota).limit == BASE
    store.write(who.quota, Wanted(BASE, (MORE,)))
    up = who.passes_at_last()
    store.write(who.quota, Wanted(BASE))
    down = who.is_stopped_at_last()
    print(f"{which}: calls passed {up:.2f} s after the write, and were stopped {down:.2f} s after the end")


def test_what_was_spent_is_read_as_litellm_counts_it(litellm: Proxy) -> None:
    who = caller(litellm, Team(litellm))
    assert who.passes()
    until(lambda: who.seat.store().read(who.quota).spent == CENT)


@pytest.mark.parametrize("kind", [Key, Member])
def test_an_override_of_litellm_s_own_ends_when_nobody_ends_it(litellm: Proxy, kind: type[InLiteLLM]) -> None:
    who = caller(litellm, kind(litellm))
    rules = StoreRules(litellm.url + "/", expiring=True)
    store = ADAPTERS["litellm"](Access(rules, litellm.master, "LITELLM_API_KEY"), SystemClock())
    who.is_stopped_at_last()
    ends = datetime.now(UTC) + timedelta(seconds=8)
    store.write(who.quota, Wanted(BASE, (replace(MORE, amount=500 * CENT, ends=ends),)))
    who.passes_at_last()
    who.is_stopped_at_last()
    assert datetime.now(UTC) >= ends
    assert store.read(who.quota).limit == BASE + 500 * CENT  # its clock may be behind ours, so it is over when we cleared it
    store.write(who.quota, Wanted(BASE))
    assert store.read(who.quota).limit == BASE


def test_a_reset_gives_the_raised_limit_to_the_next_window_until_we_end_it(litellm: Proxy) -> None:
    who = caller(litellm, Team(litellm))
    store = who.seat.store()
    store.write(who.quota, Wanted(BASE, (MORE,)))
    who.is_stopped_at_last()
    who.seat.reset(who.quota)
    until(lambda: store.read(who.quota).spent == 0)
    assert store.read(who.quota).limit == BASE + MORE.amount
    who.passes_at_last()


# Several workers.


@pytest.fixture(scope="module")
def second(litellm: Proxy) -> Iterator[Proxy]:
    """Another process of the same LiteLLM, as its workers are: they share the database and nothing else."""
    if litellm.folder is None:
        pytest.skip("a second worker is started from the folder of a LiteLLM of our own, and LITELLM_URL names another's")
    folder, port = litellm.folder, free_port()
    told = Path(f"/proc/{(folder / 'proxy.pid').read_text().strip()}/environ").read_bytes().decode().split("\0")
    env = dict(each.split("=", 1) for each in told if "=" in each)
    said = ["--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "second.log").open("wb") as log:
        process = subprocess.Popen(
            [folder / "venv/bin/litellm", *said], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    proxy = Proxy(f"http://127.0.0.1:{port}", litellm.master)
    try:
        until(lambda: lives(proxy, process), (folder / "second.log").read_text, looks=2_400)  # it imports for half a minute
        yield proxy
    finally:
        process.terminate()
        process.wait(60)


def lives(proxy: Proxy, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the second worker ended"
    try:
        return proxy.client.get("/health/readiness").status_code == 200
    except httpx.TransportError:
        return False


def test_every_worker_follows_a_write_that_one_of_them_took(litellm: Proxy, second: Proxy) -> None:
    one = caller(litellm, Team(litellm))
    other, store = replace(one, proxy=second), one.seat.store()
    one.is_stopped_at_last()
    other.is_stopped_at_last()
    store.write(one.quota, Wanted(BASE, (replace(MORE, amount=5_000 * CENT),)))
    up = one.passes_at_last(), other.passes_at_last()
    store.write(one.quota, Wanted(BASE))
    down = one.is_stopped_at_last(), other.is_stopped_at_last()
    said = "passed %.2f s (%.2f s) after the write, and were stopped %.2f s (%.2f s) after the end"
    print("the worker that was written to (and the other): calls", said % (*up, *down))

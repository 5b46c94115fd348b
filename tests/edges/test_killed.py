"""A process that is killed in mid-load loses nothing that it answered, and doubles nothing when its clients send again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

import httpx
import pytest

from tests.edges.door import event

COST = 30_000  # nano-dollars, reported
SENDERS = 6


@dataclass
class Ledger:
    """What the senders know: ids that were sent, and ids that were answered for."""

    enough: int
    sent: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    reached: Event = field(default_factory=Event)
    guard: Lock = field(default_factory=Lock)

    def heard(self, ids: set[str]) -> None:
        with self.guard:
            self.answered |= ids
            if len(self.answered) >= self.enough:
                self.reached.set()


@contextmanager
def running(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", httpx.Client]]:
    command = [sys.executable, "-m", "tests.bench.serve", "leeway", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {said['token']}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{said['port']}", headers=headers, timeout=30) as client:
            try:
                yield process, client
            finally:
                process.kill()


def told(number: str) -> dict[str, Any]:
    return event(number, scope="platform/engineering/search", cost_usd="0.00003")


def send(client: httpx.Client, ledger: Ledger, sender: int) -> None:
    """Sends batches of one to seven until nobody answers."""
    for number in range(100_000):
        ids = {f"{ledger.enough}/{sender}/{number}/{n}" for n in range(1 + (sender + number) % 7)}
        with ledger.guard:
            ledger.sent |= ids
        try:
            answer = client.post("/v1/events", json=[told(name) for name in sorted(ids)])
        except httpx.TransportError:
            return
        assert answer.json() == {"accepted": len(ids), "duplicates": 0, "refused": []}
        ledger.heard(ids)


def killed_in_mid_load(folder: Path, ledger: Ledger) -> None:
    with running(folder) as (process, client), ThreadPoolExecutor(SENDERS) as pool:
        senders = [pool.submit(send, client, ledger, n) for n in range(SENDERS)]
        assert ledger.reached.wait(60)
        os.kill(process.pid, signal.SIGKILL)
        for each in senders:
            each.result()


@pytest.mark.parametrize("enough", [1, 60, 400])
def test_a_kill_in_mid_load_loses_nothing_that_was_answered_and_a_retry_doubles_nothing(tmp_path: Path, enough: int) -> None:
    ledger = Ledger(enough)
    killed_in_mid_load(tmp_path, ledger)
    with running(tmp_path) as (_, client):
        again = client.post("/v1/events", json=[told(name) for name in sorted(ledger.answered)]).json()
        assert again == {"accepted": 0, "duplicates": len(ledger.answered), "refused": []}
        retried = client.post("/v1/events", json=[told(name) for name in sorted(ledger.sent)]).json()
        assert retried["accepted"] + retried["duplicates"] == len(ledger.sent)
        spent = {quota["scope"]: quota["spent"] for quota in client.get("/v1/quotas").json()["quotas"]}
    assert spent["platform"] == spent["platform/engineering/search"] == COST * len(ledger.sent)

"""The example for any OpenAI-compatible client does what it says, run as a person would run it."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from bot.store import Scope
from tests.edges.door import ASK, POLICY, TEAM, Door, event, opened
from tests.edges.models import HELLO, Vendor, vendor
from workflows.attribution import Claim

EXAMPLE = Path(__file__).parents[2] / "docs" / "check_first.py"
CLAIMED = replace(POLICY, claims=(Claim(TEAM, {"team": ("search",)}),))


def run(door: Door, models: Vendor) -> subprocess.CompletedProcess[str]:
    there = {"LEEWAY_URL": str(door.client.base_url), "LEEWAY_TOKEN": door.token(Scope.CHECK)}
    env = os.environ | there | {"OPENAI_BASE_URL": models.url, "OPENAI_API_KEY": "sk-none", "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, str(EXAMPLE), "opus", "Say hello."]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_a_call_that_may_proceed_is_made(tmp_path: Path) -> None:
    with opened(tmp_path, policy=CLAIMED) as door, vendor() as models:
        done = run(door, models)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{HELLO}\n", "")
        assert models.called == ["opus"]


def test_a_call_that_may_not_is_not_made_and_the_person_reads_why_and_where_to_ask(tmp_path: Path) -> None:
    with opened(tmp_path, policy=CLAIMED) as door, vendor() as models:
        door.post(event(cost_usd="99.97"))
        done = run(door, models)
        why = "this call, estimated at $0.05, would go past its soft limit of $100 and needs an approved exception."
        how = f"To ask for more, type '/leeway request {TEAM}' in Slack: {ASK}\n"
        assert (done.returncode, done.stderr) == (1, f"{TEAM} has spent $99.97 this month; {why} {how}")
        assert models.called == []

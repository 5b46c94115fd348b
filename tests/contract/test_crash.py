"""A process that dies leaves what it committed and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.store import Store
from tests.contract.given import NOW, override, request
from workflows.effects import Do, Effect
from workflows.ports import Errand

ROOT = Path(__file__).parents[2]


def die(database: str, steps: int) -> None:
    done = subprocess.run([sys.executable, "-m", "tests.contract.crash", database, str(steps)], cwd=ROOT, check=False)
    assert done.returncode == 9


@pytest.mark.parametrize("steps", [1, 4, 6])
def test_a_process_that_dies_before_it_commits_leaves_nothing(store: Store, database: str, steps: int) -> None:
    die(database, steps)
    with store.units() as unit:
        assert unit.requests.get("R1") is None
        assert unit.overrides.of("R1") is None
        assert unit.record.subjects() == []
        assert unit.outbox.waiting() is None
        assert unit.meter.fresh([(NOW.date(), b"k1")]) == {b"k1"}


def test_a_process_that_dies_after_it_committed_leaves_everything(store: Store, database: str) -> None:
    die(database, 7)
    with store.units() as unit:
        assert unit.requests.get("R1") == request()
        assert unit.overrides.of("R1") == override(request())
        assert unit.meter.fresh([(NOW.date(), b"k1")]) == set()
        assert unit.outbox.claim(NOW, NOW, 9) == [Errand(Effect(Do.SHOW_REQUEST, "R1"), 1, 0, NOW)]

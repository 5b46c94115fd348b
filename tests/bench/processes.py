"""The processes that a benchmark starts, and ends: servers and clients, each with a lock of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.load import Plan


@dataclass(frozen=True, slots=True)
class Served:
    """A server: where it is, and the token that may do everything there."""

    pid: int
    port: int
    token: str

    def memory(self) -> int:
        """The most that it had resident, in bytes."""
        said = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line for line in said.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


@contextmanager
def served(kind: str, where: str = "-") -> Iterator[Served]:
    """`tests.bench.serve` of a kind, until the block ends."""
    command = [sys.executable, "-m", "tests.bench.serve", kind, where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        try:
            yield Served(process.pid, said["port"], said["token"])
        finally:
            process.terminate()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a client saw. `took` are seconds, sorted; `odd` counts the statuses that were not 200."""

    seconds: float
    took: list[float]
    odd: dict[str, int]

    def rate(self, events: int = 1) -> float:
        """Events a second, of so many a call."""
        return len(self.took) * events / self.seconds

    def quantile(self, of_a_hundred: float) -> float:
        """The time within which so many of a hundred calls were answered."""
        return self.took[min(len(self.took) - 1, int(len(self.took) * of_a_hundred / 100))]


def driven(plan: Plan) -> Seen:
    """What a client of its own process sees when it carries out a plan."""
    command = [sys.executable, "-m", "tests.bench.load"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(asdict(plan)) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdin.write("\n")
        process.stdin.flush()
        said: dict[str, Any] = json.loads(process.stdout.readline())
    return Seen(said["seconds"], sorted(said["took"]), said["odd"])

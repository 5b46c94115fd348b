"""`leeway` as real processes. They are forked off one that has imported it: that takes longer than most commands do."""

import multiprocessing
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event
from typing import TypeVar

import httpx

from bot.cli import MODULES, main

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
BOT_TOKEN, SIGNING = "xoxb-sandbox", "sandbox-signing-secret"
LOOKS, PAUSE = 600, 0.05  # half a minute: a busy machine is slow, a broken command is broken

_FORK = multiprocessing.get_context("forkserver")
_FORK.set_forkserver_preload([f"bot.cli.{module}" for module in MODULES.values()])
_NUMBERS = count()


def _begin(args: tuple[str, ...], env: Mapping[str, str], folder: Path, said: tuple[Path, Path]) -> None:
    for name in list(os.environ):
        if name.startswith(("SLACK_", "LEEWAY_", "DATABASE_")):
            del os.environ[name]
    os.environ.update(env)
    os.chdir(folder)
    for number, path in enumerate(said, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv = ["leeway", *args]
    main()


@dataclass(frozen=True)
class Ended:
    """What a command said, and its exit code; by a signal it is negative."""

    code: int
    out: str
    err: str


class Command:
    """A running `leeway …`."""

    def __init__(self, *args: str, env: Mapping[str, str], folder: Path) -> None:
        name = f"said-{next(_NUMBERS)}"
        self._said = (folder / f"{name}.out", folder / f"{name}.err")
        self._process = _FORK.Process(target=_begin, args=(args, dict(env), folder, self._said), daemon=True)
        self._process.start()

    @property
    def said(self) -> str:
        """Everything, both streams."""
        return "".join(path.read_text("utf-8") for path in self._said if path.exists())

    def says(self, pattern: str) -> re.Match[str]:
        """Waits until it said something."""
        return until(lambda: re.search(pattern, self.said), lambda: f"no {pattern!r} in: {self.said}")

    def tell(self, number: signal.Signals) -> None:
        assert self._process.pid
        os.kill(self._process.pid, number)

    def end(self, number: signal.Signals | None = None) -> Ended:
        """Waits for its end, after a signal if one is given."""
        if number is not None and self._process.is_alive():
            self.tell(number)
        self._process.join(30)
        if self._process.exitcode is None:
            self._process.kill()
            raise AssertionError(f"it did not end; it said: {self.said}")
        out, err = (path.read_text("utf-8") if path.exists() else "" for path in self._said)
        return Ended(self._process.exitcode, out, err)


def leeway(*args: str, env: Mapping[str, str], folder: Path) -> Ended:
    """Runs a command to its end."""
    return Command(*args, env=env, folder=folder).end()


@contextmanager
def running(*args: str, env: Mapping[str, str], folder: Path) -> Iterator[Command]:
    """A command that is ended at last, come what may."""
    command = Command(*args, env=env, folder=folder)
    try:
        yield command
    finally:
        command.end(signal.SIGTERM)


def until(look: Callable[[], T | None], otherwise: Callable[[], str] = lambda: "it did not come about", looks: int = LOOKS) -> T:
    """What a look finds, at last."""
    tick = Event()
    for _ in range(looks):
        if found := look():
            return found
        tick.wait(PAUSE)
    raise AssertionError(otherwise())


def answers(url: str) -> httpx.Response:
    """Waits until something answers there."""

    def look() -> httpx.Response | None:
        try:
            return httpx.get(url, timeout=5)
        except httpx.TransportError:
            return None

    return until(look, lambda: f"{url} does not answer")

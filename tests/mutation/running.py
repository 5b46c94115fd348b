"""Running the tests of a module on each of its mutants, each in a process forked from one that has what tests need in memory.

A mutant is killed when a test fails on it, when the tests do not even load with it, or when they use far more of the processor
than they do on the module as it is. Time on the wall decides nothing: a busy machine must not kill.
"""

import os
import resource
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import CodeType, ModuleType

import hypothesis  # noqa: F401 (in memory before a fork, so that no fork reads it again)
import pytest

from tests.mutation.mutants import Mutant

SPARE, TIMES = 10, 5  # seconds of processor, and how often what the tests use on the module as it is
MEMORY = 4 * 2**30  # bytes: a mutant that grows for ever must not take the machine with it


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    UNLOADABLE = "tests did not load"
    ENDLESS = "ran on"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Subject:
    """A module under test: its dotted name, its file, and the tests that are to find out."""

    module: str
    path: str
    tests: tuple[str, ...]


class Wrong(MetaPathFinder, Loader):
    """Gives a mutant where its module is imported."""

    def __init__(self, module: str, path: str, code: CodeType) -> None:
        self._module, self._path, self._code = module, path, code

    def find_spec(self, name: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_loader(name, self, origin=self._path) if name == self._module else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._path
        exec(self._code, module.__dict__)


def fates(subject: Subject, wrong: Iterable[Mutant], jobs: int, *, spare: int = SPARE) -> Iterator[tuple[Mutant, Fate]]:
    """What became of each mutant, in their order. RuntimeError: the tests fail on the module as it is."""
    cpu = spare + int(TIMES * _as_it_is(subject))
    running: dict[int, Mutant] = {}
    for mutant in wrong:
        if len(running) == jobs:
            yield _next(running)
        running[_forked(subject, mutant.code, cpu)] = mutant
    while running:
        yield _next(running)


def _as_it_is(subject: Subject) -> float:
    """Seconds of processor that the tests take."""
    _, status, used = os.wait4(_forked(subject, None, 3600), 0)
    if status:
        raise RuntimeError(f"{' '.join(subject.tests)}: red on {subject.path} as it is (status {status})")
    return used.ru_utime + used.ru_stime


def _next(running: dict[int, Mutant]) -> tuple[Mutant, Fate]:
    pid = next(iter(running))
    _, status = os.waitpid(pid, 0)
    return running.pop(pid), _fate(status)


def _fate(status: int) -> Fate:
    if os.WIFSIGNALED(status):
        return Fate.ENDLESS
    known = {pytest.ExitCode.OK: Fate.SURVIVED, pytest.ExitCode.TESTS_FAILED: Fate.KILLED}
    return known.get(os.WEXITSTATUS(status), Fate.UNLOADABLE)


def _forked(subject: Subject, code: CodeType | None, cpu: int) -> int:
    if subject.module in sys.modules:
        raise RuntimeError(f"{subject.module} is imported already: its mutants would not be")
    if pid := os.fork():
        return pid
    result = 70
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        _silenced()
        if code is not None:
            sys.meta_path.insert(0, Wrong(subject.module, subject.path, code))
        result = int(_tested(subject.tests))
    finally:
        os._exit(result)
    raise AssertionError


def _silenced() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _tested(tests: Sequence[str]) -> int:
    os.environ["HYPOTHESIS_PROFILE"] = "mutate"
    sys.dont_write_bytecode = True
    return pytest.main(["-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests])

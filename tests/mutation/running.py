"""Running the tests of a module on each of its mutants, each in a process of its own.

Most mutants are wrong inside one function. Those run in a fork of a process in which the tests are collected already, where that
function gets the code of the mutant. What is wrong in a table, a default or a class is imported anew, with its tests.

A mutant is killed when a test fails on it, when the tests do not even load with it, or when they use far more of the processor
than they do on the module as it is. Time on the wall decides nothing: a busy machine must not kill.
"""

import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import hypothesis  # noqa: F401 (in memory before a fork, so that no fork reads it again)
import pytest

from tests.mutation.mutants import Mutant

SPARE, TIMES = 10, 5  # seconds of processor, and how often what the tests use on the module as it is
MEMORY = 4 * 2**30  # bytes: a mutant that grows for ever must not take the machine with it
BROKEN = 70  # the exit code of a process in which not even pytest ran

Job = Callable[[], int]
"""What a process does; its exit code."""


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

    def __init__(self, subject: Subject, code: CodeType) -> None:
        self._subject, self._code = subject, code

    def find_spec(self, name: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_loader(name, self, origin=self._subject.path) if name == self._subject.module else None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._subject.path
        exec(self._code, module.__dict__)


def fates(subject: Subject, wrong: Sequence[Mutant], jobs: int, *, spare: int = SPARE) -> Iterator[tuple[Mutant, Fate]]:
    """What became of each mutant, as it is known. RuntimeError: the tests fail on the module as it is, or somebody changed it."""
    if subject.module in sys.modules:
        raise RuntimeError(f"{subject.module} is imported already: its mutants would not be")
    text = _read(subject)
    cpu = spare + int(TIMES * _as_it_is(subject))
    anew = dict(_quick(subject, wrong, jobs, cpu))
    yield from anew.items()
    late = [mutant for mutant in wrong if mutant not in anew]
    yield from _run(((mutant, lambda code=mutant.code: _anew(subject, code)) for mutant in late), jobs, cpu)  # type: ignore[misc]
    if _read(subject) != text:
        raise RuntimeError(f"{subject.path} or its tests changed meanwhile: nothing is known")


def _read(subject: Subject) -> list[str]:
    files = [path for path in (subject.path, *subject.tests) if Path(path).exists()]
    return [Path(path).read_text("utf-8") for path in files]


def _as_it_is(subject: Subject) -> float:
    """Seconds of processor that the tests take."""
    _, status, used = os.wait4(_forked(lambda: _tested(subject.tests), 3600), 0)
    if status:
        raise RuntimeError(f"{' '.join(subject.tests)}: red on {subject.path} as it is (status {status})")
    return used.ru_utime + used.ru_stime


def _run(work: Iterable[tuple[Mutant, Job]], jobs: int, cpu: int) -> Iterator[tuple[Mutant, Fate]]:
    running: dict[int, Mutant] = {}
    for mutant, job in work:
        if len(running) == jobs:
            yield _next(running)
        running[_forked(job, cpu)] = mutant
    while running:
        yield _next(running)


def _next(running: dict[int, Mutant]) -> tuple[Mutant, Fate]:
    pid = next(iter(running))
    _, status = os.waitpid(pid, 0)
    return running.pop(pid), _fate(status)


def _fate(status: int) -> Fate:
    if os.WIFSIGNALED(status):
        return Fate.ENDLESS
    known = {pytest.ExitCode.OK: Fate.SURVIVED, pytest.ExitCode.TESTS_FAILED: Fate.KILLED}
    return known.get(os.WEXITSTATUS(status), Fate.UNLOADABLE)


def _forked(job: Job, cpu: int) -> int:
    if pid := os.fork():
        return pid
    result = BROKEN
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        result = job()
    finally:
        os._exit(result)
    raise AssertionError


def _tested(tests: Sequence[str], *plugins: object) -> int:
    os.environ["HYPOTHESIS_PROFILE"] = "mutate"
    sys.dont_write_bytecode = True
    return int(pytest.main(["-x", "-q", "--no-header", "-p", "no:cacheprovider", *tests], plugins=list(plugins)))


def _anew(subject: Subject, code: CodeType) -> int:
    sys.meta_path.insert(0, Wrong(subject, code))
    return _tested(subject.tests)


# Mutants of one function, where the tests are collected.


def _quick(subject: Subject, wrong: Sequence[Mutant], jobs: int, cpu: int) -> Iterator[tuple[Mutant, Fate]]:
    """What became of those that are wrong inside a function; the others are left out."""
    told, tells = os.pipe()
    pid = _forked(lambda: _tested(subject.tests, Collected(subject, wrong, jobs, cpu, tells)), resource.RLIM_INFINITY)
    os.close(tells)
    with os.fdopen(told) as lines:
        for line in lines:
            number, _, fate = line.strip().partition(" ")
            yield wrong[int(number)], Fate(fate)
    os.waitpid(pid, 0)


class Collected:
    """Runs the tests that pytest collected once for each mutant, and tells what became of it: its number, and its fate."""

    def __init__(self, subject: Subject, wrong: Sequence[Mutant], jobs: int, cpu: int, tells: int) -> None:
        self._subject, self._wrong, self._jobs, self._cpu, self._tells = subject, wrong, jobs, cpu, tells

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        module = sys.modules[self._subject.module]
        numbers = {id(mutant): number for number, mutant in enumerate(self._wrong)}
        session.items.sort(key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))  # examples are faster
        for mutant, fate in _run(self._work(session, module), self._jobs, self._cpu):
            os.write(self._tells, f"{numbers[id(mutant)]} {fate.value}\n".encode())
        return True

    def _work(self, session: pytest.Session, module: ModuleType) -> Iterator[tuple[Mutant, Job]]:
        for mutant in self._wrong:
            if (found := function_of(module, mutant)) is not None:
                yield mutant, lambda found=found: _swapped(session, *found)  # type: ignore[misc]


def _swapped(session: pytest.Session, function: FunctionType, code: CodeType) -> int:
    function.__code__ = code
    for item, following in zip(session.items, [*session.items[1:], None], strict=True):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return int(pytest.ExitCode.TESTS_FAILED)
    return int(pytest.ExitCode.OK)


def function_of(module: ModuleType, mutant: Mutant) -> tuple[FunctionType, CodeType] | None:
    """The function of a module in which a mutant is wrong, and its wrong code; None when it is wrong elsewhere, too."""
    holder: object = module
    name: list[str] = []
    for part in mutant.name.partition(":")[0].split("."):
        held = vars(holder).get(part) if isinstance(holder, ModuleType | type) else None
        held = getattr(held, "fget", getattr(held, "__func__", held))
        if held is None:
            return None
        name.append(part)
        if isinstance(held, FunctionType):
            code = _named(mutant.code, name)
            return (held, code) if code is not None and code != held.__code__ and _alike(code, held.__code__) else None
        holder = held
    return None


def _named(code: CodeType, name: Sequence[str]) -> CodeType | None:
    for part in name:
        inner = (each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == part)
        found = next(inner, None)
        if found is None:
            return None
        code = found
    return code


def _alike(one: CodeType, two: CodeType) -> bool:
    """Whether one can stand in the place of the other."""
    return (one.co_freevars, one.co_argcount, one.co_kwonlyargcount) == (two.co_freevars, two.co_argcount, two.co_kwonlyargcount)

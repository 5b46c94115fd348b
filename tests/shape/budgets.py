"""Budgets: how long files and functions may be, and how many positional parameters a function may take."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.shape.tree import Function, Source, functions


@dataclass(frozen=True, slots=True)
class Budget:
    """Lines: of the middle one, of 95 in a hundred, of any."""

    median: int
    p95: int
    most: int


@dataclass(frozen=True, slots=True)
class Long:
    """Something and its length in lines."""

    where: str
    lines: int

    def __str__(self) -> str:
        return f"{self.where}: {self.lines} lines"


FILE = Budget(150, 350, 500)
FUNCTION = Budget(9, 40, 60)
POSITIONAL = 4


def file_lengths(sources: Sequence[Source]) -> list[Long]:
    """Every module that says more than its docstring: empty ones would only flatter the median."""
    return [Long(s.path, len(s.text.splitlines())) for s in sources if len(s.tree.body) > 1]


def function_lengths(sources: Sequence[Source]) -> list[Long]:
    """Every function from its `def` to its last line, docstring included, decorators not."""
    return [
        Long(f"{s.path}:{f.lineno} {f.name}", (f.end_lineno or f.lineno) - f.lineno + 1) for s in sources for f in functions(s)
    ]


def overruns(what: str, measured: Sequence[Long], budget: Budget) -> list[str]:
    """Each one that is too long, and the whole when its middle or its tail is."""
    by_length = sorted(measured, key=lambda one: one.lines)
    problems = [f"{one}, at most {budget.most}" for one in by_length if one.lines > budget.most]
    if not by_length:
        return problems
    tail = by_length[math.ceil(len(by_length) * 0.95) - 1].lines
    middle = median(one.lines for one in by_length)
    if middle > budget.median:
        problems.append(f"the median {what} has {middle:g} lines, at most {budget.median}")
    if tail > budget.p95:
        longest = "".join(f"\n    {one}" for one in reversed(by_length) if one.lines > budget.p95)
        problems.append(f"95 of 100 {what}s have up to {tail} lines, at most {budget.p95}; those beyond:{longest}")
    return problems


def crowded(source: Source) -> list[str]:
    """Functions that take too many parameters by position; what is named (`*, now`) does not count, nor `self`."""
    return [
        source.at(f, f"{f.name} takes {n} positional parameters, at most {POSITIONAL}; name the others after a `*`")
        for f in functions(source)
        if (n := _positional(f)) > POSITIONAL
    ]


def _positional(function: Function) -> int:
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))

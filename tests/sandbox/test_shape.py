"""What the sandbox is made of: no app of ours, no clock of its own, small files and functions."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

import bot.sandbox

ROOT = Path(bot.sandbox.__file__).parent
FILES = sorted(ROOT.glob("*.py"))
ALLOWED = {"starlette", "httpx", "msgspec", "uvicorn"}
CLOCKS = {"now", "utcnow", "today", "time", "sleep", "monotonic"}


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_it_imports_nothing_of_the_app_it_is_used_with(file: Path) -> None:
    for name in _imported(file):
        top = name.partition(".")[0]
        assert name.startswith("bot.sandbox") or top in sys.stdlib_module_names | ALLOWED, name


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_it_reads_no_clock(file: Path) -> None:
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            owner = ast.unparse(node.func.value)
            assert owner not in ("datetime", "date", "time", "asyncio"), ast.unparse(node)


def _functions() -> list[int]:
    nodes = (node for file in FILES for node in ast.walk(_tree(file)))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [(node.end_lineno or 0) - node.lineno + 1 for node in nodes if isinstance(node, kinds)]


def test_files_and_functions_are_small() -> None:
    lines = [len(file.read_text().splitlines()) for file in FILES]
    assert median(lines) <= 150 and quantiles(lines, n=20)[-1] <= 350 and max(lines) <= 500
    sizes = _functions()
    assert median(sizes) <= 9 and quantiles(sizes, n=20)[-1] <= 40 and max(sizes) <= 60


def test_functions_take_few_things_by_position() -> None:
    for file in FILES:
        for node in ast.walk(_tree(file)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args) if arg.arg not in ("self", "cls")]
                assert len(names) <= 4, f"{file.name}: {node.name}"

"""What may not be written, and where. Each ban is a function of one source: the places that break it, with what to do instead."""

import ast
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.shape.tree import Source, functions, imported, spelled

CLOCKS = {"datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"}
CLOCKS |= {"time.time", "time.time_ns"}
VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers"}
EMPTY = ("", None)


def clock_reads(source: Source) -> list[str]:
    """Reads of the clock, and references through which it could be read."""
    if source.path == "bot/clock.py":
        return []
    spared = set(_wall_defaults(source)) if source.path.startswith("bot/sandbox/") else set()
    return [
        source.at(node, f"{name} outside bot/clock.py; take `now` as an argument")
        for node, name in spelled(source)
        if name in CLOCKS and node not in spared
    ]


def _wall_defaults(source: Source) -> Iterator[ast.expr]:
    """The sandbox's `wall=time.time`: signatures need the real time, because apps compare it with theirs."""
    for function in functions(source):
        args = function.args
        with_default = zip(reversed(args.posonlyargs + args.args), reversed(args.defaults), strict=False)
        named = zip(args.kwonlyargs, args.kw_defaults, strict=True)
        yield from (default for arg, default in (*with_default, *named) if arg.arg == "wall" and default is not None)


def mocks(source: Source) -> list[str]:
    """Mock libraries, and patches of what others own."""
    found = [
        source.at(node, f"{name}: no mocks; use a fake of the port, or the real one behind its seam")
        for node, name in imported(source)
        if name.startswith(("unittest.mock", "mock.", "pytest_mock")) or name == "mock"
    ]
    found += [
        source.at(node, "setattr patches what others own; give the thing as an argument")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == "setattr"
    ]
    args = (a for f in functions(source) for a in f.args.args + f.args.kwonlyargs)
    return found + [source.at(arg, "mocker: no mocks") for arg in args if arg.arg == "mocker"]


def sleeps(source: Source) -> list[str]:
    """Waits for time to pass; a test waits for the thing itself, or sets the clock."""
    return [source.at(node, "time.sleep: wait for what should happen") for node, name in spelled(source) if name == "time.sleep"]


def inner_imports(source: Source) -> list[str]:
    """Imports inside a function: they hide a floor that is climbed."""
    return [
        source.at(node, f"import inside {function.name}; put it at the head of the module")
        for function in functions(source)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def foreign_imports(source: Source) -> list[str]:
    """Imports beyond the standard library and workflows itself."""
    at_home = sys.stdlib_module_names | {"workflows"}
    return [
        source.at(node, f"{name}: workflows/ imports the standard library and workflows only")
        for node, name in imported(source)
        if name.partition(".")[0] not in at_home
    ]


def stray_rows(source: Source) -> list[str]:
    """SQLModel outside the store: rows never leave it."""
    if source.path.startswith("bot/store/"):
        return []
    return [
        source.at(node, f"{name}: SQLModel is imported in bot/store only")
        for node, name in imported(source)
        if name.partition(".")[0] == "sqlmodel"
    ]


def vague_names(source: Source) -> list[str]:
    """Modules named after no thing."""
    bad = VAGUE.intersection(PurePosixPath(source.path).with_suffix("").parts)
    return [f"{source.path}:1: {name!r} says nothing; name it after what it is about" for name in sorted(bad)]


def silent_modules(source: Source) -> list[str]:
    """Modules that do not say what is in them; an empty file has nothing to say."""
    if not source.tree.body or ast.get_docstring(source.tree):
        return []
    return [f"{source.path}:1: no module docstring; say what is here and what is not"]


def bare_skips(source: Source) -> list[str]:
    """Tests that are left out without saying why."""
    calls = {node.func: node for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
    return [
        source.at(node, f"{name} without a reason")
        for node, name in spelled(source)
        if name in {"pytest.skip", "pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"}
        and not _reasoned(name, calls.get(node))
    ]


def _reasoned(name: str, call: ast.Call | None) -> bool:
    if call is None:
        return False
    first = call.args[:1] if name in {"pytest.skip", "pytest.mark.skip"} else []
    reasons = [k.value for k in call.keywords if k.arg == "reason"] + first
    return any(not (isinstance(reason, ast.Constant) and reason.value in EMPTY) for reason in reasons)

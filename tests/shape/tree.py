"""The repository as the shape tests see it: its files, its Python sources, and what a name in them stands for."""

import ast
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file: its path from the root, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parse(self.text, self.path)

    def at(self, node: ast.expr | ast.stmt | ast.arg, problem: str) -> str:
        """A problem and where it is."""
        return f"{self.path}:{node.lineno}: {problem}"


@cache
def _parse(text: str, path: str) -> ast.Module:
    return ast.parse(text, path)


@cache
def files() -> tuple[str, ...]:
    """Every file that git tracks or would track: a new file must fit before it is added, too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    return tuple(sorted(p for p in set(listed.stdout.decode().split("\0")) if p and (ROOT / p).is_file()))


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """The Python files of these folders, of the whole repository when none is named."""
    under = tuple(f"{folder}/" for folder in folders)
    chosen = (p for p in files() if p.endswith(".py") and (not under or p.startswith(under)))
    return tuple(Source(p, (ROOT / p).read_text("utf-8")) for p in chosen)


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: Source) -> Iterator[Function]:
    """Every function and method, nested ones too."""
    return (node for node in ast.walk(source.tree) if isinstance(node, Function))


def imported(source: Source) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Every absolute import: the statement and the full name of what it brings in."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def meanings(source: Source) -> Mapping[str, str]:
    """What an imported name stands for: `from datetime import datetime as dt` makes "dt" mean "datetime.datetime"."""
    known: dict[str, str] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            known |= {a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            known |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return known


def dotted(node: ast.AST, known: Mapping[str, str]) -> str:
    """The full name that an expression spells, "" when it is no plain name."""
    match node:
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Attribute(value=value, attr=attr):
            before = dotted(value, known)
            return f"{before}.{attr}" if before else ""
        case _:
            return ""


def spelled(source: Source) -> Iterator[tuple[ast.Name | ast.Attribute, str]]:
    """Every name and dotted name, with what it means."""
    known = meanings(source)
    return ((node, dotted(node, known)) for node in ast.walk(source.tree) if isinstance(node, ast.Name | ast.Attribute))

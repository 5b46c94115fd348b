"""The `quotas` section of an app.yaml with other limits, as text to paste: everything else in it stays as it was written.

The section is written once with marks where limits belong; then each mark's line gets its limit, and its comments above it.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from bot.config.problems import tame
from workflows.quotas import Quota

MARK = re.compile(r"(?P<quote>['\"]?)LIMIT-(?P<number>[0-9]+)-LIMIT(?P=quote)")
ALONE = re.compile(rf"\s*limit: {MARK.pattern}( +#.*)?")  # in a line of its own it needs no quotes
WIDEST = 400  # characters of a comment


@dataclass(frozen=True, slots=True)
class Entry:
    """A limit, as app.yaml writes it ("$10,000 a month"), and what to say above it."""

    limit: str
    comments: Sequence[str] = ()


def section(raw: bytes, quotas: Sequence[Quota], entries: Mapping[str, Entry], fresh: Mapping[str, Entry]) -> str:
    """The section. `quotas` are what is read from `raw`, in its order; `entries` are by key, `fresh` by scopes that are new."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    tree = yaml.load(raw)["quotas"]
    tree.fa.set_block_style()
    marks = [entries[quota.key] for quota in _in_file(quotas)] + list(fresh.values())
    number = iter(range(len(marks)))
    seen: set[int] = set()
    for scope in list(tree):
        if id(tree[scope]) in seen:  # an alias repeats it
            tree[scope] = deepcopy(tree[scope])
        seen.add(id(tree[scope]))
        for place in _places(tree[scope]):
            place["limit"] = _mark(next(number))
    for scope in fresh:
        tree.insert(_after(scope, tree), scope, CommentedMap({"limit": _mark(next(number))}))
    text = io.StringIO()
    yaml.dump({"quotas": tree}, text)
    return "\n".join(_filled(text.getvalue(), marks, len(marks) - len(fresh))) + "\n"


def pasted(raw: bytes, part: str) -> bytes:
    """A file with this in place of its section of quotas."""
    kept, inside = list[str](), False
    for line in raw.decode("utf-8-sig").splitlines(keepends=True):
        if line[:1] not in (" ", "#", "\n", "\r", "-"):
            inside = line.startswith("quotas:")
        if not inside:
            kept.append(line)
    return f"{''.join(kept).rstrip()}\n\n{part}".encode()


def _in_file(quotas: Sequence[Quota]) -> list[Quota]:
    """By scope, since a scope's quotas stand together."""
    scopes = dict.fromkeys(quota.scope for quota in quotas)
    return [quota for scope in scopes for quota in quotas if quota.scope == scope]


def _places(node: Any) -> list[Any]:
    also = node.get("also", [])
    return [node, *(also if isinstance(also, list) else [also])]


def _after(scope: str, tree: Any) -> int:
    """Where a new scope stands: after its nearest relatives."""
    parts = scope.split("/")
    for n in range(len(parts) - 1, 0, -1):
        above = "/".join(parts[:n])
        near = [place for place, key in enumerate(tree) if f"{key}/".startswith(f"{above}/")]
        if near:
            return near[-1] + 1
    return len(tree)


def _mark(number: int) -> str:
    return f"LIMIT-{number}-LIMIT"


def _filled(text: str, marks: Sequence[Entry], known: int) -> Iterable[str]:
    """The lines with their limits; marks from `known` on are new, and set apart where the file sets its own apart."""
    lines = text.rstrip().splitlines()
    while lines and lines[-1].lstrip().startswith("#"):  # what stood above the section that followed
        lines = "\n".join(lines[:-1]).rstrip().splitlines()
    apart = "" in lines
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        here = [int(found["number"]) for found in MARK.finditer(line)]
        indent = line[: len(line) - len(line.lstrip())]
        yield from (f"{indent}# {tame(said, WIDEST)}" for number in here for said in marks[number].comments)
        yield MARK.sub(partial(_limit, marks, ALONE.fullmatch(line) is None), line)
        if apart and following and any(number >= known for number in here):
            yield ""


def _limit(marks: Sequence[Entry], quoted: bool, found: re.Match[str]) -> str:
    limit = marks[int(found["number"])].limit
    return f'"{limit}"' if quoted else limit

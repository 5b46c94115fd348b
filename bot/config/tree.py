"""The tree of a YAML 1.2 file: mappings, lists and texts with their lines, and nothing guessed.

Every scalar stays the text that was written, so `no`, `09:00` and `1.10` mean what they say and no float is ever born. Not
here: what the texts mean.
"""

import re
import warnings
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.config.problems import Problem

LARGEST = 1_000_000  # bytes: a hundred times the longest policy we could think of, and still read in seconds
DEEPEST = 20  # the schema needs six
MOST = 50_000  # values once aliases are followed: an alias bomb stops here, before it is read
NULLS = ("", "~", "null", "Null", "NULL")
PLAIN = "tag:yaml.org,2002:"
TAGS = {PLAIN + name for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge", "value")}
HEAD_OF_AMOUNT = re.compile(r"\$?\d{1,3}(,\d{3})*")
REST_OF_AMOUNT = re.compile(r"\d{3}(\D.*)?")


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as it was written; `text` is "" when the value is left out."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple["Tree", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping, each key once."""

    entries: tuple[tuple[Text, "Tree"], ...]
    line: int


Tree = Text | Items | Entries


class _TooMuchError(Exception):
    """The file is not worth reading on."""


def parse(raw: bytes) -> tuple[Tree | None, list[Problem]]:
    """The tree of a file and what was wrong in it; None when nothing can be read."""
    try:
        node = _compose(raw)
        if node is None:
            return None, [Problem("", "", "the file is empty")]
        growing = _Growing([])
        return growing.tree(node, ""), growing.problems
    except _TooMuchError as error:
        return None, [Problem("", "", str(error))]
    except (ValueError, YAMLError) as error:
        return None, [_syntax(error)]


def _compose(raw: bytes) -> Node | None:
    if len(raw) > LARGEST:
        raise _TooMuchError("larger than 1 MB: this is not a policy")
    text = raw.decode("utf-8-sig")
    _measure(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ruamel warns of an anchor that is set twice, which is allowed
        node = YAML(typ="safe", pure=True).compose(text)
    return node if isinstance(node, Node) else None


def _measure(text: str) -> None:
    """Stops at a file that is too deep or too long before a tree is made of it: that takes seconds a megabyte."""
    depth = 0
    for seen, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise _TooMuchError("nested too deeply")
        if seen > MOST:
            raise _TooMuchError(f"more than {MOST:,} values")


def _syntax(error: Exception) -> Problem:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        message = f"not YAML at column {mark.column + 1}: {error.problem or error.context}"
        return Problem("", "", message, _hint(str(error.problem)), mark.line + 1)
    if isinstance(error, UnicodeDecodeError):
        return Problem("", "", f"not UTF-8 at byte {error.start}")
    return Problem("", "", "not YAML: there is a character that no text file has")


def _hint(problem: str) -> str:
    if "character '@'" in problem:
        return 'write it in quotes: "@ada"'
    if "undefined alias" in problem:
        return 'a * at the start needs quotes: "*-preview"'
    if "character '\\t'" in problem:
        return "indent with spaces"
    return ""


class _Growing:
    """Nodes become a tree; a node that aliases share becomes one value, shared as well."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self._done: dict[int, tuple[Tree, int]] = {}
        self._open: list[int] = []

    def tree(self, node: Node, path: str) -> Tree:
        return self._sized(node, path)[0]

    def _sized(self, node: Node, path: str) -> tuple[Tree, int]:
        if id(node) in self._done:
            return self._done[id(node)]
        if id(node) in self._open:
            raise _TooMuchError("an alias contains itself")
        self._open.append(id(node))
        grown = self._grow(node, path)
        self._open.pop()
        if grown[1] > MOST:
            raise _TooMuchError(f"more than {MOST:,} values once aliases are followed")
        self._done[id(node)] = grown
        return grown

    def _grow(self, node: Node, path: str) -> tuple[Tree, int]:
        line = node.start_mark.line + 1
        if str(node.tag) not in TAGS:
            self.problems.append(Problem(path, str(node.tag), "tags are not allowed here", line=line))
        if isinstance(node, SequenceNode):
            sized = [self._sized(child, f"{path}[{n}]") for n, child in enumerate(self._mended_list(node, path))]
            return Items(tuple(tree for tree, _ in sized), line), 1 + sum(size for _, size in sized)
        if isinstance(node, MappingNode):
            return self._mapping(node, path, line)
        return _text(node, line), 1

    def _mapping(self, node: MappingNode, path: str, line: int) -> tuple[Tree, int]:
        entries: dict[str, tuple[Text, Tree]] = {}
        size = 1
        for key, child in self._mended(node, path):
            at = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                self.problems.append(Problem(path, "", "a key must be a text", line=at))
                continue
            here = f"{path}.{key.value}" if path else str(key.value)
            if key.value in entries:
                message = f"given twice; the first is on line {entries[key.value][0].line}"
                self.problems.append(Problem(here, "", message, line=at))
                continue
            tree, grown = self._sized(child, here)
            if tree == Text("", tree.line):
                tree = Text("", at)  # the mark of a value that is left out is wherever the next token stands
            entries[key.value] = Text(str(key.value), at), tree
            size += grown + 1
        return Entries(tuple(entries.values()), line), size

    def _mended_list(self, node: SequenceNode, path: str) -> list[Node]:
        """The items, with "[70 %, $9,500]" put together again as well."""
        items: list[Node] = []
        for child in node.value:
            before = items[-1] if node.flow_style and items else None
            if before is None or not _continues_list(child, before):
                items.append(child)
                continue
            whole = f"{before.value},{child.value}"
            self._comma(f"{path}[{len(items) - 1}]", str(before.value), whole, before.start_mark.line + 1)
            items[-1] = ScalarNode(before.tag, whole, before.start_mark, before.end_mark)
        return items

    def _comma(self, path: str, piece: str, whole: str, line: int) -> None:
        inside = "[ ]" if path.endswith("]") else "{ }"
        self.problems.append(Problem(path, piece, f"inside {inside} a comma ends the value", f'write "{whole}" in quotes', line))

    def _mended(self, node: MappingNode, path: str) -> list[tuple[Node, Node]]:
        """The pairs, with "{limit: $250,000 a month}" put together again: YAML reads the comma as the end of the value."""
        pairs: list[tuple[Node, Node]] = []
        broken: dict[int, str] = {}
        for key, child in node.value:
            if node.flow_style and pairs and _continues(key, child, pairs[-1][1]):
                before, value = pairs[-1]
                broken.setdefault(len(pairs) - 1, str(value.value))
                pairs[-1] = before, ScalarNode(value.tag, f"{value.value},{key.value}", value.start_mark, value.end_mark)
            else:
                pairs.append((key, child))
        for n, piece in broken.items():
            key, child = pairs[n]
            self._comma(f"{path}.{key.value}", piece, str(child.value), key.start_mark.line + 1)
        return pairs


def _continues(key: Node, child: Node, before: Node) -> bool:
    return (
        isinstance(key, ScalarNode)
        and isinstance(before, ScalarNode)
        and before.style is None
        and str(before.value)[-1:].isdigit()
        and REST_OF_AMOUNT.fullmatch(str(key.value)) is not None
        and isinstance(child, ScalarNode)
        and child.value == ""
    )


def _continues_list(item: Node, before: Node) -> bool:
    plain = all(isinstance(node, ScalarNode) and node.style is None for node in (item, before))
    return plain and bool(HEAD_OF_AMOUNT.fullmatch(str(before.value)) and REST_OF_AMOUNT.fullmatch(str(item.value)))


def _text(node: Node, line: int) -> Text:
    missing = getattr(node, "style", None) is None and node.value in NULLS
    return Text("" if missing else str(node.value), line)

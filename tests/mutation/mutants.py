"""Mutants of a module: each is the module with one small thing wrong.

Not touched: annotations, decorators, imports, docstrings, the words of a `raise`, aliases of types, and `assert_never`, of which
mypy proves that it is not reached.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

Swap = tuple[str, ast.AST | None]  # what is wrong, and what stands there instead; None is nothing

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMED = {"min": "max", "max": "min", "any": "all", "all": "any"}
REMOVED = ast.Expr | ast.AugAssign | ast.Raise | ast.Continue | ast.Break | ast.Delete
LEFT = {"annotation", "returns", "decorator_list", "type_params", "bases", "pattern"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong module. `name` says what is wrong and where, whatever line it stands in; no two of a module have the same."""

    name: str
    line: int
    code: CodeType


def mutants(text: str, path: str = "module.py") -> Iterator[Mutant]:
    """Every mutant of a source, in the order of the source."""
    tree, seen = ast.parse(text), Counter[str]()
    for place in list(_places(tree, "", ())):
        before = ast.unparse(place.node)
        for wrong, other in _swaps(place):
            place.put(other)
            name = f"{place.within}: {wrong}: {' '.join(before.split())[:90]}"
            seen[name] += 1
            number = f" ({seen[name]})" if seen[name] > 1 else ""
            yield Mutant(name + number, place.line, compile(ast.fix_missing_locations(tree), path, "exec"))
            place.put(place.node)


@dataclass(frozen=True, slots=True)
class _Place:
    """A node, and where it hangs: in a field of its parent, alone or at an index. `bound` are names known before it."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    within: str
    bound: frozenset[str]

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", getattr(self.parent, "lineno", 0))

    def put(self, node: ast.AST | None) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
            return
        items = getattr(self.parent, self.field)
        items[self.index] = node


def _places(node: ast.AST, within: str, bound: tuple[str, ...]) -> Iterator[_Place]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        within = f"{within}.{node.name}" if within else node.name
    if isinstance(node, ast.FunctionDef):
        bound = (*bound, *(arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)))
    for field, value in ast.iter_fields(node):
        if field in LEFT:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _left_alone(child, field, within):
                continue
            yield _Place(child, node, field, index, within or "module", frozenset(bound))
            yield from _places(child, within, bound)
            if isinstance(child, ast.Assign):
                bound = (*bound, *(name.id for name in child.targets if isinstance(name, ast.Name)))


def _left_alone(node: ast.AST, field: str, within: str) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="assert_never"))):
            return True
        case ast.Assign(value=ast.BinOp(op=ast.BitOr()) | ast.Subscript() | ast.Call(func=ast.Name(id="TypeVar"))) if not within:
            return True
        case ast.Call():
            return field == "exc"
        case ast.expr():
            return field == "targets" or (field in ("target", "name") and not isinstance(node, ast.Call))
    return False


def _swaps(place: _Place) -> Iterator[Swap]:
    node = place.node
    if isinstance(node, ast.stmt):
        yield from _statements(node, place.bound)
    elif isinstance(node, ast.Constant):
        yield from _constants(node, place)
    elif isinstance(node, ast.expr):
        yield from _choices(node)
        yield from _counts(node)
        yield from _shorter(node)
    elif isinstance(node, ast.comprehension):
        for n, condition in enumerate(node.ifs):
            yield f"without if {ast.unparse(condition)}", _with(node, ifs=_without(node.ifs, n))
    elif isinstance(node, ast.match_case) and node.guard is not None:
        yield "without its guard", _with(node, guard=None)


def _statements(node: ast.stmt, bound: frozenset[str]) -> Iterator[Swap]:
    match node:
        case ast.If() | ast.While():
            yield "never", _with(node, test=ast.Constant(False))
            if isinstance(node, ast.If):
                yield "always", _with(node, test=ast.Constant(True))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant) or value.value is not None:
            yield "returns None", ast.Return(ast.Constant(None))
        case ast.Assign(targets=[target]) if not isinstance(target, ast.Name) or target.id in bound:
            yield "removed", ast.Pass()
        case _ if isinstance(node, REMOVED):
            yield "removed", ast.Pass()


def _constants(node: ast.Constant, place: _Place) -> Iterator[Swap]:
    match node.value:
        case bool():
            yield str(not node.value), ast.Constant(not node.value)
        case int() if not isinstance(place.parent, ast.UnaryOp):
            yield str(node.value + 1), ast.Constant(node.value + 1)
        case str():
            yield repr(f"{node.value}?"), ast.Constant(f"{node.value}?")


def _choices(node: ast.expr) -> Iterator[Swap]:
    match node:
        case ast.Compare():
            for n, op in enumerate(node.ops):
                for other in COMPARED[type(op)]:
                    yield other.__name__, _with(node, ops=[*node.ops[:n], other(), *node.ops[n + 1 :]])
        case ast.BoolOp():
            other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield type(other_op).__name__, _with(node, op=other_op)
            for n, value in enumerate(node.values):
                left = _without(node.values, n)
                yield f"without {ast.unparse(value)}", _with(node, values=left) if len(left) > 1 else left[0]
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield f"without {type(node.op).__name__}", node.operand
        case ast.IfExp():
            yield "always", node.body
            yield "never", node.orelse


def _counts(node: ast.expr) -> Iterator[Swap]:
    match node:
        case ast.BinOp() if type(node.op) in COUNTED:
            other = COUNTED[type(node.op)]
            yield other.__name__, _with(node, op=other())
        case ast.Call(func=ast.Name(id=name)) if name in NAMED:
            yield NAMED[name], _with(node, func=ast.Name(NAMED[name], ast.Load()))


def _shorter(node: ast.expr) -> Iterator[Swap]:
    """An argument, an element or an entry less."""
    match node:
        case ast.Call():
            for n, keyword in enumerate(node.keywords):
                yield f"without {ast.unparse(keyword)}", _with(node, keywords=_without(node.keywords, n))
            if len(node.args) > 1:
                yield f"without {ast.unparse(node.args[-1])}", _with(node, args=node.args[:-1])
        case ast.Set() | ast.List() | ast.Tuple(ctx=ast.Load()):
            for n, element in enumerate(node.elts):
                left = _without(node.elts, n)
                less = _with(node, elts=left) if left or not isinstance(node, ast.Set) else ast.Tuple([], ast.Load())
                yield f"without {ast.unparse(element)}", less
        case ast.Dict():
            for n, key in enumerate(node.keys):
                shown = ast.unparse(key) if key else f"**{ast.unparse(node.values[n])}"
                yield f"without {shown}", ast.Dict(_without(node.keys, n), _without(node.values, n))


def _without(items: list[Any], index: int) -> list[Any]:
    return [item for n, item in enumerate(items) if n != index]


def _with(node: ast.AST, **changed: object) -> ast.AST:
    """A node like this one, but for these fields."""
    made = type(node)(**dict(ast.iter_fields(node)) | changed)
    return ast.copy_location(made, node)

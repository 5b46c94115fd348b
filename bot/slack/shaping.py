"""Shaping: the small pieces that a template is compiled to. Each takes the values and yields what stands in its place."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import Environment, Undefined

Values = dict[str, Any]
Part = Callable[[Values], Iterator[Any]]  # nothing, one thing, or several in a list
Read = Callable[[Values], Any]


def reader(env: Environment, source: str) -> Read:
    expression = env.compile_expression(source.strip(), undefined_to_none=False)

    def read(values: Values) -> Any:
        found = expression(values)
        return str(found) if isinstance(found, Undefined) else found  # str() of an undefined name raises, and says which

    return read


def value(read: Read, finalize: Callable[..., Any]) -> Part:
    def part(values: Values) -> Iterator[Any]:
        found = read(values)
        if found is not None:
            yield found if type(found) in (bool, int) else finalize(found)

    return part


def text(render: Callable[[Values], str], *, trim: bool) -> Part:
    """A leaf of text. A space that was written at its edge belongs to it; what tags leave there does not: `trim`."""
    return lambda values: iter((render(values).strip() if trim else render(values),))


def chosen(holds: Read, part: Part) -> Part:
    return lambda values: part(values) if holds(values) else iter(())


def named(names: Mapping[str, Read], part: Part) -> Part:
    def shaped(values: Values) -> Iterator[Any]:
        inside = dict(values)
        for name, read in names.items():
            inside[name] = read(inside)
        return part(inside)

    return shaped


def each(name: str, many: Read, part: Part) -> Part:
    return lambda values: (one for item in many(values) for one in part({**values, name: item}))


def spread(made: Iterator[Any]) -> Iterator[Any]:
    for one in made:
        yield from one if isinstance(one, list) else (one,)

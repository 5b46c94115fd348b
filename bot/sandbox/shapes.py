"""Small checks that compose: a function of a value and its JSON pointer that yields what is wrong in Slack's words.

What the shapes of Block Kit are is said in `blocks`; here is only how to say it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Fault = tuple[str, str]
Check = Callable[[Any, str], Iterator[Fault]]


def anything(_: Any, __: str) -> Iterator[Fault]:
    return iter(())


def string(most: int, least: int = 1) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield "must be a string", at
        elif len(value) > most:
            yield f"must be less than {most + 1} characters", at
        elif len(value) < least:
            yield f"must be more than {least - 1} characters", at

    return check


def boolean(value: Any, at: str) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield "must be a boolean", at


def number(value: Any, at: str) -> Iterator[Fault]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield "must be a number", at


def integer(least: int, most: int) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield "must be an integer", at
        elif not least <= value <= most:
            yield f"must be between {least} and {most}", at

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if value not in allowed:
            yield f"must be one of: {', '.join(allowed)}", at

    return check


def items(most: int, each: Check, least: int = 1) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield "must be an array", at
            return
        if len(value) > most:
            yield f"no more than {most} items allowed", at
        if len(value) < least:
            yield f"no fewer than {least} items allowed", at
        for index, item in enumerate(value):
            yield from each(item, f"{at}/{index}")

    return check


def fields(need: Mapping[str, Check], may: Mapping[str, Check] | None = None) -> Check:
    """An object with all of `need`, any of `may` and nothing else."""
    known = {**need, **(may or {})}

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield "must provide an object", at
            return
        yield from ((f"missing required field: {name}", at) for name in need if value.get(name) is None)
        yield from ((f"invalid additional property: {name}", at) for name in value if name not in known)
        for name, inside in known.items():
            if value.get(name) is not None:
                yield from inside(value[name], f"{at}/{name}")

    return check


def kinds(table: Mapping[str, Check]) -> Check:
    """An object whose `type` picks its shape."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield "must provide an object", at
        elif not isinstance(value.get("type"), str):
            yield "missing required field: type", at
        elif value["type"] not in table:
            yield f"unsupported type: {value['type']}", f"{at}/type"
        else:
            yield from table[value["type"]](value, at)

    return check


def then(*checks: Check) -> Check:
    """Each check in turn until one finds something: the later ones may trust what the earlier saw."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        for one in checks:
            found = list(one(value, at))
            yield from found
            if found:
                return

    return check


def either(*names: str) -> Check:
    """At least one of the named fields is there."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if all(value.get(name) is None for name in names):
            yield f"missing required field: {' or '.join(names)}", at

    return check


def said(faults: Iterator[Fault]) -> list[str]:
    return [f"{message} [json-pointer:{at}]" for message, at in faults]

"""Rendering: the words of `templates/slack`, filled with values, as the JSON that Slack takes.

A template is YAML: its structure is read once, before any value is known, so nothing a person typed can change it. Jinja fills
the leaves. In a mapping, keys that begin with `$` hold Jinja *expressions* (no braces) and shape it, in this order:

    $for: x in xs       once for each; in a list these are items, elsewhere the last one stands
    $set: {a: xs[0]}    names for what follows inside
    $if: a > 1          or it is left out; a key whose value is left out is left out, too
    $do: [...]          these items in its place
    $use: part.yaml     that template in its place, which sees only what `$with: {name: expression}` gives

A leaf that is one expression and gives a number or a boolean stays one; None leaves it out. Everything else is text. What Slack
parses (`text` beside `type: mrkdwn`, or beside no type: a message's own) is escaped; all other text is literal; see `marks`.

`phrases.j2` holds what several templates say: `say.spent(...)` is its macro; `ops.j2` what is said of stores and to operators:
`ops.stuck(...)`. `words.j2` has one macro for each reason to refuse: `why(refused, zone)`.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.slack import filters, marks
from bot.slack.shaping import Part, chosen, each, named, reader, spread, text, value
from workflows.limits import HERE
from workflows.refusals import Refused
from workflows.requests import State

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "slack"

_BREAKS = re.compile(r"[ \n]+")  # and no other space: one that must not break stays
_ONE_EXPRESSION = re.compile(r"\{\{((?:(?!\}\}|\{\{).)*)\}\}", re.DOTALL)


class Renderer:
    """Every template of a folder, compiled. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._parsed = _environment(folder, marks.mrkdwn, filters.FILTERS, marks.Safe)
        self._literal = _environment(folder, marks.literal, filters.LITERAL_FILTERS, str)
        self._templates = {path.name: self._part(_tree(path), "") for path in folder.glob("*.yaml")}

    def render(self, name: str, **context: Any) -> dict[str, Any]:
        """A message `{text, blocks}` or a view."""
        (made,) = self._templates[name](context)
        return dict(made)

    def sentence(self, refused: Refused, zone: str, *, plain: bool = False) -> str:
        """Why something was refused: for a message, or `plain` for an error beside a field, where Slack parses nothing."""
        return str((self._literal if plain else self._parsed).globals["why"](refused, zone))  # type: ignore[operator]

    def ops(self, phrase: str, *facts: object) -> str:
        """What `ops.j2` says of something, as plain text: for the command line and the API."""
        return str(getattr(self._literal.globals["ops"], phrase)(*facts))

    def _part(self, node: Any, kind: str) -> Part:
        """Compiles a node; `kind` is the `type` beside it when it is a mapping's `text`."""
        if isinstance(node, dict):
            return self._shaped(node)
        if isinstance(node, list):
            parts = [self._part(item, "item") for item in node]
            return lambda values: iter([[one for part in parts for one in part(values)]])
        if isinstance(node, str) and "{" in node:
            return self._leaf(node, self._parsed if kind == "mrkdwn" else self._literal)
        return lambda _: iter((node,))

    def _leaf(self, source: str, env: Environment) -> Part:
        if found := _ONE_EXPRESSION.fullmatch(source):
            return value(reader(env, found[1]), env.finalize or str)
        return text(env.from_string(source).render, trim=source == source.strip())

    def _shaped(self, node: Mapping[str, Any]) -> Part:
        part = self._body(node)
        if "$if" in node:
            part = chosen(reader(self._literal, str(node["$if"])), part)
        if "$set" in node:
            part = named({name: reader(self._literal, str(source)) for name, source in node["$set"].items()}, part)
        if "$for" in node:
            one, _, many = node["$for"].partition(" in ")
            part = each(one.strip(), reader(self._literal, many), part)
        return part

    def _body(self, node: Mapping[str, Any]) -> Part:
        if "$do" in node:
            parts = [self._part(item, "item") for item in node["$do"]]
            return lambda values: (one for part in parts for one in part(values))
        if "$use" in node:
            given = {name: reader(self._literal, str(source)) for name, source in node.get("$with", {}).items()}
            return lambda values: spread(self._templates[node["$use"]]({name: read(values) for name, read in given.items()}))
        kind = node.get("type", "mrkdwn")
        pairs = [(key, self._part(value, kind if key == "text" else key)) for key, value in node.items() if key[0] != "$"]
        return lambda values: iter(({key: made[-1] for key, part in pairs if (made := list(part(values)))},))


def _tree(path: Path) -> Any:
    with path.open("rb") as file:  # a file, so that a mistake is reported with its name and line
        return yaml.safe_load(file)


def _environment(folder: Path, finalize: Callable[[object], str], known: Mapping[str, Any], made: type[str]) -> Environment:
    """Jinja for one context. A macro's result was escaped when it was made: `made` says so."""
    env = Environment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters.update(known)
    phrases, words, ops = (_Voice(env, file, made) for file in ("phrases.j2", "words.j2", "ops.j2"))
    env.globals.update(say=phrases, ops=ops, why=lambda refused, zone: getattr(words, refused.why)(refused.facts, zone))
    env.globals.update(mentions=made is marks.Safe, State=State, HERE=HERE)
    return env


class _Voice:
    """The macros of a file, called by name from any template."""

    def __init__(self, env: Environment, file: str, made: type[str]) -> None:
        self._macros = env.get_template(file)
        self._made = made

    def __getattr__(self, name: str) -> Callable[..., str]:
        macro = getattr(self._macros.module, name)
        return lambda *args, **named: self._made(_BREAKS.sub(" ", macro(*args, **named)).strip(" "))

"""What the documents say of the code is generated from it, and up to date."""

import ast
import inspect
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import bot.config
from bot.config import Draft, lines, read_bytes
from docs import generate


@pytest.mark.parametrize("path", generate.documents(), ids=lambda path: path.name)
def test_the_generated_parts_are_up_to_date(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text == generate.filled(text), f"{path.name} is out of date: run `make docs`"


def test_every_part_stands_in_some_document() -> None:
    told = "".join(path.read_text("utf-8") for path in generate.documents())
    assert {found["name"] for found in generate.MARKED.finditer(told)} == set(generate.PARTS)


def test_every_marker_is_closed() -> None:
    for path in generate.documents():
        text = path.read_text("utf-8")
        assert len(re.findall("<!-- generated: ", text)) == len(generate.MARKED.findall(text)), path.name


def test_an_old_part_is_replaced_and_the_rest_left_alone() -> None:
    text = "Before.\n<!-- generated: requests -->\nold\n<!-- end -->\nAfter.\n"
    assert generate.filled(text) == f"Before.\n<!-- generated: requests -->\n{generate.request_states()}\n<!-- end -->\nAfter.\n"


def test_a_marker_that_nobody_generates_is_an_error() -> None:
    with pytest.raises(KeyError, match="weather"):
        generate.filled("<!-- generated: weather -->\n<!-- end -->")


def test_an_override_ends_by_itself_in_the_diagram() -> None:
    assert "    active --> ending : its end\n" in generate.override_states()
    assert "    ended --> [*]\n" in generate.override_states()


POLICY = (generate.ROOT / "docs/policy.md").read_text("utf-8")


def keys(module: ModuleType) -> set[str]:
    """Every key that a module of `bot.config` takes from app.yaml: what it gives to `fields`."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call))
    known = (c.args[0] for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "fields")
    return {key for each in known for key in eval(ast.unparse(each), vars(module))}


def test_every_key_of_app_yaml_is_documented() -> None:
    modules = [import_module(f"bot.config.{each.name}") for each in pkgutil.iter_modules(bot.config.__path__)]
    every = {key for module in modules for key in keys(module)}
    assert {"organization", "rollover", "service", "quorum", "every"} <= every
    missing = sorted(key for key in every if not re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", POLICY))
    assert not missing, f"docs/policy.md says nothing of: {', '.join(missing)}"


def test_every_example_of_app_yaml_in_the_documents_is_right() -> None:
    """Each block is the sections that it shows; those that it needs besides are these."""
    beside = {
        "organization": "{name: Acme}",
        "people": "{groups: {finance: ['@cy', '@di'], security: ['@sam']}, fallback: finance}",
        "models": "{premium: ['opus-*'], approved_for: {restricted: [premium]}}",
        "quotas": "{platform/engineering/search: {limit: $9 a month}}",
    }
    blocks = re.findall(r"^```yaml\n(.*?)^```$", POLICY, re.DOTALL | re.MULTILINE)
    assert len(blocks) == len(re.findall(r"^## ", POLICY, re.MULTILINE))
    for block in blocks:
        rest = [f"{name}: {value}" for name, value in beside.items() if not re.search(rf"^{name}:", block, re.MULTILINE)]
        found = read_bytes("\n".join([block, *rest]).encode())
        assert isinstance(found, Draft), lines(found, block.partition(":")[0])

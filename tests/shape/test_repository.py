"""The repository's own shape: its top level, where its packages come from, and a floor for every room."""

import re
import tomllib
from collections.abc import Iterable

from tests.shape.tree import ROOT, files

TOP = {"bot", "workflows", "templates", "tests", "app.yaml", "pyproject.toml", "README.md"}
TOP |= {"Makefile", "requirements.lock", "LICENSE", "CHANGELOG.md", "docs", "Dockerfile", "compose.yaml", ".ci"}
TOP |= {".gitignore", ".dockerignore"}

# Spelled so that this file does not name them itself.
REGISTRIES = ["pypi%org", "pythonhosted%org", "npmjs%org", "npmjs%com", "crates%io", "rubygems%org", "anaconda%org"]
REGISTRIES += ["unpkg%com", "jsdelivr%net", "proxy.golang%org", "repo.maven%apache"]
NAMED = re.compile("|".join(re.escape(host.replace("%", ".")) for host in REGISTRIES), re.IGNORECASE)


def strangers(paths: Iterable[str]) -> list[str]:
    """Names at the top level that have no place there."""
    return sorted({path.partition("/")[0] for path in paths} - TOP)


def registries(path: str, text: str) -> list[str]:
    """Lines that name a package registry: where packages come from is the reader's own setting."""
    lines = enumerate(text.splitlines(), 1)
    return [f"{path}:{n}: names {found[0]}" for n, line in lines if (found := NAMED.search(line))]


def rooms(paths: Iterable[str]) -> set[str]:
    """The modules and packages directly under bot/ and workflows/."""
    found = (re.match(r"(bot|workflows)/([a-z_]+?)(?:\.py|/.*\.py)$", path) for path in paths)
    return {f"{match[1]}.{match[2]}" for match in found if match and match[2] != "__init__"}


def floors() -> list[str]:
    """The layers of the import-linter contract, highest first, as pyproject.toml has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    return next(contract["layers"] for contract in contracts if contract["type"] == "layers")


def homeless(found: set[str], layers: Iterable[str]) -> list[str]:
    """Rooms on no floor: the contract would not look at them."""
    return sorted(found - {room for layer in layers for room in re.findall(r"[a-z_.]+", layer)})


def test_the_top_level_holds_only_what_it_should() -> None:
    assert not strangers(files()), "move these into a folder: " + ", ".join(strangers(files()))


def test_a_stranger_at_the_top_level_is_found() -> None:
    assert strangers(["bot/cli.py", "notes.md", "scripts/a.sh"]) == ["notes.md", "scripts"]


def test_no_file_names_a_package_registry() -> None:
    texts = ((path, (ROOT / path).read_bytes()) for path in files())
    problems = [p for path, raw in texts if b"\0" not in raw for p in registries(path, raw.decode("utf-8", "replace"))]
    assert not problems, "\n".join(problems)


def test_a_named_registry_is_found() -> None:
    host = REGISTRIES[0].replace("%", ".")
    assert registries("a.txt", f"--index-url\nhttps://{host.upper()}/simple") == [f"a.txt:2: names {host.upper()}"]


def test_every_room_stands_on_a_floor() -> None:
    assert not homeless(rooms(files()), floors()), f"add to a layer in pyproject.toml: {homeless(rooms(files()), floors())}"


def test_a_room_without_a_floor_is_found() -> None:
    found = rooms(["bot/slack/app.py", "bot/deliver.py", "bot/__init__.py", "workflows/money.py", "bot/sandbox/page/a.js"])
    assert found == {"bot.slack", "bot.deliver", "workflows.money"}
    assert homeless(found, ["(bot.slack) : bot.deliver"]) == ["workflows.money"]

"""The README's commands: which of them are run, and how.

A block of `sh` right after the line `<!-- run -->` is run as it stands, less its indent: in an empty folder with the checkout's
app.yaml, a state directory of its own, and the commands of this environment.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from tests.shape.tree import ROOT

BLOCK = re.compile(r"^(?P<mark> *<!-- run -->\n)? *```sh\n(?P<commands>.*?)^ *```$", re.DOTALL | re.MULTILINE)
ENDLESS = re.compile(r"^\s*(make|sudo|docker|leeway (serve|sandbox|demo(?!.*--headless)))\b", re.MULTILINE)
PATIENCE = 120  # seconds for a block: a hung command must not hang the tests


def marked(text: str) -> list[str]:
    """The blocks to run, in order."""
    return [dedent(found["commands"]) for found in BLOCK.finditer(text) if found["mark"]]


def unsafe(commands: str) -> str:
    """The first command that must not be run from a test, "" when there is none: it serves on, or calls the tests."""
    found = ENDLESS.search(commands)
    return found[0].strip() if found else ""


def settle(folder: Path) -> Mapping[str, str]:
    """Makes a folder what the README assumes, and gives the environment for its commands."""
    shutil.copy(ROOT / "app.yaml", folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "LEEWAY_", "DATABASE_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return kept | {"PATH": path, "LEEWAY_STATE": str(folder / "state"), "NO_COLOR": "1"}


def run(commands: str, folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs a block; the first command that fails ends it."""
    shell = ["sh", "-eu", "-c", commands]
    return subprocess.run(
        shell, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
    )

"""The README keeps its word: its commands run, its links lead somewhere, and it starts with something to try."""

import re
from pathlib import Path

import pytest

from tests.shape.readme import marked, run, settle, unsafe
from tests.shape.tree import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def test_the_marked_commands_run(tmp_path: Path) -> None:
    env = settle(tmp_path)
    for block in marked(README):
        assert not unsafe(block), f"not to be run from a test: {unsafe(block)}"
        done = run(block, tmp_path, env)
        assert done.returncode == 0, f"exit {done.returncode} from\n{block}\n{done.stdout}{done.stderr}"


def test_some_commands_are_marked() -> None:
    assert marked(README)


def test_something_to_try_stands_within_the_first_25_lines() -> None:
    head = "\n".join(README.splitlines()[:25])
    assert re.search(r"```sh\n.*?```", head, re.DOTALL)


def test_every_local_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", README)
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing, f"README.md links to what is not there: {', '.join(missing)}"


def test_only_marked_blocks_are_run() -> None:
    assert marked("```sh\nmake demo\n```\n\n<!-- run -->\n```sh\nleeway check\n```\n<!-- run -->\n\n```sh\nno\n```\n") == [
        "leeway check\n"
    ]


def test_a_block_in_a_list_is_run_without_its_indent() -> None:
    assert marked("1. Look:\n\n   <!-- run -->\n   ```sh\n   leeway check\n     --json\n   ```\n") == ["leeway check\n  --json\n"]


def test_a_failing_command_is_noticed_even_when_another_follows(tmp_path: Path) -> None:
    assert run("false\ntrue\n", tmp_path, settle(tmp_path)).returncode != 0


def test_the_commands_of_a_block_know_nothing_of_this_machine_s_slack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    assert run('test -z "${SLACK_BOT_TOKEN:-}"', tmp_path, settle(tmp_path)).returncode == 0


@pytest.mark.parametrize("block", ["make check", "leeway check\nleeway serve", "leeway demo", "  docker compose up"])
def test_a_block_that_would_not_end_is_refused(block: str) -> None:
    assert unsafe(block)


@pytest.mark.parametrize("block", ["leeway check", "leeway demo --headless", "leeway token create --scope ingest"])
def test_a_block_that_ends_is_run(block: str) -> None:
    assert not unsafe(block)

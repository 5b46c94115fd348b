"""The commands that end by themselves: what they say, where, and their exit codes."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.demo import acme
from bot.sandbox import Seed, Server, create, serve
from tests.edges.commands import BOT_TOKEN, ROOT, SIGNING, Ended, leeway

APP = ROOT / "app.yaml"
BAD = """
organization: {name: Acme, timezone: Europe/Berlinn}
quotas:
  platform: {limit: 250000, channel: "#AI Platform"}
routing:
  - {name: a, ask: finanse}
"""
BARE = "organization: {name: Acme}\nquotas: {platform: {limit: $250 a month}}\n"


@pytest.fixture(scope="module")
def slack() -> Iterator[Server]:
    """Acme's workspace, where the app is not in the channel of Mobile."""
    seed = acme.workspace()
    rooms = tuple(
        type(c)(c.id, c.name, members=tuple(m for m in c.members if (m, c.name) != (acme.BOT, "team-mobile")))
        for c in seed.channels
    )
    without = Seed(seed.team, seed.users, rooms)
    made = create(without, app_url=None, signing_secret=SIGNING, bot_token=BOT_TOKEN, now=SystemClock().now)
    with serve(made) as server:
        yield server


def env_of(slack: Server | None = None, **more: str) -> dict[str, str]:
    known = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING, "SLACK_API_URL": f"{slack.url}/api/"} if slack else {}
    return known | more


def run(folder: Path, *args: str, **env: str) -> Ended:
    return leeway(*args, env=env, folder=folder)


COMMANDS = [
    (),
    *(
        (name,)
        for name in (
            "serve",
            "demo",
            "sandbox",
            "check",
            "manifest",
            "replay",
            "status",
            "explain",
            "simulate",
            "baseline",
            "token",
            "outbox",
            "audit",
        )
    ),
    *(("token", name) for name in ("create", "list", "revoke")),
    *(("outbox", name) for name in ("list", "retry")),
    ("audit", "verify"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(tmp_path: Path, command: tuple[str, ...]) -> None:
    told = run(tmp_path, *command, "--help")
    assert (told.code, told.err) == (0, "")
    assert " ".join(["Usage: leeway", *command]) in told.out
    assert len(told.out.splitlines()) > 5


def test_it_runs_as_a_process_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", "check", "--json"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"ok": True, "looked_up": False, "warnings": [], "quotas": 8}


@pytest.mark.parametrize("args", [("nonsense",), ("check", "--nonsense"), ("serve", "--port", "66000"), ("token", "create")])
def test_wrong_usage_is_exit_code_2(tmp_path: Path, args: tuple[str, ...]) -> None:
    told = run(tmp_path, *args)
    assert (told.code, told.out) == (2, "")
    assert "Usage: leeway" in told.err


def test_without_a_token_nobody_is_looked_up_and_that_is_said(tmp_path: Path) -> None:
    told = run(tmp_path, "check", LEEWAY_CONFIG=str(APP))
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines() == [
        f"{APP} is right: 8 quotas, 6 routing rules.",
        "people and channels were not looked up: SLACK_BOT_TOKEN is not set",
    ]


def test_every_problem_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(BAD)
    told = run(tmp_path, "check")
    assert (told.code, told.out) == (1, "")
    places = [line.split()[0] for line in told.err.splitlines()]
    assert places == ["app.yaml:2", "app.yaml:4", "app.yaml:4", "app.yaml:6"]


def test_problems_are_json_for_whoever_asked_for_json(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(BAD)
    told = run(tmp_path, "check", "--json")
    said = json.loads(told.out)
    assert (told.code, told.err, said["ok"], len(said["problems"])) == (1, "", False, 4)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    told = run(tmp_path, "check", "--config", "none.yaml")
    assert (told.code, told.out) == (1, "")
    assert told.err == "none.yaml  cannot be read: no such file or directory; LEEWAY_CONFIG says where it is\n"


def test_what_is_perhaps_not_meant_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "app.yaml").write_text(BARE)
    told = run(tmp_path, "check")
    assert told.code == 0
    assert all(line.startswith("warning: app.yaml") for line in told.err.splitlines())
    assert len(told.err.splitlines()) == 3


def test_with_a_token_people_are_looked_up_and_channels_without_the_app_are_named(tmp_path: Path, slack: Server) -> None:
    told = run(tmp_path, "check", "--json", **env_of(slack, LEEWAY_CONFIG=str(APP)))
    said = json.loads(told.out)
    assert (told.code, said["looked_up"]) == (0, True)
    assert said["warnings"] == ["invite @leeway to #team-mobile: what belongs there cannot be posted until then"]


def test_people_whom_slack_does_not_know_are_named(tmp_path: Path, slack: Server) -> None:
    (tmp_path / "app.yaml").write_text(APP.read_text().replace("sam@acme", "samm@acme").replace("#eng-ai", "#eng-api"))
    told = run(tmp_path, "check", **env_of(slack))
    assert (told.code, told.out) == (1, "")
    assert '"samm@acme.example": nobody in this workspace has this e-mail address' in told.err
    assert '"#eng-api": this workspace has no channel of this name' in told.err


EXPORT = """{"Resources": [
  {"id": "1", "userName": "ada@acme.example", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "2"}}},
  {"id": "2", "userName": "bob@acme.example", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "3"}}},
  {"id": "3", "userName": "boss@acme.example"}
]}"""  # noqa: E501


def exported(folder: Path) -> None:
    """app.yaml with a directory file beside it, in which one of three is not in Slack."""
    (folder / "app.yaml").write_text(APP.read_text().replace("people:\n", "people:\n  directory: people.json\n"))
    (folder / "people.json").write_text(EXPORT)


def test_a_check_counts_the_people_and_managers_of_a_directory_file(tmp_path: Path, slack: Server) -> None:
    exported(tmp_path)
    told = run(tmp_path, "check", **env_of(slack))
    assert told.code == 0
    assert told.out.splitlines()[1] == "people.json: 3 people, 2 with a manager; for 1 both are in Slack."
    assert "warning: people.json  1 of 3 people in it are not in Slack: they are asked nothing" in told.err.splitlines()
    assert run(tmp_path, "check").out.splitlines()[1] == "people.json: 3 people, 2 with a manager."


def test_a_check_in_json_counts_them_too(tmp_path: Path, slack: Server) -> None:
    exported(tmp_path)
    told = json.loads(run(tmp_path, "check", "--json", **env_of(slack)).out)
    assert told["directory"] == {"people": 3, "managed": 2, "matched": 1}
    assert json.loads(run(tmp_path, "check", "--json").out)["directory"] == {"people": 3, "managed": 2}


def test_a_manifest_for_an_address_names_it(tmp_path: Path) -> None:
    told = run(tmp_path, "manifest", "--url", "https://leeway.acme.example/", LEEWAY_CONFIG=str(APP))
    made = json.loads(told.out)
    assert made["settings"]["interactivity"]["request_url"] == "https://leeway.acme.example/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False


def test_a_manifest_for_socket_mode_names_none(tmp_path: Path) -> None:
    told = run(tmp_path, "manifest", "--socket", LEEWAY_CONFIG=str(APP))
    assert json.loads(told.out)["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in told.out


WRONG_ADDRESSES = {
    (): "Say either --url",
    ("--socket", "--url", "https://a.example"): "Say either --url",
    ("--url", "http://leeway.acme.example"): "Slack calls only https://",
    ("--url", "leeway.acme.example"): "Slack calls only https://",
    ("--url", "https://"): "Slack calls only https://",
}


@pytest.mark.parametrize(("args", "why"), WRONG_ADDRESSES.items(), ids=str)
def test_a_manifest_that_slack_would_not_take_is_not_made(tmp_path: Path, args: tuple[str, ...], why: str) -> None:
    told = run(tmp_path, "manifest", *args, LEEWAY_CONFIG=str(APP))
    assert (told.code, told.out) == (2, "")
    assert why in told.err


def test_a_token_is_shown_once_listed_without_its_text_and_ends_at_once(tmp_path: Path) -> None:
    made = json.loads(run(tmp_path, "token", "create", "--scope", "ingest", "--name", "gateway", "--json").out)
    assert made["token"].startswith("leeway_")
    again = run(tmp_path, "token", "create", "--scope", "ingest", "--name", "gateway")
    assert (again.code, "there is a token named gateway" in again.err) == (1, True)
    listed = run(tmp_path, "token", "list", "--json")
    assert [(t["name"], t["scopes"]) for t in json.loads(listed.out)] == [("gateway", ["ingest"])]
    assert made["token"] not in listed.out
    assert run(tmp_path, "token", "revoke", "gateway").out == "gateway is revoked.\n"
    assert run(tmp_path, "token", "revoke", "gateway").code == 1
    assert run(tmp_path, "token", "list").out.startswith("No tokens yet.")


GOOD = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING}
SETTINGS = [
    ({}, "SLACK_BOT_TOKEN  is not set; Slack: your app"),
    ({}, "SLACK_SIGNING_SECRET  is not set; Slack: your app"),
    ({**GOOD, "SLACK_BOT_TOKEN": "xoxp-1"}, "SLACK_BOT_TOKEN  does not start with xoxb-"),
    ({**GOOD, "SLACK_SIGNING_SECRET": "short"}, "SLACK_SIGNING_SECRET  is not a signing secret"),
    ({**GOOD, "SLACK_APP_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN  does not start with xapp-"),
    ({**GOOD, "SLACK_API_URL": "http://127.0.0.1:9/api/"}, "SLACK_API_URL  http://127.0.0.1:9/api/ does not answer"),
    ({**GOOD, "DATABASE_URL": "mysql://x/y"}, "DATABASE_URL  is neither SQLite nor PostgreSQL"),
    ({**GOOD, "LEEWAY_CONFIG": "none.yaml"}, "none.yaml  cannot be read"),
]


@pytest.mark.parametrize(("env", "why"), SETTINGS, ids=[why[:40] for _, why in SETTINGS])
def test_serve_says_what_it_lacks(tmp_path: Path, env: dict[str, str], why: str) -> None:
    told = run(tmp_path, "serve", **{"LEEWAY_CONFIG": str(APP), **env})
    assert (told.code, told.out) == (1, "")
    assert why in told.err
    assert "Traceback" not in told.err


REFUSED = [
    ({"SLACK_BOT_TOKEN": "xoxb-other"}, "SLACK_BOT_TOKEN  Slack refuses it (invalid_auth). Get a new one"),
    ({"SLACK_APP_TOKEN": "xapp-other"}, "SLACK_APP_TOKEN  Slack refuses it (invalid_auth). Get a new one"),
    ({"DATABASE_URL": "sqlite:////proc/none/leeway.db"}, "DATABASE_URL  "),
]


@pytest.mark.parametrize(("env", "why"), REFUSED, ids=[why[:30] for _, why in REFUSED])
def test_serve_says_what_is_not_taken(tmp_path: Path, env: dict[str, str], why: str) -> None:
    seed = acme.workspace()
    made = create(seed, app_url=None, signing_secret=SIGNING, bot_token=BOT_TOKEN, app_token="xapp-1", now=SystemClock().now)
    with serve(made) as server:
        told = run(tmp_path, "serve", "--port", "0", **env_of(server, LEEWAY_CONFIG=str(APP)) | env)
    assert told.code == 1
    assert why in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("command", ["serve", "sandbox"])
def test_a_port_that_is_taken_is_said(tmp_path: Path, slack: Server, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = run(tmp_path, command, "--port", port, **env_of(slack, LEEWAY_CONFIG=str(APP)))
    assert (told.code, told.out) == (1, "")
    assert f"port {port}: Address already in use. Choose another with" in told.err
    assert "Traceback" not in told.err


def test_a_host_that_is_not_ours_is_said(tmp_path: Path, slack: Server) -> None:
    told = run(tmp_path, "serve", "--host", "192.0.2.1", **env_of(slack, LEEWAY_CONFIG=str(APP)))
    assert told.code == 1
    assert "cannot listen on 192.0.2.1, port 8000: " in told.err

"""The environment: every missing or wrong setting is said at once, with where to get it, and no secret is ever shown."""

import re
from pathlib import Path

import pytest

from bot.config import lines
from bot.config.settings import Settings, settings

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1-abc", "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef"}
BOT = "Slack: your app → OAuth & Permissions → Bot User OAuth Token"
SIGNING = "Slack: your app → Basic Information → App Credentials → Signing Secret"
APP = "Slack: your app → Basic Information → App-Level Tokens, with the scope connections:write"
SECRET = "hunter2hunter2"
EITHER = "write sqlite:///state/leeway.db or postgresql://user:password@host:5432/leeway"
SERVER = "write postgresql://user:password@host:5432/leeway; in the password @ is written %40 and / is written %2F"
NO_SERVERS = [
    f"postgresql://u:a@{SECRET}@h/d",
    f"postgresql://u:a/{SECRET}@h/d",
    f"postgresql://u:{SECRET}",
    f"postgresql://u:{SECRET}@h",
    f"postgresql://u:{SECRET}@h/",
    f"postgresql://u:p@h:{SECRET}/d",
    f"postgresql://u:p@h1,{SECRET}/d",
    f"postgresql+asyncpg://u:{SECRET}@h/d",
    f"postgres:{SECRET}",
]


def good(**env: str) -> Settings:
    found = settings(GOOD | env)
    assert isinstance(found, Settings), lines(found, "environment")
    return found


def said(env: dict[str, str]) -> list[str]:
    found = settings(env)
    return lines(found, "environment") if isinstance(found, list) else []


def test_two_secrets_are_enough() -> None:
    assert good() == Settings(
        bot_token="xoxb-1-abc",
        signing_secret="0123456789abcdef0123456789abcdef",
        slack_api="https://slack.com/api/",
        database="sqlite:///state/leeway.db",
        state=Path("state"),
        config=Path("app.yaml"),
    )


def test_every_missing_setting_is_said_at_once_with_where_to_get_it() -> None:
    assert said({}) == [
        f"environment  SLACK_BOT_TOKEN  is not set; {BOT}",
        f"environment  SLACK_SIGNING_SECRET  is not set; {SIGNING}; with SLACK_APP_TOKEN (Socket Mode) it is not needed",
    ]


def test_an_app_token_selects_socket_mode_and_makes_the_signing_secret_needless() -> None:
    found = settings({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"})
    assert isinstance(found, Settings)
    assert found.socket_mode
    assert not good().socket_mode


def test_without_slack_nothing_is_missing_but_a_wrong_setting_is_still_wrong() -> None:
    assert isinstance(settings({}, slack=False), Settings)
    assert isinstance(settings({"SLACK_BOT_TOKEN": "xoxp-1"}, slack=False), list)


WRONG = [
    ({"SLACK_BOT_TOKEN": f"xoxp-{SECRET}"}, f"SLACK_BOT_TOKEN  does not start with xoxb-; {BOT}"),
    ({"SLACK_BOT_TOKEN": f"xoxb-{SECRET} x"}, f"SLACK_BOT_TOKEN  has signs that no token has; {BOT}"),
    ({"SLACK_APP_TOKEN": f"xoxb-{SECRET}"}, f"SLACK_APP_TOKEN  does not start with xapp-; {APP}"),
    ({"SLACK_SIGNING_SECRET": f"xoxb-{SECRET}"}, f"SLACK_SIGNING_SECRET  is a token; {SIGNING}"),
    (
        {"SLACK_SIGNING_SECRET": "hunter2"},
        f"SLACK_SIGNING_SECRET  is not a signing secret: Slack's have 32 signs, 0-9 and a-f; {SIGNING}",
    ),
    (
        {"SLACK_API_URL": "slack.com"},
        "SLACK_API_URL  is not a web address; leave it out, or write one as https://slack.com/api/",
    ),
    (
        {"SLACK_API_URL": "http://[x"},
        "SLACK_API_URL  is not a web address; leave it out, or write one as https://slack.com/api/",
    ),
    ({"DATABASE_URL": f"mysql://u:{SECRET}@h/d"}, f"DATABASE_URL  is neither SQLite nor PostgreSQL; {EITHER}"),
    *[({"DATABASE_URL": url}, f"DATABASE_URL  is not the address of a PostgreSQL database; {SERVER}") for url in NO_SERVERS],
    ({"SLACK_BOT_TOKEN_FILE": "/x"}, "SLACK_BOT_TOKEN  is set, and so is SLACK_BOT_TOKEN_FILE; set one of them"),
    ({"DATABASE_URL_FILE": "/no/such/file"}, "DATABASE_URL_FILE  names a file that cannot be read: no such file or directory"),
    ({"DATABASE_URL_FILE": "/no\0"}, "DATABASE_URL_FILE  names a file that cannot be read: not a path"),
]


@pytest.mark.parametrize(("env", "expected"), WRONG, ids=[f"{n} {expected[:60]}" for n, (_, expected) in enumerate(WRONG)])
def test_a_wrong_setting_gives_exactly_its_line_and_never_its_value(env: dict[str, str], expected: str) -> None:
    assert said(GOOD | env) == [f"environment  {expected}"]
    assert "hunter2" not in expected


def test_all_wrong_settings_are_said_at_once() -> None:
    assert len(said({"SLACK_BOT_TOKEN": "a", "SLACK_APP_TOKEN": "b", "SLACK_SIGNING_SECRET": "c", "DATABASE_URL": "d"})) == 4


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-from-file\n")
    found = settings({"SLACK_BOT_TOKEN_FILE": str(file), "SLACK_SIGNING_SECRET": GOOD["SLACK_SIGNING_SECRET"]})
    assert isinstance(found, Settings)
    assert found.bot_token == "xoxb-from-file"


@pytest.mark.parametrize(
    ("content", "why"),
    [(b" \n", "is empty"), (b"\xff", "is not text"), (b"x" * 10_001, "is too large for a setting")],
)
def test_a_file_that_holds_no_setting_is_said(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    assert said({**GOOD, "DATABASE_URL_FILE": str(file)}) == [f"environment  DATABASE_URL_FILE  names a file that {why}"]


def test_secrets_are_not_in_the_repr() -> None:
    shown = repr(good(DATABASE_URL=f"sqlite:///{SECRET}.db", SLACK_APP_TOKEN="xapp-9"))
    assert not any(secret in shown for secret in (*GOOD.values(), SECRET, "xapp-9"))


DOCUMENTED = re.findall(r"postgresql://[^'`\s]+", (Path(__file__).parents[2] / "docs" / "postgresql.md").read_text("utf-8"))


def test_an_example_stands_in_the_documentation() -> None:
    assert DOCUMENTED


@pytest.mark.parametrize(
    "url",
    [
        *DOCUMENTED,
        "sqlite:////var/l.db",
        "postgresql://leeway:p%40ss%2Fw@db.example.com:5432/leeway?sslmode=verify-full",
        "postgres://leeway@[::1]:5432/leeway",
        "postgresql+psycopg://leeway:p:w?@127.0.0.1/leeway",
        "postgresql:///leeway?host=/run/postgresql",
    ],
)
def test_a_database_is_the_one_that_is_named(url: str) -> None:
    assert good(DATABASE_URL=url).database == url


def test_the_state_directory_holds_the_database_and_the_base_of_slack_ends_with_a_slash() -> None:
    found = good(LEEWAY_STATE="/var/lib/leeway", SLACK_API_URL="http://127.0.0.1:9000/api", LEEWAY_CONFIG="/etc/leeway.yaml")
    assert found.database == "sqlite:////var/lib/leeway/leeway.db"
    assert found.slack_api == "http://127.0.0.1:9000/api/"
    assert found.config == Path("/etc/leeway.yaml")

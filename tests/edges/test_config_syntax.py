"""A file that is no app.yaml at all says where it breaks."""

from pathlib import Path

import pytest

from bot.config import Problem, line, lines, read
from tests.edges.mistakes import ORG, said

SYNTAX = [
    ("", "app.yaml  the file is empty"),
    ("# nothing yet", "app.yaml  the file is empty"),
    ("- a", "app.yaml:1  not a mapping; write organization: {name: Acme}"),
    ("hello", 'app.yaml:1  "hello": not a mapping; write organization: {name: Acme}'),
    ("a: [1", "app.yaml:1  not YAML at column 6: expected ',' or ']', but got '<stream end>'"),
    ("a: 1\n b: 2", "app.yaml:2  not YAML at column 3: mapping values are not allowed here"),
    (
        "a: @pat",
        """app.yaml:1  not YAML at column 4: found character '@' that cannot start any token; write it in quotes: "@ada\"""",
    ),
    (
        "a: *-pro",
        """app.yaml:1  not YAML at column 4: found undefined alias '-pro'; a * at the start needs quotes: "*-preview\"""",
    ),
    ("a:\n\t- b", "app.yaml:2  not YAML at column 1: found character '\\t' that cannot start any token; indent with spaces"),
    ("a: 1\n---\nb: 2", "app.yaml:2  not YAML at column 1: but found another document"),
    ("a: b\x00", "app.yaml  not YAML: there is a character that no text file has"),
    (b"a: \xff", "app.yaml  not UTF-8 at byte 3"),
    ("[" * 5_000, "app.yaml  nested too deeply"),
    ("a: " + "[" * 30 + "]" * 30, "app.yaml  nested too deeply"),
    ("a: &a [*a]", "app.yaml  an alias contains itself"),
    (b"#" * 1_000_001, "app.yaml  larger than 1 MB: this is not a policy"),
]


@pytest.mark.parametrize(("text", "expected"), SYNTAX, ids=range(len(SYNTAX)))
def test_a_file_that_cannot_be_read_says_where_it_breaks(text: str | bytes, expected: str) -> None:
    assert said(text) == [expected]


def test_a_bomb_of_aliases_is_refused_before_it_is_read() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    assert said("a0: &a0 [x]\n" + levels) == ["app.yaml  more than 50,000 values once aliases are followed"]


def test_an_alias_that_shares_a_value_is_fine() -> None:
    assert said(ORG + "quotas: {platform: &p {limit: $250 a month}, other: *p}") == []


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    found = read(tmp_path / "app.yaml")
    assert isinstance(found, list)
    assert lines(found, "app.yaml") == ["app.yaml  cannot be read: no such file or directory; LEEWAY_CONFIG says where it is"]


def test_what_would_break_the_line_or_the_terminal_is_shown_tamely() -> None:
    wild = "x\n\x1b[31m" + "y" * 1_000
    assert line(Problem("a", wild, "wrong"), "app.yaml") == 'app.yaml  a  "x  [31m' + "y" * 72 + '…": wrong'
    assert line(Problem(wild, "", "wrong"), "app.yaml").isprintable()

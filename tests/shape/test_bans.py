"""Nothing is written that may not be, and each ban can fail."""

from collections.abc import Callable

import pytest

from tests.shape import bans
from tests.shape.tree import Source, sources

Ban = Callable[[Source], list[str]]

EVERYWHERE: tuple[str, ...] = ()
OURS = ("bot", "workflows")
RULES = ("workflows",)
TESTS = ("tests",)

BANS: list[tuple[Ban, tuple[str, ...]]] = [
    (bans.clock_reads, OURS),
    (bans.stray_rows, OURS),
    (bans.inner_imports, RULES),
    (bans.foreign_imports, RULES),
    (bans.sleeps, TESTS),
    (bans.bare_skips, TESTS),
    (bans.mocks, EVERYWHERE),
    (bans.vague_names, EVERYWHERE),
    (bans.silent_modules, EVERYWHERE),
]

BAD = [
    (bans.clock_reads, "from datetime import datetime\nnow = datetime.now()"),
    (bans.clock_reads, "import datetime as dt\nnow = dt.datetime.utcnow()"),
    (bans.clock_reads, "from datetime import date\ntoday = date.today()"),
    (bans.clock_reads, "from time import time as clock\nnow = clock()"),
    (bans.clock_reads, "import time\ndef f(wall=time.time): ..."),
    (bans.clock_reads, "from datetime import datetime\nread = datetime.now"),
    (bans.stray_rows, "from sqlmodel import SQLModel"),
    (bans.inner_imports, "def f():\n    import json"),
    (bans.foreign_imports, "import httpx"),
    (bans.foreign_imports, "from bot.store import rows"),
    (bans.sleeps, "import time\ntime.sleep(1)"),
    (bans.sleeps, "from time import sleep\nsleep(1)"),
    (bans.bare_skips, "import pytest\npytest.skip()"),
    (bans.bare_skips, "import pytest\npytest.skip('')"),
    (bans.bare_skips, "import pytest\n@pytest.mark.skip\ndef test(): ..."),
    (bans.bare_skips, "import pytest\n@pytest.mark.skipif(True)\ndef test(): ..."),
    (bans.mocks, "from unittest import mock"),
    (bans.mocks, "from unittest.mock import Mock"),
    (bans.mocks, "import unittest.mock"),
    (bans.mocks, "def test(monkeypatch):\n    monkeypatch.setattr('a.b', 1)"),
    (bans.mocks, "def test(mocker): ..."),
    (bans.silent_modules, "x = 1"),
]

GOOD = [
    (bans.clock_reads, "bot/clock.py", "from datetime import datetime\nnow = datetime.now()"),
    (bans.clock_reads, "bot/sandbox/__init__.py", "import time\ndef f(*, wall=time.time): ..."),
    (bans.clock_reads, "bot/a.py", "import time\nbegan = time.monotonic()"),
    (bans.stray_rows, "bot/store/rows.py", "from sqlmodel import SQLModel"),
    (bans.inner_imports, "workflows/a.py", "import json\ndef f(): ..."),
    (bans.foreign_imports, "workflows/a.py", "import json\nfrom workflows.money import usd\nfrom . import times"),
    (bans.sleeps, "tests/a.py", "from threading import Event\nEvent().wait(1)"),
    (bans.bare_skips, "tests/a.py", "import pytest\npytest.skip('no PostgreSQL here: set DATABASE_URL')"),
    (bans.bare_skips, "tests/a.py", "import pytest\n@pytest.mark.skipif(True, reason='no browser')\ndef test(): ..."),
    (bans.mocks, "tests/a.py", "def test(monkeypatch):\n    monkeypatch.setenv('A', 'b')"),
    (bans.vague_names, "bot/money.py", ""),
    (bans.silent_modules, "bot/__init__.py", ""),
]


@pytest.mark.parametrize(("ban", "folders"), BANS, ids=[ban.__name__ for ban, _ in BANS])
def test_nobody_breaks_the_ban(ban: Ban, folders: tuple[str, ...]) -> None:
    problems = [problem for source in sources(*folders) for problem in ban(source)]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(("ban", "text"), BAD)
def test_a_bad_example_is_found(ban: Ban, text: str) -> None:
    problems = ban(Source("bot/bad.py", text))
    assert problems
    assert all(problem.startswith("bot/bad.py:") for problem in problems)


@pytest.mark.parametrize(("ban", "path", "text"), GOOD)
def test_a_good_example_passes(ban: Ban, path: str, text: str) -> None:
    assert ban(Source(path, text)) == []


@pytest.mark.parametrize("path", ["bot/utils.py", "bot/helpers/dates.py", "tests/manager.py"])
def test_a_module_named_after_no_thing_is_found(path: str) -> None:
    assert bans.vague_names(Source(path, ""))


def test_only_the_sandbox_may_be_given_the_wall_clock() -> None:
    text = "import time\ndef f(*, clock=time.time, wall=time.time): return time.time()"
    assert len(bans.clock_reads(Source("bot/sandbox/deliver.py", text))) == 2

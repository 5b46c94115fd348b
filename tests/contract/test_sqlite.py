"""SQLite in a file: what only it can do, or suffer."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store, open_store
from bot.store.database import connect
from tests.contract.given import NOW
from tests.fakes.clock import ManualClock
from tests.fakes.memory import Memory
from workflows.ports import Unavailable


@pytest.fixture
def store(sqlite: str) -> Iterator[Store]:
    opened = open_store(sqlite, ManualClock(NOW))
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def hasty(sqlite: str, store: Store) -> Iterator[Store]:
    """The same file, for somebody who does not wait."""
    opened = open_store(sqlite, ManualClock(NOW), patience=0.05)
    yield opened
    opened.close()


def test_tables_keyed_by_strangers_ids_keep_no_second_tree(store: Store, tmp_path: Path) -> None:
    found = sqlite3.connect(tmp_path / "leeway.db").execute("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")
    metered = {"seen", "counters", "days", "slices", "sold", "holders", "totals"}
    assert {name for (name,) in found} == metered | {"bills", "corrections", "produced", "yields"}


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/state/deep/100%/leeway.db", ManualClock(NOW))
    store.migrate()
    assert store.ready()
    store.close()


def test_commits_survive_a_power_cut_and_readers_do_not_block(store: Store, sqlite: str) -> None:
    with connect(sqlite).reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_who_keeps_everything_in_a_file_does_not_wait_for_the_driver_of_a_server(sqlite: str) -> None:
    program = f"import sys, bot.cli.running; from bot.store import open_store; open_store({sqlite!r}, None).migrate()"
    said = subprocess.run([sys.executable, "-c", f"{program}; print('psycopg' in sys.modules)"], capture_output=True, check=True)
    assert said.stdout == b"False\n"


def test_a_database_that_another_process_holds_is_unavailable(store: Store, hasty: Store) -> None:
    with store.units(), pytest.raises(Unavailable), hasty.units():
        pass
    with hasty.units() as unit:
        assert unit.requests.get("R1") is None


def test_a_new_file_that_somebody_else_sets_up_is_waited_for_and_then_unavailable(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    opened = open_store(f"sqlite:///{tmp_path}/new.db", ManualClock(NOW), patience=0.1)
    with pytest.raises(Unavailable, match="database is locked"):
        opened.migrate()
    other.execute("COMMIT")
    opened.migrate()
    assert opened.ready()
    opened.close()
    other.close()


def test_a_unit_inside_a_unit_is_unavailable_and_not_a_deadlock(hasty: Store) -> None:
    with hasty.units(), pytest.raises(Unavailable), hasty.units():
        pass
    memory = Memory(patience=0.05)
    with memory.units(), pytest.raises(Unavailable), memory.units():
        pass


def test_a_damaged_disk_is_not_ready(store: Store, tmp_path: Path) -> None:
    store.close()
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / "leeway.db").mkdir()
    assert not store.ready()
    with pytest.raises(Unavailable), store.units():
        pass

"""Opening, migrating and losing the database."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from bot.store import Store, open_store, schema
from bot.store.database import connect
from bot.store.tables import METADATA
from tests.contract.given import NOW, override, request
from tests.contract.racing import race
from tests.fakes.clock import ManualClock
from tests.fakes.memory import Memory
from workflows.ports import Post, Stale, Unavailable


@pytest.fixture
def hasty(database: str, store: Store) -> Iterator[Store]:
    """The same database, for somebody who does not wait."""
    opened = open_store(database, ManualClock(NOW), patience=0.05)
    yield opened
    opened.close()


def test_the_steps_lead_to_the_tables_that_the_code_declares(store: Store, database: str) -> None:
    with connect(database).reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []


def test_the_indexes_hold_only_what_they_are_declared_for(store: Store, tmp_path: Path) -> None:
    found = sqlite3.connect(tmp_path / "leeway.db").execute("SELECT sql FROM sqlite_master WHERE sql LIKE '% WHERE %'").fetchall()
    assert sorted(sql.rsplit(" WHERE ")[1] for (sql,) in found) == ["gone IS NULL", "state = 'pending'"]


def test_tables_keyed_by_strangers_ids_keep_no_second_tree(store: Store, tmp_path: Path) -> None:
    found = sqlite3.connect(tmp_path / "leeway.db").execute("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")
    assert {name for (name,) in found} == {"seen", "counters", "days", "slices", "corrections", "produced", "yields"}


def test_the_newest_step_is_the_one_the_code_expects() -> None:
    folder = Path(schema.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == schema.HEAD


def test_a_new_database_is_ready_once_it_is_migrated(database: str) -> None:
    store = open_store(database, ManualClock(NOW))
    assert not store.ready()
    store.migrate()
    assert store.ready()
    store.close()


def test_migrating_again_changes_nothing(store: Store) -> None:
    with store.units() as unit:
        unit.requests.add(request())
        unit.commit()
    store.migrate()
    with store.units() as unit:
        assert unit.requests.get("R1") == request()


def test_two_processes_may_start_at_once(database: str) -> None:
    stores = [open_store(database, ManualClock(NOW)) for _ in range(2)]
    race(*(store.migrate for store in stores))
    assert [store.ready() for store in stores] == [True, True]


def test_a_migration_that_fails_half_way_leaves_nothing(database: str, tmp_path: Path) -> None:
    store = open_store(database, ManualClock(NOW))
    with sqlite3.connect(tmp_path / "leeway.db") as in_the_way:
        in_the_way.execute("CREATE TABLE tokens (x)")
    with pytest.raises(Exception, match="tokens already exists"):
        store.migrate()
    assert sqlite3.connect(tmp_path / "leeway.db").execute("SELECT name FROM sqlite_master").fetchall() == [("tokens",)]


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/state/deep/100%/leeway.db", ManualClock(NOW))
    store.migrate()
    assert store.ready()


@pytest.mark.parametrize(("url", "says"), [("sqlite://", "name a file"), ("mysql://u:secret@h/d", r"mysql://u:\*\*\*@h/d")])
def test_a_database_that_will_not_do_is_refused_with_a_reason(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        open_store(url, ManualClock(NOW))


def test_commits_survive_a_power_cut_and_readers_do_not_block(store: Store, database: str) -> None:
    with connect(database).reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_database_that_another_process_holds_is_unavailable(store: Store, hasty: Store) -> None:
    with store.units(), pytest.raises(Unavailable), hasty.units():
        pass
    with hasty.units() as unit:
        assert unit.requests.get("R1") is None


def test_a_unit_inside_a_unit_is_unavailable_and_not_a_deadlock(hasty: Store) -> None:
    with hasty.units(), pytest.raises(Unavailable), hasty.units():
        pass
    memory = Memory(patience=0.05)
    with memory.units(), pytest.raises(Unavailable), memory.units():
        pass


def test_a_damaged_disk_is_not_ready(store: Store, database: str, tmp_path: Path) -> None:
    store.close()
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / "leeway.db").mkdir()
    assert not store.ready()
    with pytest.raises(Unavailable), store.units():
        pass


def test_a_bug_is_not_taken_for_an_outage_or_a_race(store: Store) -> None:
    with store.units() as unit, pytest.raises(IntegrityError):
        unit.overrides.add(override(request("R7")))
    assert not issubclass(IntegrityError, Stale | Unavailable)


def test_readers_use_as_many_connections_as_there_are_and_then_are_told(hasty: Store) -> None:
    held = [hasty.reads() for _ in range(25)]
    for unit in held:
        unit.__enter__()
    with pytest.raises(Unavailable), hasty.reads():
        pass
    for unit in held:
        unit.__exit__(None, None, None)
    with hasty.reads() as unit:
        assert unit.posts.get("R1", "card") is None


def test_many_threads_share_a_store(store: Store) -> None:
    def put(n: int) -> Post | None:
        with store.units() as unit:
            unit.posts.put(Post(f"R{n}", "card", "C0", str(n), ""))
            unit.commit()
        with store.reads() as unit:
            return unit.posts.get(f"R{n}", "card")

    with ThreadPoolExecutor(16) as pool:
        assert [post.ts for post in pool.map(put, range(100)) if post] == [str(n) for n in range(100)]

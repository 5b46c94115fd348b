"""Opening and migrating the database, of either kind, and sharing it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.store import Store, open_store, schema
from bot.store.database import connect
from bot.store.tables import METADATA
from tests.contract.given import NOW, override, request
from tests.contract.racing import race
from tests.fakes.clock import ManualClock
from workflows.ports import Post, Rejected, Stale, Unavailable

FOLDER = Path(schema.__file__).parent / "migrations"


@pytest.fixture
def hasty(database: str, store: Store) -> Iterator[Store]:
    """The same database, for somebody who does not wait."""
    opened = open_store(database, ManualClock(NOW), patience=0.05)
    yield opened
    opened.close()


INDEXES = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE sql LIKE '%% WHERE %%'",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '%% WHERE %%'",
}


def test_the_steps_lead_to_the_tables_that_the_code_declares(store: Store, database: str) -> None:
    opened = connect(database)
    with opened.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []
    opened.engine.dispose()


def test_the_indexes_hold_only_what_they_are_declared_for(store: Store, database: str) -> None:
    opened = connect(database)
    with opened.reading() as connection:
        found = connection.exec_driver_sql(INDEXES[connection.dialect.name]).scalars().all()
    opened.engine.dispose()
    conditions = {re.sub(r"::text|[()]", "", sql.rsplit(" WHERE ")[1]) for sql in found}
    assert conditions == {"gone IS NULL", "state = 'pending'"}


def test_the_newest_step_is_the_one_the_code_expects() -> None:
    assert ScriptDirectory(str(FOLDER)).get_current_head() == schema.HEAD


def test_a_new_database_is_ready_once_it_is_migrated(blank: str) -> None:
    store = open_store(blank, ManualClock(NOW))
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


@pytest.mark.parametrize("step", [script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()])
def test_from_every_step_there_is_a_way_to_the_newest(blank: str, step: str) -> None:
    store = open_store(blank, ManualClock(NOW))
    upgrade(blank, step)
    assert store.ready() is (step == schema.HEAD)
    store.migrate()
    assert store.ready()
    store.close()
    opened = connect(blank)
    with opened.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []
    opened.engine.dispose()


def upgrade(url: str, step: str) -> None:
    database = connect(url)
    with database.writing() as connection:
        schema.upgrade(connection, step)
        connection.commit()
    database.engine.dispose()


def test_a_database_of_a_newer_version_is_not_ready_and_is_left_alone(store: Store, database: str) -> None:
    opened = connect(database)
    with opened.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    opened.engine.dispose()
    assert not store.ready()
    with pytest.raises(Rejected, match="it has step 9999, and this one knows"):
        store.migrate()


def test_several_processes_may_start_at_once(blank: str) -> None:
    stores = [open_store(blank, ManualClock(NOW)) for _ in range(4)]
    race(*(store.migrate for store in stores))
    assert [store.ready() for store in stores] == [True] * 4
    for store in stores:
        store.close()


def test_a_migration_that_fails_half_way_leaves_nothing(blank: str) -> None:
    store, database = open_store(blank, ManualClock(NOW)), connect(blank)
    with database.writing() as in_the_way:
        in_the_way.exec_driver_sql("CREATE TABLE tokens (x INTEGER)")
        in_the_way.commit()
    with pytest.raises(DBAPIError, match=r'"?tokens"? already exists'):
        store.migrate()
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == ["tokens"]
    store.close()
    database.engine.dispose()


@pytest.mark.parametrize(("url", "says"), [("sqlite://", "name a file"), ("mysql://u:secret@h/d", r"mysql://u:\*\*\*@h/d")])
def test_a_database_that_will_not_do_is_refused_with_a_reason(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        open_store(url, ManualClock(NOW))


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

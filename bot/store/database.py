"""The connection to the database: SQLite in a file, or PostgreSQL. Dialects differ here, in `postgresql`, in `columns` and in
`upsert`, nowhere else.

Foreign errors are mapped here, once, for every statement: a unique key that is taken is Stale, an outage is Unavailable, anything
else is a bug and stays what it is.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Event

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, ExceptionContext
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store import postgresql
from bot.store.turns import Turns
from workflows.ports import Stale, Unavailable

PATIENCE = 5.0  # seconds to wait for a lock: Slack gives up on a click after 3 s, a batch of usage takes milliseconds
READING = "leeway_reading"
PAUSE = 0.05  # seconds between two looks at a lock that SQLite does not wait for
STATEMENTS = 600  # compiled ones that a SQLite connection keeps: one for each number of rows, and table, of a small batch


class Database:
    """An engine, and whose turn it is to write."""

    def __init__(self, engine: Engine, turns: Turns | None, **reading: object) -> None:
        self.engine = engine
        self._turns = turns
        self._reader = engine.execution_options(**{READING: True, **reading})

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that may write, on SQLite with the lock to; it is rolled back unless committed."""
        with self._turn(), _connected(self.engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a transaction that sees one moment and waits for no writer."""
        with _connected(self._reader) as connection:
            yield connection

    def _turn(self) -> AbstractContextManager[None]:
        return self._turns.taken() if self._turns else nullcontext()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except PoolTimeout as error:
        raise Unavailable("every connection to the database is in use") from error
    with connection:
        connection.begin()
        yield connection


def connect(url: str, patience: float = PATIENCE) -> Database:
    """The database at an SQLAlchemy URL; a SQLite file and its folder are made when missing. `patience` is in seconds."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        return _sqlite(where, patience)
    if where.get_backend_name() in ("postgresql", "postgres"):
        return _postgresql(where, patience)
    raise ValueError(f"{where.render_as_string()}: the database is SQLite in a file (sqlite:///leeway.db) or PostgreSQL")


def _postgresql(where: URL, patience: float) -> Database:
    made = postgresql.engine(where, patience)
    return Database(made, None, isolation_level="REPEATABLE READ", postgresql_readonly=True)


def is_reading(connection: Connection) -> bool:
    """Whether the transaction is for looking only."""
    return bool(connection.get_execution_options().get(READING))


def _sqlite(where: URL, patience: float) -> Database:
    if where.database in (None, "", ":memory:"):
        raise ValueError("a SQLite database in memory is not shared between threads: name a file, as in sqlite:///leeway.db")
    Path(str(where.database)).absolute().parent.mkdir(parents=True, exist_ok=True)
    connecting = {"check_same_thread": False, "timeout": patience, "cached_statements": STATEMENTS}
    engine = create_engine(where, connect_args=connecting, pool_size=5, max_overflow=20, pool_timeout=patience)
    event.listen(engine, "connect", partial(_prepare, patience))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _translate_sqlite)
    return Database(engine, Turns(patience))


def _prepare(patience: float, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Sets a new SQLite connection up."""
    # The driver must not begin transactions by itself: it begins late and DEFERRED, and a reader that turns writer fails.
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor, patience)
    # FULL, not NORMAL: we answer after commit, and in WAL mode NORMAL loses the last commits when the power goes. It costs a
    # sync for each commit, which is why usage is committed in groups.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -16000")  # 16 MB a connection: today's dedupe keys fit, 25 connections do not hurt
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock before the first read, so nothing that a unit read can change under it.
    connection.exec_driver_sql("BEGIN" if is_reading(connection) else "BEGIN IMMEDIATE")


def _write_ahead(cursor: DBAPICursor, patience: float) -> None:
    """Turns write-ahead logging on. Of two who are first at once, one is told "locked" without its timeout being waited for."""
    for left in reversed(range(max(1, int(patience / PAUSE)))):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _OUTAGES or not left:
                raise Unavailable(f"the database did not answer: {error}") from error
            Event().wait(PAUSE)


_OUTAGES = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_READONLY,
})  # fmt: skip
_TAKEN = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})


def _translate_sqlite(context: ExceptionContext) -> None:
    error = context.original_exception
    code = getattr(error, "sqlite_errorcode", 0)
    if code in _TAKEN:
        raise Stale(str(error)) from error
    if code & 0xFF in _OUTAGES:
        raise Unavailable(f"the database did not answer: {error}") from error

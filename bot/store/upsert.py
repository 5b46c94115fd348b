"""INSERT … ON CONFLICT: for one row through SQLAlchemy, for many straight to the driver.

SQLite and PostgreSQL spell it alike; what differs is how SQLAlchemy builds it and how a driver marks a value. Many rows go past
SQLAlchemy, which would look at every value of every row: that costs three times the insert. Their values are the driver's own,
moments as `stamp` gives them, and they come sorted by key, so that two writers take rows in one order.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from bot.store.columns import micros

Insert = SqliteInsert | PostgresInsert
Columns = tuple[str, ...]
Values = tuple[object, ...]

CHUNK = 100  # rows in one statement; more gain nothing, and 8 columns of 4,000 would be more than SQLite binds


def insert(dialect: str, table: Table) -> Insert:
    """An insert in a dialect, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return PostgresInsert(table) if dialect == "postgresql" else SqliteInsert(table)


def added(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Inserts a row; False, and nothing happens, when any of its unique keys is taken."""
    statement = insert(connection.dialect.name, table).on_conflict_do_nothing()
    return connection.execute(statement, dict(row)).rowcount == 1


def add_many(connection: Connection, table: Table, columns: Columns, rows: Sequence[Values]) -> int:
    """Inserts the rows whose key is not taken; how many there were."""
    return connection.exec_driver_sql(_text(connection.dialect.name, table, columns), list(rows)).rowcount


def add_new(connection: Connection, table: Table, columns: Columns, rows: Sequence[Values]) -> Iterator[Any]:
    """Inserts the rows whose key is not taken, and gives those back."""
    return _returned(connection, table, columns, rows, sums=False)


def sum_many(connection: Connection, table: Table, columns: Columns, rows: Sequence[Values]) -> None:
    """Inserts rows, or adds every column outside the key to what the row has."""
    if rows:
        connection.exec_driver_sql(_text(connection.dialect.name, table, columns, sums=True), list(rows))


def sum_up(connection: Connection, table: Table, columns: Columns, rows: Sequence[Values]) -> Iterator[Any]:
    """As `sum_many`, and gives the rows back as they are now."""
    return _returned(connection, table, columns, rows, sums=True)


def _returned(connection: Connection, table: Table, columns: Columns, rows: Sequence[Values], *, sums: bool) -> Iterator[Any]:
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        text = _text(connection.dialect.name, table, columns, sums=sums, rows=len(part))
        flat = tuple(value for row in part for value in row)
        yield from connection.exec_driver_sql(f"{text} RETURNING {_quoted(columns)}", flat)


def stamp(connection: Connection) -> Callable[[datetime], object]:
    """What turns a moment into the driver's value; on PostgreSQL it is that already."""
    return _aware if connection.dialect.name == "postgresql" else micros


def _aware(at: datetime) -> datetime:
    micros(at)  # refuses what is naive
    return at


@cache
def _text(dialect: str, table: Table, columns: Columns, *, sums: bool = False, rows: int = 1) -> str:
    mark = "%s" if dialect == "postgresql" else "?"
    values = ", ".join([f"({', '.join(mark for _ in columns)})"] * rows)
    head = f"INSERT INTO {table.name} ({_quoted(columns)}) VALUES {values} ON CONFLICT"
    key = [column.name for column in table.primary_key]
    if not sums:
        return f"{head} DO NOTHING"
    added = (f'"{name}" = {table.name}."{name}" + excluded."{name}"' for name in columns if name not in key)
    return f"{head} ({_quoted(key)}) DO UPDATE SET {', '.join(added)}"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)

"""INSERT … ON CONFLICT: for one row through SQLAlchemy, for many straight to the driver.

SQLite and PostgreSQL spell it alike; what differs is how SQLAlchemy builds it and how a driver marks a value. Many rows go past
SQLAlchemy, which would look at every value of every row: that costs three times the insert. Their values are the driver's own,
moments as `stamp` gives them, and they come sorted by key, so that two writers take rows in one order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, CursorResult, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from bot.store.columns import escaped, micros

Insert = SqliteInsert | PostgresInsert
Columns = tuple[str, ...]
Values = tuple[object, ...]

MOST = 256  # rows in one statement, a power of two; more gain nothing, and SQLite binds at most 32,766 values
EXACT = 64  # up to so many rows are one statement of just that size: the driver keeps few enough of them


def insert(dialect: str, table: Table) -> Insert:
    """An insert in a dialect, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return PostgresInsert(table) if dialect == "postgresql" else SqliteInsert(table)


def added(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Inserts a row; False, and nothing happens, when any of its unique keys is taken."""
    statement = insert(connection.dialect.name, table).on_conflict_do_nothing()
    return connection.execute(statement, dict(row)).rowcount == 1


def add_many(connection: Connection, table: Table, columns: Columns, rows: Sequence[Values]) -> int:
    """Inserts the rows whose key is not taken; how many there were."""
    return sum(done.rowcount for done in _executed(connection, Shape(table, columns), rows))


def add_new(connection: Connection, table: Table, columns: Columns, rows: Sequence[Values]) -> Iterator[Any]:
    """Inserts the rows whose key is not taken, and gives those back."""
    return _chained(_executed(connection, Shape(table, columns, back=True), rows))


def sum_many(connection: Connection, table: Table, columns: Columns, rows: Sequence[Values]) -> None:
    """Inserts rows, or adds every column outside the key to what the row has."""
    for _ in _executed(connection, Shape(table, columns, sums=True), rows):
        pass


def sum_up(connection: Connection, table: Table, columns: Columns, rows: Sequence[Values]) -> Iterator[Any]:
    """As `sum_many`, and gives the rows back as they are now."""
    return _chained(_executed(connection, Shape(table, columns, sums=True, back=True), rows))


@dataclass(frozen=True, slots=True)
class Shape:
    """A statement but for how many rows it has: whether it adds to a row that is there, and gives back what is there now."""

    table: Table
    columns: Columns
    sums: bool = False
    back: bool = False


def _executed(connection: Connection, shape: Shape, rows: Sequence[Values]) -> Iterator[CursorResult[Any]]:
    """Runs the statement over all rows; each result is to be read before the next is asked for."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        columns = tuple(_kept(column) for column in zip(*rows, strict=True))
        yield connection.exec_driver_sql(_unnested(shape), columns)
        return
    # Not executemany: it lets go of Python's lock and takes it back at every row, and whoever runs meanwhile keeps it for
    # milliseconds. There are few sizes, so few texts, and the driver keeps what it compiled.
    start, size = 0, MOST
    while (left := len(rows) - start) > 0:
        while size > left > EXACT:
            size //= 2
        size = min(size, left)
        flat = tuple(chain.from_iterable(rows[start : start + size]))
        yield connection.exec_driver_sql(_listed(shape, size), flat)
        start += size


def _kept(column: Sequence[Any]) -> list[Any]:
    """The values of a column as PostgreSQL keeps them: nearly always as they are, which one look at all of a text's tells."""
    whole = "".join(column) if isinstance(column[0], str) else ""
    return [escaped(value) for value in column] if "\x00" in whole or "\x01" in whole else list(column)


def _chained(results: Iterable[CursorResult[Any]]) -> Iterator[Any]:
    return chain.from_iterable(result.all() for result in results)


def stamp(connection: Connection) -> Callable[[datetime], object]:
    """What turns a moment into the driver's value; on PostgreSQL it is that already."""
    return _aware if connection.dialect.name == "postgresql" else micros


def _aware(at: datetime) -> datetime:
    micros(at)  # refuses what is naive
    return at


@cache
def _listed(shape: Shape, rows: int) -> str:
    one = f"({', '.join('?' for _ in shape.columns)})"
    return _text(shape, f"VALUES {', '.join([one] * rows)}")


@cache
def _unnested(shape: Shape) -> str:
    """One array a column: a statement of one text however many rows it has, planned once."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    kinds = (shape.table.c[name].type.dialect_impl(dialect).compile(dialect) for name in shape.columns)
    return _text(shape, f"SELECT * FROM unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})")


def _text(shape: Shape, values: str) -> str:
    table = shape.table
    key = [column.name for column in table.primary_key]
    added = (f'"{name}" = {table.name}."{name}" + excluded."{name}"' for name in shape.columns if name not in key)
    conflict = f"({_quoted(key)}) DO UPDATE SET {', '.join(added)}" if shape.sums else "DO NOTHING"
    text = f"INSERT INTO {table.name} ({_quoted(shape.columns)}) {values} ON CONFLICT {conflict}"
    return f"{text} RETURNING {_quoted(shape.columns)}" if shape.back else text


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)

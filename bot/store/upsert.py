"""INSERT … ON CONFLICT and INSERT … RETURNING, which SQLite and PostgreSQL spell alike but SQLAlchemy builds apart.

Inserts of many rows are cut here to what one statement may bind.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

Insert = SqliteInsert | PostgresInsert


def insert(connection: Connection, table: Table) -> Insert:
    """An insert in the connection's dialect, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return PostgresInsert(table) if connection.dialect.name == "postgresql" else SqliteInsert(table)


def added(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Inserts a row; False, and nothing happens, when any of its unique keys is taken."""
    statement = insert(connection, table).on_conflict_do_nothing()
    return connection.execute(statement, dict(row)).rowcount == 1

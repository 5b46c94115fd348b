"""Rows: what every table is declared with. Money and counts are BigInteger, moments aware UTC.

A row's columns bear the names of its value's fields. No relationships; a row is loaded by its key.
"""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, text
from sqlmodel import Field, SQLModel

from bot.store.columns import Moment, Nested

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
ROWID = BigInteger().with_variant(Integer(), "sqlite")  # on SQLite only INTEGER is the rowid itself


class Row(SQLModel):
    """A row of any table."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def key(kind: Any = None, **options: Any) -> Any:
    """A column of the primary key."""
    return Field(primary_key=True, **({"sa_type": kind} if kind else {}), **options)


def at(**options: Any) -> Any:
    """A moment."""
    return Field(sa_type=Moment, **options)


def count(**options: Any) -> Any:
    """A whole number: money, tokens, how many."""
    return Field(sa_type=BigInteger, **options)


def nested(kind: Any) -> Any:
    """A value of the rules, kept as JSON."""
    return Field(sa_column=Column(Nested(kind), nullable=False))


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows that a condition holds for."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


METADATA = Row.metadata


def table(row: type[Row]) -> Table:
    """The table of a row, as the ports use it."""
    return METADATA.tables[str(row.__tablename__)]

"""Types of columns: text, moments, days, and values kept as JSON."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """A moment as microseconds since 1970; ValueError when it is not aware, because then it is not a moment."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return (at - _EPOCH) // _MICRO


def moment(micros: int) -> datetime:
    """The moment of so many microseconds since 1970, UTC."""
    return _EPOCH + micros * _MICRO


def day_number(day: date) -> int:
    """2026-11-27 as 20261127: short, in order, and readable in a database shell."""
    return day.year * 10_000 + day.month * 100 + day.day


def escaped(text: str) -> str:
    """Text as PostgreSQL keeps it, which has no NUL: \\x00 is \\x01\\x01 and \\x01 is \\x01\\x02, which sort as they did."""
    return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")


class Text(TypeDecorator[str]):
    """Any text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql":
            return value
        return escaped(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql":
            return value
        return value.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01")


class Moment(TypeDecorator[datetime]):
    """An aware datetime; comes back as UTC. Microseconds since 1970 on SQLite, whose text dates drop the zone."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = DateTime(timezone=True) if dialect.name == "postgresql" else BigInteger()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return value if dialect.name == "postgresql" and value.tzinfo else micros(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else moment(value)


class Day(TypeDecorator[date]):
    """A calendar day, as the number that `day_number` gives."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, _dialect: Dialect) -> int | None:
        return None if value is None else day_number(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> date | None:
        return None if value is None else date(value // 10_000, value // 100 % 100, value % 100)


class Nested(TypeDecorator[Any]):
    """A value of the rules inside a row: frozen dataclasses, enums, tuples, moments and spans, kept as JSON."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        return msgspec.to_builtins(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        return msgspec.convert(value, self.kind)


class Plain(TypeDecorator[Any]):
    """JSON values as they are, with moments written as the record's digests write them."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> Any:
        return json.loads(json.dumps(value, default=_written))


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")

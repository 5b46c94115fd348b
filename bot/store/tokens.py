"""Bearer tokens of the HTTP API. A token is shown once and kept as its SHA-256: it is random, so no slow hash is needed."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import delete, select

from bot.store.database import Database
from bot.store.tables import tokens
from bot.store.upsert import added
from workflows.ports import Rejected

PREFIX = "leeway_"  # so that scanners find one that was committed somewhere by mistake


class Scope(StrEnum):
    """What a token may do."""

    INGEST = "ingest"
    CHECK = "check"
    READ = "read"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as operators see it."""

    name: str
    scopes: frozenset[Scope]
    created: datetime


class Tokens:
    """Makes, checks and revokes tokens; each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, scopes: Iterable[Scope], now: datetime) -> str:
        """A new token's text, which is not kept. Rejected when the name is taken."""
        text = PREFIX + secrets.token_urlsafe(32)
        row = {"name": name, "hash": _hash(text), "scopes": sorted(Scope(s).value for s in scopes), "created": now}
        with self._database.writing() as connection:
            if not added(connection, tokens, row):
                raise Rejected(f"there is a token named {name}; revoke it first, or choose another name")
            connection.commit()
        return text

    def check(self, text: str) -> frozenset[Scope] | None:
        """What the bearer may do; None when there is no such token."""
        with self._database.reading() as connection:
            scopes = connection.execute(select(tokens.c.scopes).where(tokens.c.hash == _hash(text))).scalar()
        return None if scopes is None else frozenset(map(Scope, scopes))

    def called(self, text: str) -> str:
        """The name of a token, "" when there is no such token."""
        with self._database.reading() as connection:
            return str(connection.execute(select(tokens.c.name).where(tokens.c.hash == _hash(text))).scalar() or "")

    def list(self) -> list[Token]:
        """Every token, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(tokens).order_by(tokens.c.created, tokens.c.name)).all()
        return [Token(row.name, frozenset(map(Scope, row.scopes)), row.created) for row in rows]

    def revoke(self, name: str) -> bool:
        """Removes a token; False when there is none of that name."""
        with self._database.writing() as connection:
            removed = connection.execute(delete(tokens).where(tokens.c.name == name)).rowcount
            connection.commit()
        return removed == 1


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()

"""PostgreSQL: how its connections are set up, and what its errors mean to us."""

import re
from math import ceil

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import ExceptionContext

from workflows.ports import Rejected, Stale, Unavailable

STALLED = 60_000  # milliseconds; a unit that takes longer is stuck, and must be over before its lease of an errand is
LOST = {  # a server that is gone without a word is noticed in seconds; the kernel alone would try for a quarter of an hour
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}


def engine(where: URL, patience: float) -> Engine:
    """Connections to a server; whoever waits for one, or for a lock, longer than `patience` seconds gets Unavailable."""
    session = {"timezone": "UTC", "lock_timeout": ceil(patience * 1000)}
    session |= dict.fromkeys(("statement_timeout", "idle_in_transaction_session_timeout"), STALLED)
    ours = " ".join(f"-c {name}={value}" for name, value in session.items())
    connecting = {
        "fallback_application_name": "leeway",
        "client_encoding": "utf8",
        "connect_timeout": ceil(patience),
        **LOST,
        **where.query,
        "options": f"{where.query.get('options', '')} {ours}".strip(),
    }
    made = create_engine(
        where.set(drivername="postgresql+psycopg"),
        connect_args=connecting,
        # What a unit reads may change under it: versions, unique keys and row locks are what it relies on. A stricter level
        # would make every two batches of usage collide, whose sums need no such care.
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,  # after a restart of the server the connections of before are dead
        pool_size=5,
        max_overflow=20,
        pool_timeout=patience,
        use_native_hstore=False,
        execution_options={"preserve_rowcount": True},  # of an insert it would be gone with the driver's cursor
    )
    event.listen(made, "handle_error", _translate)
    return made


def fits(connection: Connection) -> None:
    """Rejected when this database cannot hold what people write."""
    encoding = connection.execute(text("SHOW server_encoding")).scalar()
    if encoding != "UTF8":
        raise Rejected(
            f"the database is encoded as {encoding}; make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )


_FIRST = frozenset({"23505", "40001", "40P01"})  # the key is taken; could not serialize; deadlock: somebody else was first
# Connection lost; out of connections, memory or disk; lock not to be had in time; too slow, or shutting down; input and output.
_OUTAGES = frozenset({"08", "53", "55", "57", "58"})
_READ_ONLY = "25006"  # the server became a standby: another one takes over
_STUCK = "25P03"
_FORBIDDEN = "42501"


def _translate(context: ExceptionContext) -> None:
    if context.is_pre_ping:
        return  # the pool looks whether the connection lives, and makes another
    error = context.original_exception
    state = getattr(error, "sqlstate", None) or ""
    if state in _FIRST:
        raise Stale(str(error)) from error
    if state == _FORBIDDEN:
        raise Rejected(f"{_said(error)}; the user of DATABASE_URL must own the database") from error
    if context.is_disconnect or context.connection is None or state[:2] in _OUTAGES or state in (_READ_ONLY, _STUCK):
        raise Unavailable(f"the database did not answer: {_said(error)}") from error


_HEAD, _ADVICE = re.compile(r"connection (failed|is bad): "), re.compile(r"\n(\t.*|Multiple connection attempts(.|\n)*)")


def _said(error: BaseException) -> str:
    """What the server said, in one line and without advice. It never says the password."""
    primary: str | None = getattr(getattr(error, "diag", None), "message_primary", None)
    return primary or " ".join(_ADVICE.sub("", _HEAD.sub("", str(error))).split())

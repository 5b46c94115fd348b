"""Usage by series: events say only what is their own, daily sums are kept with the write, counters have a version.

What vendors say they charged is kept beside usage, and what usage cost is added up by their days, too: UTC days.

Events that were counted before are carried over, each under the approval "base", which was not kept then. Their daily sums are by
UTC day: whose day it was is app.yaml's to say, and this does not read it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAMES = ("scope", "model", "provider", "team", "use_case", "environment", "ended", "cost_source", "approval")
SUMS = ("events", "requests", "input", "output", "cache_read", "cache_write", "cost", "latency", "clocked")
CHUNK = 1_000


def text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def count(*names: str, empty: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger(), nullable=empty) for name in names]


def data(name: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=False)]


def day() -> list[sa.Column[Any]]:
    return [sa.Column("day", sa.Integer(), nullable=False)]


def moment() -> sa.types.TypeEngine[Any]:
    return sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def key(name: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{name}")


def upgrade() -> None:
    op.rename_table("events", "old_events")
    op.rename_table("seen", "old_seen")
    if op.get_bind().dialect.name == "postgresql":  # there a key keeps its name when its table gets another
        op.execute("ALTER INDEX pk_events RENAME TO pk_old_events")
        op.execute("ALTER INDEX pk_seen RENAME TO pk_old_seen")
        op.execute("ALTER SEQUENCE events_id_seq RENAME TO old_events_id_seq")
    create()
    op.add_column("counters", sa.Column("version", sa.BigInteger(), nullable=False, server_default="1"))
    with op.batch_alter_table("counters") as counters:
        counters.alter_column("version", server_default=None)
    carry_over()
    op.drop_table("old_events")
    op.drop_table("old_seen")
    op.drop_table("unpriced")


def create() -> None:
    rowid = sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)
    op.create_table(
        "events",
        rowid,
        *data("key"),
        sa.Column("at", moment(), nullable=False),
        *count("series"),
        *text("user", "source"),
        sa.Column("timed", sa.Boolean(), nullable=False),
        *count("requests", "input", "output", "cache_read", "cache_write", "cost"),
        *count("latency", empty=True),
        key("events", "id"),
    )
    number = sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False)
    op.create_table("series", number, *text(*NAMES), key("series", "id"))
    op.create_index("series_by_scope", "series", ["scope"])
    op.create_table("slices", *day(), *count("series", *SUMS), key("slices", "day", "series"), sqlite_with_rowid=False)
    name = [*day(), *text("provider", "model")]
    op.create_table("sold", *name, *count("cost"), key("sold", "day", "provider", "model"), sqlite_with_rowid=False)
    create_ledger()
    op.create_table("seen", *day(), *data("key"), *count("event"), key("seen", "day", "key"), sqlite_with_rowid=False)


def create_ledger() -> None:
    bill = [*text("vendor"), *day(), *text("line"), *count("amount"), sa.Column("as_of", moment(), nullable=False)]
    op.create_table("bills", *bill, key("bills", "vendor", "day", "line"), sqlite_with_rowid=False)
    timer = [sa.Column("due", moment(), nullable=False), sa.Column("read", moment(), nullable=True)]
    op.create_table("pulls", *text("vendor"), *timer, *count("tries"), *text("error"), key("pulls", "vendor"))


def carry_over() -> None:
    bind = op.get_bind()
    known: set[int] = set()
    for rows in chunks(bind):
        bind.execute(table("events", *rows[0]["event"]).insert(), [row["event"] for row in rows])
        fresh = {row["series"]["id"]: row["series"] for row in rows if row["series"]["id"] not in known}
        known |= fresh.keys()
        if fresh:
            bind.execute(table("series", "id", *NAMES).insert(), list(fresh.values()))
        for row in rows:
            add(bind, "slices", ("day", "series"), row["slice"])
            add(bind, "sold", ("day", "provider", "model"), row["sold"])
    bind.execute(
        sa.text(
            "INSERT INTO seen (day, key, event) SELECT s.day, s.key, coalesce(e.id, 0)"
            " FROM old_seen s LEFT JOIN (SELECT key, max(id) AS id FROM events GROUP BY key) e ON e.key = s.key"
        )
    )
    if bind.dialect.name == "postgresql":
        last = "SELECT setval(pg_get_serial_sequence('events', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM events), false)"
        bind.execute(sa.text(last))


def table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


def chunks(bind: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    """The old events in their order, as the rows that they become."""
    last = 0
    while True:
        page = sa.text("SELECT * FROM old_events WHERE id > :last ORDER BY id LIMIT :most")
        rows = [dict(row) for row in bind.execute(page, {"last": last, "most": CHUNK}).mappings()]
        if not rows:
            return
        last = rows[-1]["id"]
        yield [carried(row) for row in rows]


def carried(old: dict[str, Any]) -> dict[str, Any]:
    parts = (old["scope"], old["model"], old["provider"], "", "", "", "", old["cost_source"], "base")
    hashed = blake2b(digest_size=8)
    for part in parts:
        said = part.encode("utf-8", "surrogatepass")
        hashed.update(len(said).to_bytes(4) + said)
    series = int.from_bytes(hashed.digest()) >> 1
    same = ("id", "key", "at", "user", "source", "timed", "requests", "input", "output", "cache_read", "cache_write", "cost")
    event = {name: old[name] for name in same} | {"series": series, "latency": None}
    sums = {name: old[name] for name in ("requests", "input", "output", "cache_read", "cache_write", "cost")}
    piece = {"day": day_of(old["at"]), "series": series, "events": 1, **sums, "latency": 0, "clocked": 0}
    sold = {name: old[name] for name in ("provider", "model", "cost")} | {"day": piece["day"]}
    return {"event": event, "series": {"id": series, **dict(zip(NAMES, parts, strict=True))}, "slice": piece, "sold": sold}


def day_of(at: int | datetime) -> int:
    moment = at.astimezone(UTC) if isinstance(at, datetime) else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return moment.year * 10_000 + moment.month * 100 + moment.day


def add(bind: sa.Connection, into: str, keys: tuple[str, ...], piece: dict[str, Any]) -> None:
    grown = ", ".join(f"{name} = {into}.{name} + excluded.{name}" for name in piece if name not in keys)
    names, marks = ", ".join(piece), ", ".join(f":{name}" for name in piece)
    conflict = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {grown}"
    bind.execute(sa.text(f"INSERT INTO {into} ({names}) VALUES ({marks}) {conflict}"), piece)

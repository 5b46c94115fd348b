"""Usage by series: events say only what is their own, daily sums are kept with the write, counters have a version.

What vendors say they charged is kept beside usage, and what usage cost is added up by their days, too: UTC days. On PostgreSQL
text now sorts by code point, as it does elsewhere.

Events that were counted before are carried over, each under the approval "base", which was not kept then. Their daily sums are by
UTC day: whose day it was is app.yaml's to say, and this does not read it.
"""

from collections.abc import Iterable, Iterator
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
SLICE, SOLD = ("day", "series"), ("day", "provider", "model")  # what their sums are kept by
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
    create_denials()
    create_spikes()
    op.add_column("counters", sa.Column("version", sa.BigInteger(), nullable=False, server_default="1"))
    with op.batch_alter_table("counters") as counters:
        counters.alter_column("version", server_default=None)
    since = sa.Column("since", moment(), nullable=False)
    op.create_table("metered", *text("quota"), since, *text("how"), key("metered", "quota"))
    op.execute("INSERT INTO metered (quota, since, how) SELECT quota, min(start), '' FROM counters GROUP BY quota")
    op.create_index("counters_by_end", "counters", ["end"])
    carry_over()
    op.drop_table("old_events")
    op.drop_table("old_seen")
    op.drop_table("unpriced")
    if op.get_bind().dialect.name == "postgresql":
        by_code_point()


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
    create_streams()
    name = [*day(), *text("provider", "model")]
    op.create_table("sold", *name, *count("cost"), key("sold", *SOLD), sqlite_with_rowid=False)
    create_ledger()
    amending()
    op.create_table("seen", *day(), *data("key"), *count("event"), key("seen", "day", "key"), sqlite_with_rowid=False)


def create_streams() -> None:
    signal = [*text("signal"), sa.Column("last", sa.Integer(), nullable=False), *count("passed")]
    op.create_table("holders", *data("id"), *signal, key("holders", "id"), sqlite_with_rowid=False)
    op.create_table("totals", *data("id"), *count("at", "amount", "calls"), key("totals", "id"), sqlite_with_rowid=False)


def create_ledger() -> None:
    bill = [*text("vendor"), *day(), *text("line"), *count("amount"), sa.Column("as_of", moment(), nullable=False)]
    op.create_table("bills", *bill, key("bills", "vendor", "day", "line"), sqlite_with_rowid=False)
    timer = [sa.Column("due", moment(), nullable=False), sa.Column("read", moment(), nullable=True)]
    op.create_table("pulls", *text("vendor"), *timer, *count("tries"), *text("error"), key("pulls", "vendor"))


def amending() -> None:
    booked = sa.Column("booked", moment(), nullable=False)
    sums = [*day(), *count("series", *SUMS)]
    corrections = [*data("key"), *data("original"), booked, *sums]
    op.create_table("corrections", *corrections, key("corrections", "key"), sqlite_with_rowid=False)
    op.create_index("corrections_by_original", "corrections", ["original"])
    op.create_index("corrections_by_booked", "corrections", ["booked"])
    at = sa.Column("at", moment(), nullable=False)
    made = [*text("scope", "metric"), *count("quantity"), *text("use_case"), *count("seconds", "value"), *text("model", "source")]
    produced = [*data("key"), *day(), at, *made, *data("corrects"), *count("reports")]
    op.create_table("produced", *produced, key("produced", "key"), sqlite_with_rowid=False)
    op.create_index("produced_by_corrects", "produced", ["corrects"])
    yields = [*day(), *text("scope", "use_case", "metric"), *count("reports", "quantity", "seconds", "value")]
    op.create_table("yields", *yields, key("yields", "day", "scope", "use_case", "metric"), sqlite_with_rowid=False)
    nested = [sa.Column(name, sa.JSON(), nullable=False) for name in ("said", "shown")]
    op.create_table("reports", *text("key", "channel", "week"), *nested, *count("version"), key("reports", "key"))
    op.create_index("reports_of_channel", "reports", ["channel", "week"])


def create_denials() -> None:
    times = [sa.Column(name, moment(), nullable=False) for name in ("start", "end", "at")]
    said = [sa.Column("denial", sa.JSON(), nullable=False), sa.Column("missed", sa.Boolean(), nullable=False)]
    op.create_table("denials", *text("key", "quota", "scope"), *times, *said, key("denials", "key"))


def create_spikes() -> None:
    days = [sa.Column(name, sa.Integer(), nullable=False) for name in ("began", "day")]
    at = sa.Column("at", moment(), nullable=False)
    op.create_table("spikes", *text("key", "scope", "use_case"), *days, at, key("spikes", "key"))
    op.create_index("spikes_by_day", "spikes", ["day"])


def carry_over() -> None:
    bind = op.get_bind()
    bind.execute(sa.text("INSERT INTO seen (day, key, event) SELECT day, key, 0 FROM old_seen"))
    mark = sa.text("UPDATE seen SET event = :event WHERE day = :day AND key = :key AND event = 0")
    known: set[int] = set()
    for rows in chunks(bind):
        bind.execute(table("events", *rows[0]["event"]).insert(), [row["event"] for row in rows])
        fresh = {row["series"]["id"]: row["series"] for row in rows if row["series"]["id"] not in known}
        known |= fresh.keys()
        if fresh:
            bind.execute(table("series", "id", *NAMES).insert(), list(fresh.values()))
        bind.execute(added("slices", SLICE, SUMS), summed((row["slice"] for row in rows), SLICE, SUMS))
        bind.execute(added("sold", SOLD, ("cost",)), summed((row["sold"] for row in rows), SOLD, ("cost",)))
        bind.execute(mark, [each for row in rows for each in row["marks"]])
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
    names = {"id": series, **dict(zip(NAMES, parts, strict=True))}
    sold = {"day": piece["day"], "provider": old["provider"], "model": old["model"], "cost": old["cost"]}
    return {"event": event, "series": names, "slice": piece, "sold": sold, "marks": marks(old)}


def marks(old: dict[str, Any]) -> list[dict[str, Any]]:
    """Where an event was marked as seen: on its day, and without a time of its own on the day before, too."""
    days = [old["at"]] if old["timed"] else [old["at"], before(old["at"])]
    return [{"day": day_of(at), "key": old["key"], "event": old["id"]} for at in days]


def before(at: int | datetime) -> int | datetime:
    return at - timedelta(days=1) if isinstance(at, datetime) else at - 86_400_000_000


def day_of(at: int | datetime) -> int:
    moment = at.astimezone(UTC) if isinstance(at, datetime) else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return moment.year * 10_000 + moment.month * 100 + moment.day


def added(into: str, keys: tuple[str, ...], sums: tuple[str, ...]) -> sa.TextClause:
    names = (*keys, *sums)
    grown = ", ".join(f"{name} = {into}.{name} + excluded.{name}" for name in sums)
    values = ", ".join(f":{name}" for name in names)
    conflict = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {grown}"
    return sa.text(f"INSERT INTO {into} ({', '.join(names)}) VALUES ({values}) {conflict}")


def summed(pieces: Iterable[dict[str, Any]], keys: tuple[str, ...], sums: tuple[str, ...]) -> list[dict[str, Any]]:
    """The sums of a chunk, one for each key."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for piece in pieces:
        here = found.setdefault(tuple(piece[name] for name in keys), {**piece, **dict.fromkeys(sums, 0)})
        here |= {name: here[name] + piece[name] for name in sums}
    return list(found.values())


def by_code_point() -> None:
    """The order of every text, whatever the database's own is. Last, because it looks at every table there is."""
    there = sa.inspect(op.get_bind())
    for name in there.get_table_names():
        texts = [column["name"] for column in there.get_columns(name) if isinstance(column["type"], sa.String)]
        changes = ", ".join(f'ALTER COLUMN "{column}" TYPE VARCHAR COLLATE "C"' for column in texts)
        if changes and name != "alembic_version":
            op.execute(f'ALTER TABLE "{name}" {changes}')

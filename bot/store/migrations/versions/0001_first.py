"""The first tables. Written out: a step says what was done then, whatever `bot.store.tables` says now."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def count(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def moment(*names: str, empty: bool = False) -> list[sa.Column[Any]]:
    kind = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
    return [sa.Column(name, kind, nullable=empty) for name in names]


def day(name: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=False)]


def data(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=False) for name in names]


def nested(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.JSON(), nullable=False) for name in names]


def flag(name: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Boolean(), nullable=False)]


def create(name: str, *columns: list[sa.Column[Any]], key: tuple[str, ...], **options: Any) -> None:
    primary = sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")
    op.create_table(name, *(c for group in columns for c in group), primary, *options.pop("more", ()), **options)


def partial(name: str, table: str, columns: list[str], *, where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    requests()
    overrides()
    outcomes()
    usage()
    notices()
    engines()
    kept()
    doors()


def requests() -> None:
    create(
        "requests",
        text("id", "requester", "quota"),
        nested("case", "route"),
        text("limit"),
        moment("submitted", "deadline"),
        text("policy", "origin"),
        count("version", "revision"),
        text("state"),
        nested("votes"),
        moment("decided", empty=True),
        key=("id",),
    )
    partial("one_pending_request", "requests", ["quota", "requester"], where="state = 'pending'", unique=True)
    op.create_index("requests_by_submitted", "requests", ["quota", "submitted"])


def overrides() -> None:
    of_request = sa.ForeignKeyConstraint(["request"], ["requests.id"], name="fk_overrides_request")
    create(
        "overrides",
        text("id", "request", "quota"),
        count("amount"),
        text("unit", "holder"),
        nested("term"),
        moment("granted", "activate_by"),
        count("version"),
        moment("starts", "ends", "stopped", empty=True),
        [sa.Column("why", sa.String(), nullable=True)],
        moment("gone", empty=True),
        key=("id",),
        more=(of_request, sa.UniqueConstraint("request", name="uq_overrides_request")),
    )
    partial("overrides_current", "overrides", ["quota", "granted"], where="gone IS NULL")


def outcomes() -> None:
    of_override = sa.ForeignKeyConstraint(["override"], ["overrides.id"], name="fk_outcomes_override")
    quantity = [sa.Column("quantity", sa.BigInteger(), nullable=True)]
    create(
        "outcomes",
        text("override", "happened"),
        moment("at"),
        text("by"),
        quantity,
        text("words", "link"),
        key=("override",),
        more=(of_override,),
    )


def usage() -> None:
    rowid = sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)
    create(
        "events",
        [rowid],
        data("key"),
        moment("at"),
        text("scope", "model", "user", "source", "provider"),
        flag("timed"),
        count("requests", "input", "output", "cache_read", "cache_write", "cost"),
        text("cost_source"),
        key=("id",),
    )
    create("seen", day("day"), data("key"), key=("day", "key"), sqlite_with_rowid=False)
    create(
        "counters", text("quota"), moment("start", "end"), count("spent"), key=("quota", "start", "end"), sqlite_with_rowid=False
    )
    create("days", text("quota"), day("day"), count("spent"), key=("quota", "day"), sqlite_with_rowid=False)
    create("unpriced", text("model"), count("events", "cost"), key=("model",))


def notices() -> None:
    create(
        "notices",
        text("key", "quota"),
        moment("start", "end"),
        text("level"),
        count("percent", "mark", "spent"),
        moment("at"),
        flag("shown"),
        key=("key",),
    )
    op.create_index("notices_of_window", "notices", ["quota", "start"])


def engines() -> None:
    create("agenda", text("wake", "key"), moment("at"), key=("wake", "key"))
    op.create_index("agenda_by_time", "agenda", ["at"])
    create(
        "outbox",
        text("do", "key"),
        count("generation", "tries"),
        moment("due", empty=True),
        flag("held"),
        moment("since", "asked"),
        text("error"),
        key=("do", "key"),
    )
    op.create_index("outbox_by_due", "outbox", ["due"])


def kept() -> None:
    create("posts", text("thing", "place", "channel", "ts", "digest"), key=("thing", "place"))
    create(
        "record",
        text("subject"),
        count("seq"),
        moment("at"),
        text("by", "did"),
        nested("after"),
        text("previous", "digest"),
        key=("subject", "seq"),
    )


def doors() -> None:
    create("limits", text("quota"), count("amount"), text("unit"), nested("overrides"), moment("written_at"), key=("quota",))
    unique = sa.UniqueConstraint("hash", name="uq_tokens_hash")
    create("tokens", text("name"), data("hash"), nested("scopes"), moment("created"), key=("name",), more=(unique,))

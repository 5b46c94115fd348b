"""Requests with all that can happen to them: edits, questions, undone votes, rungs that were asked, guardrails, a broken glass.

A request may have several overrides now: one for each quota that it asks for, and again when a decision was undone. Who is away
and what people have approved of what they may is kept beside, and so is what a rule refused, which may be appealed.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LISTS = ("excluded", "passed", "voided", "questions")
VALUES = ("facts", "auto", "glass", "appeal", "revoked")


def upgrade() -> None:
    requests()
    overrides()
    aways()
    charges()
    violations()
    posts()


def moment(name: str, *, empty: bool = False) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
    return sa.Column(name, kind, nullable=empty)


def text(name: str, *, empty: bool = False) -> sa.Column[Any]:
    """Text in the order of code points, as step 2 gave every text."""
    kind = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    return sa.Column(name, kind, nullable=empty)


def count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def key(name: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{name}")


def requests() -> None:
    for name in VALUES:
        op.add_column("requests", sa.Column(name, sa.JSON(), nullable=False, server_default="null"))
    for name in LISTS:
        op.add_column("requests", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("requests", sa.Column("round", sa.BigInteger(), nullable=False, server_default="1"))
    for name in ("since", "nudged", "reopened"):
        op.add_column("requests", moment(name, empty=True))
    if op.get_bind().dialect.name == "postgresql":  # SQLite would make the table anew, and overrides hold on to it
        for name in (*VALUES, *LISTS, "round"):
            op.alter_column("requests", name, server_default=None)


def overrides() -> None:
    """SQLite makes the table anew for it; outcomes, which hold on to it, are put aside meanwhile."""
    op.execute("CREATE TABLE kept_outcomes AS SELECT * FROM outcomes")
    op.execute("DELETE FROM outcomes")
    with op.batch_alter_table("overrides") as table:
        table.drop_constraint("uq_overrides_request", type_="unique")
    op.create_index("overrides_of_request", "overrides", ["request", "granted"])
    op.execute("INSERT INTO outcomes SELECT * FROM kept_outcomes")
    op.drop_table("kept_outcomes")


def aways() -> None:
    times = [moment("start"), moment("end")]
    op.create_table("aways", text("person"), *times, text("delegate", empty=True), text("reason"), key("aways", "person"))
    op.create_index("aways_by_delegate", "aways", ["delegate"])


def charges() -> None:
    counts = [count("used"), count("version")]
    op.create_table("charges", text("person"), moment("start"), *counts, key("charges", "person", "start"))


def violations() -> None:
    said = [text("quota"), text("data"), *(sa.Column(name, sa.JSON(), nullable=False) for name in ("case", "broken"))]
    names = [text("origin"), text("request"), text("appeal")]
    op.create_table("violations", text("id"), text("by"), moment("at"), *said, *names, key("violations", "id"))
    op.create_index("violations_by_time", "violations", ["at"])


def posts() -> None:
    op.create_index("posts_by_message", "posts", ["channel", "ts"])

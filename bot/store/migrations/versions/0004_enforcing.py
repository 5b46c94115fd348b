"""Overrides that begin later, follow one another or are held back, and what each quota store holds of ours."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    overrides()
    holdings()


def moment(name: str) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
    return sa.Column(name, kind, nullable=True)


def text(name: str, default: str | None = None) -> sa.Column[Any]:
    """Text in the order of code points, as step 2 gave every text."""
    kind = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    return sa.Column(name, kind, nullable=False, server_default=default)


def overrides() -> None:
    op.add_column("overrides", text("follows", ""))
    op.add_column("overrides", sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("overrides", sa.Column("grace", sa.JSON(), nullable=False, server_default="null"))
    op.add_column("overrides", moment("kept"))
    if op.get_bind().dialect.name == "postgresql":  # SQLite would make the table anew, and outcomes hold on to it
        for name in ("follows", "held", "grace"):
            op.alter_column("overrides", name, server_default=None)


def holdings() -> None:
    counts = [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("declared", "added", "adding", "version")]
    theirs = [sa.Column("adopted", sa.BigInteger(), nullable=True), sa.Column("unlimited", sa.Boolean(), nullable=False)]
    values = [sa.Column(name, sa.JSON(), nullable=False) for name in ("place", "written")]
    name = sa.PrimaryKeyConstraint("quota", name="pk_holdings")
    op.create_table("holdings", text("quota"), *counts, *theirs, *values, moment("edited"), name)

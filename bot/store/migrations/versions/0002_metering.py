"""Text sorts by code point on PostgreSQL too, whatever the database's own order is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    by_code_point()


def by_code_point() -> None:
    """Last, because it looks at every table there is."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    there = sa.inspect(bind)
    for table in there.get_table_names():
        text = [c["name"] for c in there.get_columns(table) if isinstance(c["type"], sa.String)]
        changes = ", ".join(f'ALTER COLUMN "{name}" TYPE VARCHAR COLLATE "C"' for name in text)
        if changes and table != "alembic_version":
            op.execute(f'ALTER TABLE "{table}" {changes}')

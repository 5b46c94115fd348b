"""The schema's version: whether the database has this one, and how it gets there. The steps are in `migrations`."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.store import postgresql
from workflows.ports import Rejected

HEAD = "0004"  # the newest step; a test holds it to the folder
_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_105_395_411  # PostgreSQL's advisory lock of whoever migrates; any number will do, if it stays the same


def current(connection: Connection) -> bool:
    """Whether the schema is this version's."""
    return _step(connection) == HEAD


def _step(connection: Connection) -> str:
    """The newest step that the database has; "" when it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def migrate(connection: Connection) -> None:
    """Takes every step that is missing, in one transaction, and commits it. Rejected when the database will not do."""
    if connection.dialect.name == "postgresql":
        postgresql.fits(connection)
        _alone(connection)
    step = _step(connection)
    if step > HEAD:
        raise Rejected(f"the database is of a newer Leeway: it has step {step}, and this one knows {HEAD}")
    if step < HEAD:
        upgrade(connection)
    connection.commit()


def _alone(connection: Connection) -> None:
    """Waits for whoever migrates already, and longer than for a row; a step itself may take as long as it takes."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = '10min'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


def upgrade(connection: Connection, step: str = HEAD) -> None:
    """Takes every step that is missing up to this one; whoever calls it commits."""
    # Here, not above: a start that finds nothing to do need not load Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, step)

"""How Alembic runs the steps: on the connection it is given by `bot.store.schema`, in that transaction.

A developer makes a new step with `DATABASE_URL=sqlite:////tmp/l.db alembic -c bot/store/migrations/alembic.ini revision
--autogenerate -m "why"`, against a database that has the steps so far.
"""

import os

from alembic import context
from sqlalchemy import Connection

from bot.store.database import connect
from bot.store.tables import METADATA


def run(connection: Connection) -> None:
    # Our SQLite connections begin for real, so a step that fails half way leaves nothing; Alembic assumes they do not.
    context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True, render_as_batch=True)
    context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with connect(os.environ["DATABASE_URL"]).writing() as connection:
        run(connection)
        connection.commit()

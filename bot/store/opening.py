"""Opening the store: one object that holds the database and gives out the ports kept in it."""

from bot.store import schema
from bot.store.database import PATIENCE, Database, connect
from bot.store.limits import StoredLimits
from bot.store.tokens import Tokens
from bot.store.unit import Glance, StoredUnit
from workflows.ports import Changed, Clock, Listener, Rejected, Unavailable, UnitOfWork


class Store:
    """The database of one process. Safe from many threads; a unit belongs to one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._listeners: list[Listener] = []
        self.limits = StoredLimits(database, clock)
        self.tokens = Tokens(database)

    def units(self) -> UnitOfWork:
        """A unit of work that may write; on SQLite writers take turns. Unavailable when its turn does not come."""
        return StoredUnit(self._database.writing, self._tell)

    def reads(self) -> UnitOfWork:
        """A unit for looking: it sees one moment and waits for no writer. It cannot commit."""
        return Glance(self._database.reading)

    def listen(self, listener: Listener) -> None:
        """Tells what units of this process commit, from now on."""
        self._listeners.append(listener)

    def _tell(self, changed: Changed) -> None:
        for listener in self._listeners:
            listener(changed)

    def migrate(self) -> None:
        """Brings the schema to this version's; does nothing when it is there. Safe when several processes start at once."""
        with self._database.writing() as connection:
            schema.migrate(connection)

    def ready(self) -> bool:
        """Whether the database answers and has this version's schema."""
        try:
            with self._database.reading() as connection:
                return schema.current(connection)
        except (Unavailable, Rejected):
            return False

    def close(self) -> None:
        """Closes every connection."""
        self._database.engine.dispose()


def open_store(url: str, clock: Clock, *, patience: float = PATIENCE) -> Store:
    """The store at an SQLAlchemy URL, "sqlite:///leeway.db" or "postgresql://…"; call `migrate` before the first unit.

    Whoever waits for a lock longer than `patience` seconds gets Unavailable.
    """
    return Store(connect(url, patience), clock)

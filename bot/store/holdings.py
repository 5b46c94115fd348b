"""What quota stores hold of ours, as the port `Holdings`."""

from sqlalchemy import Connection, and_, or_, select, true, update

from bot.store import mapping
from bot.store.tables import holdings
from bot.store.upsert import added
from workflows.holdings import Holding
from workflows.ports import Stale


class StoredHoldings:
    """`workflows.ports.Holdings`, of one unit. `changed` gets every one that it changes."""

    def __init__(self, connection: Connection, changed: list[Holding]) -> None:
        self._connection = connection
        self._changed = changed

    def get(self, quota: str) -> Holding | None:
        row = self._connection.execute(select(holdings).where(holdings.c.quota == quota)).mappings().first()
        return mapping.holding_of(row) if row else None

    def save(self, holding: Holding) -> None:
        self._write(holding)
        self._changed.append(holding)

    def _write(self, holding: Holding) -> None:
        row = mapping.holding_row(holding)
        if holding.version == 1:
            if not added(self._connection, holdings, row):
                raise Stale(f"{holding.quota}: its limit was looked at meanwhile")
            return
        one = and_(holdings.c.quota == holding.quota, holdings.c.version == holding.version - 1)
        if self._connection.execute(update(holdings).where(one).values(row)).rowcount != 1:
            raise Stale(f"{holding.quota}: its limit was looked at meanwhile")

    def edited(self) -> list[Holding]:
        theirs = or_(holdings.c.adopted.is_not(None), holdings.c.unlimited == true())
        rows = self._connection.execute(select(holdings).where(theirs).order_by(holdings.c.quota)).mappings()
        return [mapping.holding_of(row) for row in rows]

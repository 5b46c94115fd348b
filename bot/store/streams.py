"""Who tells of what, and what meters stood at, as the port `Streams`."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, bindparam, func, select, update

from bot.store import tables
from bot.store.upsert import MOST
from workflows.streams import Holder, Holders, Signal, Total, Totals


class StoredStreams:
    """`workflows.ports.Streams`, of one unit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._there: set[bytes] = set()  # the rows that this unit read, and so holds the lock of

    def holders(self, keys: Collection[bytes]) -> dict[bytes, Holder]:
        return {row["id"]: Holder(Signal(row["signal"]), row["last"], row["passed"]) for row in self._locked(_HOLDERS, keys)}

    def hold(self, holders: Holders) -> None:
        self._put(_HOLDERS, [{"id": key, **held._asdict(), "signal": held.signal.value} for key, held in sorted(holders.items())])

    def totals(self, streams: Collection[bytes]) -> dict[bytes, Total]:
        return {row["id"]: Total(row["at"], row["amount"], row["calls"]) for row in self._locked(_TOTALS, streams)}

    def keep(self, totals: Totals) -> None:
        self._put(_TOTALS, [{"id": stream, **total._asdict()} for stream, total in sorted(totals.items())])

    def passed(self) -> int:
        return int(self._connection.execute(select(func.sum(_HOLDERS.c.passed))).scalar() or 0)

    def _locked(self, table: Table, keys: Collection[bytes]) -> Iterator[RowMapping]:
        """The rows of these keys, locked in one order, so that two writers do not wait for each other."""
        ordered = sorted(keys)
        for start in range(0, len(ordered), MOST):
            mine = table.c.id.in_(ordered[start : start + MOST])
            for row in self._connection.execute(select(table).where(mine).order_by(table.c.id).with_for_update()).mappings():
                self._there.add(row["id"])
                yield row

    def _put(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        known = [row for row in rows if row["id"] in self._there]
        new = [row for row in rows if row["id"] not in self._there]
        if known:
            mine = table.c.id == bindparam("key")
            self._connection.execute(update(table).where(mine), [_named(row) for row in known])
        if new:
            self._connection.execute(table.insert(), new)  # a key that is taken is Stale, as anywhere
            self._there.update(row["id"] for row in new)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """A row for an UPDATE: the column that finds it is not among those that it sets."""
    return {"key" if name == "id" else name: value for name, value in row.items()}


_HOLDERS, _TOTALS = tables.holders, tables.totals

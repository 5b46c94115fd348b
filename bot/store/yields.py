"""What was produced, as the port `Yields`: reports that are kept once, and daily sums that are kept with them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, or_, select

from bot.store import mapping, tables
from bot.store.columns import day_number
from bot.store.upsert import add_new, stamp, sum_many
from workflows.outcomes import Produced, Yield


class StoredYields:
    """`workflows.ports.Yields`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, batch: Sequence[tuple[date, Produced]]) -> set[bytes]:
        at = stamp(self._connection)
        first: dict[bytes, tuple[date, Produced]] = {}
        for day, one in batch:
            first.setdefault(one.key, (day, one))
        rows = [(day_number(day), *one._replace(at=at(one.at))) for _, (day, one) in sorted(first.items())]  # type: ignore[arg-type]
        new = {row.key for row in add_new(self._connection, _PRODUCED, mapping.PRODUCED, rows)}
        sum_many(self._connection, _YIELDS, mapping.YIELD, _summed([first[key] for key in sorted(new)]))
        return new

    def find(self, key: bytes) -> tuple[date, Produced] | None:
        row = self._connection.execute(select(_PRODUCED).where(_PRODUCED.c.key == key)).mappings().first()
        return mapping.produced_of(row) if row else None

    def of(self, original: bytes) -> list[Produced]:
        here = select(_PRODUCED).where(_PRODUCED.c.corrects == original).order_by(_PRODUCED.c.key)
        return [mapping.produced_of(row)[1] for row in self._connection.execute(here).mappings()]

    def sums(self, first: date, last: date, scope: str = "") -> list[Yield]:
        here = select(_YIELDS).where(_YIELDS.c.day >= first, _YIELDS.c.day <= last)
        if scope:
            here = here.where(or_(_YIELDS.c.scope == scope, _YIELDS.c.scope.startswith(f"{scope}/", autoescape=True)))
        return sorted(Yield(**row) for row in self._connection.execute(here).mappings())


_PRODUCED, _YIELDS = tables.produced, tables.yields


def _summed(batch: Sequence[tuple[date, Produced]]) -> list[tuple[object, ...]]:
    """Rows of the daily sums, one for each key: in one statement a row can be added to once."""
    sums: dict[tuple[int, str, str, str], tuple[int, ...]] = {}
    for day, one in batch:
        key, more = (day_number(day), one.scope, one.use_case, one.metric), (one.reports, one.quantity, one.seconds, one.value)
        sums[key] = tuple(map(sum, zip(sums.get(key, (0, 0, 0, 0)), more, strict=True)))
    return [(*key, *amounts) for key, amounts in sorted(sums.items())]

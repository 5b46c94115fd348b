"""Who is away, what people have approved and what quota stores hold, in memory."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from workflows.authority import Charged
from workflows.aways import Away
from workflows.holdings import Holding
from workflows.people import PersonId
from workflows.ports import Aways, Charges, Holdings, Stale


class MemoryAways(Aways):
    def __init__(self, data: Any) -> None:
        self._rows: dict[PersonId, Away] = data.aways

    def get(self, person: PersonId) -> Away | None:
        return self._rows.get(person)

    def put(self, away: Away) -> None:
        self._rows[away.person] = away

    def drop(self, person: PersonId) -> None:
        self._rows.pop(person, None)

    def among(self, people: Collection[PersonId], now: datetime) -> list[Away]:
        return [self._rows[p] for p in sorted(people) if p in self._rows and self._rows[p].at(now)]

    def behind(self, delegate: PersonId, now: datetime) -> list[Away]:
        return [a for p, a in sorted(self._rows.items()) if a.delegate == delegate and a.at(now)]


class MemoryHoldings(Holdings):
    def __init__(self, data: Any, changed: list[Holding]) -> None:
        self._rows: dict[str, Holding] = data.holdings
        self._changed = changed

    def get(self, quota: str) -> Holding | None:
        return self._rows.get(quota)

    def save(self, holding: Holding) -> None:
        there = self.get(holding.quota)
        if (there.version if there else 0) != holding.version - 1:
            raise Stale(holding.quota)
        self._rows[holding.quota] = holding
        self._changed.append(holding)

    def edited(self) -> list[Holding]:
        return [row for _, row in sorted(self._rows.items()) if row.adopted is not None or row.unlimited]


class MemoryCharges(Charges):
    def __init__(self, data: Any) -> None:
        self._rows: dict[tuple[PersonId, datetime], Charged] = data.charges

    def get(self, person: PersonId, start: datetime) -> Charged | None:
        return self._rows.get((person, start))

    def save(self, charged: Charged) -> None:
        there = self.get(charged.person, charged.start)
        if (there.version if there else 0) != charged.version - 1:
            raise Stale(charged.person)
        self._rows[charged.person, charged.start] = charged

"""What providers say they charged, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from workflows.governed import Bill, Pull, Vendor
from workflows.ports import Ledger


@dataclass
class Told:
    """What the ledger stores."""

    bills: dict[tuple[Vendor, date], Bill] = field(default_factory=dict)
    pulls: dict[Vendor, Pull] = field(default_factory=dict)

    def copy(self) -> "Told":
        return Told(self.bills.copy(), self.pulls.copy())


class MemoryLedger(Ledger):
    def __init__(self, told: Told) -> None:
        self._told = told

    def put(self, bills: Sequence[Bill]) -> None:
        self._told.bills |= {(bill.vendor, bill.day): bill for bill in bills}

    def bills(self, first: date, last: date) -> list[Bill]:
        return [bill for (_, day), bill in sorted(self._told.bills.items(), key=lambda item: item[0]) if first <= day <= last]

    def pulls(self) -> list[Pull]:
        return [pull for _, pull in sorted(self._told.pulls.items())]

    def due(self, now: datetime) -> list[Pull]:
        return sorted((p for p in self._told.pulls.values() if p.due <= now), key=lambda p: (p.due, p.vendor))

    def save(self, pull: Pull) -> None:
        self._told.pulls[pull.vendor] = pull

"""Telling: what counts of usage that comes as events and as meters, decided in the transaction that counts it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from workflows.ports import UnitOfWork
from workflows.spend import Tokens, Usage
from workflows.streams import Holder, Part, Signal, Via, grown, newest, told_by

ONE: Mapping[Part, Tokens] = {
    Part.INPUT: Tokens(1),
    Part.OUTPUT: Tokens(0, 1),
    Part.CACHE_READ: Tokens(0, 0, 1),
    Part.CACHE_WRITE: Tokens(0, 0, 0, 1),
    Part.CACHED: Tokens(-1, 0, 1),
    Part.WRITTEN: Tokens(-1, 0, 0, 1),
    Part.COST: Tokens(),
}


def measured(usage: Usage, part: Part, amount: int, calls: int) -> Usage:
    """A usage of so much of a part. Of a cost there are no tokens; tokens keep the cost that the usage has."""
    tokens = Tokens(*(amount * each for each in ONE[part]))
    cost = amount if part is Part.COST else usage.cost
    return usage._replace(tokens=tokens, cost=cost, requests=calls)


def heard(usages: Sequence[Usage], unit: UnitOfWork, today: date) -> list[Usage]:
    """What counts of these, with meters turned into what they grew by; keeps who tells of what, and what meters stand at."""
    vias = [usage.via for usage in usages if usage.via is not None]
    ears = _Ears(unit, vias, today)
    counts = [told for usage in sorted(usages, key=_when) if (told := ears.hear(usage)) is not None]
    ears.keep()
    return counts


def _when(usage: Usage) -> int:
    """Readings of a stream in their order, after all events."""
    return usage.via.reading.at if usage.via is not None and usage.via.reading is not None else 0


class _Ears:
    """What a batch finds, and what it leaves behind."""

    def __init__(self, unit: UnitOfWork, vias: Sequence[Via], today: date) -> None:
        self._streams = unit.streams
        self._today = today
        self._found = self._streams.holders({key for via in vias for key in (via.teller, *via.marks)})
        self._holders = dict(self._found)
        self._stood = self._streams.totals({via.reading.stream for via in vias if via.reading is not None})
        self._totals = dict(self._stood)

    def hear(self, usage: Usage) -> Usage | None:
        """What counts of a usage; None when nothing does."""
        via = usage.via
        if via is None:
            return usage
        if via.reading is not None:
            before = self._totals.get(via.reading.stream)
            amount, calls = grown(before, via.reading)
            self._totals[via.reading.stream] = newest(before, via.reading)
            if not amount and not calls:
                return None
            usage = measured(usage, via.reading.part, amount, calls)
        holder = self._holders[via.teller] = told_by(self._holders.get(via.teller), via.signal, self._today)
        if holder.signal is not via.signal:
            self._holders[via.teller] = holder._replace(passed=holder.passed + 1)
            return None
        if via.signal is Signal.EVENTS:
            self._mark(via.marks)
        return usage

    def _mark(self, marks: Iterable[bytes]) -> None:
        for mark in marks:
            held = self._holders.get(mark)
            self._holders[mark] = Holder(Signal.EVENTS, self._today, held.passed if held else 0)

    def keep(self) -> None:
        """Keeps what changed."""
        self._streams.hold({key: held for key, held in self._holders.items() if held != self._found.get(key)})
        self._streams.keep({key: total for key, total in self._totals.items() if total != self._stood.get(key)})

"""Who tells of what, and what meters stood at, in memory."""

from collections.abc import Collection
from dataclasses import dataclass, field

from workflows.ports import Streams
from workflows.streams import Holder, Holders, Total, Totals


@dataclass
class Heard:
    """What is stored of streams."""

    holders: dict[bytes, Holder] = field(default_factory=dict)
    totals: dict[bytes, Total] = field(default_factory=dict)

    def copy(self) -> "Heard":
        return Heard(self.holders.copy(), self.totals.copy())


class MemoryStreams(Streams):
    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    def holders(self, keys: Collection[bytes]) -> dict[bytes, Holder]:
        return {key: self._heard.holders[key] for key in keys if key in self._heard.holders}

    def hold(self, holders: Holders) -> None:
        self._heard.holders |= holders

    def totals(self, streams: Collection[bytes]) -> dict[bytes, Total]:
        return {stream: self._heard.totals[stream] for stream in streams if stream in self._heard.totals}

    def keep(self, totals: Totals) -> None:
        self._heard.totals |= totals

    def passed(self) -> int:
        return sum(holder.passed for holder in self._heard.holders.values())

"""Governed: the share of what a provider charged that went through governed tools, as far as it can be known.

What our meter counted is set against what the provider's cost report says, for the same days. They are UTC days, because
providers bill by them, and only those that both sides have whole. Where no report is connected the share is unknown, and where
we counted more than was charged it is not comparable: never is anything but what was measured called 100 %.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from workflows.money import percent
from workflows.spend import Sold

SETTLED = timedelta(hours=24)  # from a day's end until its report is taken for whole: vendors export it for up to a day
ONE_DAY = timedelta(days=1)

Maker = Callable[[str], str]
"""Who sells a model that is named without its provider; "" when that is not known."""


def nobody(_: str) -> str:
    """The `Maker` that knows no model."""
    return ""


class Vendor(StrEnum):
    """Providers whose cost reports can be read."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


NAMES = {Vendor.OPENAI.value: "OpenAI", Vendor.ANTHROPIC.value: "Anthropic"}  # as they write themselves


@dataclass(frozen=True, slots=True)
class Bill:
    """What a vendor says it charged for one UTC day: nano-dollars by line, as of a moment. Vendors amend it."""

    vendor: Vendor
    day: date
    as_of: datetime
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.lines.values())

    @property
    def whole(self) -> bool:
        """Whether the report of this day was read late enough to have all of it."""
        return self.as_of >= datetime.combine(self.day + ONE_DAY, time(), UTC) + SETTLED


@dataclass(frozen=True, slots=True)
class Pull:
    """The reading of a vendor's report: when it is due, when it was last read, and how often and why it failed since."""

    vendor: Vendor
    due: datetime
    read: datetime | None = None
    tries: int = 0
    error: str = ""


class Gap(StrEnum):
    """Why there is no share."""

    NO_REPORT = "no_report"  # none is connected
    NOT_YET = "not_yet"  # there is no day that both sides have whole
    NOTHING = "nothing"  # nothing was charged and nothing was counted
    MORE = "more"  # more was counted than was charged: the report lags, or our prices are not what is paid


@dataclass(frozen=True, slots=True)
class Share:
    """What we counted of a provider and what it charged on `days` UTC days from `first` to `last`, in nano-dollars.

    `provider` is a vendor or a sender's word, "" where nobody knows; without a report its days are those that were asked for.
    """

    provider: str
    days: int
    first: date
    last: date
    counted: int
    charged: int | None = None

    @property
    def gap(self) -> Gap | None:
        """Why there is no share; None when there is one."""
        if self.charged is None:
            return Gap.NO_REPORT
        if not self.days:
            return Gap.NOT_YET
        if self.counted > self.charged:
            return Gap.MORE
        return None if self.charged else Gap.NOTHING

    @property
    def percent(self) -> int | None:
        """Whole percent, rounded down; None where there is a gap."""
        return percent(self.counted, self.charged or 0) if self.gap is None else None

    @property
    def title(self) -> str:
        """The provider's name for a reader."""
        return NAMES.get(self.provider, self.provider)


def shares(
    connected: Collection[Vendor], bills: Iterable[Bill], sold: Iterable[Sold], *, days: tuple[date, date], since: date | None,
    maker: Maker,
) -> tuple[Share, ...]:  # fmt: skip
    """The share of every connected vendor, then what was counted of other providers, by name.

    `days` are the first and the last that are asked for, `since` is the first on which anything was counted at all.
    """
    first, last = days
    counted: dict[str, dict[date, int]] = {vendor: {} for vendor in connected}
    for row in sold:
        if first <= row.day <= last:
            mine = counted.setdefault(seller(row, maker), {})
            mine[row.day] = mine.get(row.day, 0) + row.cost
    whole = [bill for bill in bills if bill.whole and since is not None and max(first, since + ONE_DAY) <= bill.day <= last]
    with_report = [_share(vendor, [b for b in whole if b.vendor is vendor], counted.pop(vendor), days) for vendor in connected]
    without = [Share(name, (last - first).days + 1, *days, sum(mine.values())) for name, mine in sorted(counted.items())]
    return (*with_report, *(share for share in without if share.counted))


def _share(vendor: Vendor, whole: list[Bill], mine: Mapping[date, int], days: tuple[date, date]) -> Share:
    there = sorted(bill.day for bill in whole)
    first, last = (there[0], there[-1]) if there else days
    charged = sum(bill.total for bill in whole)
    return Share(vendor.value, len(there), first, last, sum(mine.get(day, 0) for day in there), charged)


def seller(row: Sold, maker: Maker) -> str:
    """Who charges for this usage: the provider that its sender named, else who sells the model; "" when nobody knows."""
    return row.provider.casefold() or maker(row.model)

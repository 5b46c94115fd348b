"""Amounts: exact integers, how people write them and how they are shown.

US dollars are integer nano-dollars (1e-9 USD; int64 holds $9.2 billion), tokens and requests are counts. No float comes
in or goes out. Not here: prices (`spend`), limits (`quotas`).
"""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

NANO = 1_000_000_000
CENT = NANO // 100
LARGEST = 2**63 - 1  # what a BigInteger column holds


class Unit(StrEnum):
    """What a quota counts."""

    USD = "usd"
    TOKENS = "tokens"
    REQUESTS = "requests"


_WRITTEN = re.compile(r"(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<rest>\d+))?\s*(?P<times>[kKmMbB]?)")
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}


def usd(dollars: int | str | Decimal) -> int:
    """Dollars as nano-dollars; exact or ValueError."""
    nanos = Decimal(dollars) * NANO
    if not nanos.is_finite() or nanos != nanos.to_integral_value():
        raise ValueError(f"{dollars} is not a whole number of nano-dollars")
    return int(nanos)


def parse(text: str, unit: Unit) -> int | None:
    """An amount as a person writes it ("$1,500", "500.50", "2M tokens"), or None when it is not plainly one.

    "1.500" is refused: it is 1.5 to some and 1,500 to others, and money must not depend on where the reader grew up.
    """
    bare = text.strip().removesuffix(unit.value).strip().removeprefix("$" if unit is Unit.USD else "").strip()
    if unit is Unit.USD:
        bare = re.sub(r"\s*(USD|dollars?)$", "", bare, flags=re.IGNORECASE)
    found = _WRITTEN.fullmatch(bare)
    if not found or len(bare) > 30:
        return None
    rest, times = found["rest"] or "", found["times"].lower()
    if len(rest) == 3 and not times:
        return None
    scale = _TIMES[times] * (NANO if unit is Unit.USD else 1)
    exact = Decimal(found["digits"].replace(",", "") + "." + (rest or "0")) * scale
    if exact != exact.to_integral_value() or not 0 < exact <= LARGEST:
        return None
    return int(exact)


def show(amount: int, unit: Unit) -> str:
    """An amount for a reader: "$8,420", "$1,580.50", "2,000,000 tokens". Cents, half to even; a trace is "<$0.01"."""
    if unit is not Unit.USD:
        return f"{amount:,} {unit.value if abs(amount) != 1 else unit.value[:-1]}"
    if 0 < abs(amount) < CENT:
        return "<$0.01" if amount > 0 else "-<$0.01"
    cents = int((Decimal(abs(amount)) / CENT).to_integral_value(ROUND_HALF_EVEN))
    whole, part = divmod(cents, 100)
    sign = "-" if amount < 0 and cents else ""
    return f"{sign}${whole:,}" + (f".{part:02d}" if part else "")


def percent(part: int, whole: int) -> int:
    """How many whole percent of `whole` are reached: rounded down, so 100 is said only when it is true."""
    return part * 100 // whole if whole > 0 else (0 if part <= 0 else 100)

"""Amounts: exact integers, how people write them and how they are shown.

US dollars are integer nano-dollars (1e-9 USD; int64 holds $9.2 billion), tokens and requests are counts. No float comes
in or goes out. Not here: prices (`spend`), limits (`quotas`).
"""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from enum import StrEnum

NANO = 1_000_000_000
CENT = NANO // 100
LARGEST = 2**63 - 1  # what a BigInteger column holds


class Unit(StrEnum):
    """What a quota counts."""

    USD = "usd"
    TOKENS = "tokens"
    REQUESTS = "requests"


_LONGEST = 40  # characters; the largest amount, written out in full with its unit, has 32
_NUMBER = r"(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<rest>[0-9]+))?\s*(?P<times>[kmb]?)"
_WRITTEN = {
    Unit.USD: re.compile(rf"\$?\s*{_NUMBER}\s*(?:usd|dollars?)?", re.ASCII | re.IGNORECASE),
    Unit.TOKENS: re.compile(rf"{_NUMBER}\s*(?:tokens?)?", re.ASCII | re.IGNORECASE),
    Unit.REQUESTS: re.compile(rf"{_NUMBER}\s*(?:requests?)?", re.ASCII | re.IGNORECASE),
}
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_EXACT = Context(prec=40, Emax=40, Emin=-40, traps=[Inexact, InvalidOperation])


def usd(dollars: int | str | Decimal) -> int:
    """Dollars as nano-dollars; exact and at most LARGEST, or ValueError."""
    try:
        if isinstance(dollars, str) and not _PLAIN.fullmatch(dollars):
            raise InvalidOperation
        nanos = int(_EXACT.multiply(_EXACT.create_decimal(dollars), NANO).to_integral_exact(context=_EXACT))
    except (ArithmeticError, ValueError):
        nanos = LARGEST + 1
    if abs(nanos) > LARGEST:
        raise ValueError(f"{str(dollars)[:_LONGEST]} is not a whole number of nano-dollars that can be kept")
    return nanos


def parse(text: str, unit: Unit) -> int | None:
    """An amount as a person writes it ("$1,500", "500.50", "2M tokens"), or None when it is not plainly one.

    "1.500" is refused, and so is "1.500k": it is 1.5 to some and 1,500 to others, and money must not depend on where the reader
    grew up. Nothing is rounded: what the unit cannot hold exactly is refused.
    """
    bare = text.strip()
    found = _WRITTEN[unit].fullmatch(bare) if len(bare) <= _LONGEST else None
    if not found:
        return None
    rest, times = found["rest"] or "", found["times"].lower()
    if len(rest) == 3:
        return None
    scale = _TIMES[times] * (NANO if unit is Unit.USD else 1)
    amount, lost = divmod(int(found["digits"].replace(",", "") + rest) * scale, 10 ** len(rest))
    return amount if not lost and 0 < amount <= LARGEST else None


def show(amount: int, unit: Unit) -> str:
    """An amount for a reader: "$8,420", "$1,580.50", "2,000,000 tokens".

    Dollars are rounded to the cent, half to even, and a trace is "<$0.01". Cents are left out only when there is nothing to
    round: "$1,000" is exactly that, $999.999 is "$1,000.00".
    """
    if unit is not Unit.USD:
        return f"{amount:,} {unit.value if abs(amount) != 1 else unit.value[:-1]}"
    sign, size = "-" if amount < 0 else "", abs(amount)
    if size % NANO == 0:
        return f"{sign}${size // NANO:,}"
    if size < CENT:
        return f"{sign}<$0.01"
    cents, rest = divmod(size, CENT)
    cents += rest * 2 > CENT or (rest * 2 == CENT and cents % 2 == 1)
    return f"{sign}${cents // 100:,}.{cents % 100:02d}"


def percent(part: int, whole: int) -> int:
    """How many whole percent of `whole` are reached: rounded down, so 100 is said only when it is true."""
    return part * 100 // whole if whole > 0 else (0 if part <= 0 else 100)

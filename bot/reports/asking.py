"""Asking a vendor: page after page, and one place where its errors become ours.

no answer, 408, 429, 5xx, no JSON      Unavailable   (for as long as Retry-After says)
every other status that is not 200     Rejected      (in the vendor's own words, never with the key)
JSON that is no cost report            Rejected
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol, TypeVar

import httpx
import msgspec

from workflows.money import LARGEST
from workflows.ports import Rejected, Unavailable

PATIENCE = 30.0  # seconds for a page: nobody waits for it
MOST_PAGES = 1_000
WORDS = 200  # characters of what a vendor says is wrong
PASSING = (408, 429)

Params = Mapping[str, str | int | list[str]]


class Page(Protocol):
    """What every vendor's page says of the next one."""

    has_more: bool | None
    next_page: str | None


P = TypeVar("P", bound=Page)


@dataclass(frozen=True, slots=True)
class Access:
    """Where a vendor's reports are, and the key that may read them; `setting` is how the key is called."""

    url: str
    key: str = field(repr=False)
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A vendor, and how to speak to it."""

    name: str
    access: Access
    headers: Mapping[str, str] = field(repr=False)

    def pages(self, path: str, params: Params, kind: type[P]) -> Iterator[P]:
        """Every page of a report."""
        seen: set[str] = set()
        with httpx.Client(base_url=self.access.url, headers=dict(self.headers), timeout=PATIENCE) as client:
            here = dict(params)
            for _ in range(MOST_PAGES):
                page = self._read(self._ask(client, path, here), kind)
                yield page
                if page.has_more is False or not page.next_page:
                    return
                if page.next_page in seen:
                    break
                seen.add(page.next_page)
                here["page"] = page.next_page
        raise Rejected(f"{self.name}: the pages of the report never end")

    def _ask(self, client: httpx.Client, path: str, params: Params) -> httpx.Response:
        try:
            answer = client.get(path, params=dict(params))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"{self.name} did not answer: {self._tame(str(error)) or type(error).__name__}") from error
        if answer.status_code in PASSING or answer.status_code >= 500:
            wait = answer.headers.get("retry-after", "")
            after = timedelta(seconds=int(wait)) if wait.isdecimal() and len(wait) < 8 else None
            raise Unavailable(f"{self.name} answered {answer.status_code}", after)
        if answer.status_code == 401:
            raise Rejected(f"{self.name} refuses {self.access.setting}")
        if answer.status_code != 200:
            raise Rejected(f"{self.name} answered {answer.status_code}{self._why(answer)}")
        return answer

    def _why(self, answer: httpx.Response) -> str:
        with suppress(ValueError, KeyError, TypeError):
            return f": {self._tame(str(answer.json()['error']['message']))}"
        return ""

    def _read(self, answer: httpx.Response, kind: type[P]) -> P:
        try:
            return msgspec.json.decode(answer.content, type=kind)
        except msgspec.ValidationError as error:
            raise Rejected(f"{self.name}: the report cannot be understood: {self._tame(str(error))}") from error
        except msgspec.DecodeError as error:
            raise Unavailable(f"what answered is not {self.name}: {self._tame(str(error))}") from error

    def _tame(self, text: str) -> str:
        """On one line, short, without what a terminal would act on, and without the key."""
        bare = "".join(c if c.isprintable() else " " for c in text.replace(self.access.key, "…"))
        return bare if len(bare) <= WORDS else f"{bare[: WORDS - 1]}…"


def nanos(name: str, amount: Decimal, *, each: int, currency: str) -> int:
    """An amount as nano-dollars, half to even; `each` is how many there are in one of its units."""
    if currency.lower() != "usd":
        raise Rejected(f"{name}: the report is in {currency[:8]!a}; only US dollars are supported yet")
    if not amount.is_finite() or abs(amount) > LARGEST // each:
        raise Rejected(f"{name}: {str(amount)[:20]} is no amount")
    return int((amount * each).to_integral_value(ROUND_HALF_EVEN))


def utc_day(name: str, at: datetime) -> date:
    """The UTC day that begins at a moment."""
    if at.astimezone(UTC).time() != time():
        raise Rejected(f"{name}: {at.isoformat()} is not the start of a UTC day")
    return at.astimezone(UTC).date()


def named(*parts: str | None) -> str:
    """The line of a bill: what the vendor grouped it by."""
    return ": ".join(part or "-" for part in parts)


class Lines:
    """The lines of every day of a range, added up."""

    def __init__(self, first: date, last: date) -> None:
        self.days: dict[date, dict[str, int]] = {first + timedelta(days=n): {} for n in range((last - first).days + 1)}

    def add(self, day: date, line: str, amount: int) -> None:
        """Adds to a line; days that were not asked for are left out."""
        if day in self.days and amount:
            lines = self.days[day]
            lines[line] = lines.get(line, 0) + amount

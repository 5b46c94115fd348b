"""Small things as people write them: amounts, limits, percentages, spans, prices, names. Each reader notes what is wrong."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import TypeVar

from bot.config.directory import EMAIL
from bot.config.place import Place, Sort
from bot.config.problems import listed, nearest
from workflows import money, times
from workflows.money import Unit
from workflows.people import PersonId
from workflows.times import Period

T = TypeVar("T")
Limited = tuple[int, Unit, Period]

ID = re.compile(r"[UW][A-Z0-9]{5,20}")
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{5,20}")
HANDLE = re.compile(r"@[\w.-]{1,80}")
CHANNEL = re.compile(r"#[^\s#@A-Z,.]{1,80}")
LIMIT = re.compile(r"(?P<amount>.+?)\s+(?:a|an|per)\s+(?P<period>\w+)")
DOLLARS = re.compile(r"\$[1-9](?:[0-9]{0,2}(?:,[0-9]{3})+|[0-9]*)[kKmMbB]?")  # well written, so only its size is wrong
PERCENT = re.compile(r"([0-9]{1,4}) ?%")
PRICE = re.compile(r"\$([0-9]{1,6}(?:\.[0-9]{1,9})?) per (1M|1K) tokens", re.IGNORECASE)
LONGEST = timedelta(days=366)
UNITS = {"token": Unit.TOKENS, "tokens": Unit.TOKENS, "request": Unit.REQUESTS, "requests": Unit.REQUESTS}


def choice(place: Place, words: Mapping[str, T], otherwise: T) -> T:
    """The meaning of one of these words."""
    said = place.text(listed(words))
    if said and said.lower() not in words:
        place.bad("not one of the words for this", nearest(said, words) or f"write {listed(words)}")
    return words.get(said.lower(), otherwise)


def amount(text: str) -> tuple[int, Unit] | None:
    """ "$10,000", "2M tokens", "500 requests": an amount and its unit."""
    number, _, last = text.rpartition(" ")
    if last.lower() in UNITS:
        unit = UNITS[last.lower()]
        counted = None if "$" in number else money.parse(number, unit)
    else:
        unit = Unit.USD
        counted = money.parse(text, unit) if text.startswith("$") else None
    return None if counted is None else (counted, unit)


def limit(place: Place, examples: str = "$10,000 a month, 2M tokens a day or 500 requests a week") -> Limited | None:
    """ "$10,000 a month": an amount in its unit, each period."""
    said = place.text("$10,000 a month")
    if not said:
        return None
    found = LIMIT.fullmatch(said)
    if not found:
        place.bad("not an amount and a period", f"write {examples}")
        return None
    if found["period"].lower() not in list(Period):
        place.bad(f'"{found["period"]}" is not a period', f"a limit is for a {listed(Period)}")
        return None
    counted = amount(found["amount"])
    if counted is None and DOLLARS.fullmatch(found["amount"]):
        place.bad(f'"{found["amount"]}" is too large', "a limit stays below 9 billion dollars")
        return None
    if counted is None:
        place.bad(f'"{found["amount"]}" is not an amount', _plainly(found["amount"]))
        return None
    return (*counted, Period(found["period"].lower()))


def _plainly(text: str) -> str:
    if re.fullmatch(r"\$?\d+\.\d{3}", text):
        return "write $1,500 or $1.50: some read $1.500 as one, some as the other"
    if re.fullmatch(r"[\d,.]+\s*[kKmMbB]?", text):
        return f"say of what: ${text}, {text} tokens or {text} requests"
    return "write $10,000, 2M tokens or 500 requests"


def percent(place: Place, *, at_most: int = 1000) -> int | None:
    """ "70 %" as 70."""
    said = place.text("70 %")
    found = PERCENT.fullmatch(said)
    if found and 0 < int(found[1]) <= at_most:
        return int(found[1])
    if found:
        place.bad("out of range", f"write 1 % to {at_most} %")
    elif said:
        advice = f"write {said} % or ${said}" if re.fullmatch(r"[0-9]{1,4}", said) else "write 70 % or $9,000"
        place.bad("not a percentage and not an amount", advice)
    return None


def span(place: Place) -> timedelta:
    """ "5 days" as a time."""
    said = place.text("5 days")
    found = times.parse_span(said)
    if found and found <= LONGEST:
        return found
    if found:
        place.bad("longer than a year")
    elif "working" in said:
        place.bad("working time does not count here", "write 5 days")
    elif said:
        place.bad("not a time", "write 30 minutes, 4 hours, 5 days or 1 week")
    return timedelta(days=1)


def price(place: Place) -> int:
    """ "$3.00 per 1M tokens" as pico-dollars a token."""
    said = place.text("$3.00 per 1M tokens")
    found = PRICE.fullmatch(said)
    if not found:
        if said:
            place.bad("not a price", "write $3.00 per 1M tokens, with a dot and no comma")
        return 0
    pico = Decimal(found[1]) * (10**6 if found[2].upper() == "1M" else 10**9)
    if pico != pico.to_integral_value():
        place.bad("finer than a trillionth of a dollar a token")
    return int(pico)


def is_person(text: str) -> bool:
    """Whether a text has the form of a Slack id, an e-mail address or a handle."""
    return any(form.fullmatch(text) for form in (ID, EMAIL, HANDLE))


def person(place: Place, groups: Iterable[str] = ()) -> PersonId:
    """A person as written, to be looked up; `groups` are what else could have been meant."""
    said = place.text("an e-mail address")
    if is_person(said):
        place.refer(Sort.PERSON, said, groups)
    elif said:
        place.bad("not a person", 'write an e-mail address, "@handle" or a Slack id')
    return PersonId(said)


def channel(place: Place) -> str:
    """A channel as written, to be looked up."""
    said = place.text("#team-search")
    if CHANNEL.fullmatch(said) or CHANNEL_ID.fullmatch(said):
        place.refer(Sort.CHANNEL, said)
    elif said:
        lowered = "#" + said.lower().removeprefix("#").replace(" ", "-")
        place.bad("not a channel", f'write "{lowered}"' if CHANNEL.fullmatch(lowered) else 'write "#team-search" or a Slack id')
    return said


def covers(wide: str, narrow: str) -> bool:
    """Whether a shell pattern surely matches all that another does; with ? or [ ] in it only the same pattern is sure."""
    return wide == narrow or (not set(wide) & set("?[") and "[" not in narrow and fnmatchcase(narrow, wide))


def usergroup(place: Place) -> str:
    """A Slack user group's handle as written, without the @, to be looked up."""
    said = place.text("security-oncall").removeprefix("@")
    if HANDLE.fullmatch(f"@{said}"):
        place.refer(Sort.USERGROUP, said)
    elif said:
        place.bad("not the handle of a Slack user group", "write security-oncall")
    return said

"""Filters: the values of the rules as a template writes them: `{{ at | day(zone) }}`, `{{ spent | money(unit) }}`."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.slack.marks import Safe, begun, called, code, cut, handle, line, mrkdwn, name, quoted
from workflows.ballots import Vote
from workflows.money import Unit, percent, show
from workflows.outcomes import each
from workflows.times import show_date, show_day, show_full_date, show_moment, show_month, show_span, show_weekday
from workflows.wishes import Source, source

_SLACK_ID = re.compile(r"[A-Z0-9]{2,30}")


def person(who: str) -> str:
    """A mention; what is no Slack id is only named."""
    return Safe(f"<@{who}>") if _SLACK_ID.fullmatch(who) else name(who)


def channel(where: str) -> str:
    """A link to a channel; what is no Slack id is only named."""
    return Safe(f"<#{where}>") if _SLACK_ID.fullmatch(where) else name(where)


def clock(at: datetime, zone: str) -> str:
    """ "Thu 26 Nov, 17:00 (Europe/Berlin)": a moment where Slack cannot convert it."""
    return f"{show_moment(at, zone)} ({zone})"


def moment(at: datetime, zone: str) -> str:
    """A moment that each reader sees in their own time zone; the fallback names the zone it is in."""
    return Safe(f"<!date^{epoch(at)}^{{date_short_pretty}}, {{time}}|{clock(at, zone)}>")


def epoch(at: datetime) -> int:
    return int(at.timestamp())


def date(at: datetime, zone: str) -> str:
    """ "1 Dec"."""
    return show_day(at, zone).partition(" ")[2]


def eve(end: datetime) -> datetime:
    """The last moment before an end: an end at midnight belongs to the day after."""
    return end - timedelta(seconds=1)


def hour(at: datetime, zone: str) -> str:
    """ "17:05"."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def figure(amount: int, unit: Unit) -> str:
    """An amount without its unit where that would be said twice: "8,420 of 10,000 tokens"; dollars keep their sign."""
    return show(amount, unit) if unit is Unit.USD else f"{amount:,}"


def dollars(nanos: int) -> str:
    """An amount that is dollars whatever the quota beside it counts."""
    return show(nanos, Unit.USD)


def signed(amount: int, unit: Unit) -> str:
    """ "+$120.40": a difference."""
    return f"{'+' if amount > 0 else ''}{show(amount, unit)}"


def hours(seconds: int) -> str:
    """ "12.5 hours", rounded to tenths."""
    tenths = (seconds * 10 + 1800) // 3600
    said = f"{tenths // 10:,}.{tenths % 10}".removesuffix(".0")
    return f"{said} hour{'s' if said != '1' else ''}"


def origin(said: tuple[str, str]) -> str:
    """Where usage comes from: 'team “growth”'; the name is the sender's own word."""
    word, value = said
    return f"{word.replace('_', ' ')} {quoted(value)}"


def share(part: int, whole: int) -> str:
    """ "84 %", which no line breaks in two."""
    return f"{percent(part, whole)}\u00a0%"


def listed(items: Iterable[object], last: str = "and") -> str:
    """ "a, b and c"; a mention among them stays one."""
    *firsts, end = list(items) or [""]
    return _glued(f" {last} ", [_glued(", ", firsts), end]) if firsts else _glued("", [end])


def _glued(glue: str, items: Iterable[object]) -> str:
    """The items as one text; markup if any of them is, the others escaped."""
    every = list(items)
    if any(isinstance(item, Safe) for item in every):
        return Safe(glue.join(mrkdwn(item) for item in every))
    return glue.join(str(item) for item in every)


def joined(parts: Iterable[object], glue: str = "; ") -> str:
    """ "a; b": the parts that say something."""
    return _glued(glue, [part for part in parts if part])


def times(part: Fraction | int, whole: Fraction | int) -> str:
    """ "3.4 ×", and "12 ×" from ten on: how many times as much something is. No line breaks it in two."""
    tenths = int(part * 20 // whole + 1) // 2
    return f"{tenths // 10}.{tenths % 10}\u00a0×" if tenths < 100 else f"{tenths // 10:,}\u00a0×"


def days(count: int) -> str:
    """ "1 day", "12 days"."""
    return f"{count} day{'s' if count != 1 else ''}"


def about(span: timedelta) -> str:
    """ "2 days", "5 hours": a span in its largest unit, rounded."""
    unit = next((unit for unit in (timedelta(days=1), timedelta(hours=1)) if span >= unit), timedelta(minutes=1))
    return show_span((span + unit / 2) // unit * unit)


def people(who: Sequence[str], last: str = "and", most: int = 8) -> str:
    """Mentions as a list; a long one ends in a number, since nobody reads fifty names."""
    return listed(few([person(one) for one in who], most), last)


def voters(votes: Iterable[Vote], last: str = "and", most: int = 8) -> str:
    """Who voted: "<@Pat> for <@Bob>" where somebody was away and Pat decided in their place."""
    said = [_glued(" for ", [person(who) for who in (v.by, v.acting_for) if who]) for v in votes]
    return listed(few(said, most), last)


def few(items: Iterable[object], most: int) -> list[object]:
    """The first of a list, and how many more there are."""
    every = list(items)
    return [*every[:most], f"{len(every) - most} more"] if len(every) > most else every


def elsewhere(origin: str) -> Source | None:
    """The wish that a request came from, where it was decided in its gateway before it was here."""
    came = source(origin)
    return came if came and came.end else None


FILTERS = {
    "elsewhere": elsewhere,
    "money": show,
    "dollars": dollars,
    "figure": figure,
    "signed": signed,
    "hours": hours,
    "each": each,
    "origin": origin,
    "person": person,
    "channel": channel,
    "day": show_day,
    "date": date,
    "days": days,
    "times": times,
    "dated": show_date,
    "full_date": show_full_date,
    "weekday": show_weekday,
    "month": show_month,
    "eve": eve,
    "hour": hour,
    "clock": clock,
    "moment_short": show_moment,
    "moment": moment,
    "epoch": epoch,
    "span": show_span,
    "about": about,
    "percent": percent,
    "share": share,
    "listed": listed,
    "joined": joined,
    "people": people,
    "voters": voters,
    "few": few,
    "line": line,
    "name": name,
    "quoted": quoted,
    "code": code,
    "called": called,
    "begun": begun,
    "handle": handle,
    "cut": cut,
}
LITERAL_FILTERS = {**FILTERS, "moment": clock, "code": line}

"""The `time` section: the clocks of a request, and the working hours in which people are reminded of it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

import holidays as public

from bot.config.place import Place
from bot.config.problems import nearest
from bot.config.words import LONGEST, choice, span
from workflows.policy import Timing
from workflows.reminders import Chase
from workflows.times import parse_span
from workflows.working import Wait, Week

WEEKDAYS = {name: n for n, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])}
SPANS = ("lapse_after", "override_at_most", "activate_within", "nudge_every")
CHASE = ("remind_after", "escalate_after")
WEEK = ("working_hours", "working_days", "holidays")
WORKING = re.compile(r"([0-9]{1,4}) working (hour|day)s?")
CLOCK = r"([0-9]{1,2}):([0-9]{2})"
HOURS = re.compile(rf"{CLOCK} to {CLOCK}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CALENDAR = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
MOST = 5  # reminders of one stage: who has not looked by then is not reached by one more
# Fixed, and not "this year and the next few": what a file means does not depend on the day on which it is read.
YEARS = range(2024, 2051)
USUAL = Timing()


def timing(place: Place) -> Timing:
    """The clocks."""
    fields = place.fields((*SPANS, "undo_within", *CHASE, *WEEK), later=("extensions",), example="{lapse_after: 5 days}")
    spans: dict[str, Any] = {key: span(fields[key]) for key in SPANS if key in fields}
    if "undo_within" in fields:
        spans["undo_within"] = timedelta() if _never(fields["undo_within"]) else span(fields["undo_within"])
    week = _week(fields)
    chase = _chase(fields, week, spans.get("lapse_after", USUAL.lapse_after))
    return Timing(**spans, week=week, chase=chase)


def _week(fields: Mapping[str, Place]) -> Week:
    start, end = _hours(fields["working_hours"]) if "working_hours" in fields else (USUAL.week.start, USUAL.week.end)
    days = _days(fields["working_days"]) if "working_days" in fields else USUAL.week.days
    free = fields["holidays"].some("DE-BE") if "holidays" in fields else []
    holidays = frozenset(day for each in free for day in _free(each))
    return Week(days, start, end, holidays, tuple(sorted({each.written.strip() for each in free})))


def _chase(fields: Mapping[str, Place], week: Week, lapse: timedelta) -> Chase:
    remind = _reminders(fields["remind_after"], week) if "remind_after" in fields else None
    escalate = _waits(fields["escalate_after"]) if "escalate_after" in fields else None
    for place, wait in (*(remind or ()), *(escalate or ())):
        if wait.least(week) >= lapse:
            place.doubtful("never comes: the request has lapsed by then", "write less, or a longer lapse_after")
    return Chase(
        USUAL.chase.remind if remind is None else tuple(wait for _, wait in remind),
        USUAL.chase.escalate if escalate is None else next((wait for _, wait in escalate), None),
    )


def _never(place: Place) -> bool:
    return place.written.strip().lower() == "never"


def _waits(place: Place) -> list[tuple[Place, Wait]]:
    """One wait, or none."""
    return [] if _never(place) else [(place, _wait(place))]


def _wait(place: Place) -> Wait:
    """ "4 working hours", "1 working day", "2 days"."""
    said = place.text("4 working hours").lower()
    found, plain = WORKING.fullmatch(said), parse_span(said)
    if found and int(found[1]):
        wait = Wait(worked=int(found[1]) * timedelta(hours=1)) if found[2] == "hour" else Wait(days=int(found[1]))
    elif plain:
        wait = Wait(plain=plain)
    else:
        if said:
            place.bad("not a time", "write 4 working hours, 1 working day or 2 days")
        return Wait(days=1)
    if wait.least(USUAL.week) > LONGEST:
        place.bad("longer than a year")
        return Wait(days=1)
    return wait


def _reminders(place: Place, week: Week) -> list[tuple[Place, Wait]]:
    if _never(place):
        return []
    before = len(place.notes.problems)
    waits = [(each, _wait(each)) for each in place.some("[4 working hours, 1 working day]")]
    if len(waits) > MOST:
        place.bad(f"more than {MOST} reminders", "name fewer: who did not look by then is not reached by one more")
    if len(place.notes.problems) == before:
        for (_, one), (each, two) in pairwise(waits):
            if two.least(week) <= one.least(week):
                each.bad("not later than the one before it", "each wait counts from when the stage was asked")
    return waits


def _hours(place: Place) -> tuple[time, time]:
    said = place.text('"09:00 to 17:00"')
    found = HOURS.fullmatch(said)
    if not found:
        if said:
            place.bad("not working hours", 'write "09:00 to 17:00"')
        return USUAL.week.start, USUAL.week.end
    start, end = _minutes(found[1], found[2]), _minutes(found[3], found[4])
    if start is None or end is None or start == 24 * 60:
        place.bad("not a time of day", 'write "09:00 to 17:00"')
    elif start >= end:
        place.bad("ends before it begins", 'write "09:00 to 17:00"; hours over midnight are not supported')
    else:
        return _time(start), _time(end)
    return USUAL.week.start, USUAL.week.end


def _minutes(hour: str, minute: str) -> int | None:
    """The minutes since midnight, up to 24:00."""
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= 24 * 60 else None


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _days(place: Place) -> tuple[int, ...]:
    days = [choice(each, WEEKDAYS, -1) for each in place.some("[monday, tuesday]")]
    if not days:
        place.bad("no working day", "leave it out for Monday to Friday")
    if len(set(days)) < len(days) and -1 not in days:
        place.bad("a day is named twice")
    return tuple(sorted({day for day in days if day >= 0})) or USUAL.week.days


def _free(place: Place) -> Sequence[date]:
    said = place.text("DE-BE")
    if DAY.fullmatch(said):
        try:
            return (date.fromisoformat(said),)
        except ValueError:
            place.bad("there is no such day", "write 2026-12-24")
            return ()
    found = CALENDAR.fullmatch(said)
    known = _countries()
    if found and found[1] in known:
        if not found[2] or found[2] in known[found[1]]:
            return _calendar(found[1], found[2] or "")
        places = [f"{found[1]}-{part}" for part in known[found[1]]]
        place.bad(f"no holidays are known of this part of {found[1]}", nearest(said, places) or f"write {found[1]}")
    elif found:
        place.bad("no holidays are known of this country", nearest(said, known) or "write the days: [2026-12-24]")
    elif said:
        place.bad("neither a country nor a day", "write DE, DE-BE or 2026-12-24")
    return ()


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    return public.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=16)
def _calendar(country: str, part: str) -> tuple[date, ...]:
    return tuple(public.country_holidays(country, subdiv=part or None, years=YEARS))

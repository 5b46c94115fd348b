"""Absence: who is away says from when until when, and who decides in their place. The latest word counts.

Nobody stands in for somebody who stands in for others: what is refused here says so in time, and `aways` holds it when a vote is
cast.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workflows.aways import Away
from workflows.drafting import Typed, clean
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.keeping import Act, Kit, attempt, follow, note
from workflows.people import Person, PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requests import Request
from workflows.times import INSTANT, Window, day_at

LONGEST = timedelta(days=92)  # who is away for longer has a successor, not a stand-in


@dataclass(frozen=True, slots=True)
class Leave:
    """What somebody typed, with the people in it looked up."""

    person: Person
    typed: Typed
    delegate: Person | None


def leave(kit: Kit, by: PersonId, typed: Typed) -> Away | tuple[Refused, ...]:
    """Keeps that somebody is away, in place of what they said before; or every problem with it."""
    person = kit.directory.person(by)
    named = PersonId(_word(typed, "delegate"))
    delegate = (kit.directory.person(named, fresh=True) or Person(named, "", can_decide=False)) if named else None
    wanted = Leave(person or Person(by, ""), typed, delegate)

    def keep(unit: UnitOfWork) -> Away | tuple[Refused, ...]:
        now = kit.clock.now()
        read = _read(wanted, now)
        problems = read if isinstance(read, tuple) else tuple(_conflicts(unit, read, wanted))
        if problems or isinstance(read, tuple):
            return problems
        before = unit.aways.get(by)
        unit.aways.put(read)
        note(unit, f"away:{by}", Act(by, "away", now), read)
        _changed(kit, unit, before, read)
        return read

    return attempt(kit.units, keep)


def back(kit: Kit, by: PersonId) -> Away | None:
    """Somebody is back, or does not leave after all: what they had said; None when they had said nothing that still counts."""

    def drop(unit: UnitOfWork) -> Away | None:
        now = kit.clock.now()
        before = unit.aways.get(by)
        if before is None or before.end <= now:
            return None
        unit.aways.drop(by)
        note(unit, f"away:{by}", Act(by, "back", now), replace(before, end=max(before.start, now)))
        _changed(kit, unit, before, None)
        return before

    return attempt(kit.units, drop)


def present(kit: Kit, by: PersonId) -> Away | None:
    """What somebody said of their absence, if it is not over."""
    with kit.reads() as unit:
        away = unit.aways.get(by)
    return away if away is not None and kit.clock.now() < away.end else None


def ring(kit: Kit, unit: UnitOfWork, person: str) -> None:
    """An absence begins or is over."""
    away = unit.aways.get(PersonId(person))
    if away is not None:
        _changed(kit, unit, away, away)


def _changed(kit: Kit, unit: UnitOfWork, before: Away | None, after: Away | None) -> None:
    """What follows: what waits for that person is shown to, and chases, whoever it waits for now; those concerned are told."""
    now = kit.clock.now()
    away = after or before
    if away is None:
        return
    for request in _waiting(unit, {away.person, *(a.person for a in unit.aways.behind(away.person, now))}):
        unit.agenda.drop(Alarm(Wake.CHASE, request.id, now))
        follow(unit, now, [Effect(Do.SHOW_REQUEST, request.id)], [Alarm(Wake.CHASE, request.id, now)])
    told = {f"{a.person}/{who}/{a.start:%Y%m%dT%H%M}" for a in (before, after) if a for who in (a.person, a.delegate) if who}
    follow(unit, now, [Effect(Do.TELL_AWAY, key) for key in sorted(told)])
    unit.agenda.drop(Alarm(Wake.AWAY, away.person, now))
    turn = next((at for at in (after.start, after.end) if now < at), None) if after else None
    if turn is not None:
        follow(unit, now, [], [Alarm(Wake.AWAY, away.person, turn)])


def _waiting(unit: UnitOfWork, people: Collection[PersonId]) -> list[Request]:
    """The requests that wait for one of these: the one who is away, or those whom they were to stand in for."""
    return [request for request in unit.requests.undecided() if not set(people).isdisjoint(request.waiting_on())]


def _word(typed: Typed, name: str) -> str:
    said = typed.get(name) or ""
    return said.strip() if isinstance(said, str) else ""


def _read(wanted: Leave, now: datetime) -> Away | tuple[Refused, ...]:
    """The absence that was typed: whole days where that person is."""
    first, last = _day(wanted, "from"), _day(wanted, "until")
    reason = clean(_word(wanted.typed, "reason"), "reason", least=1)
    problems = [Refused(Why.MISSING, place=name) for name, day in (("from", first), ("until", last)) if day is None]
    if first and last:
        problems += _span(first, last, now)
    if isinstance(reason, Refused):
        problems.append(reason)
    problems += _nobody(wanted)
    if problems or first is None or last is None or isinstance(reason, Refused):
        return tuple(problems)
    delegate = wanted.delegate.id if wanted.delegate else None
    return Away(wanted.person.id, first.start, last.end, delegate, reason)


def _day(wanted: Leave, name: str) -> Window | None:
    try:
        noon = datetime.combine(date.fromisoformat(_word(wanted.typed, name)), time(12), ZoneInfo(wanted.person.zone))
        return day_at(wanted.person.zone, noon)
    except (ValueError, OverflowError):
        return None


def _span(first: Window, last: Window, now: datetime) -> list[Refused]:
    if last.end <= now:
        return [Refused(Why.ENDS_BEFORE_START, place="until")]
    if last.end <= first.start:
        return [Refused(Why.AWAY_BACKWARDS, place="until")]
    if last.end - first.start > LONGEST:
        return [Refused(Why.AWAY_TOO_LONG, {"longest": LONGEST}, place="until")]
    return []


def _nobody(wanted: Leave) -> Iterator[Refused]:
    """Why the person who was named cannot stand in for anybody, or not for this one."""
    if wanted.delegate is None:
        return
    if wanted.delegate.id == wanted.person.id:
        yield Refused(Why.OWN_STAND_IN, place="delegate")
    elif not wanted.delegate.can_decide:
        yield Refused(Why.STAND_IN_OUTSIDE, {"who": wanted.delegate.id}, place="delegate")


def _conflicts(unit: UnitOfWork, away: Away, wanted: Leave) -> Iterator[Refused]:
    """Absences of others with which there would be a chain."""
    if wanted.delegate is None:
        return
    theirs = unit.aways.get(wanted.delegate.id)
    if theirs is not None and theirs.start < away.end and away.start < theirs.end:
        yield Refused(Why.STAND_IN_AWAY, {"who": theirs.person, "until": theirs.end - INSTANT}, place="delegate")
    behind = [*unit.aways.behind(away.person, away.start), *unit.aways.behind(away.person, away.end - INSTANT)]
    if behind:
        yield Refused(Why.STANDS_IN, {"who": behind[0].person, "until": behind[0].end - INSTANT}, place="delegate")

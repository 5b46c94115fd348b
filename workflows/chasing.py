"""Chasing: those who are asked are reminded; others are asked when they do not answer, are all away, or cannot be asked any more.

People are looked up before the transaction, and what is due is decided in it. None of this moves the deadline.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.aways import Away
from workflows.covering import covers
from workflows.decisions import decide
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.events import Escalate, Lose, Nudge
from workflows.keeping import SYSTEM, Act, Kit, attempt, follow, keep_request
from workflows.people import Person, PersonId
from workflows.policy import Timing
from workflows.ports import UnitOfWork
from workflows.refusals import Refused
from workflows.reminders import Turn, escalates, look, reminders
from workflows.requests import Request, State
from workflows.reviewing import change, did, settle

RETRY = timedelta(hours=1)  # until a chase that failed is asked for again: long after its deliverer has given up

NUDGED = "nudge/"  # how the mark of a nudge begins

People = Mapping[PersonId, Person | None]


class More(StrEnum):
    """Why others are asked as well, or that nobody can be."""

    LATE = "late"
    AWAY = "away"
    GONE = "gone"
    NOBODY = "nobody"


def plan(kit: Kit) -> None:
    """Sees to it that every pending request is chased, by the policy of today: also one from before there was any of this."""

    def set_all(unit: UnitOfWork) -> None:
        for request in unit.requests.undecided():
            _again(unit, request, kit.clock.now())

    attempt(kit.units, set_all)


def ring(unit: UnitOfWork, request_id: str, now: datetime) -> None:
    """Something may be due: it is looked at by whoever delivers, since people must be looked up for it."""
    request = unit.requests.get(request_id)
    if request is not None and request.state is State.PENDING:
        follow(unit, now, [Effect(Do.CHASE, request_id)], [Alarm(Wake.CHASE, request_id, now + RETRY)])


def nudge(kit: Kit, request_id: str, by: PersonId) -> Request | Refused:
    """The requester reminds those who are waited for."""
    return change(kit, request_id, Nudge(by, kit.policy.timing.nudge_every), by)


def chase(kit: Kit, request_id: str) -> None:
    """Does what is due for a pending request, and sets when it is to be looked at next."""
    with kit.reads() as unit:
        request = unit.requests.get(request_id)
        if request is None or request.state is not State.PENDING:
            return
        involved = _involved(request, covers(unit, request, kit.clock.now()))
    people = {who: kit.directory.person(who, fresh=True) for who in involved}
    attempt(kit.units, lambda unit: _chase(kit, unit, request_id, people))


def _involved(request: Request, away: Sequence[Away]) -> frozenset[PersonId]:
    """Everybody who must be known for it: those who are waited for, and who covers for them."""
    return frozenset({*request.waiting_on(), *(a.delegate for a in away if a.delegate)})


def _chase(kit: Kit, unit: UnitOfWork, request_id: str, people: People) -> None:
    now = kit.clock.now()
    request = unit.requests.get(request_id)
    if request is None or request.state is not State.PENDING:
        return
    away = covers(unit, request, now)
    if not _involved(request, away) <= people.keys():
        _again(unit, request, now)  # others are asked since people were looked up
        return
    lost = frozenset(p for p in request.waiting_on() if _known(people, p) is None)
    if lost and _ask_more(kit, unit, request, Lose(lost), why=More.GONE):
        return
    if lost:
        follow(unit, now, [Effect(Do.TELL_MORE, f"{request.id}/{request.version}/{More.NOBODY}")])
    plan, week = kit.policy.timing.chase, kit.policy.timing.week
    turns = turns_of(request, away, people)
    due = look(plan, turns, week, now)
    if due.escalate or not turns:
        if _ask_more(kit, unit, request, Escalate(), why=More.LATE if due.escalate else More.AWAY):
            return
        due = look(replace(plan, escalate=None), turns, week, now)
    follow(unit, now, [Effect(Do.REMIND, f"{request.id}/{who}") for who in due.remind])
    _again(unit, request, due.again)


def _known(people: People, who: PersonId) -> Person | None:
    """Somebody who can decide, as they were looked up."""
    person = people.get(who)
    return person if person is not None and person.can_decide else None


def turns_of(request: Request, away: Sequence[Away], people: People) -> dict[PersonId, Turn]:
    """Since when each is asked whose decision is waited for; who covers for somebody, from when that person went away."""
    gone = {a.person: a for a in away}
    turns: dict[PersonId, Turn] = {}
    for asked in request.waiting_on():
        leave = gone.get(asked)
        who = leave.delegate if leave else asked
        person = _known(people, who) if who else None
        if person is not None:
            since = max(request.asked_since, leave.start) if leave else request.asked_since
            kept = turns.get(person.id)
            turns[person.id] = Turn(min(since, kept.since) if kept else since, person.zone)
    return turns


def _ask_more(kit: Kit, unit: UnitOfWork, request: Request, event: Escalate | Lose, *, why: More) -> bool:
    """Whether others are asked now. Its settling looks at the request again, at once."""
    now = kit.clock.now()
    decided = decide(request, event, now=now)
    if isinstance(decided, Refused):
        return False
    keep_request(unit, decided, Act(SYSTEM, did(event), now))
    settle(kit, unit, decided, now, before=request)
    fresh = set(decided.waiting_on()) - set(request.waiting_on())
    if fresh:
        follow(unit, now, [Effect(Do.TELL_MORE, f"{request.id}/{decided.version}/{why}/{','.join(sorted(fresh))}")])
    return True


def _again(unit: UnitOfWork, request: Request, at: datetime | None) -> None:
    unit.agenda.drop(Alarm(Wake.CHASE, request.id, request.submitted))
    if at is not None:
        unit.agenda.set(Alarm(Wake.CHASE, request.id, at))


@dataclass(frozen=True, slots=True)
class Reminder:
    """What somebody is reminded of. `marks` are what it settles: a step of the chase, a nudge; each is said once.

    `place` is in whose place they are asked, `nudged` that the requester asked for this reminder, `again` when the next one
    comes, `more` when others are asked as well; None for never.
    """

    request: Request
    marks: tuple[str, ...]
    since: datetime
    place: PersonId | None = None
    nudged: bool = False
    again: datetime | None = None
    more: datetime | None = None


def reminder(kit: Kit, request_id: str, who: PersonId) -> Reminder | None:
    """What somebody is to be reminded of now; None when nothing of it waits for them, or it is not time."""
    now = kit.clock.now()
    with kit.reads() as unit:
        request = unit.requests.get(request_id)
        if request is None or request.state is not State.PENDING:
            return None
        away = covers(unit, request, now)
    people = {p: kit.directory.person(p) for p in _involved(request, away)}
    turns = turns_of(request, away, people)
    if who not in turns:
        return None
    place = None if who in request.waiting_on() else next(a.person for a in away if a.delegate == who)
    marks = tuple(_marks(kit.policy.timing, request, turns[who], now))
    if not marks:
        return None
    again, more = coming(kit.policy.timing, request, turns, who=who, now=now)
    nudged = marks[0].startswith(NUDGED)
    return Reminder(request, marks, turns[who].since, place, nudged=nudged, again=again, more=more)


def _marks(timing: Timing, request: Request, turn: Turn, now: datetime) -> Iterator[str]:
    if request.nudged is not None and request.nudged >= turn.since:
        yield f"{NUDGED}{request.nudged:%Y%m%dT%H%M%S}"
    step = sum(at <= now for at in reminders(timing.chase, turn, timing.week))
    if step:
        yield f"{turn.since:%Y%m%dT%H%M%S}/{step}"


def coming(
    timing: Timing, request: Request, turns: Mapping[PersonId, Turn], *, who: PersonId, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """When somebody is reminded next, and when others are asked as well; None for never."""
    climbs = not isinstance(decide(request, Escalate(), now=now), Refused)
    more = escalates(timing.chase, turns, timing.week) if climbs else None
    ends = min(more or request.deadline, request.deadline)
    again = next((at for at in reminders(timing.chase, turns[who], timing.week) if now < at < ends), None)
    return again, more if more and more < request.deadline else None

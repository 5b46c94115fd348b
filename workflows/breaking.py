"""Breaking the glass: an override now, without asking; told to everybody, and reviewed afterwards.

Who may, how much and for how long is app.yaml's. One of the reviewers says within a working day whether it was right; until then
they are reminded, and whoever broke it breaks no other.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workflows import assessing, drafting, reviewing, revoking, switch
from workflows.cases import Case, Impact, Term
from workflows.decisions import decide
from workflows.drafting import Desk, Reader, Typed
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.events import Review
from workflows.glass import BreakGlass
from workflows.groups import able, members
from workflows.keeping import Act, Kit, attempt, follow, keep_request, note, refuse_click
from workflows.metering import standing
from workflows.money import Unit
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota
from workflows.refusals import Refused, Why
from workflows.requesting import name_of
from workflows.requests import Glass, Request, State
from workflows.rules import Data
from workflows.seats import Route
from workflows.working import Wait, after

REVIEWED_WITHIN = Wait(days=1)
REMINDED_EVERY = Wait(worked=timedelta(hours=4))  # so once before the review is due, also where nobody works longer than that
OVERDUE_EVERY = Wait(days=1)


@dataclass(frozen=True, slots=True)
class Break:
    """A broken glass as it was handed in, and by what it is allowed. `reviewers` are those who can be asked now."""

    by: PersonId
    quota: Quota
    typed: Typed
    token: str
    allowed: BreakGlass
    reviewers: tuple[PersonId, ...]


def may_break(kit: Kit, by: PersonId) -> BreakGlass | Refused:
    """What somebody may break the glass for now; asked before a modal is opened."""
    allowed = _allowed(kit, by)
    if isinstance(allowed, Refused):
        return allowed
    with kit.reads() as unit:
        return switch.refused(unit) or _unreviewed(unit, by) or allowed


def _allowed(kit: Kit, by: PersonId) -> BreakGlass | Refused:
    glass, people = kit.policy.glass, kit.policy.people
    if glass is None:
        return Refused(Why.NO_GLASS)
    if by not in members(glass.who, people, kit.directory):
        return Refused(Why.NOT_ON_CALL, {"group": glass.who})
    return glass


def _unreviewed(unit: UnitOfWork, by: PersonId) -> Refused | None:
    last = unit.record.last(_chain(by))
    request = unit.requests.get(str(last.after["request"])) if last else None
    if request is None or request.glass is None or request.glass.at is not None:
        return None
    return Refused(Why.GLASS_OPEN, {"request": request.id, "due": request.glass.due})


def _chain(by: PersonId) -> str:
    """The record of what somebody broke: its numbers let them break only one at a time."""
    return f"glass:{by}"


def quotas(policy: Policy) -> tuple[Quota, ...]:
    """The quotas that the glass can be broken for: the cap is in dollars."""
    return tuple(quota for quota in policy.quotas if quota.unit is Unit.USD)


def break_glass(kit: Kit, by: PersonId, typed: Typed, *, token: str) -> Request | tuple[Refused, ...]:
    """Grants at once; or every reason why not, each with its field. `token` names the form."""
    person = kit.directory.person(by, fresh=True)
    if person is None or not person.can_decide:
        return (Refused(Why.OUTSIDER),)
    allowed = _allowed(kit, by)
    if isinstance(allowed, Refused):
        return (allowed,)
    quota = kit.policy.quota(str(typed.get("quota", "")))
    if quota is None or quota.unit is not Unit.USD:
        return (Refused(Why.NO_SUCH_QUOTA, place="quota"),)
    reviewers = _reviewers(kit, allowed, by)
    if not reviewers:
        return (Refused(Why.NO_REVIEWER, {"group": allowed.review}),)
    broken = Break(by, quota, typed, token, allowed, reviewers)
    return attempt(kit.units, lambda unit: _break(kit, unit, broken))


def _reviewers(kit: Kit, allowed: BreakGlass, by: PersonId) -> tuple[PersonId, ...]:
    """Those who can review what somebody does: of the reviewing group, or of the one that stands in for it."""
    people = kit.policy.people
    for group in (allowed.review, people.fallback):
        if found := able((p for p in members(group, people, kit.directory) if p != by), kit.directory):
            return found
    return ()


def _break(kit: Kit, unit: UnitOfWork, form: Break) -> Request | tuple[Refused, ...]:
    now = kit.clock.now()
    if filed := unit.requests.get(name_of(form.token)):
        return filed
    if refused := switch.refused(unit) or _unreviewed(unit, form.by):
        return (refused,)
    stands_in = {away.delegate for away in unit.aways.among((form.by,), now)}
    reviewers = tuple(who for who in form.reviewers if who not in stands_in)
    if not reviewers:
        return (Refused(Why.NO_REVIEWER, {"group": form.allowed.review}),)
    desk = Desk(kit.policy, standing(unit, kit.policy, form.quota, now), now, form.by)
    case = _read(form, desk)
    if not isinstance(case, Case):
        return case
    before = assessing.past(unit, kit.policy, form.quota, now)
    facts = assessing.facts(case, desk.standing, kit.policy, now, before=before)
    due = after(REVIEWED_WITHIN, now, kit.policy.organization.zone, kit.policy.timing.week)
    request = Request(
        id=name_of(form.token),
        requester=form.by,
        case=case,
        route=Route(),
        limit=facts.limit,
        submitted=now,
        deadline=now,
        policy=kit.policy.hash,
        state=State.APPROVED,
        decided=now,
        facts=facts,
        excluded=tuple(sorted(who for who in stands_in if who)),
        glass=Glass(reviewers, due),
    )
    return _keep(kit, unit, request, now)


def _keep(kit: Kit, unit: UnitOfWork, request: Request, now: datetime) -> Request:
    keep_request(unit, request, Act(request.requester, "broke the glass", now))
    note(unit, _chain(request.requester), Act(request.requester, "broke the glass", now), {"request": request.id})
    reviewing.settle(kit, unit, request, now)
    _chase(kit.policy, unit, request, now)
    return request


def _read(form: Break, desk: Desk) -> Case | tuple[Refused, ...]:
    reader = Reader()
    why = str(form.typed.get("justification") or "").strip()
    case = Case(
        quota=form.quota.key,
        amount=reader.take(_amount(form, desk), 0),
        unit=form.quota.unit,
        term=Term(span=reader.take(_span(form), timedelta())),
        justification=reader.take(drafting.clean(why, "justification", least=drafting.SHORTEST_WHY), ""),
        impact=Impact("", 0, ""),
        data=Data.INTERNAL,
    )
    return tuple(reader.problems) or case


def _amount(form: Break, desk: Desk) -> int | Refused:
    read, most = drafting.amount(form.typed, desk), form.allowed.at_most
    if isinstance(read, Refused) or read <= most:
        return read
    return Refused(Why.GLASS_TOO_MUCH, {"most": most, "unit": Unit.USD}, place="amount")


def _span(form: Break) -> timedelta | Refused:
    """The time that was picked, in minutes."""
    said, longest = str(form.typed.get("duration") or ""), form.allowed.for_at_most
    found = re.fullmatch(r"minutes:([1-9][0-9]{0,5})", said)
    if not found:
        return Refused(Why.MISSING, place="duration")
    span = timedelta(minutes=int(found[1]))
    return span if span <= longest else Refused(Why.TOO_LONG, {"longest": longest}, place="duration")


def may_review(kit: Kit, request_id: str, by: PersonId) -> Request | Refused:
    """Whether a review would count now: asked before a modal is opened for its words. Changes nothing but the record."""
    return _reviewing(kit, request_id, Review(by, fine=True), trial=True)


def review(kit: Kit, request_id: str, said: Review) -> Request | Refused:
    """A reviewer says whether it was right. If it was not, what is left of the grant ends in the same transaction."""
    return _reviewing(kit, request_id, said)


def _reviewing(kit: Kit, request_id: str, said: Review, *, trial: bool = False) -> Request | Refused:
    person = kit.directory.person(said.by, fresh=True)
    if person is None or not person.can_decide:
        return reviewing.turn_away(kit, request_id, said.by)
    if kit.policy.glass and said.by in members(kit.policy.glass.review, kit.policy.people, kit.directory):
        said = replace(said, called=True)

    def apply(unit: UnitOfWork) -> Request | Refused:
        now, request = kit.clock.now(), unit.requests.get(request_id)
        if request is None:
            return Refused(Why.NO_SUCH_REQUEST)
        decided = decide(request, said, now=now)
        if isinstance(decided, Refused):
            return refuse_click(unit, request_id, by=said.by, refused=decided, at=now)
        return request if trial else _reviewed(kit, unit, decided, said)

    return attempt(kit.units, apply)


def _reviewed(kit: Kit, unit: UnitOfWork, request: Request, said: Review) -> Request:
    now = kit.clock.now()
    keep_request(unit, request, Act(said.by, "reviewed: right" if said.fine else "reviewed: not right", now))
    unit.agenda.drop(Alarm(Wake.REVIEW, request.id, now))
    follow(unit, now, [Effect(Do.SHOW_REQUEST, request.id)])
    if not said.fine:
        revoking.revoke(kit, unit, request, by=said.by, now=now)
    return request


def remind(kit: Kit, unit: UnitOfWork, request_id: str, now: datetime) -> None:
    """The alarm rang: whoever should review it is reminded; once it is overdue, leadership hears of it, once."""
    request = unit.requests.get(request_id)
    if request is None or request.glass is None or request.glass.at is not None:
        return
    effects = [Effect(Do.SHOW_REQUEST, request_id), Effect(Do.REMIND_GLASS, f"{request_id}/{int(now.timestamp())}")]
    follow(unit, now, [*effects, Effect(Do.TELL_OVERDUE, request_id)] if now >= request.glass.due else effects)
    _chase(kit.policy, unit, request, now)


def _chase(policy: Policy, unit: UnitOfWork, request: Request, now: datetime) -> None:
    """Sets the next reminder."""
    zone, week, glass = policy.organization.zone, policy.timing.week, request.glass
    if glass is None:
        return
    soon, late = (after(wait, now, zone, week) for wait in (REMINDED_EVERY, OVERDUE_EVERY))
    follow(unit, now, [], [Alarm(Wake.REVIEW, request.id, min(soon, glass.due) if now < glass.due else late)])


def unreviewed(unit: UnitOfWork) -> list[Request]:
    """Every broken glass that nobody reviewed yet, the one that is due first at the head."""
    found = [unit.requests.get(alarm.key) for alarm in unit.agenda.every(Wake.REVIEW)]
    due = {r.id: r.glass.due for r in found if r and r.glass and r.glass.at is None}
    return sorted((r for r in found if r and r.id in due), key=lambda r: (due[r.id], r.id))

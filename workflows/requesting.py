"""Requesting: from a draft to a pending request, with its route compiled into it."""

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from workflows import assessing, coming, drafting, extending
from workflows.appeals import Appeal
from workflows.cases import Case, material
from workflows.decisions import decide
from workflows.drafting import Desk, Typed
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.events import Edit
from workflows.keeping import Act, Kit, attempt, follow, keep_request, refuse_click
from workflows.metering import standing
from workflows.offering import vain
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota, Standing
from workflows.refusals import Refused, Why
from workflows.refusing import Tried, counted
from workflows.requests import Request, Way
from workflows.reviewing import cleared, enact
from workflows.routing import Org
from workflows.times import local_day


def name_of(token: str) -> str:
    """A request's id, from the token of the form it was submitted with: submitting the same form twice is one request."""
    digest = hashlib.blake2b(token.encode(), digest_size=8).digest()
    return "R-" + base64.b32encode(digest).decode()[:10]


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was handed in: by whom, on which quota, what was typed, the form's own name, and the notice it came from.

    `changes` is the id of the request that it changes, "" for a new one.
    """

    requester: PersonId
    quota: Quota
    typed: Typed
    token: str = ""
    origin: str = ""
    changes: str = ""
    appeal: Appeal | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """The request that a form changes, as its reader saw it: `revision` of what is decided, and how many had said yes."""

    request: str
    revision: int
    yes: int = 0


def submit(kit: Kit, requester: PersonId, typed: Typed, *, token: str, origin: str = "") -> Request | tuple[Refused, ...]:
    """Files a request; or every reason why not, each with its field. `token` names the form (Slack: the view's id)."""
    form = _form(kit, requester, typed)
    if isinstance(form, Refused):
        return (form,)
    named = replace(form, token=token, origin=origin)
    # People are looked up before the transaction: nobody's database waits for somebody's network.
    org = organised(kit, form.requester, form.quota, form.typed)
    return attempt(kit.units, lambda unit: _submit(kit, unit, named, org))


def edit(kit: Kit, by: PersonId, typed: Typed, seen: Seen) -> Request | tuple[Refused, ...]:
    """Changes a pending request of one's own; or every reason why not, each with its field. It is the same request after."""
    form = _form(kit, by, typed)
    if isinstance(form, Refused):
        return (form,)
    changed = replace(form, changes=seen.request)
    org = organised(kit, form.requester, form.quota, form.typed)
    return attempt(kit.units, lambda unit: _edit(kit, unit, changed, org, seen=seen))


def to_edit(kit: Kit, by: PersonId, seen: Seen) -> Request | Refused:
    """The request, if this person may change it now: asked before a form is opened. Changes nothing but the record."""

    def look(unit: UnitOfWork) -> Request | Refused:
        request, now = unit.requests.get(seen.request), kit.clock.now()
        if request is None:
            return Refused(Why.NO_SUCH_REQUEST)
        refused = _may_not(request, by, seen, now)
        return refuse_click(unit, request.id, by=by, refused=refused, at=now) if refused else request

    return attempt(kit.units, look)


def _may_not(request: Request, by: PersonId, seen: Seen, now: datetime) -> Refused | None:
    """Why somebody may not change a request now, whatever they change."""
    same = Edit(by, request.case, Way(request.route, request.limit), seen.revision)
    refused = decide(request, same, now=now)
    return refused if isinstance(refused, Refused) and refused.why is not Why.NOTHING_CHANGED else None


def organised(kit: Kit, by: PersonId, quota: Quota, typed: Typed) -> Org:
    """Those who may be asked about what is typed."""
    return assessing.organisation(by, quota, kit.policy, kit.directory, behalf=str(typed.get("behalf", "")))


def _form(kit: Kit, requester: PersonId, typed: Typed) -> Form | Refused:
    """The form with its quota, if whoever handed it in may ask."""
    person = kit.directory.person(requester)
    if person is None or not person.can_decide:
        return Refused(Why.OUTSIDER)
    quota = kit.policy.quota(str(typed.get("quota", "")))
    return Form(requester, quota, typed) if quota else Refused(Why.NO_SUCH_QUOTA, place="quota")


def _submit(kit: Kit, unit: UnitOfWork, form: Form, org: Org) -> Request | tuple[Refused, ...]:
    now = kit.clock.now()
    if filed := unit.requests.get(name_of(form.token)):
        return filed
    if mine := unit.requests.open(form.quota.key, form.requester):
        if mine.id == name_of(form.token):
            return mine  # the same form, filed by another worker since we looked
        return (Refused(Why.OPEN_REQUEST, {"request": mine.id, "at": mine.submitted}, place="quota"),)
    read = _read(kit, unit, form, org, now=now)
    return read if isinstance(read, tuple) else file(kit, unit, pending(kit.policy, form, read.case, now=now, way=read.way))


def _edit(kit: Kit, unit: UnitOfWork, form: Form, org: Org, *, seen: Seen) -> Request | tuple[Refused, ...]:
    now = kit.clock.now()
    before = unit.requests.get(seen.request)
    if before is None:
        return (Refused(Why.NO_SUCH_REQUEST),)
    if refused := _may_not(before, form.requester, seen, now):
        return (refuse_click(unit, seen.request, by=form.requester, refused=refused, at=now),)
    read = _read(kit, unit, replace(form, appeal=before.appeal), org, now=now)
    if isinstance(read, tuple):
        return read
    if material(before.case, read.case, now=now) and len(before.approved_by()) != seen.yes:
        return (Refused(Why.CHANGED_SINCE),)  # somebody said yes since: that it would no longer count was not shown
    event = Edit(form.requester, read.case, read.way, seen.revision)
    done = enact(kit, unit, seen.request, event, by=form.requester)
    return (done,) if isinstance(done, Refused) else done


@dataclass(frozen=True, slots=True)
class Read:
    """What was typed, and how it is decided."""

    case: Case
    way: Way


def _read(kit: Kit, unit: UnitOfWork, form: Form, org: Org, *, now: datetime) -> Read | tuple[Refused, ...]:
    stands = standing(unit, kit.policy, form.quota, now)
    desk = Desk(kit.policy, stands, now, form.requester, extending.named(unit, form.typed))
    case = drafting.read(form.typed, desk)
    if not isinstance(case, Case):
        return case
    if refused := extending.refuses(unit, kit.policy, case, by=form.requester, now=now, mine=form.changes):
        return refused
    handed = form.token, form.origin
    way = routed(kit, unit, case, org, by=form.requester, stands=stands, mine=form.changes, handed=handed, appeal=form.appeal)
    return way if isinstance(way, tuple) else Read(case, way)


def routed(
    kit: Kit,
    unit: UnitOfWork,
    case: Case,
    org: Org,
    *,
    by: PersonId,
    stands: Standing,
    mine: str = "",
    handed: tuple[str, str] | None = None,
    appeal: Appeal | None = None,
) -> Way | tuple[Refused, ...]:
    """How a case is decided, or why it cannot be asked for; `mine` is the request that it changes or opens again, if any.

    `handed` names the form that was handed in, and the notice it came from: one form that a rule refuses is one violation.
    """
    now, policy = stands.at, kit.policy
    begun = coming.standing(unit, policy, stands.quota, now, begins=case.term.begin(now))
    if broken := assessing.bounds_broken(unit, policy, by, case=case, stands=begun, now=now, mine=mine):
        return broken
    if refused := vain(unit, policy, case, stands=begun, by=by, now=now):
        return (refused,)
    way = assessing.way(unit, policy, case, stands=begun, org=org, now=now, appeal=appeal)
    if not isinstance(way, Refused):
        return way
    if way.why is Why.NO_APPROVER:
        follow(unit, now, [Effect(Do.SHOW_GAP, gap_of(stands.quota, str(way.facts["stage"]), policy, now))])
    token, origin = handed if handed and handed[0] else (mine, "")
    return (counted(unit, policy, Tried(by, case, stands, token, origin, mine), way, now=now),)


def gap_of(quota: Quota, stage: str, policy: Policy, now: datetime) -> str:
    """The key of a gap: nobody can decide in a stage. Its owner hears of it once a day."""
    return f"{quota.key}|{local_day(now, policy.organization.zone)}|{stage}"


def pending(policy: Policy, form: Form, case: Case, *, now: datetime, way: Way) -> Request:
    """The request of a form, as it begins."""
    latest = now + policy.timing.lapse_after
    return Request(
        id=name_of(form.token),
        requester=form.requester,
        case=case,
        route=way.route,
        limit=way.limit,
        submitted=now,
        # Deciding after the time that was asked for would grant nothing.
        deadline=min(latest, case.term.until or latest),
        policy=way.policy,
        origin=form.origin,
        facts=way.facts,
        excluded=way.excluded,
        auto=way.auto,
        appeal=way.appeal,
    )


def file(kit: Kit, unit: UnitOfWork, request: Request) -> Request:
    """Files a request, with all that follows; it may be approved at once."""
    keep_request(unit, request, Act(request.requester, "submitted", request.submitted))
    alarms = [Alarm(Wake.LAPSE, request.id, request.deadline), Alarm(Wake.CHASE, request.id, request.submitted)]
    if quota := kit.policy.quota(request.case.quota):
        alarms.append(Alarm(Wake.RESET, quota.key, kit.policy.window(quota, request.submitted).end))
    follow(unit, request.submitted, [Effect(Do.SHOW_REQUEST, request.id)], alarms)
    return cleared(kit, unit, request, request.submitted)

"""Requesting: from a draft to a pending request, with its route compiled into it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from workflows import assessing, drafting
from workflows.cases import Case
from workflows.drafting import Desk, Typed
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.keeping import Act, Kit, attempt, follow, keep_request
from workflows.metering import standing
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import Quota
from workflows.refusals import Refused, Why
from workflows.requests import Request, Way
from workflows.routing import Org
from workflows.times import local_day


def name_of(token: str) -> str:
    """A request's id, from the token of the form it was submitted with: submitting the same form twice is one request."""
    digest = hashlib.blake2b(token.encode(), digest_size=8).digest()
    return "R-" + base64.b32encode(digest).decode()[:10]


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was handed in: by whom, on which quota, what was typed, the form's own name, and the notice it came from."""

    requester: PersonId
    quota: Quota
    typed: Typed
    token: str
    origin: str = ""


def submit(kit: Kit, requester: PersonId, typed: Typed, *, token: str, origin: str = "") -> Request | tuple[Refused, ...]:
    """Files a request; or every reason why not, each with its field. `token` names the form (Slack: the view's id)."""
    person = kit.directory.person(requester)
    if person is None or not person.can_decide:
        return (Refused(Why.OUTSIDER),)
    quota = kit.policy.quota(str(typed.get("quota", "")))
    if quota is None:
        return (Refused(Why.NO_SUCH_QUOTA, place="quota"),)
    form = Form(requester, quota, typed, token, origin)
    # People are looked up before the transaction: nobody's database waits for somebody's network.
    org = assessing.organisation(requester, quota, kit.policy, kit.directory)
    return attempt(kit.units, lambda unit: _submit(kit, unit, form, org))


def _submit(kit: Kit, unit: UnitOfWork, form: Form, org: Org) -> Request | tuple[Refused, ...]:
    now = kit.clock.now()
    if filed := unit.requests.get(name_of(form.token)):
        return filed
    if mine := unit.requests.open(form.quota.key, form.requester):
        if mine.id == name_of(form.token):
            return mine  # the same form, filed by another worker since we looked
        return (Refused(Why.OPEN_REQUEST, {"request": mine.id, "at": mine.submitted}, place="quota"),)
    stands = standing(unit, kit.policy, form.quota, now)
    case = drafting.read(form.typed, Desk(kit.policy, stands, now))
    if not isinstance(case, Case):
        return case
    if broken := assessing.bounds_broken(unit, kit.policy, form.requester, case=case, stands=stands, now=now):
        return broken
    way = assessing.way(unit, kit.policy, case, stands=stands, org=org, now=now)
    if isinstance(way, Refused):
        if way.why is Why.NO_APPROVER:
            follow(unit, now, [Effect(Do.SHOW_GAP, gap_of(form.quota, str(way.facts["stage"]), kit.policy, now))])
        return (way,)
    return _file(unit, _pending(kit.policy, form, case, now=now, way=way))


def gap_of(quota: Quota, stage: str, policy: Policy, now: datetime) -> str:
    """The key of a gap: nobody can decide in a stage. Its owner hears of it once a day."""
    return f"{quota.key}|{local_day(now, policy.organization.zone)}|{stage}"


def _pending(policy: Policy, form: Form, case: Case, *, now: datetime, way: Way) -> Request:
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
    )


def _file(unit: UnitOfWork, request: Request) -> Request:
    keep_request(unit, request, Act(request.requester, "submitted", request.submitted))
    alarms = [Alarm(Wake.LAPSE, request.id, request.deadline), Alarm(Wake.CHASE, request.id, request.submitted)]
    follow(unit, request.submitted, [Effect(Do.SHOW_REQUEST, request.id)], alarms)
    return request

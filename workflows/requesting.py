"""Requesting: from a draft to a pending request, with its route compiled into it.

The preview and the submit use one function for the facts and the route, so what was shown is what happens.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from workflows import drafting
from workflows.drafting import Desk, Typed
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.keeping import Act, Kit, attempt, follow, keep_request
from workflows.metering import standing
from workflows.offering import in_the_way, wish_of
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import Directory, UnitOfWork
from workflows.quotas import Quota, Standing
from workflows.refusals import Refused, Why
from workflows.requests import Case, Request
from workflows.routing import Ask, Facts, Limit, Org, Route, route


def facts(case: Case, stands: Standing, policy: Policy, now: datetime) -> Facts:
    """What the routing rules may test of a case.

    The request goes past the hard limit when spend is there already, or when the amount would lift the limit past the mark at
    which the *base* stops: an exception must not step over a review by being large.
    """
    quota = stands.quota
    hard = stands.spent >= stands.hard or stands.limit + case.amount > stands.stop
    return Facts(
        scope=quota.scope,
        limit=Limit.HARD if hard else Limit.SOFT,
        amount=case.amount,
        unit=case.unit,
        percent=-(-case.amount * 100 // stands.base) if stands.base else 100,
        duration=min(case.term.length(now), stands.window.end - now),
        data=case.data,
        kind=quota.kind,
        unapproved=policy.models.unapproved(case.models, case.data),
    )


def organisation(requester: PersonId, quota: Quota, policy: Policy, directory: Directory) -> Org:
    """The people that a route for this requester may use, as the directory knows them now."""
    groups = dict(policy.people.groups)
    for name, usergroup in policy.people.usergroups.items():
        groups[name] = directory.members(usergroup)
    manager = directory.manager(requester) if policy.people.profile_field else None
    manager = manager or policy.people.managers.get(requester)
    asked = {ask for rule in policy.rules for ask in rule.ask}
    everyone = {manager, quota.owner, *_named(asked), *(p for members in groups.values() for p in members)} - {None}
    known = {who: directory.person(who) for who in everyone if who is not None}
    return Org(
        manager=manager,
        owner=quota.owner,
        groups=groups,
        reachable=frozenset(who for who, person in known.items() if person is not None and person.can_decide),
        excluded=frozenset({requester}),
        fallback=policy.people.fallback,
    )


def _named(asks: Iterable[Ask]) -> set[PersonId]:
    return {person for ask in asks for person in ask.people}


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
    org = organisation(requester, quota, kit.policy, kit.directory)
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
    if stop := next((found for found in in_the_way(unit, kit.policy, wish_of(case, stands)) if found.whole), None):
        return (Refused(Why.NO_EFFECT, {"barrier": stop}, place="quota"),)
    known = facts(case, stands, kit.policy, now)
    way = route(known, kit.policy.rules, org)
    if isinstance(way, Refused):
        return (way,)
    return _file(unit, _pending(kit.policy, form, case, now=now, limit=known.limit, way=way))


def _pending(policy: Policy, form: Form, case: Case, *, now: datetime, limit: Limit, way: Route) -> Request:
    latest = now + policy.timing.lapse_after
    return Request(
        id=name_of(form.token),
        requester=form.requester,
        case=case,
        route=way,
        limit=limit,
        submitted=now,
        # Deciding after the time that was asked for would grant nothing.
        deadline=min(latest, case.term.until or latest),
        policy=policy.hash,
        origin=form.origin,
    )


def _file(unit: UnitOfWork, request: Request) -> Request:
    keep_request(unit, request, Act(request.requester, "submitted", request.submitted))
    lapse = Alarm(Wake.LAPSE, request.id, request.deadline)
    follow(unit, request.submitted, [Effect(Do.SHOW_REQUEST, request.id)], [lapse])
    return request

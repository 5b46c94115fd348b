"""Assessing: what the rules may know of a case, whom they may ask, and the way that follows.

The preview, the submit, an edit and a reopening use the same functions, so what was shown is what happens.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from workflows import coming
from workflows.acceptable import Risk
from workflows.appeals import Appeal, Broken
from workflows.bounds import Around, broken
from workflows.cases import Case
from workflows.groups import every
from workflows.guardrails import automatic
from workflows.line import above, line
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import Directory, UnitOfWork
from workflows.quotas import Quota, Standing, lineage
from workflows.refusals import Refused
from workflows.requests import State, Way
from workflows.routing import Org, refusing, route_all
from workflows.rules import Ask, Facts, Limit
from workflows.times import local_day

RECENT = 100  # requests on a quota among which a person's last is looked for
MONTH, QUARTER = timedelta(days=30), timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Past:
    """What a scope was granted before: overrides in 30 and in 90 days, and what its running ones add now."""

    exceptions_30: int = 0
    exceptions_90: int = 0
    exposure: int = 0


def past(unit: UnitOfWork, policy: Policy, quota: Quota, now: datetime) -> Past:
    """A scope's past, over all quotas on it; exposure in the quota's unit."""
    granted = unit.overrides.granted([q.key for q in policy.on(quota.scope)] or [quota.key], now - QUARTER)
    lately = [o for o in granted if o.granted > now - MONTH]
    current = (o for q in policy.on(quota.scope) for o in unit.overrides.current(q.key))
    return Past(len(lately), len(granted), sum(o.amount for o in current if o.unit is quota.unit and o.wanted(now)))


def facts(case: Case, stands: Standing, policy: Policy, now: datetime, *, before: Past = Past()) -> Facts:
    """What the routing rules may test of a case on a quota that will stand like this when it begins.

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
        duration=min(case.term.length(now), coming.reset(policy, quota, case.term, now) - case.term.begin(now)),
        data=case.data,
        kind=quota.kind,
        unapproved=policy.models.unapproved(case.models, case.data),
        exceptions_30=before.exceptions_30,
        exceptions_90=before.exceptions_90,
        exposure=before.exposure,
    )


def organisation(requester: PersonId, quota: Quota, policy: Policy, directory: Directory, *, behalf: str = "") -> Org:
    """The people that a route for this requester may use, as the directory knows them now; `behalf` as the case has it.

    Whoever owns the account that something is for asks for themselves, whoever of them typed it.
    """
    groups = every(policy.people, directory)
    above_them = line(requester, above(policy.people, directory))
    asked = {ask for rule in policy.rules for ask in rule.ask}
    owners = {near.owner for scope in lineage(quota.scope) for near in policy.on(scope)}
    everyone = {*above_them, *owners, *_named(asked), *(p for members in groups.values() for p in members)} - {None}
    account = policy.people.account(behalf)
    known = {who: directory.person(who) for who in everyone if who is not None}
    return Org(
        line=above_them,
        owner=quota.owner,
        groups=groups,
        reachable=frozenset(who for who, person in known.items() if person is not None and person.can_decide),
        excluded=frozenset({requester, *(account.owners if account else ())}),
        fallback=policy.people.fallback,
    )


def bounds_broken(
    unit: UnitOfWork, policy: Policy, by: PersonId, *, case: Case, stands: Standing, now: datetime, mine: str = ""
) -> tuple[Refused, ...]:
    """Every bound that a case breaks; `mine` is the request that it changes, if any."""
    others = [r for q in policy.on(stands.quota.scope) for r in unit.requests.pending(q.key) if r.id != mine]
    last = next((r for r in unit.requests.latest(stands.quota.key, RECENT) if r.requester == by and r.id != mine), None)
    denied = last.decided if last and last.state is State.DENIED else None
    found = broken(case, stands, policy.bounds, around=Around(len(others), denied), now=now)
    sizes = replace(policy.bounds, open=0, rest=timedelta())
    beside = (broken(whole, at, sizes, around=Around(), now=now) for whole, at in wholes(unit, policy, case, now))
    return (*found, *(replace(each, place="also") for more in beside for each in more))


def wholes(unit: UnitOfWork, policy: Policy, case: Case, now: datetime) -> Iterator[tuple[Case, Standing]]:
    """Every further quota that is asked for, as a case of its own, and where it will stand when it begins."""
    for part in case.also:
        if quota := policy.quota(part.quota):
            at = coming.standing(unit, policy, quota, now, begins=case.term.begin(now))
            yield replace(case, quota=part.quota, amount=part.amount, unit=part.unit), at


def _named(asks: Iterable[Ask]) -> set[PersonId]:
    return {person for ask in asks for person in ask.people}


def turn(case: Case, now: datetime) -> int:
    """Who of a large group is asked first: another one each day, the same for the preview and what follows it."""
    return crc32(f"{case.quota} {now.date()}".encode())


def way(
    unit: UnitOfWork, policy: Policy, case: Case, *, stands: Standing, org: Org, now: datetime, appeal: Appeal | None = None
) -> Way | Refused:
    """How a case is decided under today's policy, or why it cannot be asked for. An appeal holds against the rules it names."""
    away = unit.aways.among(org.excluded, now)
    org = replace(org, excluded=org.excluded | {a.delegate for a in away if a.delegate})
    known = facts(case, stands, policy, now, before=past(unit, policy, stands.quota, now))
    further = [(each, at.quota.owner) for each, at in _further(unit, policy, case, now)]
    return routed(policy, case, [(known, org.owner), *further], org=org, now=now, appeal=appeal)


def _further(unit: UnitOfWork, policy: Policy, case: Case, now: datetime) -> Iterator[tuple[Facts, Standing]]:
    for whole, at in wholes(unit, policy, case, now):
        yield facts(whole, at, policy, now, before=past(unit, policy, at.quota, now)), at


def routed(
    policy: Policy,
    case: Case,
    parts: Sequence[tuple[Facts, PersonId | None]],
    *,
    org: Org,
    now: datetime,
    appeal: Appeal | None = None,
) -> Way | Refused:
    """How a case is decided of whose parts this is known, its own quota first: the same for a request and its rehearsal."""
    lacking = policy.people.authority.lacking(case.dollars(), org.groups)
    turned = replace(org, lacking=lacking, turn=turn(case, now))
    found = route_all(parts, policy.rules, turned, appeal.rules if appeal else ())
    if isinstance(found, Refused):
        return found
    broken_rules = [rule.name for known, _ in parts for rule in refusing(known, policy.rules)]
    still = appeal.against(broken_rules) if appeal else None
    auto = automatic(parts[0][0], policy.rules, beyond(policy, case, still, now))
    limit = max((known.limit for known, _ in parts), key=list(Limit).index)
    return Way(found, limit, parts[0][0], policy.hash, tuple(sorted(org.excluded)), auto, still)


def beyond(policy: Policy, case: Case, appeal: Appeal | None, now: datetime) -> tuple[str, ...]:
    """The guardrails that every rule has and this case is outside of."""
    use, day = policy.acceptable.use_case(case.use_case), local_day(now, policy.organization.zone)
    risky = use is not None and use.risk(day) in (Risk.ENDED, Risk.UNAPPROVED)
    outside = {"further quotas": bool(case.also), "use case": risky, "appeal": appeal is not None}
    return tuple(name for name, past in outside.items() if past)


def refused_by(unit: UnitOfWork, policy: Policy, case: Case, *, stands: Standing, now: datetime) -> tuple[Broken, ...]:
    """Every rule that refuses a case, or a part of it."""
    known = facts(case, stands, policy, now, before=past(unit, policy, stands.quota, now))
    every = [known, *(each for each, _ in _further(unit, policy, case, now))]
    return tuple(dict.fromkeys(Broken(rule.name, rule.refuse) for each in every for rule in refusing(each, policy.rules)))

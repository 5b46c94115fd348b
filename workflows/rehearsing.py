"""Rehearsing: real history is read, and played under a draft of the policy. Nothing is written.

People are looked up after the history was read: nobody's database waits for somebody's network.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from workflows import assessing, coming
from workflows.assessing import MONTH, QUARTER
from workflows.automatic import Automatic
from workflows.guardrails import automatic
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import Directory, UnitOfWork
from workflows.quotas import Quota, retired
from workflows.refusals import Refused, Why
from workflows.rehearsal import Known, Rehearsal, Take
from workflows.requests import Request
from workflows.routing import Org, asked, asked_all
from workflows.rules import Facts
from workflows.seats import Route
from workflows.strictness import Answer, Answers, Sort, breaches, unmet
from workflows.times import INSTANT, Window

ANYBODY = Org(line=(), owner=None, groups={}, reachable=frozenset(), excluded=frozenset())  # for stages, whoever sits in them


@dataclass(frozen=True, slots=True)
class History:
    """What was asked in a window of time: requests that can be played, and those that cannot with the reason."""

    window: Window
    known: tuple[Known, ...]
    skipped: tuple[tuple[str, str], ...]


def remember(unit: UnitOfWork, policy: Policy, window: Window) -> History:
    """Every request that was submitted in a window, with its facts as this policy names them."""
    known: list[Known] = []
    skipped: list[tuple[str, str]] = []
    for request in unit.requests.since(window.start):
        found = _known(unit, policy, request)
        if isinstance(found, Known):
            known.append(found)
        else:
            skipped.append((request.id, found))
    return History(window, tuple(known), tuple(skipped))


def _known(unit: UnitOfWork, policy: Policy, request: Request) -> Known | str:
    case, quota = request.case, policy.quota(request.case.quota)
    if request.glass is not None:
        return "the glass was broken for it: nobody is asked then"
    if request.facts is not None:
        kind = quota.kind if quota else request.facts.kind
        facts = replace(request.facts, kind=kind, unapproved=policy.models.unapproved(case.models, case.data))
        return Known(request, facts, further=_further(policy, request, facts))
    if quota is None:
        return f"no facts of it were kept, and {case.quota} is not in the policy"
    facts = _remade(unit, policy, request, quota)
    return Known(request, facts, remade=True, further=_further(policy, request, facts))


def _further(policy: Policy, request: Request, facts: Facts) -> tuple[tuple[Facts, PersonId | None], ...]:
    """Of further quotas no facts are kept: what they had been granted is not known, and the limit is the strictest of all."""
    parts = ((part, policy.quota(part.quota)) for part in request.case.also)
    return tuple(
        (
            replace(
                facts,
                scope=quota.scope,
                kind=quota.kind,
                limit=request.limit,
                amount=part.amount,
                unit=part.unit,
                percent=-(-part.amount * 100 // quota.limit) if quota.limit else 100,
                exceptions_30=0,
                exceptions_90=0,
                exposure=0,
            ),
            quota.owner,
        )
        for part, quota in parts
        if quota
    )


def _remade(unit: UnitOfWork, policy: Policy, request: Request, quota: Quota) -> Facts:
    """The facts of a request of which none were kept: its limit as it was, all else from its case and the policy's base."""
    case, then = request.case, request.submitted
    keys = [q.key for q in policy.on(quota.scope)]
    granted = [o for o in unit.overrides.granted(keys, then - QUARTER) if o.granted <= then]
    running = (o for key in keys for o in unit.overrides.during(key, Window(then, then + INSTANT)))
    return Facts(
        scope=quota.scope,
        limit=request.limit,
        amount=case.amount,
        unit=case.unit,
        percent=-(-case.amount * 100 // quota.limit) if quota.limit else 100,
        duration=min(case.term.length(then), coming.reset(policy, quota, case.term, then) - case.term.begin(then)),
        data=case.data,
        kind=quota.kind,
        unapproved=policy.models.unapproved(case.models, case.data),
        exceptions_30=sum(o.granted > then - MONTH for o in granted),
        exceptions_90=len(granted),
        exposure=sum(o.amount for o in running if o.unit is quota.unit and o.in_force(then)),
    )


def play(history: History, policy: Policy, directory: Directory | None) -> Rehearsal:
    """The history under a policy. Without a directory nobody is looked up: stages have the people that the policy names."""
    org_of = _orgs(policy, directory)
    takes = tuple(_take(known, policy, org_of) for known in history.known)
    facts = {known.request.id: known.facts for known in history.known}
    return Rehearsal(
        since=history.window.start,
        until=history.window.end,
        takes=takes,
        skipped=history.skipped,
        breaches=tuple(breaches(facts, answers(policy))),
        rules=_rules(takes, policy),
    )


OrgOf = Callable[[Request], Org | None]


def _orgs(policy: Policy, directory: Directory | None) -> OrgOf:
    """The people for a request's route; None where nobody is looked up."""

    @cache
    def looked_up(requester: PersonId, quota: Quota) -> Org | None:
        return assessing.organisation(requester, quota, policy, directory) if directory else None

    def org_of(request: Request) -> Org | None:
        case = request.case
        org = looked_up(request.requester, policy.quota(case.quota) or retired(case.quota, case.unit))
        return replace(org, excluded=org.excluded | set(request.excluded)) if org else None

    return org_of


def _take(known: Known, policy: Policy, org_of: OrgOf) -> Take:
    facts, request = known.facts, known.request
    if refused := _over_bounds(facts, policy):
        return Take(known, refused)
    org, appeal = org_of(request), request.appeal
    if org is None:
        org = _as_written(policy, request)
        found = asked_all([(facts, org.owner), *known.further], policy.rules, org, appeal.rules if appeal else ())
        outside = assessing.beyond(policy, request.case, appeal, request.submitted)
        return Take(known, found, None if isinstance(found, Refused) else automatic(facts, policy.rules, outside))
    parts = [(facts, org.owner), *known.further]
    way = assessing.routed(policy, request.case, parts, org=org, now=request.submitted, appeal=appeal)
    return Take(known, way) if isinstance(way, Refused) else Take(known, way.route, way.auto)


def _as_written(policy: Policy, request: Request) -> Org:
    """Whom the policy names, as it names them: nobody's manager is known."""
    quota = policy.quota(request.case.quota)
    return replace(ANYBODY, owner=quota.owner if quota else None, groups=policy.people.groups)


def _over_bounds(facts: Facts, policy: Policy) -> Refused | None:
    """Whether a request asks for more than the policy's bounds let anybody ask for. What else was open is not looked at."""
    bounds = policy.bounds
    if facts.amount > bounds.amounts.get(facts.unit, facts.amount):
        return Refused(Why.OVER_BOUND)
    return Refused(Why.OVER_SHARE) if bounds.percent is not None and facts.percent > bounds.percent else None


def answers(policy: Policy) -> Answers:
    """What a policy says of facts, whoever asks and whoever can be asked; a rule in shadow as if it were on."""

    def answer(facts: Facts) -> Answer:
        wanted = _over_bounds(facts, policy) or asked(facts, policy.rules, ANYBODY)
        auto = None if isinstance(wanted, Refused) else automatic(facts, policy.rules)
        return auto if auto is not None and auto.would else wanted

    def sort(facts: Facts) -> Sort:
        return (*unmet(facts, policy.rules), _over_bounds(facts, policy) is None)

    return Answers(policy.rules, answer, sort)


def _rules(takes: Sequence[Take], policy: Policy) -> dict[str, tuple[int, int]]:
    """How often each rule held for those who were asked, and how often it would; the draft's first, in its order."""
    before = Counter(rule for take in takes for rule in {*_held(take.request.route), *_would(take.request.auto)})
    after = Counter(rule for take in takes for rule in {*_hold(take, policy), *_held(take.route), *_would(take.auto)})
    names = dict.fromkeys([*(rule.name for rule in policy.rules), *sorted({*before, *after})])
    return {name: (before[name], after[name]) for name in names}


def _held(way: Route | Refused) -> set[str]:
    return {rule for stage in way.stages for rule in stage.rules} if isinstance(way, Route) else set()


def _would(auto: Automatic | None) -> set[str]:
    return {auto.rule} if auto is not None and auto.would else set()


def _hold(take: Take, policy: Policy) -> set[str]:
    """That a rule which approves is for such a request says nothing; that it lets it pass does."""
    return {rule.name for rule in policy.rules if rule.approve is None and rule.when.holds(take.known.facts)}

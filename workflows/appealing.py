"""Appealing: whoever a rule refused may ask security all the same. What they asked for is what was refused, word for word."""

from dataclasses import replace
from datetime import datetime

from workflows import assessing, requesting
from workflows.appeals import Appeal
from workflows.drafting import SHORTEST_WHY, clean
from workflows.events import Edit
from workflows.keeping import Act, Kit, attempt, note
from workflows.metering import standing
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requesting import Form
from workflows.requests import Request, Way
from workflows.reviewing import enact
from workflows.routing import SECURITY, Org
from workflows.violations import Violation


def possible(policy: Policy) -> bool:
    """Whether there is anybody to appeal to."""
    return SECURITY in policy.people.groups or SECURITY in policy.people.usergroups


def look(kit: Kit, by: PersonId, violation_id: str) -> tuple[Violation, Way] | Refused:
    """What would be appealed and who would decide it, or why it cannot be appealed."""
    violation, org = _violation(kit, by, violation_id)
    if isinstance(violation, Refused):
        return violation
    with kit.reads() as unit:
        way = _way(kit, unit, violation, org, words="")
        return way if isinstance(way, Refused) else (violation, way)


def appeal(kit: Kit, by: PersonId, violation_id: str, words: str) -> Request | tuple[Refused, ...]:
    """Asks security; or every reason why not. An appeal that was made is not made again."""
    violation, org = _violation(kit, by, violation_id)
    said = clean(words.strip(), "words", least=SHORTEST_WHY)
    if isinstance(violation, Refused) or isinstance(said, Refused):
        return tuple(problem for problem in (violation, said) if isinstance(problem, Refused))
    return attempt(kit.units, lambda unit: _appeal(kit, unit, violation, org, words=said))


def _violation(kit: Kit, by: PersonId, violation_id: str) -> tuple[Violation | Refused, Org]:
    """The violation, and those who may be asked: looked up before the transaction."""
    nobody = Org((), None, {}, frozenset(), frozenset())
    with kit.reads() as unit:
        violation = unit.violations.get(violation_id)
    if violation is None:
        return Refused(Why.NO_SUCH_REQUEST), nobody
    if violation.by != by:
        return Refused(Why.NOT_YOURS, {"requester": violation.by}), nobody
    quota = kit.policy.quota(violation.case.quota)
    person = kit.directory.person(by)
    if person is None or not person.can_decide:
        return Refused(Why.OUTSIDER), nobody
    if quota is None:
        return Refused(Why.NO_SUCH_QUOTA), nobody
    return violation, assessing.organisation(by, quota, kit.policy, kit.directory, behalf=violation.case.behalf)


def _way(kit: Kit, unit: UnitOfWork, violation: Violation, org: Org, *, words: str) -> Way | Refused:
    now, case = kit.clock.now(), violation.case
    quota = kit.policy.quota(case.quota)
    if quota is None:
        return Refused(Why.NO_SUCH_QUOTA)
    if case.term.until is not None and case.term.until <= now:
        return Refused(Why.ENDS_BEFORE_START)
    against = Appeal(violation.broken, words)
    stands = standing(unit, kit.policy, quota, now)
    return assessing.way(unit, kit.policy, case, stands=stands, org=org, now=now, appeal=against)


def _appeal(kit: Kit, unit: UnitOfWork, violation: Violation, org: Org, *, words: str) -> Request | tuple[Refused, ...]:
    now, kept = kit.clock.now(), unit.violations.get(violation.id)
    if kept is not None and kept.appeal:
        return unit.requests.get(kept.appeal) or (Refused(Why.NO_SUCH_REQUEST),)
    way = _way(kit, unit, violation, org, words=words)
    if isinstance(way, Refused):
        return (way,)
    request = _asked(kit, unit, violation, way, now=now)
    if isinstance(request, Refused):
        return (request,)
    unit.violations.appeal(violation.id, request.id)
    note(unit, violation.id, Act(violation.by, "appealed", now), replace(violation, appeal=request.id))
    return request


def _asked(kit: Kit, unit: UnitOfWork, violation: Violation, way: Way, *, now: datetime) -> Request | Refused:
    """The request that asks security: the one that was to be changed, else a new one."""
    quota, mine = kit.policy.quota(violation.case.quota), unit.requests.open(violation.case.quota, violation.by)
    if quota is None:
        return Refused(Why.NO_SUCH_QUOTA)
    if mine is None:
        form = Form(violation.by, quota, {}, violation.id, violation.origin)
        return requesting.file(kit, unit, requesting.pending(kit.policy, form, violation.case, now=now, way=way))
    if mine.id != violation.request:
        return Refused(Why.OPEN_REQUEST, {"request": mine.id, "at": mine.submitted})
    return enact(kit, unit, mine.id, Edit(violation.by, violation.case, way, mine.revision), by=violation.by)

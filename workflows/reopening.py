"""Reopening: asking again after a denial, once, with what is new. Who decides is found anew; what was said stays."""

from dataclasses import replace
from datetime import datetime

from workflows import assessing
from workflows.cases import Case, Term
from workflows.drafting import SHORTEST_WHY, Desk, Typed, amount, clean, started, term
from workflows.events import Reopen
from workflows.keeping import Kit, attempt
from workflows.metering import standing
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requesting import routed
from workflows.requests import Request, Way
from workflows.reviewing import enact, may

KEPT = "as before"  # the duration that was asked for


def may_reopen(kit: Kit, request_id: str, by: PersonId) -> Request | Refused:
    """Whether somebody may ask again now: asked before the form is opened. What is new is what they will say there."""
    with kit.reads() as unit:
        request = unit.requests.get(request_id)
    if request is None:
        return Refused(Why.NO_SUCH_REQUEST)
    trial = replace(request.case, justification=f"{request.case.justification}\n")
    return may(kit, request_id, Reopen(by, trial, _way(request)), by)


def reopen(kit: Kit, request_id: str, by: PersonId, typed: Typed) -> Request | tuple[Refused, ...]:
    """Opens a denied request again; or every reason why not, each with its field."""
    with kit.reads() as unit:
        request = unit.requests.get(request_id)
    quota = kit.policy.quota(request.case.quota) if request else None
    if request is None or quota is None:
        return (Refused(Why.NO_SUCH_QUOTA if request else Why.NO_SUCH_REQUEST),)
    # People are looked up before the transaction: nobody's database waits for somebody's network.
    org = assessing.organisation(request.requester, quota, kit.policy, kit.directory, behalf=request.case.behalf)

    def work(unit: UnitOfWork) -> Request | tuple[Refused, ...]:
        stands = standing(unit, kit.policy, quota, kit.clock.now())
        case = _case(unit.requests.get(request_id) or request, typed, Desk(kit.policy, stands, stands.at, by))
        if not isinstance(case, Case):
            return case
        way = routed(kit, unit, case, org, by=request.requester, stands=stands, mine=request_id, appeal=request.appeal)
        if not isinstance(way, Way):
            return way
        done = enact(kit, unit, request_id, Reopen(by, case, way), by=by)
        return (done,) if isinstance(done, Refused) else done

    return attempt(kit.units, work)


def _way(request: Request) -> Way:
    return Way(request.route, request.limit, request.facts, request.policy, request.excluded)


def _case(request: Request, typed: Typed, desk: Desk) -> Case | tuple[Refused, ...]:
    """The case with what is new in it, first: whoever decides has read the rest."""
    new = clean(str(typed.get("new") or "").strip(), "new", least=SHORTEST_WHY)
    wanted, lasting = amount(typed, desk), _term(request, typed, desk)
    if isinstance(new, Refused) or isinstance(wanted, Refused) or isinstance(lasting, Refused):
        return tuple(part for part in (new, wanted, lasting) if isinstance(part, Refused))
    words = f"New: {new}\n\nBefore: {request.case.justification}"
    return replace(request.case, amount=wanted, term=lasting, justification=words)


def _term(request: Request, typed: Typed, desk: Desk) -> Term | Refused:
    """As it was, or for another time from when it was to begin."""
    if typed.get("duration") == KEPT and keeps(request, desk.now):
        return request.case.term
    return term({**typed, **started(request.case.term, desk.now)}, desk)


def keeps(request: Request, now: datetime) -> bool:
    """Whether the time that was asked for can still be asked for."""
    until = request.case.term.until
    return until is None or until > now

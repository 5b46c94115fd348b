"""Reporting: the answer to a check-in, stored once."""

from datetime import datetime

from workflows import drafting
from workflows.drafting import Typed
from workflows.effects import Do, Effect
from workflows.keeping import Act, Kit, attempt, follow, note, refuse_click
from workflows.overrides import Happened, Outcome, Override, Status
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why


def may_report(kit: Kit, override_id: str, by: PersonId) -> Override | Refused:
    """Whether this person may answer this check-in now. Changes nothing but the record."""

    def look(unit: UnitOfWork) -> Override | Refused:
        now = kit.clock.now()
        override = _may(unit, override_id, by, now)
        if isinstance(override, Refused) and override.why is not Why.NO_SUCH_REQUEST:
            return refuse_click(unit, override_id, by=by, refused=override, at=now)
        return override

    return attempt(kit.units, look)


def _may(unit: UnitOfWork, override_id: str, by: PersonId, now: datetime) -> Override | Refused:
    override = unit.overrides.get(override_id)
    if override is None:
        return Refused(Why.NO_SUCH_REQUEST)
    if override.holder != by:
        return Refused(Why.NOT_YOURS, {"requester": override.holder})
    if override.status(now) is not Status.ENDED:
        return Refused(Why.NOT_DUE)
    if given := unit.outcomes.get(override_id):
        return Refused(Why.ANSWERED, {"at": given.at})
    return override


def report(kit: Kit, override_id: str, by: PersonId, typed: Typed) -> Outcome | tuple[Refused, ...]:
    """Stores what came of an override; the cards and the next digest show it."""

    def store(unit: UnitOfWork) -> Outcome | tuple[Refused, ...]:
        now = kit.clock.now()
        override = _may(unit, override_id, by, now)
        if isinstance(override, Refused):
            return (override,)
        problems, outcome = _read(typed, Outcome(override_id, Happened.TOO_EARLY, now, by))
        if problems:
            return problems
        unit.outcomes.add(outcome)
        note(unit, f"outcome:{override_id}", Act(by, "reported", now), outcome)
        follow(unit, now, [Effect(Do.SHOW_CHECKIN, override_id), Effect(Do.SHOW_REQUEST, override.request)])
        return outcome

    return attempt(kit.units, store)


def _read(typed: Typed, blank: Outcome) -> tuple[tuple[Refused, ...], Outcome]:
    reader = drafting.Reader()
    happened = str(typed.get("happened") or "")
    quantity = str(typed.get("quantity") or "").strip()
    answered: Happened | Refused = (
        Happened(happened) if happened in Happened._value2member_map_ else Refused(Why.MISSING, place="happened")
    )
    outcome = Outcome(
        override=blank.override,
        happened=reader.take(answered, Happened.TOO_EARLY),
        at=blank.at,
        by=blank.by,
        quantity=reader.take(drafting.whole(quantity, "quantity"), 0) if quantity else None,
        words=reader.take(drafting.clean(str(typed.get("words") or "").strip(), "words"), ""),
        link=reader.take(drafting.link(str(typed.get("link") or "").strip(), "link"), ""),
    )
    return tuple(reader.problems), outcome

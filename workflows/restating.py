"""Restating: corrections of what was reported as produced, by the rules that hold for usage (`corrections`)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from workflows import amending
from workflows.attribution import Origin
from workflows.audit import Entry
from workflows.correcting import TOGETHER, Corrected, sign
from workflows.corrections import Correction, Fault, Faulty, second
from workflows.keeping import attempt
from workflows.outcomes import Produced, use_case_of
from workflows.policy import Policy
from workflows.ports import Stale, Unavailable, UnitOfWork, Units

CHANGED = ("scope", "use_case", "metric", "quantity", "seconds", "value", "model")
"""The fields of a report that a correction may replace."""

AMOUNTS = ("quantity", "seconds", "value", "reports")


def restate(corrections: Sequence[Correction], *, policy: Policy, units: Units, now: datetime) -> Corrected:
    """Books every correction that was not booked before. Raises Unavailable when the store is too busy to say."""
    done = Corrected()
    for start in range(0, len(corrections), TOGETHER):
        some = corrections[start : start + TOGETHER]
        try:
            done = done.plus(attempt(units, lambda unit, some=some: _together(unit, some, policy, now)))  # type: ignore[misc]
        except Stale as stale:
            raise Unavailable("other writers were first each time") from stale
    return done


def _together(unit: UnitOfWork, corrections: Sequence[Correction], policy: Policy, now: datetime) -> Corrected:
    done = Corrected()
    for correction in corrections:
        booked = _book(unit, correction, policy, now)
        done = done.plus(Corrected(faulty={correction.key: booked}) if isinstance(booked, Faulty) else booked)
    return done


def _book(unit: UnitOfWork, correction: Correction, policy: Policy, now: datetime) -> Corrected | Faulty:
    """Books one correction, with its entry."""
    mine = frozenset({correction.key})
    if unit.yields.find(correction.key):
        return Corrected(known=mine)
    found = _original(unit, correction)
    if found is None:
        return Faulty(Fault.UNKNOWN)
    day, original = found
    last = unit.record.last(subject(original.key))
    held: Mapping[str, Any] = last.after if last else {}
    if held and held["key"] == correction.key.hex():
        return Corrected(known=mine)  # another writer booked it a moment ago
    if held and bytes.fromhex(held["key"]) not in correction.corrects:
        return Faulty(Fault.OVERTAKEN, instead=held["name"])
    before = _value(original, held["now"]) if held else original
    after = None if correction.void else _replaced(original, correction, policy)
    if _plain(before) == _plain(after):
        return Faulty(Fault.SAME)
    said = {"before": _plain(before), "now": _plain(after), "reason": correction.reason, "name": correction.name}
    sign(unit, last, correction, on=subject(original.key), said=said | {"key": correction.key.hex()}, at=now)
    steps = differences(before, after, correction.key, original)
    unit.yields.add([(day, step) for step in steps])
    amending.look_again(unit, policy, {(key, day) for s in steps for key in amending.above(policy, s.scope)}, now)
    return Corrected(mine)


def _original(unit: UnitOfWork, correction: Correction) -> tuple[date, Produced] | None:
    named = (found for key in correction.corrects if (found := unit.yields.find(key)))
    return next((unit.yields.find(one.corrects) if one.corrects else (day, one) for day, one in named), None)


def _replaced(original: Produced, correction: Correction, policy: Policy) -> Produced:
    words, scope = correction.words, correction.words.get("scope", original.scope)
    made = original._replace(**{**words, **correction.numbers})  # type: ignore[arg-type]
    if "use_case" in words or "scope" in words:
        case = words.get("use_case", original.use_case)
        if scope in policy.scopes:
            scope = policy.attribution.scope_of(Origin(use_case=case), scope)
        made = made._replace(scope=scope, use_case=use_case_of(scope, case))
    return made


def differences(before: Produced | None, after: Produced | None, key: bytes, original: Produced) -> list[Produced]:
    """What leads from one value of a report to another, None for nothing, as reports of their own."""
    if before and after and before[2:4] + before[5:6] == after[2:4] + after[5:6]:  # the same scope, metric and use case
        less = {name: getattr(after, name) - getattr(before, name) for name in AMOUNTS}
        return [after._replace(key=key, corrects=original.key, **less)]
    steps = (
        [before._replace(key=key, corrects=original.key, **{name: -getattr(before, name) for name in AMOUNTS})] if before else []
    )
    if after:
        steps.append(after._replace(key=second(key) if steps else key, corrects=original.key))
    return steps


def subject(original: bytes) -> str:
    """The name of a report's chain in the record."""
    return f"produced:{original.hex()}"


def _plain(one: Produced | None) -> dict[str, Any] | None:
    return {name: getattr(one, name) for name in CHANGED} if one else None


def _value(original: Produced, said: Mapping[str, Any] | None) -> Produced | None:
    return original._replace(**said) if said else None


def unlike(unit: UnitOfWork, chain: Sequence[Entry]) -> str:
    """What is wrong between a report's chain and what is booked; "" for nothing."""
    last = chain[-1]
    found = unit.yields.find(bytes.fromhex(last.subject.partition(":")[2]))
    if found is None:
        return f"{last.subject}: the record knows it, and it is not stored any more"
    original = found[1]
    booked = [original, *unit.yields.of(original.key)]
    now = _value(original, last.after["now"])  # type: ignore[arg-type]
    if any(sum(getattr(one, name) for one in booked) != (getattr(now, name) if now else 0) for name in AMOUNTS):
        return f"{last.subject}: what is booked is not what entry {last.seq} says"
    return ""

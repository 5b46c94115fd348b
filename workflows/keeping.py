"""Keeping: one transaction for a change and all that follows from it, and its entry in the record.

Load, decide, compare and set, record, effects, alarms: together or not at all. Whoever loses a race loads and
decides again, and so is told what the winner did.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from workflows.audit import entry, plain
from workflows.effects import Alarm, Effect, News
from workflows.governed import Maker, nobody
from workflows.overrides import Override
from workflows.policy import Policy
from workflows.ports import Clock, Directory, LimitStore, Stale, UnitOfWork, Units
from workflows.pricing import Price
from workflows.refusals import Refused
from workflows.requests import Request

T = TypeVar("T")

TRIES = 8  # against a row that others keep changing; more means something is wrong with us
SYSTEM = "leeway"


@dataclass(frozen=True, slots=True)
class Kit:
    """What every use case is given."""

    policy: Policy
    clock: Clock
    units: Units
    reads: Units  # units that only look: they see one moment, wait for no writer, and cannot commit
    directory: Directory
    limits: LimitStore
    maker: Maker = nobody  # who sells a model, for the share that went through governed tools
    prices: Callable[[], Mapping[str, Price]] = dict  # the price list, for cheaper models; negotiated prices are in the policy


def attempt(units: Units, work: Callable[[UnitOfWork], T]) -> T:
    """Does the work in a transaction and commits it; again from the start if somebody else was first."""
    for left in reversed(range(TRIES)):
        try:
            with units() as unit:
                result = work(unit)
                unit.commit()
                return result
        except Stale:
            if not left:
                raise
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what, when: the head of a record entry."""

    by: str
    did: str
    at: datetime


def keep_request(unit: UnitOfWork, request: Request, act: Act) -> None:
    """Stores a new or changed request with its entry."""
    if request.version == 1:
        unit.requests.add(request)
    else:
        unit.requests.save(request)
    note(unit, request.id, act, request)


def keep_override(unit: UnitOfWork, override: Override, act: Act) -> None:
    """Stores a new or changed override with its entry."""
    if override.version == 1:
        unit.overrides.add(override)
    else:
        unit.overrides.save(override)
    note(unit, override.id, act, override)


def note(unit: UnitOfWork, subject: str, act: Act, after: object) -> None:
    """Adds an entry to a subject's chain."""
    last = unit.record.last(subject)
    unit.record.append(entry(last, subject=subject, at=act.at, by=act.by, did=act.did, after=plain(after)))


def follow(unit: UnitOfWork, now: datetime, effects: Iterable[Effect], alarms: Iterable[Alarm] = ()) -> None:
    """Queues what must follow."""
    for effect in effects:
        unit.outbox.put(effect, now)
    for alarm in alarms:
        unit.agenda.set(alarm)


def news_of(override: Override, news: News) -> str:
    """The key of a piece of news about an override: its request's thread is told once of each."""
    first = override.id == f"O{override.request.removeprefix('R')}"
    return f"{override.request}/{news}" if first else f"{override.request}/{news}/{override.id}"


def refuse_click(unit: UnitOfWork, request: str, *, by: str, refused: Refused, at: datetime) -> Refused:
    """Records a click that changed nothing: in a chain of its own, since the request's numbers are its versions."""
    note(unit, f"clicks:{request}", Act(by, f"refused: {refused.why}", at), {"why": refused.why.value})
    return refused

"""Tranches: part of a grant is released at first; its holder says how it goes, and the rest is released at once.

What they say is kept in a chain of the record of its own. Half-way through its time they are asked. What no check-in releases
lapses when the first part is over.
"""

from dataclasses import dataclass
from datetime import datetime

from workflows.beginning import begin_by
from workflows.drafting import Typed, clean, link
from workflows.effects import Do, Effect, News
from workflows.keeping import Act, Kit, attempt, follow, keep_override, news_of, note, refuse_click
from workflows.overrides import Override, Release, Status, decide, rest_of
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why


@dataclass(frozen=True, slots=True)
class Progress:
    """What a check-in said."""

    by: PersonId
    at: datetime
    words: str
    link: str = ""


def progress(unit: UnitOfWork, override: str) -> Progress | None:
    """What the check-in of an override said, None while there is none."""
    last = unit.record.last(_chain(override))
    if last is None:
        return None
    return Progress(PersonId(last.by), last.at, str(last.after["words"]), str(last.after["link"]))


def _chain(override: str) -> str:
    return f"progress:{override}"


def may_check_in(kit: Kit, override_id: str, by: PersonId) -> Override | Refused:
    """The override, if this person may release the rest of it now: asked before a form is opened."""
    return attempt(kit.units, lambda unit: _checked(unit, override_id, by, kit.clock.now()))


def _checked(unit: UnitOfWork, override_id: str, by: PersonId, now: datetime) -> Override | Refused:
    override = unit.overrides.get(override_id)
    if override is None:
        return Refused(Why.NO_SUCH_REQUEST)
    refused = _may_not(unit, override, by, now)
    return refuse_click(unit, override_id, by=by, refused=refused, at=now) if refused else override


def _may_not(unit: UnitOfWork, override: Override, by: PersonId, now: datetime) -> Refused | None:
    if override.holder != by:
        return Refused(Why.NOT_YOURS, {"requester": override.holder})
    running = override.status(now) is Status.ACTIVE
    return None if running and held(unit, override, now) else Refused(Why.NOTHING_HELD)


def held(unit: UnitOfWork, override: Override, now: datetime) -> list[Override]:
    """What of the same grant is held back, on every quota."""
    every = unit.overrides.every(override.request)
    return [o for o in every if o.granted == override.granted and o.status(now) is Status.HELD]


def check_in(kit: Kit, override_id: str, by: PersonId, typed: Typed) -> Override | tuple[Refused, ...]:
    """Releases what was held back; or every reason why not, each with its field."""
    said = clean(str(typed.get("words") or "").strip(), "words", least=1), link(str(typed.get("link") or "").strip(), "link")
    problems = tuple(part for part in said if isinstance(part, Refused))
    if problems:
        return problems

    def apply(unit: UnitOfWork) -> Override | tuple[Refused, ...]:
        now = kit.clock.now()
        override = _checked(unit, override_id, by, now)
        if isinstance(override, Refused):
            return (override,)
        note(unit, _chain(override_id), Act(by, "checked in", now), {"words": said[0], "link": said[1]})
        for rest in held(unit, override, now):
            _release(kit, unit, rest, override, now=now)
        follow(unit, now, [Effect(Do.TELL_THREAD, news_of(override, News.RELEASED)), Effect(Do.SHOW_REQUEST, override.request)])
        follow(unit, now, [Effect(Do.ASK_PROGRESS, override.id)])
        return override

    return attempt(kit.units, apply)


def _release(kit: Kit, unit: UnitOfWork, rest: Override, first: Override, *, now: datetime) -> None:
    until = first.ends or now
    released = decide(rest, Release(until, min(until, now + kit.policy.timing.activate_within)), now=now)
    if not isinstance(released, Refused):
        keep_override(unit, released, Act(first.holder, "released", now))
        begin_by(kit, unit, released, now)


def ask(unit: UnitOfWork, override_id: str, now: datetime) -> None:
    """Half of its time is over: its holder is asked how it goes, where something is held back."""
    override = unit.overrides.get(override_id)
    if override is not None and override.status(now) is Status.ACTIVE and held(unit, override, now):
        follow(unit, now, [Effect(Do.ASK_PROGRESS, override_id)])


@dataclass(frozen=True, slots=True)
class Asking:
    """What a holder is asked half-way: `rest` is what is held back, or was; `open` that a check-in would release it."""

    override: Override
    rest: Override
    progress: Progress | None
    open: bool


def asking(unit: UnitOfWork, override_id: str, now: datetime) -> Asking | None:
    """What a holder is asked now; None where nothing was ever held back."""
    override = unit.overrides.get(override_id)
    rest = rest_of(unit.overrides.every(override.request), override) if override else None
    if override is None or rest is None:
        return None
    running = override.status(now) is Status.ACTIVE and rest.status(now) is Status.HELD
    return Asking(override, rest, progress(unit, override_id), running)

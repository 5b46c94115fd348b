"""Health: everything that needs a person now. Operators see it in App Home, by `leeway doctor` and by the API.

It only looks, and says of nothing that it is well because it did not look: what is not kept here is not among the kinds.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflows import stuck, switch
from workflows.effects import Do
from workflows.money import show
from workflows.policy import Policy
from workflows.ports import Errand, UnitOfWork
from workflows.quotas import Quota

ELSEWHERE = (Do.SYNC_LIMIT, Do.FIND_WISHES, Do.ANSWER_WISH, Do.FIND_SPIKES)  # effects that do not end in Slack
PATIENCE = timedelta(minutes=1)  # what is later than this will not come right by the next knock


class Kind(StrEnum):
    """What can need a person; each has its sentence and what to do about it in `templates/slack/ops.j2`."""

    PAUSED = "paused"  # new overrides are paused; `what` is who did it and `error` why
    LATE = "late"  # nothing is done although something is due
    NOT_ENFORCED = "not_enforced"  # an override that its store does not enforce
    NOT_ENDED = "not_ended"  # one that it still enforces
    SILENT = "silent"  # a store that does not follow, for `count` quotas
    WISHES = "wishes"  # what members ask for in gateways, which cannot be looked at or answered
    WAITING = "waiting"  # messages that Slack does not take
    UNDELIVERED = "undelivered"  # what was given up
    ADOPTED = "adopted"  # a limit that was changed in its store and counts instead of app.yaml's, which is `said`
    UNLIMITED = "unlimited"  # one that was taken away there
    UNKNOWN_PEOPLE = "unknown_people"  # whom a gateway stopped, and nobody here is


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs a person, `since` a moment. `where` is what holds the limit; `error` what was said last."""

    kind: Kind
    since: datetime
    what: str = ""
    where: str = ""
    error: str = ""
    count: int = 1
    said: str = ""


Titles = Callable[[Quota], str]
"""What people call the place that holds a quota's limit."""


def place_of(quota: Quota) -> str:
    """The same where no quota store is at hand."""
    return str(quota.place) if quota.place else "the limits here"


def health(unit: UnitOfWork, policy: Policy, now: datetime, titles: Titles = place_of) -> tuple[Finding, ...]:
    """Everything that needs a person; nothing when all is well. Names in the policy need not be looked up."""
    looks = (
        _paused(unit),
        _late(unit, now),
        _stuck(unit, policy, now, titles),
        _failing(unit, policy, now, titles),
        _given_up(unit),
        _edited(unit, policy, titles),
        _unknown(unit, now),
    )
    return tuple(finding for look in looks for finding in look)


def _paused(unit: UnitOfWork) -> Iterator[Finding]:
    if pause := switch.paused(unit):
        yield Finding(Kind.PAUSED, pause.at, pause.by, error=pause.why)


def _late(unit: UnitOfWork, now: datetime) -> Iterator[Finding]:
    """Nobody knocks: an alarm is due, or an effect could be delivered, for longer than a knock takes."""
    alarms = [(alarm.at, alarm.wake.value) for alarm in unit.agenda.due(now - PATIENCE, 1)]
    waiting = unit.outbox.waiting()
    effects = [(waiting, "a delivery")] if waiting is not None and waiting <= now - PATIENCE else []
    for at, what in sorted([*alarms, *effects])[:1]:
        yield Finding(Kind.LATE, at, what)


def _stuck(unit: UnitOfWork, policy: Policy, now: datetime, titles: Titles) -> Iterator[Finding]:
    for found in stuck.every(policy, unit, now):
        kind = Kind.NOT_ENFORCED if found.phase is stuck.Phase.BEGIN else Kind.NOT_ENDED
        yield Finding(kind, found.since, found.override.id, _where(policy, found.override.quota, titles), found.error)


def _where(policy: Policy, key: str, titles: Titles) -> str:
    quota = policy.quota(key)
    return titles(quota) if quota else "the limits here"


def _failing(unit: UnitOfWork, policy: Policy, now: datetime, titles: Titles) -> Iterator[Finding]:
    """Each store once, however many of its quotas cannot be brought up to date; and Slack, for all that waits to be said."""
    failing = [errand for errand in unit.outbox.failing() if errand.since <= now - PATIENCE]
    limits = [errand for errand in failing if errand.effect.do is Do.SYNC_LIMIT]
    for store in dict.fromkeys(_store(policy, errand) for errand in limits):
        same = [errand for errand in limits if _store(policy, errand) == store]
        where = store or _where(policy, same[0].effect.key, titles)
        yield _of(Kind.SILENT, same, where=where if len(same) > 1 else _where(policy, same[0].effect.key, titles))
    if wishes := [errand for errand in failing if errand.effect.do in (Do.FIND_WISHES, Do.ANSWER_WISH)]:
        yield _of(Kind.WISHES, wishes)
    if messages := [errand for errand in failing if errand.effect.do not in ELSEWHERE]:
        yield _of(Kind.WAITING, messages)


def _store(policy: Policy, errand: Errand) -> str:
    quota = policy.quota(errand.effect.key)
    return quota.place.store if quota and quota.place else ""


def _given_up(unit: UnitOfWork) -> Iterator[Finding]:
    if dead := unit.outbox.dead():
        yield _of(Kind.UNDELIVERED, dead)


def _of(kind: Kind, errands: list[Errand], where: str = "") -> Finding:
    """What the oldest of some errands says of all of them."""
    first = errands[0]
    return Finding(kind, first.since, f"{first.effect.do} {first.effect.key}", where, stuck.said(first), len(errands))


def _edited(unit: UnitOfWork, policy: Policy, titles: Titles) -> Iterator[Finding]:
    for holding in unit.holdings.edited():
        quota = policy.quota(holding.quota)
        if quota is None or holding.edited is None:
            continue
        if holding.unlimited:
            yield Finding(Kind.UNLIMITED, holding.edited, quota.key, titles(quota))
        elif (base := holding.base(quota.limit)) != quota.limit:
            counts, said = show(max(0, base), quota.unit), show(quota.limit, quota.unit)
            yield Finding(Kind.ADOPTED, holding.edited, quota.key, titles(quota), counts, said=said)


def _unknown(unit: UnitOfWork, now: datetime) -> Iterator[Finding]:
    missed = unit.denials.missed(now)
    names = list(dict.fromkeys(denied.denial.who or "without a name" for denied in missed))
    if missed:
        yield Finding(Kind.UNKNOWN_PEOPLE, missed[0].at, _few(names), count=len(missed))


def _few(names: Iterable[str], most: int = 3) -> str:
    every = list(names)
    return ", ".join(every[:most]) + (f" or {len(every) - most} more" if len(every) > most else "")

"""Correcting: differences are booked beside what was counted, with an entry in the record of who said so, and why.

A correction counts in the period of its original and under its approval. Counters may fall by it, and levels with them; what was
told stays told. A few corrections share a transaction; each is booked or refused by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from workflows import audit
from workflows.attribution import Origin
from workflows.audit import Entry, entry
from workflows.corrections import Correction, Fault, Faulty, Ground, Step, differences, plain, replaced, sort_of, subject, value
from workflows.keeping import attempt
from workflows.metering import MOST, add, pricing
from workflows.outcomes import use_case_of
from workflows.policy import Policy
from workflows.ports import Stale, Unavailable, UnitOfWork, Units
from workflows.pricing import Price, price_all
from workflows.quotas import Quota
from workflows.spend import NOTHING, Costed, Counter, Series, Tally, Usage, counting, summed, tally
from workflows.times import day_at, local_day

BACK = timedelta(days=400)  # how far back an original is looked for: a year, and the weeks in which it is closed
ONE_DAY = timedelta(days=1)
TOGETHER = 20  # corrections in a transaction: each takes a dozen statements, and usage waits meanwhile


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of corrections, by key: those that count from now on, those that did before, and those that do not.

    `counters` are what their quotas stand at since; `told` says that somebody is to be told something.
    """

    new: frozenset[bytes] = frozenset()
    known: frozenset[bytes] = frozenset()
    faulty: Mapping[bytes, Faulty] = field(default_factory=dict)
    counters: tuple[Counter, ...] = ()
    told: bool = False

    def plus(self, more: "Corrected") -> "Corrected":
        return Corrected(
            self.new | more.new,
            self.known | more.known,
            {**self.faulty, **more.faulty},
            _newest([*self.counters, *more.counters]),
            self.told or more.told,
        )


def _newest(counters: Iterable[Counter]) -> tuple[Counter, ...]:
    found: dict[tuple[str, object], Counter] = {}
    for counter in counters:
        here = counter.quota, counter.window
        if here not in found or found[here].version < counter.version:
            found[here] = counter
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Desk:
    """Where corrections are booked: by which policy and prices, and when."""

    policy: Policy
    prices: Mapping[str, Price]
    now: datetime


def correct(
    corrections: Sequence[Correction], *, policy: Policy, prices: Mapping[str, Price], units: Units, now: datetime
) -> Corrected:
    """Books every correction that was not booked before. Raises Unavailable when the store is too busy to say."""
    desk, done = Desk(policy, prices, now), Corrected()
    for start in range(0, len(corrections), TOGETHER):
        some = corrections[start : start + TOGETHER]
        try:
            done = done.plus(attempt(units, lambda unit, some=some: _together(unit, some, desk)))  # type: ignore[misc]
        except Stale as stale:
            raise Unavailable("other writers were first each time") from stale
    return done


def _together(unit: UnitOfWork, corrections: Sequence[Correction], desk: Desk) -> Corrected:
    done = Corrected()
    for correction in corrections:
        booked = _book(unit, correction, desk)
        done = done.plus(Corrected(faulty={correction.key: booked}) if isinstance(booked, Faulty) else booked)
    return done


def _book(unit: UnitOfWork, correction: Correction, desk: Desk) -> Corrected | Faulty:
    """Books one correction, with its entry."""
    mine = frozenset({correction.key})
    if unit.corrections.original(correction.key) is not None:
        return Corrected(known=mine)
    found = _original(unit, correction.corrects, desk.now)
    if found is None:
        return Faulty(Fault.UNKNOWN)
    original, series = found
    last = unit.record.last(subject(original.usage.key))
    held: Mapping[str, Any] = last.after if last else {}
    if held and held["key"] == correction.key.hex():
        return Corrected(known=mine)  # another writer booked it a moment ago
    if held and bytes.fromhex(held["key"]) not in correction.corrects:
        return Faulty(Fault.OVERTAKEN, instead=held["name"])
    before = value(original, held["now"]) if held else original
    after = None if correction.void else _value(original, correction, desk)
    if after and after.cost > MOST:
        return Faulty(Fault.ABSURD, cost=after.cost)
    if plain(before) == plain(after):
        return Faulty(Fault.SAME)
    said = {"before": plain(before), "now": plain(after), "reason": correction.reason, "at": original.usage.at}
    said |= {"key": correction.key.hex(), "name": correction.name}
    sign(unit, last, correction, on=subject(original.usage.key), said=said, at=desk.now)
    counters, told = _keep(
        unit, original, differences(before, after, correction.key, _ground(desk.policy, original, series)), desk
    )
    return Corrected(mine, counters=counters, told=told)


def sign(unit: UnitOfWork, last: Entry | None, correction: Correction, *, on: str, said: Mapping[str, Any], at: datetime) -> None:
    """Adds the entry of a correction to a chain, right after the last one that was looked at: here of two writers one loses."""
    did = "voided" if correction.void else "corrected"
    unit.record.append(entry(last, subject=on, at=at, by=correction.by, did=did, after=audit.plain(said)))


def _original(unit: UnitOfWork, keys: Iterable[bytes], now: datetime) -> tuple[Costed, Series] | None:
    """The event that a correction is about: the one it names, or the one that the correction it names is about."""
    days = [(now + ONE_DAY).date() - n * ONE_DAY for n in range((BACK + ONE_DAY).days + 1)]
    roots = (unit.corrections.original(key) or key for key in keys)
    return next((found for root in roots if (found := unit.meter.find(root, days))), None)


def _value(original: Costed, correction: Correction, desk: Desk) -> Costed:
    """What the original should be."""
    policy = desk.policy
    made = replaced(original, correction)
    usage = made.usage if isinstance(made, Costed) else made
    usage = usage._replace(scope=_scope(policy, original.usage, correction.words))
    if isinstance(made, Costed):
        return made._replace(usage=usage)
    return price_all([usage], pricing(policy, desk.prices), policy.fallback_price)[0]


def _scope(policy: Policy, original: Usage, words: Mapping[str, str]) -> str:
    """Where it belongs, as attribution would say of what is named now; where nothing of that is named, where it was."""
    scope = words.get("scope", original.scope)
    if not {"scope", "use_case"} & words.keys() or scope not in policy.scopes:
        return scope
    if "scope" not in words and original.use_case and not use_case_of(scope, original.use_case):
        scope = scope.rpartition("/")[0]  # it was there for its use case, which is another now
    return policy.attribution.scope_of(Origin(use_case=words.get("use_case", original.use_case)), scope)


def _ground(policy: Policy, original: Costed, series: Series) -> Ground:
    zone, at = policy.organization.zone, original.usage.at
    return Ground(local_day(at, zone), day_at(zone, at), series.approval)


def _keep(unit: UnitOfWork, original: Costed, steps: Sequence[Step], desk: Desk) -> tuple[tuple[Counter, ...], bool]:
    """Keeps differences to an event, and counts them where the event counts."""
    policy, org, key = desk.policy, desk.policy.organization, original.usage.key
    unit.meter.fresh([(original.usage.at.date(), event.usage.key) for step in steps for event in step.booked.events])
    added = tally([step.group for step in steps], policy.by_scope, org.zone, org.fiscal_start)
    counted = add(unit, policy, _without(added, _newer(unit, policy, original)), desk.now)
    unit.meter.append([step.booked for step in steps])
    for step in steps:
        unit.corrections.add(step.booked, key, desk.now)
    return counted


def _newer(unit: UnitOfWork, policy: Policy, original: Costed) -> set[str]:
    """The quotas that would count an event and did not: they are newer than it, and there is nothing to be taken back there."""
    at = original.usage.at
    day = local_day(at, policy.organization.zone)
    return {
        quota.key for quota in counting(sort_of(original), policy.by_scope) if not _counts(unit, policy, quota, at=at, day=day)
    }


def _counts(unit: UnitOfWork, policy: Policy, quota: Quota, *, at: datetime, day: date) -> bool:
    """Whether a quota counted what came of that day. It is made to count from the start of the window in which it is new."""
    since = unit.meter.since(quota.key)
    return (since is None or since < policy.window(quota, at).end) and bool(unit.meter.days(quota.key, day, day))


def _without(added: Tally, keys: set[str]) -> Tally:
    counters = {key: amount for key, amount in added.counters.items() if key[0] not in keys}
    return Tally(counters, {key: amount for key, amount in added.days.items() if key[0] not in keys})


# Is the record of an event what is booked?


def unlike(unit: UnitOfWork, chain: Sequence[Entry]) -> str:
    """What is wrong between an event's chain and what is booked; "" for nothing."""
    last = chain[-1]
    key, at = bytes.fromhex(last.subject.partition(":")[2]), datetime.fromisoformat(str(last.after["at"]))
    found = unit.meter.find(key, [at.date()])
    if found is None:
        return f"{last.subject}: the record knows it, and it is not stored any more"
    original, total = found[0], summed([found[0]])
    for made in unit.corrections.of(key):
        total = total.plus(made.sums)
    now = value(original, last.after["now"])  # type: ignore[arg-type]
    if total != (summed([now]) if now else NOTHING):
        return f"{last.subject}: what is booked is not what entry {last.seq} says"
    return ""

"""Corrections: what an event should have been, said afterwards, and the differences that are booked beside it.

1  The original stays as it came. What is booked are differences, in the original's period and under its approval.
2  The last correction alone holds. It says what the original should be: nothing (`void`), or other values for some fields;
   what it does not name is the original's. One that names nothing takes the correction before it back.
3  Who corrects names what they saw: the original, or the correction that holds. Of two who correct at once the first wins,
   and the other is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple

from workflows.spend import NOTHING, Booked, Costed, CostSource, Group, Series, Sort, Sums, Tokens, Usage, summed
from workflows.times import Window

WORDS = ("scope", "model", "provider", "team", "use_case", "environment", "ended", "user")
"""The fields of usage that a correction may replace, beside its numbers."""

PRICED_BY = frozenset({"model", "provider", "requests", *Tokens._fields})
"""What a price depends on: when none of it changes, the cost stays, whatever prices are now."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as it came in. `corrects` are the keys that the event it names may have, as usage or as a correction.

    `name` is how people find it again. `words`, `numbers` (token buckets, requests, latency) and `cost` (nano-dollars) are what
    it puts in the place of the original's.
    """

    key: bytes
    corrects: tuple[bytes, ...]
    name: str
    by: str
    reason: str
    void: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    cost: int | None = None


class Fault(StrEnum):
    """Why a correction was not booked."""

    UNKNOWN = "unknown"  # no such event
    OVERTAKEN = "overtaken"  # another correction came first
    SAME = "same"  # it would change nothing
    ABSURD = "absurd"  # it would cost more than any call


@dataclass(frozen=True, slots=True)
class Faulty:
    """A correction that was not booked. `instead` names the one that holds, `cost` is what it came to."""

    fault: Fault
    instead: str = ""
    cost: int = 0


def replaced(original: Costed, correction: Correction) -> Costed | Usage:
    """The original with the correction's fields; a bare usage where it is to be priced again."""
    usage, cost, source = original
    numbers = dict(correction.numbers)
    tokens = usage.tokens._replace(**{bucket: numbers.pop(bucket) for bucket in Tokens._fields if bucket in numbers})
    changed: dict[str, Any] = {**correction.words, **numbers}
    usage = usage._replace(**changed, tokens=tokens)
    if correction.cost is not None:
        return Costed(usage._replace(cost=correction.cost), correction.cost, CostSource.REPORTED)
    same = source is CostSource.REPORTED or PRICED_BY.isdisjoint({*correction.words, *correction.numbers})
    return Costed(usage, cost, source) if same else usage


def sort_of(costed: Costed) -> Sort:
    """What it has in common with events that are alike."""
    usage = costed.usage
    names = (usage.scope, usage.model, usage.provider, usage.team, usage.use_case, usage.environment, usage.ended)
    return Sort(*names, costed.source)


class Step(NamedTuple):
    """One difference: as the counters take it, and as it is kept."""

    group: Group
    booked: Booked


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a correction is booked: the original's local day, the moment and window of it, and its approval."""

    day: date
    today: Window
    approval: str


def differences(before: Costed | None, after: Costed | None, key: bytes, ground: Ground) -> list[Step]:
    """What leads from one value of an event to another, None for nothing.

    One step, or two where the event moves to another series or person: it is taken back there and booked here.
    """
    if before and after and (sort_of(before), before.usage.user) == (sort_of(after), after.usage.user):
        return [_step(after, _minus(_sums(after), _sums(before)), key, ground)]
    steps = [_step(before, _minus(NOTHING, _sums(before)), key, ground)] if before else []
    if after:
        steps.append(_step(after, _sums(after), second(key) if steps else key, ground))
    return steps


def second(key: bytes) -> bytes:
    """The key of a correction's second step."""
    return blake2b(key, digest_size=16, person=b"second step").digest()


def _sums(costed: Costed) -> Sums:
    return summed([costed])


def _minus(one: Sums, other: Sums) -> Sums:
    return Sums(*(mine - yours for mine, yours in zip(one, other, strict=True)))


def _step(like: Costed, sums: Sums, key: bytes, ground: Ground) -> Step:
    """A difference as an event of its own, with these sums; in all else it is like that event."""
    tokens = Tokens(sums.input, sums.output, sums.cache_read, sums.cache_write)
    own = sums.cost if like.source is CostSource.REPORTED else None
    latency = sums.latency if sums.latency or sums.clocked else None
    usage = like.usage._replace(key=key, tokens=tokens, cost=own, requests=sums.requests, latency=latency)
    event, sort = Costed(usage, sums.cost, like.source), sort_of(like)
    group = Group(ground.today, ground.day, sort, [event], sums)
    return Step(group, Booked(ground.day, Series(*sort, ground.approval), [event], sums))


# An event's value as the record keeps it.


def plain(costed: Costed | None) -> dict[str, Any] | None:
    """The fields that a correction can change, as JSON values."""
    if costed is None:
        return None
    usage = costed.usage
    said = {name: getattr(usage, name) for name in (*WORDS, "requests", "latency")} | usage.tokens._asdict()
    return said | {"cost": costed.cost, "cost_source": costed.source.value}


def value(original: Costed, said: Mapping[str, Any] | None) -> Costed | None:
    """The value that `plain` wrote, of this original."""
    if said is None:
        return None
    source = CostSource(said["cost_source"])
    tokens = Tokens(*(said[bucket] for bucket in Tokens._fields))
    names = {name: said[name] for name in (*WORDS, "requests", "latency")}
    own = said["cost"] if source is CostSource.REPORTED else None
    return Costed(original.usage._replace(**names, tokens=tokens, cost=own), said["cost"], source)


def subject(original: bytes) -> str:
    """The name of an event's chain in the record."""
    return f"event:{original.hex()}"

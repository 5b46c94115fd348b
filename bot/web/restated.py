"""CloudEvents that are no usage: corrections, and what was produced.

    …usage.correction       {"corrects": "call-1", "source": "search-api", "void": true, "reason": "billed twice"}
    …outcome                {"use_case": "retrieval", "metric": "tickets resolved", "count": 40, "hours_saved": 12.5}
    …outcome.correction     {"corrects": "day-17", "count": 4, "reason": "a typing error"}

A body is read as usage first, because nearly all of it is; what is another kind of event is read here. Not here: whether there is
such an original, and what follows (`workflows.correcting`, `workflows.restating`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

from bot.web.cloudevents import Envelope, Written, apart
from bot.web.fields import Wrong, count, name, nanos, seconds, word
from bot.web.parts import explained
from bot.web.usage import ENDINGS, Place, Read, Refusal, key_of, prefix_of, read, scope_named, suggester
from workflows.attribution import Origin
from workflows.corrections import WORDS, Correction
from workflows.outcomes import Produced, use_case_of
from workflows.spend import Tokens

LONGEST_REASON = 500
KEY = re.compile(r"key:([0-9a-f]{32})")


class Kind(StrEnum):
    """The end of an event's type."""

    CORRECTION = "usage.correction"
    OUTCOME = "outcome"
    RESTATEMENT = "outcome.correction"


class Fix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a correction of usage says. What is misspelled is refused: it would change nothing, and nobody would know."""

    corrects: str
    reason: str
    source: str | None = None
    void: bool = False
    scope: str | None = None
    model: str | None = None
    provider: str | None = None
    team: str | None = None
    use_case: str | None = None
    environment: str | None = None
    ended: str | None = None
    user: str | None = None
    input_tokens: Written = None
    output_tokens: Written = None
    cache_read_tokens: Written = None
    cache_write_tokens: Written = None
    requests: Written = None
    latency_ms: Written = None
    cost_usd: Decimal | None = None


class Restatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a correction of an outcome says."""

    corrects: str
    reason: str
    source: str | None = None
    void: bool = False
    scope: str | None = None
    use_case: str | None = None
    metric: str | None = None
    model: str | None = None
    count: Written = None
    hours_saved: Decimal | None = None
    value_usd: Decimal | None = None


class Result(msgspec.Struct, frozen=True):
    """What an outcome says. Fields not named here are ignored, as with usage."""

    metric: str
    count: int | str
    scope: str | None = None
    use_case: str | None = None
    hours_saved: Decimal | None = None
    value_usd: Decimal | None = None
    model: str | None = None
    user: str | None = None
    team: str | None = None
    project: str | None = None
    environment: str | None = None
    key: str | None = None
    tags: list[str] | None = None


class FixEvent(Envelope, frozen=True, kw_only=True):
    data: Fix


class RestatementEvent(Envelope, frozen=True, kw_only=True):
    data: Restatement


class ResultEvent(Envelope, frozen=True, kw_only=True):
    data: Result


@dataclass(slots=True)
class Found(Read):
    """What a body said, beside usage, with the index of each."""

    corrections: list[tuple[int, Correction]] = field(default_factory=list)
    outcomes: list[tuple[int, Produced]] = field(default_factory=list)
    restated: list[tuple[int, Correction]] = field(default_factory=list)

    def refuse(self, refusals: list[Refusal]) -> None:
        """Adds what was refused later, where it belongs in the order of the body."""
        self.refused = sorted([*self.refused, *refusals], key=lambda refusal: refusal.index)


def read_all(body: bytes, place: Place, *, batch: bool | None) -> Found:
    """All that a body says. `batch` as for `usage.read`."""
    usage = read(body, place, batch=batch)
    found = Found(usage.usages, usage.indices, usage.refused)
    if found.refused:
        _again(body, found, place)
    return found


def _again(body: bytes, found: Found, place: Place) -> None:
    """Reads once more what is no usage: some of it was another kind of event."""
    events, scope_in = apart(body), _scopes(place)
    refused, found.refused = found.refused, []
    for refusal in refused:
        index, event = refusal.index, events[refusal.index]
        try:
            match kind_of(event):
                case Kind.CORRECTION:
                    found.corrections.append((index, _correction(_decoded(event, FixEvent), scope_in)))
                case Kind.RESTATEMENT:
                    found.restated.append((index, _restatement(_decoded(event, RestatementEvent), scope_in)))
                case Kind.OUTCOME:
                    found.outcomes.append((index, _outcome(_decoded(event, ResultEvent), place, scope_in)))
                case None:
                    found.refused.append(refusal)
        except Wrong as wrong:
            found.refused.append(Refusal(index, wrong.field, wrong.reason))


ScopeIn = Callable[[str], str]
"""A scope of the tree, by what an event says; Wrong when there is none."""


def _scopes(place: Place) -> ScopeIn:
    suggest = suggester(place.scopes)
    return lambda said: scope_named(said, place.scopes, suggest)


class _Typed(msgspec.Struct):
    type: str


_TYPED = msgspec.json.Decoder(_Typed)


def kind_of(event: bytes) -> Kind | None:
    """Which kind an event is, by its type; None for usage and for what is no event."""
    try:
        said = _TYPED.decode(event).type
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return next((kind for kind in Kind if said == kind or said.endswith(f".{kind}")), None)


E = TypeVar("E", bound=Envelope)


def _decoded(event: bytes, kind: type[E]) -> E:
    try:
        found = msgspec.json.decode(event, type=kind)
    except msgspec.ValidationError as error:
        raise _wrong(str(error), kind.__annotations__["data"]) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Wrong("", "the event is not UTF-8 text") from error
    if found.specversion != "1.0":
        raise Wrong("specversion", 'must be "1.0"')
    name("source", found.source, needed=True)
    name("id", found.id, needed=True)
    return found


def _wrong(message: str, data: Any) -> Wrong:
    stray = re.search(r"unknown field `(.*?)`", message)
    if stray is None:
        return explained(message)
    return Wrong(f"data.{stray[1]}", f"is no field of this{suggester(data.__struct_fields__)(stray[1])}")


# Corrections.


def _correction(event: FixEvent, scope_in: ScopeIn) -> Correction:
    data = event.data
    words = {word_: _word(word_, said, scope_in) for word_ in WORDS if (said := getattr(data, word_)) is not None}
    numbers = dict(_counts(data, {f"{bucket}_tokens": bucket for bucket in Tokens._fields}))
    numbers |= dict(_counts(data, {"requests": "requests", "latency_ms": "latency"}))
    return _checked(event, data, words=words, numbers=numbers, cost=nanos("data.cost_usd", data.cost_usd))


def _restatement(event: RestatementEvent, scope_in: ScopeIn) -> Correction:
    data = event.data
    named = ("scope", "use_case", "metric", "model")
    words = {word_: _word(word_, said, scope_in) for word_ in named if (said := getattr(data, word_)) is not None}
    numbers = dict(_counts(data, {"count": "quantity"}))
    if data.hours_saved is not None:
        numbers["seconds"] = seconds("data.hours_saved", data.hours_saved)
    if (value := nanos("data.value_usd", data.value_usd)) is not None:
        numbers["value"] = value
    return _checked(event, data, words=words, numbers=numbers)


def _checked(
    event: Envelope, data: Fix | Restatement, *, words: dict[str, str], numbers: dict[str, int], cost: int | None = None
) -> Correction:
    """A correction with what both kinds say. Raises Wrong for the first field that cannot be right."""
    reason = " ".join(data.reason.split())
    if not reason:
        raise Wrong("data.reason", "must say why: it is kept in the record")
    if len(reason) > LONGEST_REASON:
        raise Wrong("data.reason", f"has {len(reason):,} characters; {LONGEST_REASON} are the most")
    if data.void and (words or numbers or cost is not None):
        raise Wrong("data.void", "leaves nothing to be replaced: send either, not both")
    source = name("data.source", data.source) or event.source
    return Correction(
        key=correction_key(event.source, event.id),
        corrects=tuple(_named(source, name("data.corrects", data.corrects, needed=True))),
        name=f"{event.id} of {event.source}",
        by="",
        reason=reason,
        void=data.void,
        words=words,
        numbers=numbers,
        cost=cost,
    )


def _named(source: str, number: str) -> Iterator[bytes]:
    """The keys that an event of this source and id may have. One that came by another door is named by its key."""
    if found := KEY.fullmatch(number):
        yield bytes.fromhex(found[1])
    yield key_of(source, number)
    yield correction_key(source, number)


def correction_key(source: str, number: str) -> bytes:
    """The key of a correction: another one than usage of that source and id would have."""
    which = number.encode()
    return blake2b(prefix_of(source) + len(which).to_bytes(8) + which, digest_size=16, person=b"correction").digest()


def _word(field_: str, said: str, scope_in: ScopeIn) -> str:
    if field_ == "scope":
        return scope_in(said)
    if field_ == "ended":
        return word("data.ended", said, ENDINGS)
    return name(f"data.{field_}", said, needed=field_ in ("model", "metric"))


def _counts(data: Fix | Restatement, fields: dict[str, str]) -> Iterator[tuple[str, int]]:
    for written, field_ in fields.items():
        if (said := getattr(data, written)) is not None:
            yield field_, count(f"data.{written}", said)


# What was produced.


def _outcome(event: ResultEvent, place: Place, scope_in: ScopeIn) -> Produced:
    data = event.data
    named = scope_in(data.scope) if data.scope is not None else ""
    case = name("data.use_case", data.use_case)
    scope = place.scope_of(_origin(event, case), named)
    return Produced(
        key=key_of(event.source, event.id),
        at=place.moment(event.time),
        scope=scope,
        metric=name("data.metric", data.metric, needed=True),
        quantity=count("data.count", data.count),
        use_case=use_case_of(scope, case),
        seconds=0 if data.hours_saved is None else seconds("data.hours_saved", data.hours_saved),
        value=nanos("data.value_usd", data.value_usd) or 0,
        model=name("data.model", data.model),
        source=event.source,
    )


def _origin(event: ResultEvent, use_case: str) -> Origin:
    data = event.data
    return Origin(
        teams=(name("data.team", data.team),) if data.team else (),
        user=name("data.user", data.user) or name("subject", event.subject),
        keys=(name("data.key", data.key),) if data.key else (),
        tags=tuple(name("data.tags", tag) for tag in data.tags or ()),
        use_case=use_case,
        environment=name("data.environment", data.environment),
        model=name("data.model", data.model),
        project=name("data.project", data.project),
        source=event.source,
    )

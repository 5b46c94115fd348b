"""From events to usage: each is kept, or refused with its index, field and reason."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from hashlib import blake2b

from bot.web.cloudevents import DECODER, Event
from bot.web.fields import Unreadable, Wrong, count, moment, name, nanos, word
from bot.web.parts import is_list
from workflows.attribution import Origin
from workflows.money import Unit, show
from workflows.spend import Ended, Tokens, Usage

SUGGESTIONS = 20  # a body; each looks at every scope, and a body can be full of typing errors

ENDINGS = tuple(Ended)

Suggest = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that was not kept: its place in the batch, the field, and why."""

    index: int
    field: str
    reason: str


@dataclass(slots=True)
class Read:
    """What a body said: usages with their indices, and what was refused."""

    usages: list[Usage] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    def refuse_absurd(self, absurd: Mapping[bytes, int]) -> None:
        """Adds what turned out to cost more than any call, by key, where it belongs in the order of the body."""
        late = [
            Refusal(index, "data", f"comes to {show(absurd[usage.key], Unit.USD)}; are these tokens of one event?")
            for index, usage in zip(self.indices, self.usages, strict=True)
            if usage.key in absurd
        ]
        self.refused = sorted(self.refused + late, key=lambda refusal: refusal.index)


@dataclass(frozen=True, slots=True)
class Place:
    """When and where events come in: what a door needs to know beside their bytes."""

    received: datetime
    scopes: Collection[str]
    scope_of: Callable[[Origin, str], str]  # by an origin and the scope that the event names, "" for none


def read(body: bytes, place: Place, *, batch: bool | None) -> Read:
    """The usages of a body and what is wrong with the rest. `batch` is what was promised: a list, one event, or either."""
    if batch is not None and batch is not is_list(body):
        _refuse_shape(body, batch)
    found = Read()
    suggest = suggester(place.scopes)
    for index, event in enumerate(DECODER.events(body)):
        try:
            if isinstance(event, Wrong):
                raise event
            found.usages.append(_usage(event, place, suggest))
            found.indices.append(index)
        except Wrong as wrong:
            found.refused.append(Refusal(index, wrong.field, wrong.reason))
    return found


def _refuse_shape(body: bytes, batch: bool) -> None:
    DECODER.events(body)  # what is no JSON at all is told so
    if batch:
        raise Unreadable('a batch is a list: "[{…}, {…}]"; one event is application/cloudevents+json', 0)
    raise Unreadable("this content type is for one event; a list is application/cloudevents-batch+json", 0)


def _usage(event: Event, place: Place, suggest: Suggest) -> Usage:
    """The usage an event carries. Raises Wrong for the first field that cannot be right."""
    _check_envelope(event)
    data = event.data
    if data.scope is not None and data.scope not in place.scopes:
        scope = name("data.scope", data.scope, needed=True)
        raise Wrong("data.scope", f'"{scope}" is not in app.yaml{suggest(scope)}')
    origin = _origin(event)
    return Usage(
        key=key_of(event.source, event.id),
        at=moment(event.time, place.received),
        scope=place.scope_of(origin, data.scope or ""),
        model=origin.model,
        tokens=Tokens(
            count("data.input_tokens", data.input_tokens),
            count("data.output_tokens", data.output_tokens),
            count("data.cache_read_tokens", data.cache_read_tokens),
            count("data.cache_write_tokens", data.cache_write_tokens),
        ),
        cost=nanos("data.cost_usd", data.cost_usd),
        requests=count("data.requests", data.requests, absent=1),
        user=origin.user,
        source=event.source,
        provider=origin.provider,
        timed=event.time is not None,
        team=origin.teams[0] if origin.teams else "",
        use_case=origin.use_case,
        environment=origin.environment,
        ended=word("data.ended", data.ended, ENDINGS),
        latency=None if data.latency_ms is None else count("data.latency_ms", data.latency_ms),
    )


def _origin(event: Event) -> Origin:
    """Where an event says that it comes from, as the attribution rules see it."""
    data = event.data
    return Origin(
        teams=(name("data.team", data.team),) if data.team else (),
        user=name("data.user", data.user) or name("subject", event.subject),
        keys=(name("data.key", data.key),) if data.key else (),
        tags=tuple(name("data.tags", tag) for tag in data.tags or ()),
        use_case=name("data.use_case", data.use_case),
        environment=name("data.environment", data.environment),
        model=name("data.model", data.model, needed=True),
        provider=name("data.provider", data.provider),
        project=name("data.project", data.project),
        source=event.source,
    )


def _check_envelope(event: Event) -> None:
    if event.specversion != "1.0":
        raise Wrong("specversion", 'must be "1.0"')
    if event.type.rpartition(".")[2] != "usage":
        raise Wrong("type", 'must end in "usage", as "ai.leeway.usage" does; no other events are read here')
    name("source", event.source, needed=True)
    if not event.id:
        raise Wrong("id", "must not be empty")


def key_of(source: str, number: str) -> bytes:
    """The key of an event: 16 bytes of source and id. Their lengths keep "ab" + "c" apart from "a" + "bc"."""
    who, which = source.encode(), number.encode()
    return blake2b(len(who).to_bytes(8) + who + len(which).to_bytes(8) + which, digest_size=16).digest()


def suggester(scopes: Collection[str]) -> Suggest:
    """Finds the scope that may have been meant; only for so many, because each looks at every scope."""
    known: dict[str, str] = {}

    def suggest(scope: str) -> str:
        if scope not in known and len(known) < SUGGESTIONS:
            near = get_close_matches(scope, scopes, 1)
            known[scope] = f'; did you mean "{near[0]}"?' if near else ""
        return known.get(scope, "")

    return suggest

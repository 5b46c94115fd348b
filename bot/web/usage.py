"""From events to usage: each is kept, or refused with its index, field and reason."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from hashlib import blake2b
from typing import NamedTuple

from bot.web.cloudevents import Event, events
from bot.web.fields import LATEST, OnTime, Unreadable, Wrong, moment, name, nanos, on_time_at, word
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


class Label(NamedTuple):
    """What usages have in common that say the same about where they came from. `prefix` is the head of their keys."""

    scope: str
    model: str
    provider: str
    user: str
    source: str
    team: str
    use_case: str
    environment: str
    ended: str
    prefix: bytes


class Labels:
    """Labels by what an event says. They are few, and come with every batch; senders could make up more, so there is a bound."""

    def __init__(self, most: int = 16_384) -> None:
        self._most = most
        self._found: dict[tuple[object, ...], Label] = {}
        self.get = self._found.get

    def keep(self, said: tuple[object, ...], label: Label) -> Label:
        if len(self._found) >= self._most:
            self._found.clear()
        self._found[said] = label
        return label


@dataclass(frozen=True, slots=True)
class Place:
    """When and where events come in: what a door needs to know beside their bytes."""

    received: datetime
    scopes: Collection[str]
    scope_of: Callable[[Origin, str], str]  # by an origin and the scope that the event names, "" for none
    labels: Labels = field(default_factory=Labels)
    latest: timedelta = LATEST

    def moment(self, said: datetime | None) -> datetime:
        """When something happened, by what its sender says. Raises Wrong when that cannot be."""
        return moment(said, self.received, self.latest)


def read(body: bytes, place: Place, *, batch: bool | None) -> Read:
    """The usages of a body and what is wrong with the rest. `batch` is what was promised: a list, one event, or either."""
    if batch is not None and batch is not is_list(body):
        _refuse_shape(body, batch)
    found = Read()
    suggest, on_time = suggester(place.scopes), on_time_at(place.received, place.latest)
    for index, event in enumerate(events(body)):
        try:
            if isinstance(event, Wrong):
                raise event
            found.usages.append(_usage(event, place, suggest, on_time))
            found.indices.append(index)
        except Wrong as wrong:
            found.refused.append(Refusal(index, wrong.field, wrong.reason))
    return found


def _refuse_shape(body: bytes, batch: bool) -> None:
    events(body)  # what is no JSON at all is told so
    if batch:
        raise Unreadable('a batch is a list: "[{…}, {…}]"; one event is application/cloudevents+json', 0)
    raise Unreadable("this content type is for one event; a list is application/cloudevents-batch+json", 0)


def _usage(event: Event, place: Place, suggest: Suggest, on_time: OnTime) -> Usage:
    """The usage an event carries. Raises Wrong for the first field that cannot be right."""
    data, time = event.data, event.time
    said = (
        event.source, event.subject, event.type, event.specversion, data.scope, data.model, data.provider, data.user, data.team,
        data.project, data.use_case, data.environment, data.key, data.ended, tuple(data.tags) if data.tags else (),
    )  # fmt: skip
    label = place.labels.get(said) or place.labels.keep(said, _label(event, place, suggest))
    if not event.id:
        raise Wrong("id", "must not be empty")
    number = event.id.encode()
    return Usage(
        blake2b(label.prefix + len(number).to_bytes(8) + number, digest_size=16).digest(),
        time if time is not None and on_time(time) else place.moment(time),
        label.scope,
        label.model,
        Tokens(data.input_tokens, data.output_tokens, data.cache_read_tokens, data.cache_write_tokens),
        None if data.cost_usd is None else nanos("data.cost_usd", data.cost_usd),
        data.requests,
        label.user,
        label.source,
        label.provider,
        time is not None,
        label.team,
        label.use_case,
        label.environment,
        label.ended,
        data.latency_ms,
    )


def _label(event: Event, place: Place, suggest: Suggest) -> Label:
    """What an event has in common with others, checked."""
    _check_envelope(event)
    data = event.data
    if data.scope is not None:
        scope_named(data.scope, place.scopes, suggest)
    origin = _origin(event)
    return Label(
        scope=place.scope_of(origin, data.scope or ""),
        model=origin.model,
        provider=origin.provider,
        user=origin.user,
        source=event.source,
        team=origin.teams[0] if origin.teams else "",
        use_case=origin.use_case,
        environment=origin.environment,
        ended=word("data.ended", data.ended, ENDINGS),
        prefix=prefix_of(event.source),
    )


def scope_named(said: str, scopes: Collection[str], suggest: Suggest) -> str:
    """A scope that an event names, if the tree has it; else Wrong."""
    if said not in scopes:
        scope = name("data.scope", said, needed=True)
        raise Wrong("data.scope", f'"{scope}" is not in app.yaml{suggest(scope)}')
    return said


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
        raise Wrong(
            "type", 'must end in "usage", as "ai.leeway.usage" does, or in "usage.correction", "outcome", "outcome.correction"'
        )
    name("source", event.source, needed=True)


def key_of(source: str, number: str) -> bytes:
    """The key of an event: 16 bytes of source and id. Their lengths keep "ab" + "c" apart from "a" + "bc"."""
    which = number.encode()
    return blake2b(prefix_of(source) + len(which).to_bytes(8) + which, digest_size=16).digest()


def prefix_of(source: str) -> bytes:
    """The head of the keys of a source."""
    who = source.encode()
    return len(who).to_bytes(8) + who


def suggester(scopes: Collection[str]) -> Suggest:
    """Finds the scope that may have been meant; only for so many, because each looks at every scope."""
    known: dict[str, str] = {}

    def suggest(scope: str) -> str:
        if scope not in known and len(known) < SUGGESTIONS:
            near = get_close_matches(scope, scopes, 1)
            known[scope] = f'; did you mean "{near[0]}"?' if near else ""
        return known.get(scope, "")

    return suggest

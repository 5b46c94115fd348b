"""What a meter says, in the words of each tool.

A cost and the tokens that it is the cost of are parts of one usage: where a tool meters its cost, its tokens are not priced.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

from bot.web.fields import Wrong
from bot.web.otlp.attributes import MODELS, PROVIDERS, SERVICE, Said, Value, dollars, integer, text
from bot.web.otlp.calls import CLAUDE, CODEX, GEMINI, GEMINI_CLI, GEN_AI
from bot.web.otlp.events import at_nanos
from bot.web.otlp.gen_ai import OPERATIONS
from bot.web.otlp.labels import label, services, session
from bot.web.otlp.wire import Point
from bot.web.usage import Place
from workflows.spend import Tokens, Usage
from workflows.streams import Part, Reading, Signal, Via
from workflows.telling import measured

DELTA, CUMULATIVE = 1, 2
MOST = 2**53  # beyond it the double of a histogram's sum has gaps


class Meter(NamedTuple):
    """How a metric is read: `type` is the attribute that says of which part a point is, `cost` what its tokens cost, None to be
    priced.
    """

    source: str
    provider: str
    type: str
    parts: Mapping[str, Part]
    cost: int | None = None


METERS: Mapping[str, Meter] = {
    "claude_code.token.usage": Meter(
        CLAUDE,
        "anthropic",
        "type",
        {"input": Part.INPUT, "output": Part.OUTPUT, "cacheRead": Part.CACHE_READ, "cacheCreation": Part.CACHE_WRITE},
        cost=0,
    ),
    "claude_code.cost.usage": Meter(CLAUDE, "anthropic", "", {"": Part.COST}),
    "codex.turn.token_usage": Meter(
        CODEX,
        "openai",
        "token_type",
        {"input": Part.INPUT, "output": Part.OUTPUT, "cached_input": Part.CACHED, "cache_write_input": Part.WRITTEN},
    ),
    "gemini_cli.token.usage": Meter(
        GEMINI,
        "google",
        "type",
        {"input": Part.INPUT, "output": Part.OUTPUT, "thought": Part.OUTPUT, "tool": Part.INPUT, "cache": Part.CACHED},
    ),
    "gen_ai.client.token.usage": Meter(
        GEN_AI, "", "gen_ai.token.type", {"input": Part.INPUT, "output": Part.OUTPUT, "completion": Part.OUTPUT}
    ),
}


def metered(point: Point, place: Place) -> Usage | None:
    """The usage that a data point tells of; None for points of other parts, as of totals. Raises Wrong."""
    meter = METERS[point.metric]
    said = {**point.resource, **point.said}
    part = meter.parts.get(text(said, meter.type) if meter.type else "")
    if part is None or (meter.source == GEN_AI and not _is_inference(point, said)):
        return None
    _check(point)
    amount = _amount(point, part)
    calls = max(0, min(point.calls, MOST)) if meter.source == GEN_AI and part is Part.INPUT else 0
    stream = _stream(point)
    reading = Reading(stream, point.at, part, amount, calls) if point.temporality == CUMULATIVE else None
    empty = _usage(meter, said, place, point)
    teller = _teller(meter.source, said, empty.user)
    key = blake2b(stream + point.at.to_bytes(8), digest_size=16).digest()
    keyed = empty._replace(key=key, via=Via(Signal.METRICS, teller, reading=reading))
    if reading is not None:
        return keyed
    return measured(keyed, part, amount, calls) if amount or calls else None


def _is_inference(point: Point, said: Said) -> bool:
    """Whether a GenAI metric is of a model at work. Gemini CLI meters the same tokens by its own name, and more of them."""
    operation = text(said, "gen_ai.operation.name")
    return GEMINI_CLI not in (point.scope, text(said, SERVICE)) and (not operation or operation in OPERATIONS)


def _check(point: Point) -> None:
    if point.temporality not in (DELTA, CUMULATIVE):
        raise Wrong(point.metric, "says neither that it is delta nor that it is cumulative")
    if not point.grows:
        raise Wrong(point.metric, "is no counter: it may also fall")
    if not point.at:
        raise Wrong(point.metric, "has no time")


def _amount(point: Point, part: Part) -> int:
    if part is Part.COST:
        return dollars(point.metric, point.amount)
    amount = integer(point.metric, point.amount)
    if not 0 <= amount <= MOST:
        raise Wrong(point.metric, f"must be from 0 to {MOST:,}, not {amount:,}")
    return amount


def _usage(meter: Meter, said: Said, place: Place, point: Point) -> Usage:
    """The usage without what was used."""
    model = text(said, *MODELS) or text(said, "model")
    provider = meter.provider or text(said, *PROVIDERS)
    found = label(said, place, source=meter.source, model=model, provider=provider, ended="")
    return Usage(
        key=b"",
        at=place.moment(at_nanos(point.at)),
        scope=found.scope,
        model=found.model,
        tokens=Tokens(),
        cost=meter.cost,
        requests=0,
        user=found.user,
        source=found.source,
        provider=found.provider,
        team=found.team,
        use_case=found.use_case,
        environment=found.environment,
    )


def _teller(source: str, said: Said, user: str) -> bytes:
    known = services(source, said, user)
    return known[0] if source == GEN_AI else session(source, said) or known[-1]


def _stream(point: Point) -> bytes:
    """What tells a meter from all others, with when it began."""
    digest = blake2b(digest_size=16)
    for part in (point.metric, point.scope, _spelled(point.resource), _spelled(point.said), str(point.start)):
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4) + encoded)
    return digest.digest()


def _spelled(said: Mapping[str, Value]) -> str:
    return repr(sorted((name, str(value)) for name, value in said.items()))

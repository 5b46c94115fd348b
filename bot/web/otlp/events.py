"""From log records and spans to usages."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from bot.web.fields import MOST_TOKENS, Wrong
from bot.web.otlp.attributes import EVENT, TIME, Said, text
from bot.web.otlp.calls import CLAUDE, GEN_AI, Call
from bot.web.otlp.gen_ai import gen_ai, inference, runs
from bot.web.otlp.labels import hashed, label, services, session
from bot.web.otlp.tools import claude_error, claude_request, codex, gemini, gemini_error
from bot.web.otlp.wire import Logged, Span
from bot.web.usage import Place
from workflows.spend import Usage
from workflows.streams import Signal, Via

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLI = 1_000_000  # nanoseconds

EVENTS: Mapping[str, Callable[[Said, Logged], Call | None]] = {
    "claude_code.api_request": claude_request,
    "claude_code.api_error": claude_error,
    "codex.sse_event": codex,
    "gemini_cli.api_response": gemini,
    "gemini_cli.api_error": gemini_error,
    "gen_ai.client.inference.operation.details": inference,
}


def told(logged: Logged, place: Place) -> Usage | None:
    """The usage that a log record tells of; None for most. Raises Wrong."""
    read = EVENTS.get(_event(logged))
    if read is None:
        return None
    said = {**logged.resource, **logged.said}
    call = read(said, logged)
    return None if call is None else _usage(call, said, place, at=_time(logged, said))


def ran(span: Span, place: Place) -> Usage | None:
    """The usage that a span tells of; None for most. Raises Wrong."""
    if not runs(span.said):
        return None
    said = {**span.resource, **span.said}
    call = gen_ai(said, span.trace, span.span, failed=span.failed)
    took = None if span.end < span.start or not span.start else min((span.end - span.start) // MILLI, MOST_TOKENS)
    return _usage(call._replace(latency=took), said, place, at=at_nanos(span.end))


def _usage(call: Call, said: Said, place: Place, *, at: datetime | None) -> Usage:
    found = label(said, place, source=call.source, model=call.model, provider=call.provider, ended=call.ended)
    also = hashed(*call.also) if call.also else b""
    return Usage(
        key=hashed(call.source, *call.key),
        at=place.moment(at),
        scope=found.scope,
        model=found.model,
        tokens=call.tokens,
        cost=call.cost,
        user=found.user,
        source=found.source,
        provider=found.provider,
        timed=at is not None,
        team=found.team,
        use_case=found.use_case,
        environment=found.environment,
        ended=found.ended,
        latency=call.latency,
        via=Via(Signal.EVENTS, *_tellers(call.source, said, found.user), also),
    )


def _tellers(source: str, said: Said, user: str) -> tuple[bytes, tuple[bytes, ...]]:
    """What an event tells of, and what else is told of by events from then on, as its meters may not say whose they are."""
    known = services(source, said, user)
    if source == GEN_AI:  # whose spans may name the user of each call, and whose meters do not
        return known[0], ()
    own = session(source, said)
    return (own, known) if own else (known[-1], known[:-1])


def _event(logged: Logged) -> str:
    """The name of a log record's event, with its tool: Claude Code says it without in the attribute, and with in the body."""
    name = text(logged.said, EVENT) or logged.name
    if "." not in name and (logged.scope.startswith("com.anthropic.claude_code") or logged.name.startswith(f"{CLAUDE}.")):
        return f"{CLAUDE}.{name}"
    return name


def _time(logged: Logged, said: Said) -> datetime | None:
    if not logged.at and (written := text(said, TIME)):
        try:
            return datetime.fromisoformat(written)
        except ValueError:
            raise Wrong(TIME, 'must be a time such as "2026-11-26T17:05:00Z"') from None
    return at_nanos(logged.at or logged.observed)


def at_nanos(nanos: int) -> datetime | None:
    """A moment of so many nanoseconds since 1970; None of none."""
    try:
        return EPOCH + timedelta(microseconds=nanos // 1_000) if nanos else None
    except OverflowError:
        raise Wrong("time", "is out of range") from None

"""Log records of Claude Code, Codex CLI and Gemini CLI: what a call used, in the words of each.

Claude Code: its documentation, "Monitoring". Codex CLI: `codex-rs/otel`, session_telemetry.rs. Gemini CLI:
`packages/core/src/telemetry`, types.ts.
"""

from bot.web.otlp.attributes import TIME, Said, dollars, is_said, millis, text, whole
from bot.web.otlp.calls import CLAUDE, CODEX, GEMINI, Call, disjoint, footprint
from bot.web.otlp.wire import Logged
from workflows.money import NANO
from workflows.spend import Ended, Tokens

MICRO = NANO // 1_000_000


def claude_request(said: Said, logged: Logged) -> Call:
    tokens = Tokens(
        whole(said, "input_tokens"),
        whole(said, "output_tokens"),
        whole(said, "cache_read_tokens"),
        whole(said, "cache_creation_tokens"),
    )
    latency = millis(said, "duration_ms")
    return Call(
        CLAUDE, text(said, "model"), "anthropic", tokens, _claude_key(said, logged), cost=_claude_cost(said), latency=latency
    )


def _claude_cost(said: Said) -> int | None:
    if is_said(said, "cost_usd_micros"):
        return whole(said, "cost_usd_micros") * MICRO
    return dollars("cost_usd", said["cost_usd"]) if is_said(said, "cost_usd") else None


def _claude_key(said: Said, logged: Logged) -> tuple[str, ...]:
    if number := text(said, "request_id", "client_request_id"):
        return "request", number
    if is_said(said, "session.id") and is_said(said, "event.sequence"):  # which begins anew when a session is resumed
        return "event", text(said, "session.id"), str(said["event.sequence"]), text(said, TIME) or str(logged.at)
    return footprint(logged)


def claude_error(said: Said, logged: Logged) -> Call:
    key = ("error", *_claude_key(said, logged))
    latency = millis(said, "duration_ms")
    return Call(CLAUDE, text(said, "model"), "anthropic", Tokens(), key, cost=0, ended=Ended.ERROR, latency=latency)


def codex(said: Said, logged: Logged) -> Call | None:
    """The one event of a response that has its tokens; Codex logs every event of the stream."""
    if is_said(said, "error.message") and said.get("event.kind") in ("response.completed", "response.failed"):
        return Call(CODEX, text(said, "model"), "openai", Tokens(), footprint(logged), cost=0, ended=Ended.ERROR)
    if said.get("event.kind") != "response.completed" or not is_said(said, "input_token_count", "output_token_count"):
        return None
    tokens = disjoint(whole(said, "input_token_count"), whole(said, "output_token_count"), whole(said, "cached_token_count"))
    return Call(CODEX, text(said, "model"), "openai", tokens, footprint(logged), latency=millis(said, "duration_ms"))


def gemini(said: Said, logged: Logged) -> Call:
    prompt = whole(said, "input_token_count") + whole(said, "tool_token_count")
    output = whole(said, "output_token_count") + whole(said, "thoughts_token_count")
    tokens = disjoint(prompt, output, whole(said, "cached_content_token_count"))
    return Call(GEMINI, text(said, "model"), "google", tokens, footprint(logged), latency=millis(said, "duration_ms"))


def gemini_error(said: Said, logged: Logged) -> Call:
    latency = millis(said, "duration_ms")
    return Call(GEMINI, text(said, "model"), "google", Tokens(), footprint(logged), cost=0, ended=Ended.ERROR, latency=latency)

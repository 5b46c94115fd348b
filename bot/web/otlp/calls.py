"""A call to a model, as the tools tell of it.

Tokens are put in disjoint buckets by whoever reads them: with Codex, Gemini and the GenAI conventions the input has cached tokens
in it, with Claude Code it has not; with Gemini the output has no thoughts.
"""

from typing import NamedTuple

from bot.web.otlp.wire import Logged
from workflows.spend import Ended, Tokens

CLAUDE, CODEX, GEMINI, GEN_AI = "claude_code", "codex", "gemini_cli", "gen_ai"
GEMINI_CLI = "gemini-cli"  # as it names itself, as a service and as a scope


class Call(NamedTuple):
    """One call to a model. `key` tells it from others of its source, `also` is what another telling of it would say, too."""

    source: str
    model: str
    provider: str
    tokens: Tokens
    key: tuple[str, ...]
    also: tuple[str, ...] = ()
    cost: int | None = None
    ended: Ended = Ended.OK
    latency: int | None = None


def disjoint(prompt: int, output: int, read: int, written: int = 0) -> Tokens:
    """Buckets of a prompt that has its cached tokens in it; one that is smaller than they are has not."""
    cached = read + written
    return Tokens(prompt - cached if cached <= prompt else prompt, output, read, written)


def footprint(logged: Logged) -> tuple[str, ...]:
    """What tells a record from others where it has no id: all that is known of it. What is sent again says the same again."""
    return str(logged.at), str(logged.observed), logged.trace, logged.span, repr(sorted(logged.said.items()))

"""Spans and events of the GenAI semantic conventions, by their old names and their new ones.

Only what runs a model counts: agents, workflows, tools and the like repeat what the calls within them used.
"""

from bot.web.otlp.attributes import INPUTS, MODELS, OUTPUTS, PROVIDERS, READS, SERVICE, WRITES, Said, is_said, text, whole
from bot.web.otlp.calls import GEMINI_CLI, GEN_AI, Call, disjoint, footprint
from bot.web.otlp.wire import Logged
from workflows.spend import Ended

# The last two are what older instrumentations write, those of `llm.request.type` among them.
OPERATIONS = frozenset(("chat", "text_completion", "generate_content", "embeddings", "completion", "embedding"))


def runs(said: Said) -> bool:
    """Whether this is a model at work, and not what went on around it."""
    return text(said, "gen_ai.operation.name", "llm.request.type") in OPERATIONS


def inference(said: Said, logged: Logged) -> Call | None:
    """An event of the GenAI conventions. Gemini CLI's own events say the same, and more."""
    if not runs(said) or GEMINI_CLI in (logged.scope, text(said, SERVICE)):
        return None
    if not is_said(said, *INPUTS, *OUTPUTS, "error.type"):  # what was asked, without what it took
        return None
    call = gen_ai(said, logged.trace, logged.span, failed=False)
    return call if logged.span else call._replace(key=footprint(logged))


def gen_ai(said: Said, trace: str, span: str, *, failed: bool) -> Call:
    tokens = disjoint(whole(said, *INPUTS), whole(said, *OUTPUTS), whole(said, *READS), whole(said, *WRITES))
    used = str(tokens.input + tokens.cache_read + tokens.cache_write), str(tokens.output)
    response = text(said, "gen_ai.response.id")
    ended = Ended.ERROR if failed or is_said(said, "error.type") else Ended.OK
    # An event stands in the span of its call. Tokens are in both keys: a span may have several events, small servers repeat ids.
    return Call(
        GEN_AI,
        text(said, *MODELS),
        text(said, *PROVIDERS),
        tokens,
        ("span", trace, span, *used),
        ("response", response, *used) if response else (),
        ended=ended,
    )

"""Attributes: the few that are read, and how. Senders write numbers as numbers or as text, so both are right."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.web.fields import Wrong, count, nanos

Value = Any
"""A text, a number or a truth; what was empty, 0 or false may have become another of these."""

Said = Mapping[str, Value]

SERVICE, NAMESPACE, INSTANCE = "service.name", "service.namespace", "service.instance.id"
SCOPE, GROUPS = "leeway.scope", "user.groups"
# Most telling first. An installation's random user.id says least, and is always there.
USERS = ("user.email", "enduser.id", "user.account_uuid", "user.account_id", "user.id", "installation.id")
TEAMS = ("team.id", "team", "team.name", "department", "cost_center")
USE_CASES = ("leeway.use_case", "use_case")
ENVIRONMENTS = ("deployment.environment.name", "deployment.environment", "env")
PROJECTS = ("project", "project.id", "project.name")
ORIGIN = (SERVICE, NAMESPACE, INSTANCE, SCOPE, GROUPS, *USERS, *TEAMS, *USE_CASES, *ENVIRONMENTS, *PROJECTS)

EVENT, TIME, SESSIONS = "event.name", "event.timestamp", ("session.id", "conversation.id")
MODELS = ("gen_ai.response.model", "gen_ai.request.model")
PROVIDERS = ("gen_ai.provider.name", "gen_ai.system")
INPUTS = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
OUTPUTS = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
READS = ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
WRITES = ("gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens")
GEN_AI = (
    "gen_ai.operation.name", "llm.request.type", "gen_ai.response.id", "error.type",
    *MODELS, *PROVIDERS, *INPUTS, *OUTPUTS, *READS, *WRITES,
)  # fmt: skip
TOOLS = (
    "model", "duration_ms", "request_id", "client_request_id", "event.sequence", "event.kind", "error.message", "prompt_id",
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens", "cost_usd", "cost_usd_micros",
    "input_token_count", "output_token_count", "cached_token_count", "cached_content_token_count", "thoughts_token_count",
    "tool_token_count",
)  # fmt: skip

WANTED = frozenset((*ORIGIN, EVENT, TIME, *SESSIONS, *GEN_AI, *TOOLS))

_NUMBER = re.compile(r"[-+]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?")


def text(said: Said, *names: str) -> str:
    """The first of these that is said, as text; "" when none is."""
    for name in names:
        if value := said.get(name):
            return value if isinstance(value, str) else str(value)
    return ""


def whole(said: Said, *names: str) -> int:
    """The first of these that is said, as a whole number; 0 when none is."""
    for name in names:
        if value := said.get(name):
            return count(name, integer(name, value))
    return 0


def is_said(said: Said, *names: str) -> bool:
    return any(name in said for name in names)


def integer(name: str, value: Value) -> int:
    """A whole number, however it is written. Raises Wrong."""
    if type(value) is int:
        return value
    if type(value) is str and value.isascii() and value.isdecimal() and len(value) <= 40:
        return int(value)
    number = decimal(name, value)
    if number != number.to_integral_value():
        raise Wrong(name, f"must be a whole number, not {number}")
    return int(number)


def decimal(name: str, value: Value) -> Decimal:
    """A number, however it is written, exact. Raises Wrong."""
    written = str(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(written):
        raise Wrong(name, f"must be a number, not {written[:40]!r}")
    return Decimal(written)


def dollars(name: str, value: Value) -> int:
    """Dollars as nano-dollars."""
    return nanos(name, decimal(name, value)) or 0


def millis(said: Said, name: str) -> int | None:
    """A duration, rounded; None when it is not said."""
    return count(name, int(decimal(name, said[name]).to_integral_value())) if name in said else None

"""LiteLLM's log of calls, as its `generic_api` callback sends it: what is read of a record. What it says of usage is in `usage`.

Prompts, answers, headers and error messages are in a record, too. They are not named here, so they are passed over where the
bytes are read: nothing holds them, nothing can store or log them.

Callers fill some fields as they like (tags, `metadata`, `user`). A record is not refused for what stands there: spend that is not
counted would be theirs for the asking.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from bot.web.fields import Wrong
from bot.web.parts import Decoder, is_list

SOURCE = "litellm"


class Details(msgspec.Struct, frozen=True):
    """What vendors say about cached tokens. They differ, so what is no whole number says nothing."""

    cached_tokens: Any = None
    cache_write_tokens: Any = None
    cache_creation_tokens: Any = None


class Used(msgspec.Struct, frozen=True):
    """The vendor's own usage, of which only the cached tokens are read."""

    prompt_tokens_details: Details | None = None
    cache_read_input_tokens: Any = None
    cache_creation_input_tokens: Any = None


class Said(msgspec.Struct, frozen=True):
    """What was said of a call, by its caller or with its key."""

    use_case: Any = None
    environment: Any = None
    leeway_scope: Any = None


Anything = Said | str | float | bool | list[Any] | None


class Metadata(msgspec.Struct, frozen=True):
    """Whose key it was, and what was said of the call."""

    user_api_key_hash: str | None = None
    user_api_key_alias: str | None = None
    user_api_key_team_id: str | None = None
    user_api_key_team_alias: str | None = None
    user_api_key_user_id: str | None = None
    user_api_key_user_email: str | None = None
    user_api_key_project_id: str | None = None
    user_api_key_project_alias: str | None = None
    user_api_key_auth_metadata: Anything = None
    spend_logs_metadata: Anything = None
    requester_metadata: Anything = None
    usage_object: Used | None = None


class Failed(msgspec.Struct, frozen=True):
    """Why a call failed, as far as it was for want of budget. The message is not read: vendors quote prompts in theirs."""

    error_class: str | None = None
    error_rate_limit_type: str | None = None
    error_budget_entity_type: str | None = None
    error_budget_entity_id: str | None = None
    error_budget_limit: Decimal | None = None
    error_budget_spend: Decimal | None = None


class Record(msgspec.Struct, frozen=True):
    """A call: LiteLLM's StandardLoggingPayload, as far as it is read."""

    litellm_call_id: str
    status: str
    id: str | None = None
    startTime: float | None = None  # noqa: N815 - LiteLLM's spelling, and the next
    endTime: float | None = None  # noqa: N815
    model: str | None = None
    custom_llm_provider: str | None = None
    prompt_tokens: float | None = None
    completion_tokens: float | None = None
    response_cost: Decimal | None = None
    cache_hit: Any = None
    request_tags: Any = None
    end_user: Any = None
    metadata: Metadata | None = None
    error_information: Failed | None = None

    @property
    def meta(self) -> Metadata:
        """What was said of it; everything is left out where nothing was."""
        return self.metadata or NOTHING

    @property
    def why(self) -> Failed:
        """Why it failed."""
        return self.error_information or UNSAID


DECODER = Decoder(Record)
NOTHING, UNSAID = Metadata(), Failed()

_INNER: dict[str, type[msgspec.Struct]] = {
    "metadata": Metadata,
    "error_information": Failed,
    "usage_object": Used,
    "prompt_tokens_details": Details,
    "user_api_key_auth_metadata": Said,
    "spend_logs_metadata": Said,
    "requester_metadata": Said,
}


def pruned(said: dict[str, Any], kind: type[msgspec.Struct] = Record) -> dict[str, Any]:
    """A record as JSON with nothing in it but what is read: whoever passes one on keeps the rest to themselves."""
    kept = {name: said[name] for name in kind.__struct_fields__ if name in said}
    return {
        name: pruned(value, _INNER[name]) if name in _INNER and isinstance(value, dict) else value for name, value in kept.items()
    }


def records(body: bytes) -> Iterator[Record | Wrong]:
    """Every record of a body in LiteLLM's three formats: a list, one a line, or a single one."""
    return DECODER.lines(body) if _is_lines(body) else DECODER.events(body)


def _is_lines(body: bytes) -> bool:
    """Whether the first line is whole and others follow. LiteLLM sends every format as application/json."""
    if is_list(body):
        return False
    first, _, rest = body.strip().partition(b"\n")
    return bool(rest.strip()) and (first.rstrip().endswith(b"}") or first.strip() == b"null")

"""From LiteLLM's records to usage, and to denials: each is kept, or refused with its index, field and reason.

A record is known by `litellm_call_id`, which is in LiteLLM's spend logs, too: what is replayed from there is not counted twice.
It is not enough by itself: a caller may choose it (`x-litellm-call-id`), and a call that failed and was tried again has it twice.
So the id of the answer, or that there was none, belongs to the key.

    ok        counts as LiteLLM says; an answer from LiteLLM's own cache is a request that uses nothing
    error     a call was made and failed: a request, and what it used until then if that cost something
    refused   no call was made, because a budget was spent: kept as an event, so that it is seen, and counts nothing
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.web.fields import Wrong, count, first, names, nanos
from bot.web.litellm.denials import denial
from bot.web.litellm.records import SOURCE, Metadata, Record, Said, Used, records
from bot.web.usage import Place, Read, Refusal, key_of
from workflows.attribution import Origin
from workflows.spend import Ended, Tokens, Usage

NO_MODEL = "unknown"  # a call can be refused before it is known which model it would have gone to
MOST_TAGS = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

_HIT = re.compile(r"_cache_hit[0-9.]+$")  # LiteLLM adds the time to the id of a cached answer, and another in its spend logs


def read(body: bytes, place: Place) -> Read:
    """The usages of a body of records, and what is wrong with the rest."""
    found = Read()
    for index, record in enumerate(records(body)):
        try:
            if isinstance(record, Wrong):
                raise record
            found.usages.append(_usage(record, place))
            found.indices.append(index)
        except Wrong as wrong:
            found.refused.append(Refusal(index, wrong.field, wrong.reason))
    return found


def _usage(record: Record, place: Place) -> Usage:
    """The usage that a record tells of. Raises Wrong for what cannot be right in it."""
    ended = _ended(record)
    began, over = _moment("startTime", record.startTime), _moment("endTime", record.endTime)
    origin, meta = _origin(record), record.meta
    tokens, cost = _spent(record, ended)
    return Usage(
        key=_key(record, ended),
        at=place.moment(began),
        scope=place.scope_of(origin, _said(meta, "leeway_scope")),
        model=origin.model,
        tokens=tokens,
        cost=cost,
        requests=0 if ended is Ended.REFUSED else 1,
        user=origin.user,
        source=SOURCE,
        provider=origin.provider,
        timed=began is not None,
        team=origin.teams[0] if origin.teams else "",
        use_case=origin.use_case,
        environment=origin.environment,
        ended=ended.value,
        latency=max(0, (over - began) // MILLISECOND) if began and over else None,
        denial=denial(record, place.scope_of) if ended is Ended.REFUSED else None,
    )


def _ended(record: Record) -> Ended:
    if record.status == "success":
        return Ended.OK
    why = record.why
    budget = why.error_budget_entity_type or why.error_rate_limit_type == "budget" or why.error_class == "BudgetExceededError"
    return Ended.REFUSED if budget else Ended.ERROR


def _key(record: Record, ended: Ended) -> bytes:
    call = _escaped(record.litellm_call_id)
    if not call:
        raise Wrong("litellm_call_id", "must not be empty")
    answer = _HIT.sub("", _escaped(record.id or "")) if ended is Ended.OK else "failed"
    return key_of(SOURCE, f"{len(call)}:{call}:{answer}")


def _escaped(text: str) -> str:
    """Text that can be encoded, also where it has half an emoji in it."""
    return text.encode("utf-8", "backslashreplace").decode()


def _moment(field: str, seconds: float | None) -> datetime | None:
    """Seconds since 1970 to the millisecond, as LiteLLM's own database rounds them: a replay finds an event on the same day."""
    if seconds is None:
        return None
    if not 0 <= seconds < 2**33:
        raise Wrong(field, "must be seconds since 1970")
    return EPOCH + round(seconds * 1000) * MILLISECOND


def _spent(record: Record, ended: Ended) -> tuple[Tokens, int | None]:
    """What a call used and cost.

    LiteLLM says $0 of a model whose price it does not know as of one that is free. So tokens for nothing are priced here, and
    what is free is said to be so in app.yaml.
    """
    tokens, cost = _tokens(record), nanos("response_cost", record.response_cost)
    if record.cache_hit is True or ended is Ended.REFUSED or (ended is Ended.ERROR and not cost):
        return Tokens(), 0  # of a call that failed for nothing LiteLLM guesses the tokens, in its spend logs only
    return tokens, cost if cost or not tokens.total else None


def _tokens(record: Record) -> Tokens:
    """Disjoint buckets. LiteLLM's prompt tokens include what was read from or written to a vendor's cache."""
    prompt, output = _count("prompt_tokens", record.prompt_tokens), _count("completion_tokens", record.completion_tokens)
    cached, written = _cached(record.meta.usage_object or Used())
    if cached + written > prompt:  # a vendor that counts them beside the prompt
        return Tokens(prompt, output, cached, written)
    return Tokens(prompt - cached - written, output, cached, written)


def _count(field: str, value: float | None) -> int:
    return 0 if value is None else count(field, round(value))


def _cached(used: Used) -> tuple[int, int]:
    """Tokens that were read from, and written to, the vendor's cache."""
    details = used.prompt_tokens_details
    read = (used.cache_read_input_tokens, *((details.cached_tokens,) if details else ()))
    written = (
        used.cache_creation_input_tokens,
        *((details.cache_write_tokens, details.cache_creation_tokens) if details else ()),
    )
    return _first(read), _first(written)


def _first(values: Iterable[Any]) -> int:
    return next((value for value in values if isinstance(value, int) and not isinstance(value, bool) and value > 0), 0)


def _origin(record: Record) -> Origin:
    meta = record.meta
    provider, model = first(record.custom_llm_provider), first(record.model)
    tags = record.request_tags if isinstance(record.request_tags, list) else []
    return Origin(
        teams=names(meta.user_api_key_team_alias, meta.user_api_key_team_id),
        user=first(meta.user_api_key_user_email, meta.user_api_key_user_id, record.end_user),
        keys=names(meta.user_api_key_alias, meta.user_api_key_hash),
        tags=names(*tags[:MOST_TAGS]),
        use_case=_said(meta, "use_case"),
        environment=_said(meta, "environment"),
        model=model.removeprefix(f"{provider}/") or NO_MODEL,
        provider=provider,
        project=first(meta.user_api_key_project_alias, meta.user_api_key_project_id),
        source=SOURCE,
    )


def _said(meta: Metadata, name: str) -> str:
    """What was said of a call. Who made the key goes before whoever called with it."""
    every = (meta.user_api_key_auth_metadata, meta.requester_metadata, meta.spend_logs_metadata)
    return first(*[getattr(one, name) for one in every if isinstance(one, Said)])

"""LiteLLM's own records: lines of its log, and pages of its spend logs, as steps for the door that its log goes in by.

Both name a call alike, so that whatever the door has counted is not counted again, and replaying the spend logs counts what was
lost on the way: LiteLLM sends its log at most once. Nothing of a record is sent on but what the door reads.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.cli.steps import LOGS, Bad, Step, Target, moment
from bot.web.litellm.records import pruned

SIZE = 1_000  # rows of a page; LiteLLM gives no more
SECOND = timedelta(seconds=1)
OLD = "has no litellm_call_id, so nobody can tell whether the log counted it; for a time before its log came here say --uncounted"

Row = dict[str, Any]


def is_record(line: Mapping[str, Any]) -> bool:
    """Whether a line of JSON is a record of LiteLLM's log."""
    return "litellm_call_id" in line and "startTime" in line


def record(line: Row, number: int | str, target: Target) -> Step:
    """The step of a record; `target` says more about where it counts than it does itself."""
    kept = pruned(line)
    if target.scope:
        inner = kept["metadata"] if isinstance(kept.get("metadata"), dict) else {}
        kept["metadata"] = inner | {"user_api_key_auth_metadata": {"leeway_scope": target.scope}}
    return Step(number, _began(kept), kept, LOGS)


def _began(said: Row) -> datetime | None:
    began = said.get("startTime")
    seconds = began if isinstance(began, int | float | Decimal) and 0 <= began < 2**33 else None
    return datetime.fromtimestamp(float(seconds), UTC) if seconds is not None else None


def moved(said: Row, shift: timedelta) -> Row:
    """A record as if it had happened that much later."""
    times = {name: float(said[name]) + shift.total_seconds() for name in ("startTime", "endTime") if said.get(name) is not None}
    return said | times


def row(said: Row, target: Target, *, uncounted: bool = False) -> Step | Bad:
    """The step of a row of the spend logs."""
    request = str(said.get("request_id") or "")
    meta = _object(said.get("metadata"))
    call = said.get("litellm_call_id") or meta.get("litellm_call_id")
    if not call and not uncounted:
        return Bad(request, OLD)
    began, over = moment(str(said.get("startTime"))), moment(str(said.get("endTime")))
    if began is None:
        return Bad(request, f'startTime "{str(said.get("startTime"))[:40]}" is no time')
    whole = {
        "litellm_call_id": call or f"spend log {request}",
        "id": request.removesuffix("_batch_cost"),
        "status": said.get("status") or meta.get("status") or "success",
        "startTime": began.timestamp(),
        "endTime": over.timestamp() if over else None,
        "response_cost": said.get("spend"),
        "cache_hit": str(said.get("cache_hit")).lower() == "true",
        "request_tags": _list(said.get("request_tags")),
        "end_user": said.get("end_user"),
        "metadata": meta | {"user_api_key_hash": said.get("api_key"), "user_api_key_user_id": said.get("user")},
        "error_information": meta.get("error_information") or {},
    }
    same = ("model", "custom_llm_provider", "prompt_tokens", "completion_tokens")
    return record(whole | {name: said.get(name) for name in same}, request, target)


def _object(value: Any) -> Row:
    """A JSON column, which some versions give as its text."""
    loaded = _loaded(value)
    return loaded if isinstance(loaded, dict) else {}


def _list(value: Any) -> list[Any]:
    loaded = _loaded(value)
    return loaded if isinstance(loaded, list) else []


def _loaded(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment, which belongs to it, to another, which does not."""

    start: datetime
    end: datetime


Get = Callable[[Mapping[str, str]], Row]
"""Asks LiteLLM's spend logs with these parameters."""


def rows(get: Get, span: Span, seen: Callable[[datetime], None] = lambda _: None, *, size: int = SIZE) -> Iterator[Row]:
    """Every row of a span once, in the order of time; `seen` hears how far it has come.

    A page is asked for from the second in which the last one ended. Offsets would shift while calls are logged, and LiteLLM
    counts no further than 10,000.
    """
    start, page = span.start.replace(microsecond=0), 1
    known: set[str] = set()
    while True:
        found = get(_asked(start, span.end, page))["data"]
        times = [moment(str(each.get("startTime"))) or start for each in found]
        for each, at in zip(found, times, strict=True):
            number = str(each.get("request_id"))
            if number not in known and span.start <= at < span.end:
                yield each
            known.add(number)
        if len(found) < size:
            return
        last = max(times).replace(microsecond=0)
        if last > start:
            known = {str(each.get("request_id")) for each, at in zip(found, times, strict=True) if at >= last}
            start, page = last, 1
            seen(start)
        else:
            page += 1


def _asked(start: datetime, end: datetime, page: int) -> dict[str, str]:
    """The parameters of a page. LiteLLM reads whole seconds, of which the last one counts."""
    until = end if not end.microsecond else end + SECOND
    span = {"start_date": f"{start:%Y-%m-%d %H:%M:%S}", "end_date": f"{until:%Y-%m-%d %H:%M:%S}"}
    return span | {"page": str(page), "page_size": str(SIZE), "sort_by": "startTime", "sort_order": "asc"}

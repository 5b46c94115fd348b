"""What LiteLLM 1.106.2 really sent, in `litellm.json`: its log of calls, its budget alerts, and rows of its spend logs.

Recorded from a running proxy with a stand-in for the vendor; of the price tables it sends along only a few lines were kept.
"""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

Json = dict[str, Any]

RECORDED = datetime(2026, 11, 25, 21, 45, tzinfo=UTC)  # a little after the last of it


@cache
def _recorded() -> Json:
    return dict(json.loads((Path(__file__).parent / "litellm.json").read_text("utf-8")))


def call(name: str = "told", number: object = None, **changes: Any) -> Json:
    """A recorded call; `number` gives it an id of its own. Changes are by path: `metadata__user_api_key_team_alias="x"`."""
    whole: Json = copy.deepcopy(_recorded()["calls"][name])
    if number is not None:
        changes = {"litellm_call_id": f"call-{number}", "id": f"chatcmpl-{number}", **changes}
    for path, value in changes.items():
        *parents, last = path.split("__")
        inner = whole
        for parent in parents:
            inner = inner[parent]
        inner[last] = value
    return whole


def calls() -> dict[str, Json]:
    """Every recorded call, by what happened to it."""
    return {name: call(name) for name in _recorded()["calls"]}


def rows() -> list[Json]:
    """The rows of the spend logs that belong to these calls."""
    return copy.deepcopy(list(_recorded()["rows"]))


def alerts() -> dict[str, Json]:
    """Every recorded budget alert, by its event and group."""
    return copy.deepcopy(dict(_recorded()["alerts"]))


def texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text in a JSON value, with where it is."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, (*path, "[]"))

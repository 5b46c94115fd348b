"""Traces: recorded usage in a file, line by line, as steps that are not moved in time yet.

Three kinds are read: CSV (`columns`), one CloudEvent a line, and one record of LiteLLM's log a line (`spendlogs`). A
CloudEvent's id follows from the file's name, the scope and the line, never from when it is replayed.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from bot.cli import columns, spendlogs
from bot.cli.steps import Bad, Step, Target, envelope, moment


def read(path: Path, target: Target) -> Iterator[Step | Bad]:
    """The lines of a trace. Raises Unusable when it is none."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        start = file.read(1)
        file.seek(0)
        yield from _lines(file, path.name, target) if start == "{" else columns.read(file, path.name, target)


def _lines(file: TextIO, name: str, target: Target) -> Iterator[Step | Bad]:
    for line, text in enumerate(file, 1):
        if text.strip():
            yield _line(text, line, name, target)


def _line(text: str, line: int, name: str, target: Target) -> Step | Bad:
    try:
        event = json.loads(text, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError) as error:
        return Bad(line, f"is not JSON: {error}")
    if isinstance(event, dict) and spendlogs.is_record(event):
        return spendlogs.record(event, line, target)
    if isinstance(event, dict) and isinstance(event.get("data"), dict):
        return _cloud_event(event, line, name, target)
    return Bad(line, "is no CloudEvent with data, and no record of LiteLLM's log")


def _cloud_event(event: dict[str, Any], line: int, name: str, target: Target) -> Step | Bad:
    at = moment(event["time"]) if isinstance(event.get("time"), str) else None
    if at is None and event.get("time") is not None:
        return Bad(line, f'time "{str(event["time"])[:40]}" is no time')
    named = {key: value for key, value in (("scope", target.scope), ("model", target.model)) if value}
    whole = envelope(name, str(line)) | event | {"data": event["data"] | named}
    if target.scope:
        whole["id"] = f"{target.scope}:{whole['id']}"
    return Step(line, at, whole)

"""Traces: recorded usage in a file, line by line, as CloudEvents that are not shifted yet.

Two kinds are read: CSV with the columns TIMESTAMP, ContextTokens and GeneratedTokens (as in Azure's public traces), and one
CloudEvent a line. An event's id follows from the file's name, the scope and the line, never from when it is replayed.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

COLUMNS = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")


class Unusable(Exception):
    """The file is no trace, or what is needed to read it was not said."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the usage is to count: CSV needs both, CloudEvents keep what they say where it is ""."""

    scope: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One event; `at` is when it happened, None when it does not say."""

    line: int
    at: datetime | None
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that is no event, and why."""

    line: int
    reason: str


def read(path: Path, target: Target) -> Iterator[Step | Bad]:
    """The lines of a trace. Raises Unusable when it is none."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        start = file.read(1)
        file.seek(0)
        yield from (_cloud_events if start == "{" else _csv)(file, path.name, target)


def _csv(file: TextIO, name: str, target: Target) -> Iterator[Step | Bad]:
    rows = csv.reader(file)
    header = [column.strip() for column in next(rows, [])]
    if not set(COLUMNS) <= set(header):
        raise Unusable(f"{name} is neither one CloudEvent a line nor CSV with the columns {', '.join(COLUMNS)}")
    if not target.scope or not target.model:
        raise Unusable("a CSV trace does not say whose usage it is: give --scope and --model")
    places = [header.index(column) for column in COLUMNS]
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Bad(rows.line_num, str(error))
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield _row(row, places, rows.line_num, Source(name, target))


@dataclass(frozen=True, slots=True)
class Source:
    """The file's name and where its usage is to count."""

    name: str
    target: Target


def _row(row: list[str], places: list[int], line: int, source: Source) -> Step | Bad:
    if len(row) <= max(places):
        return Bad(line, f"has {len(row)} columns, not {max(places) + 1}")
    time, context, generated = (row[place].strip() for place in places)
    at = _moment(time)
    if at is None:
        return Bad(line, f'TIMESTAMP "{time[:40]}" is no time')
    if not (context.isascii() and context.isdecimal() and generated.isascii() and generated.isdecimal()):
        return Bad(line, f'"{context[:20]}" and "{generated[:20]}" are not both numbers of tokens')
    data = {"scope": source.target.scope, "model": source.target.model, "input_tokens": context, "output_tokens": generated}
    return Step(line, at, _envelope(source.name, f"{source.target.scope}:{line}") | {"data": data})


def _cloud_events(file: TextIO, name: str, target: Target) -> Iterator[Step | Bad]:
    for line, text in enumerate(file, 1):
        if text.strip():
            yield _cloud_event(text, line, Source(name, target))


def _cloud_event(text: str, line: int, source: Source) -> Step | Bad:
    try:
        event = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Bad(line, f"is not JSON: {error}")
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        return Bad(line, "is no CloudEvent with data")
    at = _moment(event["time"]) if isinstance(event.get("time"), str) else None
    if at is None and event.get("time") is not None:
        return Bad(line, f'time "{str(event["time"])[:40]}" is no time')
    target = source.target
    named = {key: value for key, value in (("scope", target.scope), ("model", target.model)) if value}
    whole = _envelope(source.name, str(line)) | event | {"data": event["data"] | named}
    if target.scope:
        whole["id"] = f"{target.scope}:{whole['id']}"
    return Step(line, at, whole)


def _envelope(name: str, number: str) -> dict[str, Any]:
    return {"specversion": "1.0", "type": "ai.leeway.usage", "source": f"leeway-replay/{name}", "id": number}


def _moment(text: str) -> datetime | None:
    """A moment as traces write it; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None

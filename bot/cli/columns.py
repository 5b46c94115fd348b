"""CSV traces: which column says what, and the event of each row.

Columns are known by the names that tools give them; `--columns input=Tokens,cost=` names others, or leaves one out.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TextIO

from bot.cli.steps import Bad, Step, Target, Unusable, envelope, moment

# What a column may say, and how such columns are called, without capitals and signs.
KNOWN: Mapping[str, Sequence[str]] = {
    "time": ("timestamp", "time", "createdat", "datetime", "date", "starttime", "startedat", "requesttime"),
    "id": ("id", "requestid", "callid", "eventid"),
    "scope": ("scope",),
    "model": ("model", "modelname", "modelid"),
    "provider": ("provider", "vendor"),
    "input": ("inputtokens", "prompttokens", "contexttokens", "tokensin", "input"),
    "output": ("outputtokens", "completiontokens", "generatedtokens", "tokensout", "output"),
    "cache_read": ("cachereadtokens", "cachereadinputtokens", "cachedtokens", "inputcachedtokens"),
    "cache_write": ("cachewritetokens", "cachecreationinputtokens", "cachecreationtokens"),
    "requests": ("requests", "numrequests", "nummodelrequests"),
    "cost": ("costusd", "cost", "spend", "totalcost"),
    "user": ("user", "useremail", "email", "userid"),
    "team": ("team", "teamalias", "teamname", "teamid", "department"),
    "project": ("project", "projectname", "projectid"),
    "use_case": ("usecase",),
    "environment": ("environment", "env"),
    "key": ("keyalias", "key"),
    "latency": ("latencyms", "durationms"),
    "ended": ("ended",),
}
COUNTS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write": "cache_write_tokens",
    "requests": "requests",
    "latency": "latency_ms",
}
WORDS = ("scope", "model", "provider", "user", "team", "project", "use_case", "environment", "key", "ended")
AMOUNTS = ("input", "output", "requests", "cost")  # without one of them there is nothing to count
WHOSE = ("scope", "user", "team", "project", "use_case", "key")
HOW = "--columns time=…,input=…,output=…,model=…,user=…,cost=…"


def parse(said: str) -> dict[str, str]:
    """What was said of columns: "input=Tokens,cost=". Raises Unusable with what is wrong with it."""
    found: dict[str, str] = {}
    for part in filter(None, said.split(",")):
        field, equals, column = (piece.strip() for piece in part.partition("="))
        if field not in KNOWN:
            near = get_close_matches(field, KNOWN, 1)
            meant = f'; did you mean "{near[0]}"?' if near else f"; there are {', '.join(KNOWN)}"
            raise Unusable(f'--columns: "{field}" is nothing that a column can say{meant}')
        if not equals:
            raise Unusable(f'--columns: say which column has it: {field}="its name"')
        if field in found:
            raise Unusable(f"--columns: {field} is named twice")
        found[field] = column
    return found


def read(file: TextIO, name: str, target: Target) -> Iterator[Step | Bad]:
    """The rows of a CSV. Raises Unusable when its columns do not say enough."""
    rows = csv.reader(file)
    header = [column.strip() for column in next(rows, [])]
    table = Table(name, target, places(name, header, target))
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Bad(rows.line_num, str(error))
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield table.step([cell.strip() for cell in row], rows.line_num)


def places(name: str, header: Sequence[str], target: Target) -> dict[str, int]:
    """Where each thing stands that the columns say."""
    shown = ", ".join(header) or "none at all"
    bare = [re.sub(r"[^a-z0-9]", "", column.lower()) for column in header]
    found = {field: bare.index(known) for field, names in KNOWN.items() if (known := next((n for n in names if n in bare), ""))}
    for field, column in target.columns.items():
        if column and column not in header:
            near = get_close_matches(column, header, 1)
            meant = f'did you mean "{near[0]}"? Its' if near else "its"
            raise Unusable(f'{name} has no column "{column}", which --columns names for {field}; {meant} columns are {shown}')
        found.pop(field, None)
        if column:
            found[field] = header.index(column)
    missing = [] if "time" in found else ["time"]
    missing += [] if any(field in found for field in AMOUNTS) else ["input or output or cost"]
    if missing:
        lines = "" if target.columns else ", and it is no file of events, one a line"
        raise Unusable(f"{name} has no column for {' and '.join(missing)}{lines}; its columns are {shown}. Name them: {HOW}")
    if "model" not in found and not target.model:
        raise Unusable(f"{name} does not say which model was called: give --model, or name its column: --columns model=…")
    if not target.scope and not any(field in found for field in WHOSE):
        raise Unusable(
            f"{name} does not say whose usage it is: give --scope, or name a column: --columns team=… (or {', '.join(WHOSE)})"
        )
    return found


class Table:
    """A CSV whose columns are known."""

    def __init__(self, name: str, target: Target, places: Mapping[str, int]) -> None:
        self._name = name
        self._target = target
        self._places = places
        self._most = max(places.values()) + 1

    def step(self, row: Sequence[str], line: int) -> Step | Bad:
        """The event of a row, or what is wrong with it."""
        if len(row) < self._most:
            return Bad(line, f"has {len(row)} columns, not {self._most}")
        said = {field: row[place] for field, place in self._places.items() if row[place]}
        at = moment(said.get("time", ""))
        if at is None:
            return Bad(line, f'time "{said.get("time", "")[:40]}" is no time')
        for field in COUNTS.keys() & said.keys():
            if not (said[field].isascii() and said[field].isdecimal()):
                return Bad(line, f'{field} "{said[field][:20]}" is no whole number')
        return Step(line, at, self._event(said, line))

    def _event(self, said: Mapping[str, str], line: int) -> dict[str, Any]:
        target = self._target
        data: dict[str, Any] = {field: said[field] for field in WORDS if field in said}
        data |= {COUNTS[field]: said[field] for field in COUNTS if field in said}
        data |= {"cost_usd": said["cost"].removeprefix("$")} if "cost" in said else {}
        data |= {key: value for key, value in (("scope", target.scope), ("model", target.model)) if value}
        number = said.get("id", str(line))
        return envelope(self._name, f"{target.scope}:{number}" if target.scope else number) | {"data": data}

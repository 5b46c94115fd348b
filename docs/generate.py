"""Writes the parts of README.md and docs/*.md that follow from the code, between their markers; `make docs` runs it.

    <!-- generated: requests -->
    …
    <!-- end -->

A test compares what is written with what would be, so a diagram cannot say something that the code does not do.
"""

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typer.main import get_command

from bot.cli import commands
from docs import deciding
from workflows import decisions, overrides, requests
from workflows.cases import Term
from workflows.money import Unit
from workflows.overrides import Override, Reason, Status
from workflows.people import PersonId
from workflows.refusals import Refused

ROOT = Path(__file__).parents[1]
MARKED = re.compile(r"(?P<head><!-- generated: (?P<name>[a-z]+) -->\n).*?(?P<foot><!-- end -->)", re.DOTALL)

Edge = tuple[str, str, str]  # from, to, why
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def diagram(edges: Iterable[Edge], terminal: Iterable[str]) -> str:
    """A mermaid state diagram; the first edge leaves the state in which everything begins."""
    drawn = list(edges)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {drawn[0][0]}"]
    lines += [f"    {before} --> {after} : {why}" for before, after, why in drawn]
    lines += [f"    {state} --> [*]" for state in terminal]
    return "\n".join([*lines, "```"])


def request_states() -> str:
    """Read off the table of legal transitions."""
    found: dict[tuple[str, str], list[str]] = {}
    for state, events in decisions.LEGAL.items():
        for event, afters in events.items():
            for after in sorted(afters, key=list(requests.State).index):
                found.setdefault((state.value, after.value), []).append(event.__name__.lower())
    edges = [(before, after, ", ".join(events)) for (before, after), events in found.items()]
    return diagram(edges, (state.value for state, events in decisions.LEGAL.items() if not events))


def override_states() -> str:
    """Found by trying: an override in each state meets each legal event, and then the end of its time."""
    return diagram(_override_edges(), (status.value for status, events in overrides.LEGAL.items() if not events))


def _override_edges() -> Iterator[Edge]:
    release = overrides.Release(NOON + 2 * DAY, NOON + DAY)
    every = (overrides.Verified(NOON + 2 * DAY), release, overrides.Stop(Reason.RETURNED), overrides.Keep(), overrides.Gone())
    events = {type(event): event for event in every}
    for before, legal in overrides.LEGAL.items():
        sample = _sample(before)
        for event in (event for kind, event in events.items() if kind in legal):
            after = overrides.decide(sample, event, now=NOON)
            if isinstance(after, Refused):
                raise TypeError(f"{event} is legal for {before}, and was refused: {after.why}")
            yield before.value, after.status(NOON).value, type(event).__name__.lower()
        if (later := sample.status(NOON + DAY)) is not before:
            yield before.value, later.value, "its beginning" if before is Status.SCHEDULED else "its end"


def _sample(status: Status) -> Override:
    """An override that is in this state at noon."""
    fresh = Override(
        id="O1",
        request="R1",
        quota="q",
        amount=1,
        unit=Unit.USD,
        holder=PersonId("U1"),
        term=Term(span=DAY),
        granted=NOON - DAY,
        activate_by=NOON + DAY,
    )
    running = replace(fresh, starts=NOON - DAY / 2, ends=NOON + DAY / 2)
    over = replace(running, ends=NOON)
    later = replace(fresh, term=Term(span=2 * DAY, since=NOON + DAY / 2))
    samples = (replace(fresh, held=True), later, fresh, running, over, replace(over, gone=NOON))
    return next(sample for sample in samples if sample.status(NOON) is status)


# What each floor is, highest first: one for every layer of the contract in pyproject.toml.
FLOORS = ("commands", "demo", "composition", "engines", "edges", "use cases", "ports", "rules", "values")


def floors() -> str:
    """The layers of the import contract as a table."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    rows = [f"| {name} | {_rooms(layer)} |" for name, layer in zip(FLOORS, layers, strict=True)]
    return "\n".join(["| floor | rooms |", "| --- | --- |", *rows])


def _rooms(layer: str) -> str:
    apart = " (never each other)" if "|" in layer else ""
    return " ".join(f"`{room}`" for room in re.findall(r"[a-z_.]+", layer)) + apart


def command_table() -> str:
    """Every command, with the first sentence of what it says of itself."""
    rows = [f"| `leeway {name}` | {sentence} |" for name, sentence in _told(get_command(commands(())), "")]
    return "\n".join(["| command | |", "| --- | --- |", *rows])


def _told(command: Any, name: str) -> Iterator[tuple[str, str]]:
    if not hasattr(command, "commands"):
        yield name, (command.help or "").split("\n")[0].rstrip(".")
        return
    for word, below in command.commands.items():
        yield from _told(below, f"{name} {word}".strip())


PARTS: Mapping[str, Callable[[], str]] = {
    "requests": request_states,
    "overrides": override_states,
    "everybody": deciding.tables,
    "floors": floors,
    "commands": command_table,
}


def filled(text: str) -> str:
    """A document with its generated parts as they should be; KeyError names a marker that nobody generates."""
    return MARKED.sub(lambda found: f"{found['head']}{PARTS[found['name']]()}\n{found['foot']}", text)


def documents() -> list[Path]:
    """Where generated parts may stand."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def main() -> None:
    for path in documents():
        before = path.read_text("utf-8")
        if (after := filled(before)) != before:
            path.write_text(after, "utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}: written\n")


if __name__ == "__main__":
    main()

"""`leeway replay`: sends a recorded trace through the front door, as a gateway would.

Events are moved in time so that the last one is now. By how much is remembered: replaying the same file again sends the same
events at the same times, so nothing counts twice, today or tomorrow, also after a replay that broke off.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from bot.cli.telling import fail
from bot.cli.traces import Bad, Step, Target, Unusable, read
from bot.clock import SystemClock

BATCH = 500
TRIES = 8
LONGEST_WAIT = 60.0  # seconds, whatever Retry-After says
SHOWN = 20  # problems that are told; with --json all that are kept
KEPT = 10_000
SLICE = 1.0  # seconds between two batches of a paced replay, at least


class Stopped(Exception):
    """The replay cannot go on."""


@dataclass(slots=True)
class Outcome:
    """What came of a replay. `problems` are lines that were no event, or that Leeway refused."""

    sent: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    bad: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    def note(self, line: int, reason: str) -> None:
        if len(self.problems) < KEPT:
            self.problems.append((line, reason))


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast: `speed` 0 is as fast as may be, 1 real time, 60 an hour a minute."""

    speed: float = 0
    pause: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Extent:
    """What a look through a trace found."""

    lines: int
    first: datetime | None
    last: datetime | None


def extent(steps: Iterable[Step | Bad]) -> Extent:
    """How many lines a trace has, and from when to when it goes."""
    lines, first, last = 0, None, None
    for step in steps:
        lines += 1
        if isinstance(step, Step) and step.at is not None:
            first = min(first or step.at, step.at)
            last = max(last or step.at, step.at)
    return Extent(lines, first, last)


def shift_of(memory: Path, name: str, last: datetime | None, now: datetime) -> timedelta:
    """By how much to move a trace: as it was moved before, else so that its last event is now. OSError if it cannot be kept."""
    try:
        known = json.loads(memory.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}
    if name not in known:
        moved = now - last if last is not None else timedelta()
        known[name] = moved // timedelta(microseconds=1)
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps(known, indent=1), "utf-8")
    return timedelta(microseconds=int(known[name]))


def send_all(
    steps: Iterable[Step | Bad],
    send: Callable[[Sequence[dict[str, Any]]], dict[str, Any]],
    *,
    shift: timedelta,
    pacing: Pacing,
    seen: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Sends a trace in batches, each when it is due; `seen` hears how many lines are done."""
    outcome, began = Outcome(), pacing.elapsed()
    for due, batch in _batches(_good(steps, outcome, seen), pacing.speed):
        if (wait := began + due - pacing.elapsed()) > 0:
            pacing.pause(wait)
        answer = send([_moved(step, shift) for step in batch])
        outcome.sent += len(batch)
        outcome.accepted += answer["accepted"]
        outcome.duplicates += answer["duplicates"]
        outcome.refused += len(answer["refused"])
        for refusal in answer["refused"]:
            outcome.note(batch[refusal["index"]].line, f"{refusal['field']} {refusal['reason']}".strip())
        seen(len(batch))
    return outcome


def _good(steps: Iterable[Step | Bad], outcome: Outcome, seen: Callable[[int], None]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, Step):
            yield step
        else:
            outcome.bad += 1
            outcome.note(step.line, step.reason)
            seen(1)


def _batches(steps: Iterable[Step], speed: float) -> Iterator[tuple[float, list[Step]]]:
    """Batches, each with the second in which it is due."""
    batch: list[Step] = []
    first, due = None, 0.0
    for step in steps:
        at = due
        if speed and step.at is not None:
            first = first or step.at
            at = (step.at - first).total_seconds() / speed // SLICE * SLICE
        if batch and (len(batch) == BATCH or at != due):
            yield due, batch
            batch = []
        due = at
        batch.append(step)
    if batch:
        yield due, batch


def _moved(step: Step, shift: timedelta) -> dict[str, Any]:
    return step.event if step.at is None else step.event | {"time": (step.at + shift).isoformat()}


def sender(client: httpx.Client, pause: Callable[[float], None]) -> Callable[[Sequence[dict[str, Any]]], dict[str, Any]]:
    """Posts a batch; waits and tries again when Leeway is busy or away. Raises Stopped when that does not help."""

    def send(batch: Sequence[dict[str, Any]]) -> dict[str, Any]:
        said = ""
        for tried in range(TRIES):
            try:
                answer = client.post("/v1/events", json=list(batch))
            except httpx.TransportError as error:
                said, wait = str(error) or type(error).__name__, float(2**tried)
            else:
                if answer.status_code == 200:
                    return dict(answer.json())
                said, wait = _told(answer), _asked(answer)
                if answer.status_code not in (429, 503):
                    raise Stopped(said)
            if tried < TRIES - 1:
                pause(min(wait, LONGEST_WAIT))
        raise Stopped(f"{said} ({TRIES} tries)")

    return send


def _told(answer: httpx.Response) -> str:
    try:
        said = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        said = "no reason given; is this the address of Leeway?"
    return f"{answer.url} answered {answer.status_code}: {said}"


def _asked(answer: httpx.Response) -> float:
    asked = answer.headers.get("retry-after", "")
    return float(asked) if asked.isdecimal() else 1.0


def replay(
    file: Annotated[Path, typer.Argument(help="CSV (TIMESTAMP, ContextTokens, GeneratedTokens) or one CloudEvent a line.")],
    *,
    scope: Annotated[str, typer.Option(help="The scope that the usage counts in.")] = "",
    model: Annotated[str, typer.Option(help="The model that was called.")] = "",
    speed: Annotated[float, typer.Option(min=0, help="0 as fast as may be, 1 real time, 60 an hour a minute.")] = 0,
    url: Annotated[str, typer.Option(envvar="LEEWAY_URL", help="Where Leeway is.")] = "http://127.0.0.1:8000",
    token: Annotated[str, typer.Option(envvar="LEEWAY_TOKEN", help="A token with the scope ingest.")] = "",
    state: Annotated[Path, typer.Option(envvar="LEEWAY_STATE", help="The folder where moves in time are kept.")] = Path("state"),
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary that a script can read.")] = False,
) -> None:
    """Send a recorded trace to Leeway as usage, moved in time so that it ends now. Sending it again changes nothing."""
    if not url.startswith(("http://", "https://")) or not token:
        fail('say where Leeway is (--url, an http address) and give a token: "leeway token create --scope ingest"', 2)
    target = Target(scope, model)
    try:
        found = extent(read(file, target))
        shift = shift_of(state / "replays.json", f"{url} {file.name}", found.last, SystemClock().now())
    except (OSError, Unusable) as error:
        fail(str(error), 2)
    outcome = _watched(read(file, target), found.lines, shift, (url, token), speed=speed, quiet=as_json)
    _report(outcome, file, as_json)


def _watched(
    steps: Iterable[Step | Bad], lines: int, shift: timedelta, where: tuple[str, str], *, speed: float, quiet: bool
) -> Outcome:
    """Sends a trace, with a progress bar where a person watches."""
    url, token = where
    console = Console(stderr=True)
    bar = Progress(console=console, transient=True) if console.is_terminal and not quiet else None
    task = bar.add_task("replaying", total=lines) if bar else TaskID(0)

    def seen(count: int) -> None:
        if bar:
            bar.advance(task, count)

    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client, bar or nullcontext():
        try:
            return send_all(steps, sender(client, time.sleep), shift=shift, pacing=Pacing(speed), seen=seen)
        except Stopped as stop:
            fail(str(stop))


def _report(outcome: Outcome, file: Path, as_json: bool) -> None:
    told = [{"line": line, "reason": reason} for line, reason in outcome.problems]
    counts = {name: getattr(outcome, name) for name in ("sent", "accepted", "duplicates", "refused", "bad")}
    if as_json:
        typer.echo(json.dumps({"file": file.name, **counts, "problems": told}))
    else:
        for problem in told[:SHOWN]:
            typer.echo(f"{file.name}:{problem['line']}  {problem['reason']}", err=True)
        if len(told) > SHOWN:
            typer.echo(f"… and {outcome.bad + outcome.refused - SHOWN:,} more", err=True)
        typer.echo(f"{outcome.accepted:,} events counted, {outcome.duplicates:,} were counted before.")
    if outcome.bad or outcome.refused:
        raise typer.Exit(1)


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(replay)

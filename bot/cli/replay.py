"""`leeway replay`: sends recorded usage through the front door, as a gateway would.

A trace is moved in time so that its last event is now. By how much is remembered: replaying the same file again sends the same
events at the same times, so nothing counts twice, today or tomorrow, also after a replay that broke off. LiteLLM's own records
are history: they keep their times, and what was counted when it happened is not counted again.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import sleep
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import Progress

from bot.cli import columns, spendlogs
from bot.cli.sending import Outcome, Pacing, Stopped, asker, send_all, sender
from bot.cli.steps import LOGS, Bad, Step, Target, Unusable, moment
from bot.cli.telling import fail, fail_with
from bot.cli.traces import read
from bot.clock import SystemClock
from bot.config.settings import secret

SHOWN = 20  # problems that are told; with --json all that are kept

Seen = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Extent:
    """What a look through a trace found. `kept` says that its events keep their times."""

    lines: int
    last: datetime | None
    kept: bool


def extent(steps: Iterable[Step | Bad]) -> Extent:
    """How many lines a trace has, when its last event was, and whether it is LiteLLM's own."""
    lines, last, kept = 0, None, False
    for step in steps:
        lines += 1
        if isinstance(step, Step):
            kept = kept or step.door == LOGS
            last = max(last or step.at, step.at) if step.at is not None else last
    return Extent(lines, last, kept)


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


@dataclass(frozen=True, slots=True)
class Way:
    """Where it goes, how fast, and whether somebody watches."""

    url: str
    token: str
    speed: float
    quiet: bool


def replay(
    file: Annotated[Path | None, typer.Argument(help="CSV, or one CloudEvent or record of LiteLLM's log a line.")] = None,
    *,
    litellm: Annotated[
        str, typer.Option(help="Instead of a file: a LiteLLM whose spend logs are read; key in LITELLM_API_KEY.")
    ] = "",
    since: Annotated[
        str, typer.Option("--from", help="The first day, or moment, of the spend logs; in UTC if it has no zone.")
    ] = "",
    until: Annotated[str, typer.Option("--to", help="The last day, or the moment at which to stop; now without it.")] = "",
    uncounted: Annotated[bool, typer.Option("--uncounted", help="Take spend logs without a call id, too.")] = False,
    scope: Annotated[str, typer.Option(help="The scope that the usage counts in.")] = "",
    model: Annotated[str, typer.Option(help="The model that was called.")] = "",
    columns_: Annotated[str, typer.Option("--columns", help="What the columns of a CSV say: time=TIMESTAMP,input=Tokens.")] = "",
    shift: Annotated[
        bool | None, typer.Option("--shift/--no-shift", help="End it now, or keep its times (as LiteLLM's do).")
    ] = None,
    speed: Annotated[float, typer.Option(min=0, help="0 as fast as may be, 1 real time, 60 an hour a minute.")] = 0,
    url: Annotated[str, typer.Option(envvar="LEEWAY_URL", help="Where Leeway is.")] = "http://127.0.0.1:8000",
    token: Annotated[str, typer.Option(envvar="LEEWAY_TOKEN", help="A token with the scope ingest.")] = "",
    state: Annotated[Path, typer.Option(envvar="LEEWAY_STATE", help="The folder where moves in time are kept.")] = Path("state"),
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary that a script can read.")] = False,
) -> None:
    """Send recorded usage to Leeway. Sending it again changes nothing."""
    if not url.startswith(("http://", "https://")) or not token:
        fail('say where Leeway is (--url, an http address) and give a token: "leeway token create --scope ingest"', 2)
    if (file is None) == (not litellm):
        fail("say what to replay: a file, or --litellm with the address of LiteLLM", 2)
    way = Way(url, token, speed, as_json)
    try:
        target = Target(scope, model, columns.parse(columns_))
        if file is None:
            _report(
                _from_litellm(litellm, span_of(since, until, SystemClock().now()), target, way, uncounted=uncounted), litellm, way
            )
        else:
            _report(_from_file(file, target, way, state=state, shift=shift), file.name, way)
    except (OSError, Unusable) as error:
        fail(str(error), 2)
    except Stopped as stop:
        fail(str(stop))


def _from_file(file: Path, target: Target, way: Way, *, state: Path, shift: bool | None) -> Outcome:
    found = extent(read(file, target))
    moves = shift if shift is not None else not found.kept
    move = shift_of(state / "replays.json", f"{way.url} {file.name}", found.last, SystemClock().now()) if moves else timedelta()
    with _watched(found.lines, way) as seen, _leeway(way) as client:
        return send_all(read(file, target), sender(client, sleep), shift=move, pacing=Pacing(way.speed), seen=seen)


def span_of(since: str, until: str, now: datetime) -> spendlogs.Span:
    """The span between two days, of which the last is whole, or two moments. Raises Unusable when there is none."""
    start = _edge("--from", since)
    end = _edge("--to", until, whole=True) if until else now
    if start >= end:
        raise Unusable(f"--from {since} is not before {until or 'now'}")
    return spendlogs.Span(start, end)


def _edge(option: str, said: str, *, whole: bool = False) -> datetime:
    try:
        day = datetime.combine(datetime.strptime(said, "%Y-%m-%d").date(), time(), UTC)  # noqa: DTZ007 - a day, in UTC
        return day + timedelta(days=1) if whole else day
    except ValueError:
        at = moment(said) if said else None
    if at is None:
        raise Unusable(f'{option}: write a day as 2026-11-01, or a moment as 2026-11-01T09:00Z, not "{said[:40]}"')
    return at


def _from_litellm(address: str, span: spendlogs.Span, target: Target, way: Way, *, uncounted: bool) -> Outcome:
    key = secret("LITELLM_API_KEY", os.environ)
    if not isinstance(key, str):
        fail_with(key, "environment")
    if not address.startswith(("http://", "https://")) or not key:
        raise Unusable(
            "say where LiteLLM is (--litellm, an http address) and give a proxy admin's key in LITELLM_API_KEY or _FILE"
        )
    if target.model or target.columns:
        raise Unusable("LiteLLM's spend logs say themselves which model was called: leave out --model and --columns")
    headers = {"Authorization": f"Bearer {key}"}
    seconds = (span.end - span.start).total_seconds()
    with (
        _watched(seconds, way) as seen,
        _leeway(way) as leeway,
        httpx.Client(base_url=address, headers=headers, timeout=60) as client,
    ):
        come = Come(span.start, seen)
        found = spendlogs.rows(asker(client, sleep), span, come.to)
        steps = (spendlogs.row(row, target, uncounted=uncounted) for row in found)
        outcome = send_all(steps, sender(leeway, sleep), shift=timedelta(), pacing=Pacing())
        come.to(span.end)
        return outcome


class Come:
    """How far a span was read: tells a bar by how many seconds."""

    def __init__(self, start: datetime, seen: Seen) -> None:
        self._at = start
        self._seen = seen

    def to(self, at: datetime) -> None:
        self._seen(max(0.0, (at - self._at).total_seconds()))
        self._at = max(self._at, at)


def _leeway(way: Way) -> httpx.Client:
    return httpx.Client(base_url=way.url, headers={"Authorization": f"Bearer {way.token}"}, timeout=30)


@contextmanager
def _watched(total: float, way: Way) -> Iterator[Seen]:
    """A progress bar where a person watches."""
    console = Console(stderr=True)
    if way.quiet or not console.is_terminal:
        yield lambda _: None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("replaying", total=total)
        yield lambda done: bar.advance(task, done)


def _report(outcome: Outcome, name: str, way: Way) -> None:
    told = [{"line": line, "reason": reason} for line, reason in outcome.problems]
    counts = {field: getattr(outcome, field) for field in ("sent", "accepted", "duplicates", "refused", "bad")}
    if way.quiet:
        typer.echo(json.dumps({"file": name, **counts, "problems": told}))
    else:
        for problem in told[:SHOWN]:
            typer.echo(f"{name}:{problem['line']}  {problem['reason']}", err=True)
        if len(told) > SHOWN:
            typer.echo(f"… and {outcome.bad + outcome.refused - SHOWN:,} more", err=True)
        typer.echo(f"{outcome.accepted:,} events counted, {outcome.duplicates:,} were counted before.")
    if outcome.bad or outcome.refused:
        raise typer.Exit(1)


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(replay)

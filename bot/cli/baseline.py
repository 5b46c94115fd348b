"""`leeway baseline`: budgets proposed from history, as a fragment of app.yaml to paste, with the reason for every number."""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import reasons, starting
from bot.cli.telling import Json, fail
from bot.clock import SystemClock
from bot.config import Draft, Problem, lines, read_bytes
from bot.config.pasting import Entry, pasted, section
from workflows.approvals import Approval
from workflows.baseline import FEWEST, WEEK, History
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.proposing import Baseline, propose
from workflows.times import local_day

HEADROOM = re.compile(r"([0-9]{1,3}) ?%?")
MOST_HEADROOM = 300


def baseline(
    weeks: Annotated[int, typer.Option(help="How many weeks back to look.", min=FEWEST // WEEK, max=52)] = 8,
    headroom: Annotated[str, typer.Option(help="What to add to what is usual.")] = "20%",
    json_: Json = False,
) -> None:
    """Propose budgets from what was spent: a fragment of app.yaml to paste, with the reason for each number."""
    said = HEADROOM.fullmatch(headroom.strip())
    if not said or int(said[1]) > MOST_HEADROOM:
        fail(f"{headroom}: headroom is a percentage up to {MOST_HEADROOM} %; write --headroom 20%", 2)
    settled = starting.environment(needs_slack=False, as_json=json_)
    drafted, clock = starting.draft(settled.config, as_json=json_), SystemClock()
    policy = drafted.policy
    with starting.store(settled, clock).reads() as unit:
        history = history_of(unit, policy, clock.now(), weeks)
    found = propose(policy, history, int(said[1]))
    told = reasons.Told(policy, history, int(said[1]))
    if not found.useful:
        _too_little(found, told, as_json=json_)
    text = fragment(settled.config, policy, found, told)
    typer.echo(json.dumps(reasons.plain(found, told) | {"fragment": text}) if json_ else text, nl=json_)
    _unfit(read_bytes(pasted(settled.config.read_bytes(), text)))


def _unfit(read: Draft | list[Problem]) -> None:
    """Says what must be mended by hand where the section does not pass as it stands, as where new quotas inherit amounts."""
    if isinstance(read, list):
        fail("\n".join(["with this section app.yaml would not be right:", *lines(read, "app.yaml")]))


def _too_little(found: Baseline, told: reasons.Told, *, as_json: bool) -> None:
    problem = f"too little history ({reasons.days(found.days)}): budgets are proposed from {FEWEST} whole days on"
    if as_json:
        typer.echo(json.dumps({"ok": False, "problems": [problem]} | reasons.plain(found, told)))
        raise typer.Exit(1)
    fail(f"{problem}. Usage that was recorded elsewhere comes in with leeway replay.")


def history_of(unit: UnitOfWork, policy: Policy, now: datetime, weeks: int) -> History:
    """The last whole local days, so many weeks of them."""
    last = local_day(now, policy.organization.zone) - timedelta(days=1)
    first = max(last - timedelta(days=weeks * WEEK - 1), date(1970, 1, 1))
    slices = unit.meter.slices(first, last)
    named = {piece.series.approval for piece in slices} - set(Approval)
    overrides = {name: unit.overrides.get(name) for name in named}
    return History(first, last, slices, {name: o.quota.partition(":")[0] for name, o in overrides.items() if o})


def fragment(config: Path, policy: Policy, found: Baseline, told: reasons.Told) -> str:
    """What to paste."""
    fresh = {p.quota.scope: p for p in found.proposals if p.current is None}
    old = {p.quota.key: p for p in found.proposals if p.current is not None}
    head = "\n".join(f"# {line}" for line in reasons.head(found, told))
    entry = {key: Entry(reasons.limit(p), reasons.why(p, found, told)) for key, p in old.items()}
    new = {scope: Entry(reasons.limit(p), reasons.why(p, found, told)) for scope, p in fresh.items()}
    return f"{head}\n{section(config.read_bytes(), policy.quotas, entry, new)}"


def join(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(baseline)

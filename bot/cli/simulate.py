"""`leeway simulate`: real history under a policy that is not in force."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cli import naming, rehearsed, ruling, starting
from bot.cli.telling import Json, fail
from bot.clock import SystemClock
from bot.config.settings import Settings
from bot.slack.directory import SlackDirectory
from bot.slack.lookup import SlackLookup
from bot.web.requested import automatic, moment
from workflows.policy import Policy
from workflows.ports import Directory, Rejected, Unavailable
from workflows.refusals import Refused
from workflows.rehearsal import Rehearsal, Take, exposed
from workflows.rehearsing import play, remember
from workflows.requests import State
from workflows.seats import Route
from workflows.strictness import Answer, Breach
from workflows.times import Window, parse_span

LETTERS = {"h": "hours", "d": "days", "w": "weeks"}
SHORT = re.compile(r"([0-9]{1,5})([hdw])")


def simulate(
    draft: Annotated[Path, typer.Argument(metavar="POLICY", help="The app.yaml to try.")],
    last: Annotated[str, typer.Option(help="How far back to look: 90d, 12w or 48h.")] = "90d",
    json_: Json = False,
) -> None:
    """Replay real history under a draft of app.yaml: who would have been asked, and what would have been automatic."""
    span = _span(last)
    if span is None:
        fail(f"{last}: not a time to look back; write --last 90d", 2)
    clock = SystemClock()
    with starting.unusable():
        settled = starting.environment(needs_slack=False, as_json=json_)
        policy, directory = _drafted(settled, draft, clock, as_json=json_)
        store = starting.store(settled, clock)
    window = Window(clock.now() - span, clock.now())
    with store.reads() as unit:
        history = remember(unit, policy, window)
    try:
        found = play(history, policy, directory)
    except (Rejected, Unavailable) as error:
        fail(f"people could not be looked up: {error}. Without SLACK_BOT_TOKEN nobody is.", 2)
    names = naming.names(directory) if directory else naming.ids
    told = rehearsed.Told(found, str(draft), policy.organization.zone, looked_up=directory is not None, name=names)
    if json_:
        typer.echo(json.dumps(plain(told)))
    else:
        rehearsed.tell(told, Console())
    raise typer.Exit(verdict(found))


def verdict(found: Rehearsal) -> int:
    """The exit code: 1 when a stricter request would get a weaker answer anywhere."""
    return 1 if found.breaches else 0


def _span(text: str) -> timedelta | None:
    short = SHORT.fullmatch(text.strip().lower())
    return parse_span(f"{short[1]} {LETTERS[short[2]]}" if short else text)


def _drafted(settled: Settings, path: Path, clock: SystemClock, *, as_json: bool) -> tuple[Policy, Directory | None]:
    """The draft, and where its people can be looked up; None without a token."""
    drafted = starting.draft(path, as_json=as_json)
    if not settled.bot_token:
        return drafted.policy, None
    client = starting.greeted(settled)
    policy = starting.policy(drafted, path, SlackLookup(client), as_json=as_json).policy
    return policy, SlackDirectory(client, clock, policy.people.profile_field)


def plain(told: rehearsed.Told) -> dict[str, object]:
    """A rehearsal as JSON values; amounts are integers in their unit, spans seconds."""
    found = told.found
    return {
        "policy": told.path,
        "since": moment(found.since),
        "until": moment(found.until),
        "looked_up": told.looked_up,
        "requests": len(found.takes),
        "remade": sum(take.known.remade for take in found.takes),
        "skipped": [{"id": name, "because": why} for name, why in found.skipped],
        "answers": {change.value: count for change, count in found.counts().items()},
        "automatic": _alone(found),
        "rules": [{"rule": name, "before": before, "now": now} for name, (before, now) in found.rules.items()],
        "weaker": [_breach(breach) for breach in found.breaches],
        "takes": [_take(take, found) for take in found.takes],
    }


def _alone(found: Rehearsal) -> dict[str, object]:
    denied = found.alone(State.DENIED)
    return {
        "requests": len(found.alone()),
        "waiting_saved": int(found.saved().total_seconds()),
        "exposed": exposed(found.alone()),
        "people_denied": {"requests": len(denied), "exposed": exposed(denied)},
        "kept_from_it": found.kept(),
    }


def _take(take: Take, found: Rehearsal) -> dict[str, object]:
    request, case = take.request, take.request.case
    return {
        "id": request.id,
        "submitted_at": moment(request.submitted),
        "quota": case.quota,
        "amount": case.amount,
        "unit": case.unit,
        "state": request.state,
        "waited": int(take.waited(found.until).total_seconds()),
        "remade": take.known.remade,
        "change": take.change,
        "before": _answer(take.before),
        "now": _answer(take.route),
        "automatic": automatic(take.auto) if take.auto else None,
    }


def _answer(answer: Answer) -> dict[str, object]:
    if isinstance(answer, Route):
        stages = [
            {"name": s.name, "quorum": s.quorum, "people": list(s.approvers), "rules": list(s.rules)} for s in answer.stages
        ]
        return {"asks": stages}
    return {"refused": ruling.refusal(answer)} if isinstance(answer, Refused) else {"approved_by": answer.rule}


def _breach(breach: Breach) -> dict[str, object]:
    pair = {"mild": breach.mild, "strict": breach.strict, "raised": breach.raised}
    return pair | {"mild_gets": _answer(breach.before), "strict_gets": _answer(breach.after)}


def join(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(simulate)

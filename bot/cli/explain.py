"""`leeway explain`: why a request went as it did."""

import json
from collections.abc import Callable
from typing import Annotated

import typer

from bot.cli import naming, ruling, starting, traced
from bot.cli.letters import plain as errand
from bot.cli.stepping import Words
from bot.cli.telling import Json, fail
from bot.clock import SystemClock
from bot.config.settings import Settings
from bot.slack.directory import SlackDirectory
from bot.slack.lookup import SlackLookup
from bot.web import requested
from bot.web.requested import moment
from workflows.policy import Policy
from workflows.ports import Post
from workflows.refusals import Refused
from workflows.seats import Route
from workflows.tracing import Saw, Step, Trace, trace


def explain(
    name: Annotated[str, typer.Argument(metavar="ID", help="A request's id (R-…), or an override's (O-…).")],
    json_: Json = False,
) -> None:
    """Tell why a request went as it did: who was asked and why, what each rule sees, what happened when, who saw what."""
    settled, clock = starting.environment(needs_slack=False, as_json=json_), SystemClock()
    policy, names = _known(settled, clock, as_json=json_)
    with starting.store(settled, clock).reads() as unit:
        found = trace(unit, policy, name, clock.now())
    if found is None:
        fail(f"{name}: there is no request and no override of this id. leeway status lists those that are open.")
    words = Words(names, policy.organization.zone)
    typer.echo(json.dumps(plain(found)) if json_ else "\n".join(traced.text(found, words)))


def _known(settled: Settings, clock: SystemClock, *, as_json: bool) -> tuple[Policy, Callable[[str], str]]:
    """The policy, and how people are called: by their names where Slack can be asked."""
    drafted = starting.draft(settled.config, as_json=as_json)
    if not settled.bot_token:
        return drafted.policy, naming.ids
    client = starting.greeted(settled)
    policy = starting.policy(drafted, settled.config, SlackLookup(client), as_json=as_json).policy
    return policy, naming.names(SlackDirectory(client, clock))


def plain(found: Trace) -> dict[str, object]:
    """A trace as JSON values: what `GET /v1/requests/ID` answers, and why it is so."""
    request = found.request
    return {
        "request": requested.plain(request, found.overrides, found.now)
        | {"justification": request.case.justification, "reasons": [vote.reason for vote in request.votes]},
        "policy": {"then": request.policy, "same": found.same},
        "rules": [_saw(saw) for saw in found.saw],
        "today_asks": _today(found.today),
        "happened": [_step(step) for step in found.steps],
        "seen": [_post(post) for post in found.posts],
        "next": [{"what": alarm.wake.value, "key": alarm.key, "at": moment(alarm.at)} for alarm in found.due],
        "undelivered": [errand(each) for each in found.dead],
    }


def _saw(saw: Saw) -> dict[str, object]:
    return {
        "rule": saw.rule.name,
        "holds": saw.holds,
        "unmet": list(saw.unmet),
        "violated": list(saw.violated),
        "does": ruling.effect(saw.rule),
    }


def _today(asks: Route | Refused | None) -> object:
    if isinstance(asks, Route):
        return [{"name": stage.name, "quorum": stage.quorum, "rules": list(stage.rules)} for stage in asks.stages]
    return {"refused": ruling.refusal(asks)} if asks else None


def _step(step: Step) -> dict[str, object]:
    limit = {"before": step.limits[0], "after": step.limits[1]} if step.limits else None
    changed = {name: {"before": was, "after": now} for name, (was, now) in step.changed().items()}
    return {"at": moment(step.at), "subject": step.subject, "by": step.by, "did": step.did, "limit": limit, "changed": changed}


def _post(post: Post) -> dict[str, object]:
    return {"thing": post.thing, "place": post.place, "channel": post.channel, "ts": post.ts, "at": moment(traced.sent(post))}


def join(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(explain)

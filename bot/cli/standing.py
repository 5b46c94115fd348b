"""`leeway status`: everything that is going on, at a glance."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import typer

from bot.cli import dutiful, judged, letters, reported, starting
from bot.cli.telling import Json
from bot.clock import SystemClock
from bot.config.problems import LONGEST, tame
from bot.web.looking import plain, plain_loose
from workflows import breaking
from workflows.denials import Denied
from workflows.duties import Duties
from workflows.effects import Alarm
from workflows.explaining import loose
from workflows.loose import Loose
from workflows.metering import standings
from workflows.money import Unit, percent, show
from workflows.overrides import Override
from workflows.policy import Policy
from workflows.ports import Errand, UnitOfWork
from workflows.quotas import Standing
from workflows.requests import Request
from workflows.times import Window, day_at, show_moment
from workflows.trials import Trial

AHEAD = timedelta(days=366)
NEXT = 5  # alarms that are told
DAYS = 7  # in which usage is looked at that no rule claims
NAMES = 8  # of models or origins that are told
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Glance:
    """All of it, read at one moment."""

    at: datetime
    quotas: tuple[Standing, ...]
    requests: list[Request]
    overrides: list[Override]
    dead: list[Errand]
    missed: list[Denied]
    alarms: list[Alarm]
    loose: Loose
    passed: int
    reported: reported.Reported
    glasses: list[Request]
    duties: Duties
    approving: tuple[Trial, ...] = ()


def status(json_: Json = False) -> None:
    """Every quota, open requests, overrides, what could not be delivered, and what is due next."""
    settled = starting.environment(needs_slack=False, as_json=json_)
    policy, clock = starting.draft(settled.config, as_json=json_).policy, SystemClock()
    with starting.store(settled, clock).reads() as unit:
        seen = glance(unit, policy, clock.now())
    typer.echo(json.dumps(_plain(seen)) if json_ else "\n".join(_lines(seen, policy.organization.zone)))


def glance(unit: UnitOfWork, policy: Policy, now: datetime) -> Glance:
    """What is going on under a policy; names in it need not be looked up."""
    keys = [quota.key for quota in policy.quotas]
    return Glance(
        at=now,
        quotas=standings(unit, policy, now),
        requests=[request for key in keys for request in unit.requests.pending(key)],
        overrides=[override for key in keys for override in unit.overrides.current(key)],
        dead=unit.outbox.dead(),
        missed=unit.denials.missed(now),
        alarms=unit.agenda.due(now + AHEAD, NEXT),
        loose=loose(unit, policy, _days(policy, now)),
        passed=unit.streams.passed(),
        reported=reported.look(unit, policy, now),
        approving=judged.look(unit, policy, now),
        glasses=breaking.unreviewed(unit),
        duties=dutiful.look(unit, now),
    )


def _days(policy: Policy, now: datetime) -> Window:
    """The last local days, today included."""
    zone = policy.organization.zone
    return Window(day_at(zone, now - (DAYS - 1) * ONE_DAY).start, day_at(zone, now).end)


def _plain(seen: Glance) -> dict[str, object]:
    return {
        "at": seen.at.isoformat(),
        "quotas": [plain(standing) for standing in seen.quotas],
        "requests": [_request(request) for request in seen.requests],
        "overrides": [_override(override, seen.at) for override in seen.overrides],
        "undelivered": [letters.plain(errand) for errand in seen.dead],
        "unknown_people": [_missed(denied) for denied in seen.missed],
        "unreviewed": [_glass(request, seen.at) for request in seen.glasses],
        **plain_loose(seen.loose),
        "passed_over": seen.passed,
        "next": [{"what": alarm.wake.value, "key": alarm.key, "at": alarm.at.isoformat()} for alarm in seen.alarms],
        **reported.plain(seen.reported),
        **judged.plain(seen.approving),
        **dutiful.plain(seen.duties),
    }


def _request(request: Request) -> dict[str, object]:
    case = request.case
    named = {"id": request.id, "quota": case.quota, "requester": request.requester, "amount": case.amount}
    return named | {"unit": case.unit, "deadline": request.deadline.isoformat(), "waiting_on": list(request.waiting_on())}


def _glass(request: Request, at: datetime) -> dict[str, object]:
    """A broken glass that nobody reviewed."""
    case, due = request.case, request.glass.due if request.glass else request.submitted
    named = {"id": request.id, "quota": case.quota, "by": request.requester, "amount": case.amount, "unit": case.unit}
    return named | {"due": due.isoformat(), "overdue": at >= due}


def _override(override: Override, at: datetime) -> dict[str, object]:
    ends = override.over_at()
    named = {"id": override.id, "quota": override.quota, "holder": override.holder, "amount": override.amount}
    return named | {"unit": override.unit, "status": override.status(at), "ends": ends.isoformat() if ends else None}


def _missed(denied: Denied) -> dict[str, object]:
    said = denied.denial
    return {"who": said.who, "quota": denied.quota, "budget": f"{said.kind} {said.name}".strip(), "at": denied.at.isoformat()}


def _lines(seen: Glance, zone: str) -> Iterable[str]:
    for s in seen.quotas:
        spent, limit = show(s.spent, s.quota.unit), show(s.limit, s.quota.unit)
        yield f"{s.level:<8} {percent(s.spent, s.limit):>4} %  {s.quota.key}  {spent} of {limit}"
    yield f"\n{len(seen.requests)} open requests"
    for r in seen.requests:
        yield f"  {r.id}  {show(r.case.amount, r.case.unit)} on {r.case.quota}, to be decided by {show_moment(r.deadline, zone)}"
    yield f"{len(seen.overrides)} overrides"
    for o in seen.overrides:
        ends = over if (over := o.over_at()) is None else show_moment(over, zone)
        yield f"  {o.id}  {show(o.amount, o.unit)} on {o.quota}, {o.status(seen.at)}" + (f", ends {ends}" if ends else "")
    for r in seen.glasses:
        due = r.glass.due if r.glass else r.submitted
        late = "overdue since" if seen.at >= due else "due"
        granted = f"{show(r.case.amount, r.case.unit)} on {r.case.quota}"
        yield f"  {r.id}  broken glass of {r.requester}, {granted}: its review is {late} {show_moment(due, zone)}"
    yield from _loose(seen.loose)
    yield f"{len(seen.dead)} undelivered" + (": leeway outbox list" if seen.dead else "")
    if seen.missed:
        yield f"{len(seen.missed)} stopped by a gateway and not told, because nobody in Slack has that address or id"
    for denied in seen.missed:
        said = denied.denial
        yield f"  {said.who or 'no name'}  {denied.quota or f'{said.kind} {said.name}'.strip()}  {show_moment(denied.at, zone)}"
    if seen.passed:
        yield f"{seen.passed:,} readings and events not counted, because their sessions are counted the other way"
    yield from reported.lines(seen.reported, zone)
    yield from judged.lines(seen.approving)
    yield from dutiful.lines(seen.duties)
    for alarm in seen.alarms:
        yield f"next: {show_moment(alarm.at, zone)}  {alarm.wake}  {alarm.key}"


def _loose(loose: Loose) -> Iterable[str]:
    """What no rule claims and what has no price, and what to do about it."""
    strays, spent = loose.strays, show(loose.strays.cost, Unit.USD)
    if strays.events:
        of_all = f"{spent} of {show(loose.whole.cost, Unit.USD)} ({percent(strays.cost, loose.whole.cost)} %)"
        whence = _few(f"{word.replace('_', ' ')} {value}" for word, value in loose.origins)
        yield f"unattributed in {DAYS} days: {strays.events:,} events, {of_all}, from {whence}"
        yield "  say where they belong under attribution in app.yaml"
    else:
        yield f"unattributed in {DAYS} days: none"
    if loose.unpriced:
        events, models = sum(each.events for each in loose.unpriced), _few(each.model for each in loose.unpriced)
        yield f"without a price in {DAYS} days: {events:,} events, counted as {show(loose.guessed, Unit.USD)}, of {models}"
        yield "  write what they cost under models.prices in app.yaml" + (", or a fallback_price" if loose.free else "")
    else:
        yield f"without a price in {DAYS} days: none"


def _few(names: Iterable[str]) -> str:
    """The first names, as a terminal may show them: they are the senders' words."""
    every = [tame(name, LONGEST) for name in names]
    return ", ".join(every[:NAMES]) + (f" and {len(every) - NAMES} more" if len(every) > NAMES else "")


def join(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(status)

"""Digesting: one digest a channel and week, asked for by an alarm and computed when it is posted; then kept, and amended.

It reports the last whole week, Monday to Monday, before the moment it is due. What it said is kept in the transaction that
remembers the message, and is looked at again whenever that week may have changed (`amending`), and every hour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from workflows.amendments import Report, amend, untold
from workflows.audit import Entry, plain
from workflows.conduct import Conduct, conduct
from workflows.digest import WEEK, Digest, Exceptional, Line, compose, weeks
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.explaining import loose
from workflows.governed import Maker, nobody
from workflows.keeping import SYSTEM, Act, Kit, attempt, follow, note
from workflows.metering import standing
from workflows.outcomes import Worth, worths
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.pulling import governed
from workflows.quotas import Quota, lineage
from workflows.spend import Slice
from workflows.times import Window, local_day, next_at, week_name, week_window
from workflows.trials import trials
from workflows.violations import counted

RECENT = timedelta(weeks=6)  # how far back weeks are looked at again every hour: late usage is taken for five
REMEMBERED = timedelta(weeks=60)  # and how far back a digest tells of amendments: corrections are taken for longer than a year


def channels(policy: Policy) -> tuple[str, ...]:
    """Every channel that gets a digest, each once."""
    homes = [quota.channel for quota in policy.quotas if quota.channel]
    return tuple(dict.fromkeys([*homes, *([policy.digest.leadership] if policy.digest.leadership else [])]))


def quotas_for(policy: Policy, channel: str) -> tuple[Quota, ...]:
    """The quotas that a channel's digest tells of: its own; for leadership, all."""
    return policy.quotas if channel == policy.digest.leadership else policy.in_channel(channel)


def next_alarm(policy: Policy, channel: str, after: datetime) -> Alarm:
    """The alarm of a channel's next digest; its key names the channel and the week it reports."""
    zone = policy.organization.zone
    at = next_at(policy.digest.weekday, policy.digest.at, zone, after)
    return Alarm(Wake.DIGEST, f"{channel}/{week_name(at - timedelta(days=7), zone)}", at)


def plan(kit: Kit) -> None:
    """Sets every channel's next alarm; those already set stay."""
    now = kit.clock.now()
    attempt(kit.units, lambda unit: follow(unit, now, [], [next_alarm(kit.policy, c, now) for c in channels(kit.policy)]))


def post(kit: Kit, unit: UnitOfWork, key: str, now: datetime) -> None:
    """The alarm rang: the digest is due, and so is, a week on, the next. Weeks missed while we were down are not made up."""
    channel, _ = key.split("/")
    alarms = [next_alarm(kit.policy, channel, now)] if channel in channels(kit.policy) else []
    follow(unit, now, [Effect(Do.SHOW_DIGEST, key)], alarms)


def compute(unit: UnitOfWork, policy: Policy, key: str, now: datetime, *, maker: Maker = nobody) -> Digest:
    """The digest of "channel/week" as it is true now."""
    channel, week = key.split("/")
    quotas = quotas_for(policy, channel)
    window = week_window(week, policy.organization.zone)
    lines = [_line(unit, policy, quota, window=window, now=now) for quota in quotas]
    cases = [_case(unit, request.id) for request in unit.requests.touching([q.key for q in quotas], window)]
    running = [_case(unit, o.request) for q in quotas for o in unit.overrides.current(q.key)]
    ends = loose(unit, policy, window) if _minds(policy, channel) else None
    told = compose(channel, week, window, at=now, lines=lines, cases=_once([*cases, *running]), loose=ends)
    earlier = unit.reports.since(channel, week_name(window.start - REMEMBERED, policy.organization.zone))
    leads = channel == policy.digest.leadership
    return replace(
        told,
        worth=_worth(unit, policy, quotas, window),
        earlier=untold([report for report in earlier if report.said.week < week]),
        governed=governed(unit, policy, _days(policy, window), maker) if leads else None,
        conduct=_conduct(unit, policy, told, now) if leads else None,
    )


def _conduct(unit: UnitOfWork, policy: Policy, told: Digest, now: datetime) -> Conduct | None:
    """How AI was asked for in the week; None where app.yaml has no rules for it, and nothing was refused."""
    refused = unit.violations.within(told.window)
    appeals = {v.appeal: request.state for v in refused if v.appeal and (request := unit.requests.get(v.appeal))}
    asked = [case.request for case in told.exceptions if case.request.submitted in told.window]
    ruled = policy.acceptable.use_cases or any(rule.refuse or rule.approve for rule in policy.rules)
    day = local_day(now, policy.organization.zone)
    found = conduct(policy.acceptable, asked, day, violated=counted(refused, appeals), trials=trials(asked))
    return found if ruled or refused else None


def _line(unit: UnitOfWork, policy: Policy, quota: Quota, *, window: Window, now: datetime) -> Line:
    return Line(standing(unit, policy, quota, now), *_weeks(unit, policy, quota, window))


def _weeks(unit: UnitOfWork, policy: Policy, quota: Quota, window: Window) -> tuple[int, int | None]:
    first, last = _days(policy, window)
    return weeks(unit.meter.days(quota.key, first - 2 * WEEK, last), first)


def _minds(policy: Policy, channel: str) -> bool:
    """Whether a channel is told of what no rule claims: leadership's, and that of whoever sees to it."""
    return channel in (policy.digest.leadership, *(quota.channel for quota in policy.minders))


def _days(policy: Policy, window: Window) -> tuple[date, date]:
    """The first and the last local day of a week."""
    zone = policy.organization.zone
    return local_day(window.start, zone), local_day(window.end - timedelta(seconds=1), zone)


def _worth(unit: UnitOfWork, policy: Policy, quotas: Iterable[Quota], window: Window) -> tuple[Worth, ...]:
    """Spend next to outcomes in the scopes of these quotas; with the whole, also where outcomes were reported without a quota."""
    first, last = _days(policy, window)
    scopes = tuple(dict.fromkeys(quota.scope for quota in quotas))
    tops = [scope for scope in scopes if not set(lineage(scope)[1:]) & set(scopes)]
    slices = [made for top in tops for made in unit.meter.slices(first, last, top)]
    yields = [made for top in tops for made in unit.yields.sums(first, last, top)]
    return worths(tuple(dict.fromkeys([*scopes, *sorted(made.scope for made in yields)])), slices, yields)


def _case(unit: UnitOfWork, request_id: str) -> Exceptional:
    request = unit.requests.get(request_id)
    if request is None:
        raise LookupError(request_id)
    override = unit.overrides.of(request_id)
    return Exceptional(request, override, unit.outcomes.get(override.id) if override else None)


def _once(cases: Iterable[Exceptional]) -> list[Exceptional]:
    return list({case.request.id: case for case in cases}.values())


# What was told is kept, and amended.


def keep(unit: UnitOfWork, told: Digest) -> None:
    """Remembers what a channel was told, with an entry; then has it looked at again, for what was counted while it was posted."""
    report = Report(told)
    unit.reports.add(report)
    note(unit, _subject(report), Act(SYSTEM, "told", told.at), report.figures())
    unit.outbox.put(Effect(Do.SHOW_DIGEST, report.key), told.at)


def again(unit: UnitOfWork, policy: Policy, report: Report, now: datetime) -> Report:
    """What was told with the figures as they are now; the same report when nothing is another.

    A quota that app.yaml counts in another way since, or no longer, stays as it was told: nothing came late there.
    """
    said, told = report.said, report.shown or report.said
    if said.window != week_window(said.week, policy.organization.zone):
        return report  # the organisation moved to another zone: its weeks are others now
    spent, quotas = {line.standing.quota.key: line.spent for line in told.lines}, [line.standing.quota for line in said.lines]
    alike = [quota for quota in quotas if _alike(quota, policy.quota(quota.key))]
    spent |= {quota.key: _weeks(unit, policy, quota, said.window)[0] for quota in alike}
    booked = unit.corrections.since(said.at, *_days(policy, said.window))
    corrected = {quota.key: _counted(quota, booked) for quota in quotas}
    return amend(report, spent, _worth(unit, policy, quotas, said.window), corrected=corrected, at=now)


def _alike(then: Quota, now: Quota | None) -> bool:
    return now is not None and (then.scope, then.unit, then.models) == (now.scope, now.unit, now.models)


def _counted(quota: Quota, booked: Iterable[Slice]) -> int:
    here = (made for made in booked if quota.scope in lineage(made.series.scope) and quota.counts(made.series.model))
    return sum(made.sums.of(quota.unit) for made in here)


def keep_amended(unit: UnitOfWork, report: Report, now: datetime) -> None:
    """Remembers what a message says since it was amended, with an entry."""
    unit.reports.save(report)
    note(unit, _subject(report), Act(SYSTEM, "amended", now), report.figures())


def look_back(kit: Kit) -> None:
    """Has every digest of the last weeks amended that is to be: for who changed a week and could not know that it was told."""
    now = kit.clock.now()
    since = week_name(now - RECENT, kit.policy.organization.zone)
    with kit.reads() as unit:
        reports = [report for channel in channels(kit.policy) for report in unit.reports.since(channel, since)]
        stale = [report.key for report in reports if again(unit, kit.policy, report, now) is not report]
    if stale:
        attempt(kit.units, lambda unit: follow(unit, now, [Effect(Do.SHOW_DIGEST, key) for key in stale]))


def _subject(report: Report) -> str:
    return f"report:{report.key}"


def unlike(unit: UnitOfWork, key: str, chain: Sequence[Entry]) -> str:
    """What is wrong between a report's chain and what is stored; "" for nothing."""
    report = unit.reports.get(key)
    if report is None:
        return f"{chain[-1].subject}: the record knows it, and it is not stored any more"
    if plain(report.figures()) != chain[-1].after:
        return f"{chain[-1].subject}: what is stored is not what entry {len(chain)} says"
    return ""

"""Digesting: one digest a channel and week, asked for by an alarm and computed when it is posted.

It reports the last whole week, Monday to Monday, before the moment it is due.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from workflows.digest import WEEK, Digest, Exceptional, Line, compose, weeks
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.explaining import loose
from workflows.governed import Maker, nobody
from workflows.keeping import Kit, attempt, follow
from workflows.metering import standing
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.pulling import governed
from workflows.quotas import Quota
from workflows.times import Window, local_day, next_at, week_name, week_window


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
    leads = channel == policy.digest.leadership
    return replace(told, governed=governed(unit, policy, _days(policy, window), maker)) if leads else told


def _minds(policy: Policy, channel: str) -> bool:
    """Whether a channel is told of what no rule claims: leadership's, and that of whoever sees to it."""
    return channel in (policy.digest.leadership, *(quota.channel for quota in policy.minders))


def _days(policy: Policy, window: Window) -> tuple[date, date]:
    """The first and the last local day of a week."""
    zone = policy.organization.zone
    return local_day(window.start, zone), local_day(window.end - timedelta(seconds=1), zone)


def _line(unit: UnitOfWork, policy: Policy, quota: Quota, *, window: Window, now: datetime) -> Line:
    first, last = _days(policy, window)
    spent, before = weeks(unit.meter.days(quota.key, first - 2 * WEEK, last), first)
    return Line(standing(unit, policy, quota, now), spent, before)


def _case(unit: UnitOfWork, request_id: str) -> Exceptional:
    request = unit.requests.get(request_id)
    if request is None:
        raise LookupError(request_id)
    override = unit.overrides.of(request_id)
    return Exceptional(request, override, unit.outcomes.get(override.id) if override else None)


def _once(cases: Iterable[Exceptional]) -> list[Exceptional]:
    return list({case.request.id: case for case in cases}.values())

"""Noticing: before an override ends its holder is told when, what of it is left, and what its end will mean.

What is told is found out when it is told: an override that is over by then, or goes on without a gap, gets no notice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.effects import Alarm, Do, Effect, Wake
from workflows.extending import Line, goes_on, granted_with, line, spent_since
from workflows.keeping import Kit, follow
from workflows.metering import standing
from workflows.overrides import Override, Status, target, unspent
from workflows.policy import Policy
from workflows.ports import UnitOfWork
from workflows.quotas import AtSoft, Level, Standing
from workflows.refusals import Refused
from workflows.requests import Request


@dataclass(frozen=True, slots=True)
class Ending:
    """What a notice tells of overrides that end together, as it is at `now`.

    `overrides` are the parts of a grant, its first at the head; `line` is that one with those it carried on, `spent` what was
    spent on its quota since they began, `left` what of it is unspent. `then` is how its quota stands at the end if no more is
    spent, None when it is reset at that moment; `less` is what goes on of it for a while. `asked` is an extension that nobody has
    decided yet; `stopped` is why none can be asked for.
    """

    request: Request
    overrides: tuple[Override, ...]
    line: Line
    now: datetime
    standing: Standing
    spent: int
    left: int
    then: Standing | None = None
    less: Override | None = None
    asked: Request | None = None
    stopped: Refused | None = None

    @property
    def override(self) -> Override:
        return self.overrides[0]

    @property
    def blocked(self) -> Level | None:
        """The level at which work will be stopped from its end on, unless something is done; None when it will not."""
        level = self.then.level if self.then else Level.OK
        goes_on = level is Level.SOFT and self.then is not None and self.then.quota.at_soft is AtSoft.ALLOW
        return level if level in (Level.SOFT, Level.HARD) and not goes_on else None


def points(override: Override, notices: Iterable[timedelta]) -> tuple[datetime, ...]:
    """When its holder is told, earliest first: before its end, and after it began. A short one has fewer, or none."""
    starts, over = override.starts, override.over_at()
    if starts is None or over is None:
        return ()
    return tuple(sorted({over - before for before in notices if before > timedelta() and over - before > starts}))


def arm(kit: Kit, unit: UnitOfWork, override: Override, now: datetime) -> None:
    """Sets the next notice; what is past is skipped."""
    coming = [at for at in points(override, kit.policy.timing.notices) if at > now]
    follow(unit, now, [], [Alarm(Wake.NOTICE, override.id, coming[0])] if coming else [])


def ring(kit: Kit, unit: UnitOfWork, override_id: str, now: datetime) -> None:
    """The alarm rang: the holder is told, once however many points are past, and the next one is set."""
    override = unit.overrides.get(override_id)
    if override is None or override.status(now) is not Status.ACTIVE:
        return
    past = [at for at in points(override, kit.policy.timing.notices) if at <= now]
    if past:
        follow(unit, now, [Effect(Do.SHOW_NOTICE, f"{override_id}/{int(past[-1].timestamp())}")])
    arm(kit, unit, override, now)


def ending(unit: UnitOfWork, policy: Policy, key: str, now: datetime) -> Ending | None:
    """What a notice tells; None when there is nothing to tell any more, or a later one tells it, or that of another part."""
    override_id, _, moment = key.partition("/")
    override = unit.overrides.get(override_id)
    request = unit.requests.get(override.request) if override else None
    if override is None or request is None or override.status(now) is not Status.ACTIVE:
        return None
    quota, over = policy.quota(override.quota), override.over_at()
    last = max((at for at in points(override, policy.timing.notices) if at <= now), default=None)
    late = last is not None and int(last.timestamp()) > int(moment)
    if quota is None or over is None or late or goes_on(unit, override):
        return None
    every = [o for o in granted_with(unit, override) if o.status(now) is Status.ACTIVE] or [override]
    parts = tuple(o for o in every if o.over_at() == over and not goes_on(unit, o))
    return _told(unit, policy, request, parts, now=now) if parts[0].id == override_id else None


def _told(unit: UnitOfWork, policy: Policy, request: Request, parts: tuple[Override, ...], *, now: datetime) -> Ending:
    override = parts[0]
    stands = standing(unit, policy, policy.by_key[override.quota], now)
    told = line(unit, override)
    mine = unit.requests.open(override.quota, override.holder)
    return Ending(
        request=request,
        overrides=parts,
        line=told,
        now=now,
        standing=stands,
        spent=spent_since(unit, policy, told.first, now),
        left=unspent(override, stands.limit, stands.spent),
        then=_then(unit, stands, override),
        less=next((o for o in unit.overrides.current(override.quota) if _steps_down(o, override)), None),
        asked=mine if mine and mine.case.extends == override.id else None,
        stopped=told.full(policy.timing),
    )


def _steps_down(after: Override, before: Override) -> bool:
    return (after.follows, after.request) == (before.id, before.request) and after.stopped is None


def _then(unit: UnitOfWork, stands: Standing, override: Override) -> Standing | None:
    """How its quota stands at an override's end, if nothing more is spent until then; None when it begins anew there."""
    over = override.over_at()
    if over is None or over not in stands.window:
        return None
    limit = target(stands.base, unit.overrides.current(override.quota), over)
    return Standing(stands.quota, stands.window, over, stands.spent, stands.base, limit - stands.base)

"""OpenRouter: the spending limit of an API key, in dollars.

`GET` and `PATCH /api/v1/keys/{hash}`, with a management key. Only `limit` is sent, so that nothing else of the key changes, and
never null, which would be no limit. A key whose limit resets at another pace than the quota is refused: its limit would mean
something else. Amounts are doubles; we write whole cents. Contract-tested, not live-tested.
"""

from decimal import Decimal
from urllib.parse import quote

import msgspec

from bot.limits.amounts import counted, dollars, missing, nanos, part
from bot.limits.asking import Access, Line, Missing
from workflows.limits import Reading, Traits, Wanted
from workflows.money import CENT
from workflows.ports import Clock, Rejected
from workflows.quotas import Quota
from workflows.times import Period, window_at

NAME = "OpenRouter"
RESETS = {Period.DAY: "daily", Period.WEEK: "weekly", Period.MONTH: "monthly"}


class _Key(msgspec.Struct):
    hash: str
    limit: Decimal | None
    limit_reset: str | None
    usage_daily: Decimal
    usage_weekly: Decimal
    usage_monthly: Decimal
    byok_usage_daily: Decimal
    byok_usage_weekly: Decimal
    byok_usage_monthly: Decimal
    include_byok_in_limit: bool

    def spent(self, pace: str) -> int:
        """What counts towards the limit now, in nano-dollars."""
        own = getattr(self, f"byok_usage_{pace}") if self.include_byok_in_limit else Decimal()
        return nanos(NAME, getattr(self, f"usage_{pace}") + own)


class _Told(msgspec.Struct):
    data: _Key


class OpenRouterLimits:
    """`workflows.ports.LimitStore`. The key is a management key."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._line = Line(NAME, access, {"Authorization": f"Bearer {access.key}"})
        self._within = access.rules.within
        self._clock = clock

    def traits(self, quota: Quota) -> Traits:
        return Traits(f"OpenRouter's key {part(quota, 'key')[:12]}…", self._within, CENT)

    def read(self, quota: Quota) -> Reading:
        now = self._clock.now()
        key, pace = self._key(quota), RESETS[quota.period]
        limit = None if key.limit is None else max(0, nanos(NAME, key.limit))
        # It resets at midnight UTC, weeks on Monday.
        return Reading(limit, now, spent=key.spent(pace), resets=window_at(quota.period, "UTC", now).end)

    def write(self, quota: Quota, wanted: Wanted) -> None:
        self._key(quota)
        limit = dollars(self.traits(quota).whole(wanted.limit))
        self._line.ask("PATCH", _path(quota), _Told, body={"limit": limit})

    def _key(self, quota: Quota) -> _Key:
        pace = counted(NAME, quota, RESETS)
        try:
            key = self._line.ask("GET", _path(quota), _Told).data
        except Missing as error:
            raise missing(NAME, f"key {part(quota, 'key')[:12]}…", quota) from error
        if key.limit_reset != pace:
            said = f"resets {key.limit_reset[:20]}" if key.limit_reset else "never resets"
            raise Rejected(f"{NAME}: the limit of the key of {quota.key} {said}, the quota {pace}: make them alike")
        return key


def _path(quota: Quota) -> str:
    return f"keys/{quote(part(quota, 'key'), safe='')}"

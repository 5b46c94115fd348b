"""Claude Enterprise: a member's spend limit, in whole cents a day, a week or a month.

`GET /v1/organizations/spend_limits/effective` and `POST /v1/organizations/spend_limits`. What is read is what is enforced, also
where a member has it from a group or a seat tier; what is written is the member's own limit, which goes before those. It is never
taken away again, because what would then hold is nobody's decision here: at an override's end it says the base. A member may be
stopped by a limit for another period all the same. Contract-tested, not live-tested.

At most 60 calls a minute go to these paths of an organisation. The key needs the scopes read:spend_limits and write:spend_limits.
"""

import msgspec

from bot.limits.amounts import cents, counted, missing, part
from bot.limits.asking import Access, Line, Missing
from workflows.limits import Reading, Traits, Wanted
from workflows.money import CENT
from workflows.ports import Clock
from workflows.quotas import Quota
from workflows.times import Period

NAME = "Claude"
VERSION = "2026-10-21"
LIMITS = "v1/organizations/spend_limits"
PERIODS = {Period.DAY: "daily", Period.WEEK: "weekly", Period.MONTH: "monthly"}


class _Actor(msgspec.Struct):
    user_id: str = ""


class _Row(msgspec.Struct):
    actor: _Actor
    amount: str | None
    currency: str
    period: str
    period_to_date_spend: str


class _Rows(msgspec.Struct):
    data: list[_Row]


class _SpendLimit(msgspec.Struct):
    id: str
    amount: str | None


class ClaudeLimits:
    """`workflows.ports.LimitStore`. The key is an admin key of the organisation."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._line = line(access)
        self._within = access.rules.within
        self._clock = clock

    def traits(self, quota: Quota) -> Traits:
        return Traits(f"Claude's member {part(quota, 'user')}", self._within, CENT)

    def read(self, quota: Quota) -> Reading:
        now, period, user = self._clock.now(), counted(NAME, quota, PERIODS), part(quota, "user")
        rows = self._line.ask("GET", f"{LIMITS}/effective", _Rows, params={"user_ids[]": user, "period[]": period}).data
        mine = next((row for row in rows if row.actor.user_id == user and row.period == period), None)
        if mine is None:
            return Reading(None, now)
        # $0 is also what it says when it cannot tell.
        spent = cents(NAME, mine.period_to_date_spend, mine.currency)
        return Reading(None if mine.amount is None else cents(NAME, mine.amount, mine.currency), now, spent=spent or None)

    def write(self, quota: Quota, wanted: Wanted) -> None:
        scope = {"type": "user", "user_id": part(quota, "user")}
        body = {"amount": str(wanted.limit // CENT), "scope": scope, "period": counted(NAME, quota, PERIODS)}
        try:
            self._line.ask("POST", LIMITS, _SpendLimit, body=body)
        except Missing as error:
            raise missing(NAME, f"member {part(quota, 'user')}", quota) from error


def line(access: Access) -> Line:
    """How Claude's admin API is spoken to."""
    return Line(NAME, access, {"Authorization": f"Bearer {access.key}", "anthropic-version": VERSION})

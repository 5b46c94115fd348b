"""What is answered to a check: a verdict as JSON values, with one sentence that says why.

Amounts are integers in the quota's unit, as in `looking`; the sentence shows them as people read them.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from workflows.admission import Decision, Finding, Verdict
from workflows.money import Unit, show
from workflows.policy import Policy
from workflows.quotas import Level, Quota
from workflows.times import Period, show_moment

Values = dict[str, Any]

SINCE = {Period.DAY: "today", Period.WEEK: "this week", Period.MONTH: "this month", Period.QUARTER: "this quarter"}
MEETS = {Decision.NEEDS_EXCEPTION: "needs an approved exception", Decision.DENY: "is stopped"}
MEET = {Decision.NEEDS_EXCEPTION: "calls need an approved exception", Decision.DENY: "calls are stopped"}
NOBODY: Values = dict.fromkeys(("quota", "scope", "unit", "level", "spent", "limit", "estimate", "remaining", "resets_at"))


class Names(NamedTuple):
    """A quota as people call it, and what they type to ask for more of it."""

    quota: str
    command: str


class Verdicts:
    """Says verdicts. `ask` is a link to where people ask for more; `command` is what they type there."""

    def __init__(self, policy: Policy, ask: str) -> None:
        self._zone = policy.organization.zone
        self._ask = ask
        self._names = {quota.key: Names(_called(quota), _command(quota, policy)) for quota in policy.quotas}
        self._moment = lru_cache(64)(self._shown)

    def said(self, verdict: Verdict, scope: str, *, every: bool = False) -> Values:
        """A verdict on a call that counts in a scope; with `every` also what each quota says."""
        by = verdict.by
        said = {
            "decision": verdict.decision,
            "reason": self.reason(by) if by else f"No quota of {scope} or above it counts this model.",
            "counts_in": scope,
            **(plain(by) if by else NOBODY),
            "ask": self._ask,
            "command": self._names[by.standing.quota.key].command if by else "/leeway request",
        }
        return said | {"quotas": [plain(found) for found in verdict.findings]} if every else said

    def reason(self, found: Finding) -> str:
        """Why, in one sentence."""
        at, quota = found.standing, found.standing.quota
        used = "spent" if quota.unit is Unit.USD else "used"
        head = f"{self._names[quota.key].quota} has {used} {show(at.spent, quota.unit)} {SINCE[quota.period]}"
        if found.decision is Decision.ALLOW:
            return f"{head}; calls are allowed up to {show(found.bound, quota.unit)}."
        mark = at.hard if found.level is Level.HARD else at.soft
        limit = f"its {found.level} limit of {show(mark, quota.unit)}"
        if at.spent >= mark:
            return f"{head} and has reached {limit}: {MEET[found.decision]} until {self._moment(at.window.end)}."
        call = f"this call, estimated at {show(found.amount, quota.unit)},"
        return f"{head}; {call} would go past {limit} and {MEETS[found.decision]}."

    def _shown(self, at: datetime) -> str:
        return show_moment(at, self._zone)


def plain(found: Finding) -> Values:
    """A finding as JSON values."""
    at, quota = found.standing, found.standing.quota
    return {
        "decision": found.decision,
        "quota": quota.key,
        "scope": quota.scope,
        "unit": quota.unit,
        "level": found.level,
        "spent": at.spent,
        "limit": at.limit,
        "estimate": found.amount,
        "remaining": found.left,
        "resets_at": _moment(at.window.end),
    }


@lru_cache(64)
def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _called(quota: Quota) -> str:
    group = quota.key.split(":")[2:]
    return f"{quota.scope} ({group[0]} models)" if group else quota.scope


def _command(quota: Quota, policy: Policy) -> str:
    """By its scope where that means this quota, else by its key."""
    first = policy.on(quota.scope)[0]
    return f"/leeway request {quota.scope if first is quota else quota.key}"

"""Denials: a call that a gateway stopped for want of budget is told to whoever made it, once a window.

A denial is a row, kept in the transaction that keeps its event. Its key is the person in the gateway's words, the quota and the
window; an agent that goes on trying is denied a thousand times and its owner told once. What it says is worked out when it is
told. Not here: finding the person, and the words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.money import Unit
from workflows.policy import Policy
from workflows.quotas import Quota
from workflows.spend import Denial, Usage
from workflows.times import Period, Window, window_at

OURS = "leeway"  # the kind of a denial by our own check, asked by docs/litellm_hook.py; its name is the quota's key
FRESH = timedelta(hours=1)  # what was stopped longer ago is history: a replay of last week's log must not write to anybody


@dataclass(frozen=True, slots=True)
class Denied:
    """A denial that is to be told. `quota` is the one that stopped the call, "" when the gateway's budget is none of ours.

    `scope` is where the call counted, and `denial` what the gateway said.
    """

    key: str
    quota: str
    scope: str
    window: Window
    at: datetime
    denial: Denial

    @property
    def budget(self) -> str:
        """What was spent, and in which window: alike for everybody who is stopped by it."""
        return budget_of(self.quota, self.denial, self.window)


def budget_of(quota: str, denial: Denial, window: Window) -> str:
    """The name of a spent budget: our quota's, or the gateway's own word where it is none of ours."""
    return f"{quota or f'{denial.kind}:{denial.name}'}@{window.start:%Y%m%dT%H%M}"


def denied(usage: Usage, policy: Policy, now: datetime) -> Denied | None:
    """What is to be told of a usage: None unless it was refused just now, and the gateway says whose budget it was."""
    denial = usage.denial
    if denial is None or not denial.kind or now - usage.at > FRESH:
        return None
    quota, org = blocking(denial, usage.model, policy), policy.organization
    # A budget that is none of ours has a period that we do not know: it is told once a month.
    window = policy.window(quota, usage.at) if quota else window_at(Period.MONTH, org.zone, usage.at, org.fiscal_start)
    if now not in window:
        return None  # it was reset since
    ours = quota.key if quota else ""
    key = f"{budget_of(ours, denial, window)}@{denial.who.casefold()}"
    return Denied(key, ours, usage.scope, window, usage.at, denial)


def blocking(denial: Denial, model: str, policy: Policy) -> Quota | None:
    """The quota that stands for the budget that was spent: the first in dollars on its scope that this model counts in.

    Our own check says which it was.
    """
    if denial.kind == OURS:
        return policy.quota(denial.name)
    return next((q for q in policy.on(denial.scope) if q.unit is Unit.USD and q.counts(model)), None) if denial.scope else None


def once(usages: Iterable[Usage], policy: Policy, now: datetime) -> list[Denied]:
    """The denials of a batch, each once, the first of those that are alike."""
    found: dict[str, Denied] = {}
    for usage in usages:
        told = denied(usage, policy, now)
        if told is not None:
            found.setdefault(told.key, told)
    return list(found.values())

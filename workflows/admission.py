"""Admission: may this call proceed? Every quota in which it would count must let it; the strictest decides.

    allow             it fits below the mark at which calls are stopped
    needs_exception   a soft limit is in its way: an approved exception would have raised that
    deny              a hard limit is in its way

A call is judged by what would be spent with it. It fits below a mark when spent + estimate <= mark, and where nothing is left not
even a call without an estimate does: every call uses something. Marks are fractions of the effective limit, so an override moves
them from its start until its end, by the clock alone.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from workflows.money import Unit
from workflows.quotas import RANK, AtSoft, Level, Quota, Standing, level_at


class Decision(StrEnum):
    """What is answered, mildest first."""

    ALLOW = "allow"
    NEEDS_EXCEPTION = "needs_exception"
    DENY = "deny"


STRICTNESS = {decision: rank for rank, decision in enumerate(Decision)}


class Estimate(NamedTuple):
    """What a call is expected to use: nano-dollars, tokens and calls; 0 where nobody says."""

    cost: int = 0
    tokens: int = 0
    requests: int = 1

    def of(self, unit: Unit) -> int:
        """The amount that a quota of this unit would count."""
        match unit:
            case Unit.USD:
                return self.cost
            case Unit.TOKENS:
                return self.tokens
            case Unit.REQUESTS:
                return self.requests


class Finding(NamedTuple):
    """What one quota says to a call that would use `amount` of it. `level` is the highest whose mark is in its way.

    `bound` is the mark from which on calls are no longer simply allowed.
    """

    standing: Standing
    amount: int
    level: Level
    decision: Decision
    bound: int

    @property
    def left(self) -> int:
        """What can be spent before calls are stopped."""
        return max(0, self.bound - self.standing.spent)


class Verdict(NamedTuple):
    """What is answered to a call, the finding that decides (None where no quota counts it), and all of them, leaf first."""

    decision: Decision
    by: Finding | None
    findings: Sequence[Finding]


AT_SOFT = {AtSoft.ALLOW: Decision.ALLOW, AtSoft.NEEDS_EXCEPTION: Decision.NEEDS_EXCEPTION, AtSoft.DENY: Decision.DENY}


def met(quota: Quota, level: Level) -> Decision:
    """What a call meets at a level of a quota."""
    if level is Level.HARD:
        return Decision.DENY
    return AT_SOFT[quota.at_soft] if level is Level.SOFT else Decision.ALLOW


def judge(standing: Standing, estimate: Estimate) -> Finding:
    """What a quota says to a call."""
    quota = standing.quota
    amount, marks = estimate.of(quota.unit), quota.thresholds.marks(standing.limit, standing.added)
    last = standing.spent + max(amount, 1) - 1  # where the last bit of the call begins: a mark there or below is in its way
    level = level_at(last, marks)
    soft, hard = marks[-2:]
    bound = hard if quota.at_soft is AtSoft.ALLOW else soft
    return Finding(standing, amount, level, met(quota, level), bound.mark)


def decide(findings: Sequence[Finding]) -> Verdict:
    """The strictest decides; of equals the one at the higher level, then the one nearest to the work, which comes first."""
    by = findings[0] if findings else None
    for found in findings:
        if found.level is not Level.OK and by and _weight(found) > _weight(by):
            by = found
    return Verdict(by.decision if by else Decision.ALLOW, by, findings)


def _weight(found: Finding) -> tuple[int, int]:
    return STRICTNESS[found.decision], RANK[found.level]

"""Conduct: how AI was asked for in a week against the rules of acceptable use, in counts. Nobody is named, nothing is ranked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workflows.acceptable import Acceptable, Oversight, Risk
from workflows.requests import Request
from workflows.trials import Trial
from workflows.violations import Violated


@dataclass(frozen=True, slots=True)
class Conduct:
    """What leadership is told. `approved`, `ended` and `unapproved` are high-risk workflows as they are on a day.

    `automatic` and `reviewed` are requests of the week for use cases that run so, `unnamed` those that name none.
    """

    violated: Violated
    approved: int = 0
    ended: int = 0
    unapproved: int = 0
    automatic: int = 0
    reviewed: int = 0
    unnamed: int = 0
    trials: tuple[Trial, ...] = ()

    @property
    def risky(self) -> int:
        """How many high-risk workflows there are."""
        return self.approved + self.ended + self.unapproved

    @property
    def asked(self) -> int:
        """How many requests were made in the week."""
        return self.automatic + self.reviewed + self.unnamed

    @property
    def quiet(self) -> bool:
        """Whether nothing happened in the week that it tells of."""
        return not self.asked and not self.violated.refused


def conduct(
    rules: Acceptable, asked: Iterable[Request], day: date, *, violated: Violated, trials: tuple[Trial, ...] = ()
) -> Conduct:
    """The conduct of a week in which these requests were made; high-risk workflows as they are on a day."""
    risks = [use.risk(day) for use in rules.use_cases]
    uses = [rules.use_case(request.case.use_case) for request in asked]
    runs = [use.runs if use else None for use in uses]
    return Conduct(
        violated,
        approved=risks.count(Risk.APPROVED),
        ended=risks.count(Risk.ENDED),
        unapproved=risks.count(Risk.UNAPPROVED),
        automatic=runs.count(Oversight.AUTOMATIC),
        reviewed=runs.count(Oversight.REVIEWED),
        unnamed=runs.count(None),
        trials=trials,
    )

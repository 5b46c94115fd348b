"""OpenAI: a project's hard spend limit, in whole cents a month.

`GET` and `POST /v1/organization/projects/{id}/spend_limit`. Deleting it would let the project spend without end, so we never do.
OpenAI's month is UTC's, and what was spent is not told there. Contract-tested, not live-tested.
"""

from urllib.parse import quote

import msgspec

from bot.limits.amounts import cents, counted, missing, part
from bot.limits.asking import Access, Line, Missing
from workflows.limits import Reading, Traits, Wanted
from workflows.money import CENT
from workflows.ports import Clock, Rejected
from workflows.quotas import Quota
from workflows.times import Period, window_at

NAME = "OpenAI"
PERIODS = {Period.MONTH: "month"}


class _SpendLimit(msgspec.Struct):
    threshold_amount: int
    currency: str
    interval: str


class _Project(msgspec.Struct):
    id: str
    status: str = "active"


class OpenAILimits:
    """`workflows.ports.LimitStore`. The key is an admin key of the organisation."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._line = Line(NAME, access, {"Authorization": f"Bearer {access.key}"})
        self._within = access.rules.within
        self._clock = clock

    def traits(self, quota: Quota) -> Traits:
        return Traits(f"OpenAI's {_project(quota)}", self._within, CENT)

    def read(self, quota: Quota) -> Reading:
        now, resets = self._clock.now(), window_at(Period.MONTH, "UTC", self._clock.now()).end
        counted(NAME, quota, PERIODS)
        try:
            found = self._line.ask("GET", f"{_path(quota)}/spend_limit", _SpendLimit)
        except Missing:
            self._known(quota)
            return Reading(None, now, resets=resets)
        if found.interval not in PERIODS.values():
            raise Rejected(
                f"{NAME}: the limit of {_project(quota)} is for a {found.interval[:20]}, not for a month: change it there"
            )
        return Reading(cents(NAME, str(found.threshold_amount), found.currency), now, resets=resets)

    def write(self, quota: Quota, wanted: Wanted) -> None:
        interval = counted(NAME, quota, PERIODS)
        amount = wanted.limit // CENT
        if amount < 1:
            raise Rejected(f"{NAME} takes no limit below $0.01: archive {_project(quota)} to stop it, or raise {quota.key}")
        self._known(quota)
        body = {"threshold_amount": amount, "currency": "USD", "interval": interval}
        self._line.ask("POST", f"{_path(quota)}/spend_limit", _SpendLimit, body=body)

    def _known(self, quota: Quota) -> None:
        """Rejected where the project is not there, or is archived: a limit on it would mean nothing."""
        try:
            project = self._line.ask("GET", _path(quota), _Project)
        except Missing as error:
            raise missing(NAME, _project(quota), quota) from error
        if project.status != "active":
            what = f"{_project(quota)} is {project.status[:20]}"
            raise Rejected(f"{NAME}: {what}; correct the store of {quota.scope} in app.yaml")


def _project(quota: Quota) -> str:
    return f"project {part(quota, 'project')}"


def _path(quota: Quota) -> str:
    return f"organization/projects/{quote(part(quota, 'project'), safe='')}"

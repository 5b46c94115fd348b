"""MLflow's AI Gateway: budget policies, one that rejects at a quota's hard mark and one that alerts at its soft mark.

A place names either or both, and both rise and fall with the limit. Amounts are doubles there, exact to $0.0001 however large a
mark may be; so limits go in whole cents, of which every percentage is exact. Seen on MLflow 3.17.2.

    reject first   when a limit falls, what must stop stops first; when it rises, who waits goes on first
    signed         in `updated_by` we leave what we wrote, so that a policy that somebody moved since is known from ours
    out of step    the two lie where no limit puts them both. If somebody moved one, that one says the limit they meant; if nobody
                   did, we were stopped between the two. Either way it does not read as if all were well: both are written again
    another kind   an ALERT where app.yaml says reject would stop nobody: Rejected, as is a policy of another period or target
"""

import base64
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from bot.limits.amounts import counted, dollars, missing, nanos
from bot.limits.asking import Access, Line, Missing
from workflows.limits import Reading, Traits, Wanted
from workflows.money import LARGEST
from workflows.ports import Clock, Rejected
from workflows.quotas import Amount, At, Quota
from workflows.times import Period

NAME = "MLflow"
BUDGETS = "api/3.0/mlflow/gateway/budgets/"
STEP = 100_000  # nano-dollars: a double holds 1000 % of the largest limit to this digit
GRAIN = 100 * STEP
HIGHEST = 10 * LARGEST  # of a mark: 1000 % of a limit
LONGEST = 255  # characters of who wrote it last
MORE = "…"
OUT_OF_STEP = frozenset({"out of step"})  # no override is called that
_SIGNED = re.compile(r"leeway (?P<dollars>[0-9.]+)(?P<ids>(?: \S+)*)")
DURATIONS = {Period.DAY: "1 DAYS", Period.WEEK: "1 WEEKS", Period.MONTH: "1 MONTHS", Period.QUARTER: "3 MONTHS"}

Marks = dict[str, int]
"""The amount of each policy, by its part of the place: "reject" and "alert"."""


class _Duration(msgspec.Struct):
    unit: str
    value: int

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


class _Policy(msgspec.Struct):
    budget_policy_id: str
    budget_amount: Decimal
    duration: _Duration
    target_scope: str
    budget_action: str
    target_value: str = ""
    last_updated_by: str = ""

    @property
    def mark(self) -> int:
        """Nano-dollars."""
        return max(0, nanos(NAME, self.budget_amount, most=HIGHEST))

    @property
    def ours(self) -> bool:
        """Whether it lies where we put it."""
        signed = _SIGNED.fullmatch(self.last_updated_by)
        return signed is not None and Decimal(signed["dollars"]) == dollars(self.mark)

    @property
    def names(self) -> frozenset[str] | None:
        """The overrides that we wrote it for, None where that is not known."""
        signed = _SIGNED.fullmatch(self.last_updated_by)
        ids = signed["ids"].split() if signed and self.ours else [MORE]
        return None if MORE in ids else frozenset(ids)

    @property
    def target(self) -> str:
        return f"{self.target_scope} {self.target_value}".strip()


class _Told(msgspec.Struct):
    budget_policy: _Policy


class _Window(msgspec.Struct):
    budget_policy_id: str
    window_end_ms: int
    current_spend: Decimal = Decimal()


class _Windows(msgspec.Struct):
    windows: list[_Window] = []


class MLflowLimits:
    """`workflows.ports.LimitStore`. The key is "user:password", a bearer token, or "" where MLflow asks for none."""

    def __init__(self, access: Access, clock: Clock) -> None:
        self._line = Line(NAME, access, _authorization(access.key))
        self._within = access.rules.within
        self._clock = clock

    def traits(self, _: Quota) -> Traits:
        return Traits("MLflow's policies", self._within, GRAIN)

    def read(self, quota: Quota) -> Reading:
        now = self._clock.now()
        policies = self._policies(quota)
        limit, names = _said(quota, policies)
        first = next(policies[part] for part in ("reject", "alert") if part in policies)
        window = self._window(first.budget_policy_id)
        if window is None:
            return Reading(limit, now, names)
        ends = datetime.fromtimestamp(window.window_end_ms // 1000, UTC)
        return Reading(limit, now, names, nanos(NAME, window.current_spend), ends)

    def write(self, quota: Quota, wanted: Wanted) -> None:
        self._policies(quota)
        marks = marks_of(quota, self.traits(quota).whole(wanted.limit))
        names = dict(_parts(quota))
        for part in (part for part in ("reject", "alert") if part in names):
            amount = dollars(marks[part])
            body = {"budget_policy_id": names[part], "budget_amount": amount, "updated_by": _signed(amount, wanted.ids)}
            self._line.ask("POST", BUDGETS + "update", _Told, body=body)

    def _policies(self, quota: Quota) -> dict[str, _Policy]:
        """The policies of a place; Rejected where one is not there or would do something else than app.yaml means."""
        duration = counted(NAME, quota, DURATIONS)
        found = {part: self._policy(quota, part, name) for part, name in _parts(quota)}
        for part, policy in found.items():
            what = f"policy {policy.budget_policy_id}, which app.yaml names as {part} of {quota.key},"
            if policy.budget_action != part.upper():
                raise Rejected(f"{NAME}: {what} does {policy.budget_action}: name another, or change it there")
            if str(policy.duration) != duration:
                raise Rejected(f"{NAME}: {what} counts {policy.duration} and the quota {duration}: make them alike")
        if len({policy.target for policy in found.values()}) > 1:
            targets = " and ".join(f"{part} {policy.target}" for part, policy in found.items())
            raise Rejected(f"{NAME}: the policies of {quota.key} are about different things ({targets}): name two of one")
        return found

    def _policy(self, quota: Quota, part: str, name: str) -> _Policy:
        try:
            return self._line.ask("GET", BUDGETS + "get", _Told, params={"budget_policy_id": name}).budget_policy
        except Missing as error:
            raise missing(NAME, f"policy {name} to {part}", quota) from error

    def _window(self, policy: str) -> _Window | None:
        """What it counts now; None where MLflow does not say, as one with workspaces may not."""
        try:
            found = self._line.ask("GET", BUDGETS + "windows", _Windows).windows
        except Rejected:
            return None
        return next((window for window in found if window.budget_policy_id == policy), None)


def marks_of(quota: Quota, limit: int) -> Marks:
    """Where the policies belong for a limit, in nano-dollars that a double holds."""
    soft, hard = quota.thresholds.marks(limit, limit - quota.limit)[-2:]
    return {part: max(0, mark // STEP * STEP) for part, mark in (("reject", hard.mark), ("alert", soft.mark))}


def limit_of(quota: Quota, marks: Mapping[str, int]) -> int | None:
    """The limit that puts its policies there; None where no limit puts both."""
    levels = quota.thresholds
    if "reject" in marks:
        limit = _limit_at(quota, levels.hard, marks["reject"])
    else:  # the soft mark is never above the hard one
        limit = max(_limit_at(quota, at, marks["alert"]) for at in (levels.soft, levels.hard))
    if limit > LARGEST:
        raise Rejected(f"{NAME} holds more for {quota.key} than can be kept: lower it there")
    if len(marks) > 1 and {**marks_of(quota, limit), **marks} != marks_of(quota, limit):
        return None
    return limit


def _said(quota: Quota, policies: Mapping[str, _Policy]) -> tuple[int, frozenset[str] | None]:
    """The limit that the policies say, and which overrides they say it is made of."""
    limit = limit_of(quota, {part: policy.mark for part, policy in policies.items()})
    if limit is not None:
        names = {policy.names for policy in policies.values()}
        return limit, names.pop() if len(names) == 1 else OUT_OF_STEP
    moved = {part: policy.mark for part, policy in policies.items() if not policy.ours}
    says = next(iter(moved)) if len(moved) == 1 else "reject"
    return limit_of(quota, {says: policies[says].mark}) or 0, OUT_OF_STEP


def _signed(amount: Decimal, ids: Iterable[str]) -> str:
    """Who wrote it, what, and for which overrides, as many as there is room for."""
    said = " ".join((f"leeway {amount.normalize():f}", *ids))
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1].rpartition(' ')[0]} {MORE}"


def _limit_at(quota: Quota, at: At, mark: int) -> int:
    """The limit of which a threshold lies at a mark, the largest where it is not exact."""
    limit = -(-(quota.limit + mark - at.size) // STEP) * STEP if isinstance(at, Amount) else mark * 100 // at
    return max(0, limit)


def _authorization(key: str) -> Mapping[str, str]:
    if not key:
        return {}
    return {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}" if ":" in key else f"Bearer {key}"}


def _parts(quota: Quota) -> tuple[tuple[str, str], ...]:
    return quota.place.parts if quota.place else ()

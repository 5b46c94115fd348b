"""Tracing: everything that is known of how a request went: why each person was asked, what the rules saw, what happened when,
who saw what, and what is due.

Nothing is decided here, and nothing guessed: what happened is read off the record, entry by entry, and what an entry changed is
the difference to the one before it. What was not kept is missing, not made up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflows.aways import Away
from workflows.covering import covers
from workflows.effects import Alarm
from workflows.guardrails import violated
from workflows.metering import base_of
from workflows.overrides import Override
from workflows.policy import Policy
from workflows.ports import Errand, Post, UnitOfWork
from workflows.quotas import Quota
from workflows.refusals import Refused
from workflows.requests import Request
from workflows.routing import Org, asked
from workflows.rules import Facts, Rule
from workflows.seats import Route
from workflows.times import INSTANT, Window

Row = Mapping[str, Any]

NOBODY = Org(line=(), owner=None, groups={}, reachable=frozenset(), excluded=frozenset())  # who asks for stages, not for people
CLICKS, OUTCOME = "clicks:", "outcome:"  # chains of their own, since the others' numbers are their rows' versions


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the record: `before` and `after` are the row as JSON values, `before` empty for the first of a chain.

    `limits` are the quota's limit before and after it, by today's base; None for what changes no limit.
    """

    at: datetime
    subject: str
    by: str
    did: str
    before: Row
    after: Row
    limits: tuple[int, int] | None = None

    def changed(self) -> dict[str, tuple[object, object]]:
        """The fields that it changed, as they were and as they are; a field of a field is written `case.amount`."""
        was, now = _flat(self.before), _flat(self.after)
        both = {name: (was.get(name), now.get(name)) for name in {**was, **now} if was.get(name) != now.get(name)}
        return {name: values for name, values in both.items() if name != "version"}

    def added(self, name: str) -> list[Any]:
        """What a list has that it did not have before."""
        return [item for item in self.after.get(name) or () if item not in (self.before.get(name) or ())]

    def people(self) -> tuple[set[str], set[str]]:
        """Who may fill a seat since that they could not fill before, and who may fill none any more."""
        was, now = _seats(self.before), _seats(self.after)
        return {who for _, who in now - was}, {who for _, who in was} - {who for _, who in now}


def _flat(row: Row, path: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in row.items():
        found |= _flat(value, f"{path}{name}.") if isinstance(value, Mapping) else {path + name: value}
    return found


def _seats(row: Row) -> set[tuple[str, str]]:
    stages = (row.get("route") or {}).get("stages") or ()
    return {(stage["name"], person) for stage in stages for person in stage["approvers"]}


@dataclass(frozen=True, slots=True)
class Saw:
    """What a rule of today's policy sees in the facts that were kept: each condition that they do not meet, none if it holds.

    Of a rule that approves also each of its guardrails that they are outside of.
    """

    rule: Rule
    unmet: tuple[str, ...]
    violated: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.unmet and not self.violated


@dataclass(frozen=True, slots=True)
class Trace:
    """How a request went, as it is at `now`. `quota` is None when today's policy has none of that key.

    `same` says whether today's policy is the one that it was routed by, None where that cannot be told; `today` is what today's
    rules ask for the same facts, None without facts. `away` are those who are waited for and away.
    """

    request: Request
    now: datetime
    quota: Quota | None
    overrides: tuple[Override, ...]
    steps: tuple[Step, ...]
    saw: tuple[Saw, ...]
    today: Route | Refused | None
    same: bool | None
    posts: tuple[Post, ...]
    due: tuple[Alarm, ...]
    dead: tuple[Errand, ...]
    away: tuple[Away, ...] = ()


def trace(unit: UnitOfWork, policy: Policy, name: str, now: datetime) -> Trace | None:
    """How a request went, by its id or by an override's; None when nothing has that id. The policy may be one without a hash."""
    override = unit.overrides.get(name)
    request = unit.requests.get(override.request if override else name)
    if request is None:
        return None
    overrides = tuple(unit.overrides.every(request.id))
    names = [request.id, *(o.id for o in overrides)]
    return Trace(
        request=request,
        now=now,
        quota=policy.quota(request.case.quota),
        overrides=overrides,
        steps=_steps(unit, policy, names),
        saw=saw(policy.rules, request.facts) if request.facts else (),
        today=asked(request.facts, policy.rules, NOBODY, request.appeal.rules if request.appeal else ())
        if request.facts
        else None,
        same=policy.hash == request.policy if policy.hash and request.policy else None,
        posts=tuple(post for each in names for post in unit.posts.about(each)),
        due=tuple(unit.agenda.of(names)),
        dead=tuple(e for e in unit.outbox.dead() if not set(names).isdisjoint(e.effect.key.split("/"))),
        away=covers(unit, request, now),
    )


def saw(rules: Iterable[Rule], facts: Facts) -> tuple[Saw, ...]:
    """What each rule sees in these facts, in the order of the policy."""
    return tuple(Saw(r, r.when.unmet(facts), violated(r.approve, facts) if r.approve else ()) for r in rules)


def _steps(unit: UnitOfWork, policy: Policy, names: Iterable[str]) -> tuple[Step, ...]:
    """The entries of all these chains and of those beside them, in the order in which they happened."""
    steps = [step for name in names for step in (*_chain(unit, policy, name), *_beside(unit, name))]
    return tuple(sorted(steps, key=lambda step: step.at))


def _chain(unit: UnitOfWork, policy: Policy, subject: str) -> Iterable[Step]:
    override, before = unit.overrides.get(subject), dict[str, Any]()
    for entry in unit.record.chain(subject):
        after = dict(entry.after)
        limits = _limits(unit, policy, override, before=before, after=after, at=entry.at) if override else None
        yield Step(entry.at, subject, entry.by, entry.did, before, after, limits)
        before = after


def _beside(unit: UnitOfWork, name: str) -> Iterable[Step]:
    """Clicks that changed nothing, and what the requester said of it afterwards."""
    entries = (entry for prefix in (CLICKS, OUTCOME) for entry in unit.record.chain(prefix + name))
    return (Step(e.at, e.subject, e.by, e.did, {}, dict(e.after)) for e in entries)


def _limits(
    unit: UnitOfWork, policy: Policy, override: Override, *, before: Row, after: Row, at: datetime
) -> tuple[int, int] | None:
    """The limit before and after an entry by which the store was read to enforce an override, or not to any more."""
    quota = policy.quota(override.quota)
    began, ended = (after.get(name) is not None and before.get(name) is None for name in ("starts", "gone"))
    if quota is None or override.starts is None or not (began or ended):
        return None
    others = [o for o in unit.overrides.during(quota.key, Window(at, at + INSTANT)) if o.id != override.id and o.in_force(at)]
    without = base_of(unit, policy, quota, policy.window(quota, at)) + sum(o.amount for o in others)
    limits = without, without + override.amount
    return limits if began else limits[::-1]

"""Routing: who must agree to a request, and why.

Two rules. Every rule that matches adds its stages: a rule can only add or refuse, and its conditions only say "at least", so
stricter facts never give a weaker route. (Scope, unit and kind are no stricter than one another: each has a policy of its own.)
The route is total: it names enough people, none of them excluded, or it is a refusal; it is never empty.

A stage is a set of people of whom `quorum` must agree, each person counting in one stage only. Where two stages have only the
same people, the later one gets stand-ins. Whom it asks when nobody answers is compiled with it: its rungs, the nearest first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import IntEnum, StrEnum
from fnmatch import fnmatchcase

from workflows.automatic import Mode
from workflows.money import Unit
from workflows.people import PersonId
from workflows.quotas import Kind
from workflows.refusals import Refused, Why


class Data(IntEnum):
    """How sensitive the data is, mildest first."""

    PUBLIC = 0
    INTERNAL = 1
    CONFIDENTIAL = 2
    RESTRICTED = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Limit(StrEnum):
    """Which limit the request goes past."""

    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may test. `amount` is in `unit`; `percent` is the amount over the base, rounded up."""

    scope: str
    limit: Limit
    amount: int
    unit: Unit
    percent: int
    duration: timedelta
    data: Data
    kind: Kind = Kind.PRODUCTION
    unapproved: tuple[str, ...] = ()  # models asked for that are not approved for the data
    exceptions_30: int = 0  # overrides granted in the scope in the last 30 days, and in the last 90
    exceptions_90: int = 0
    exposure: int = 0  # what its overrides add now, or will when the store confirms them; in `unit`


@dataclass(frozen=True, slots=True)
class When:
    """Conditions; all must hold, and each says "this or stricter". Amounts are in `unit`, and hold for that unit alone."""

    limit: Limit = Limit.SOFT
    over: int = -1
    unit: Unit | None = None
    percent_over: int = -1
    longer_than: timedelta = timedelta(-1)
    data: Data = Data.PUBLIC
    scopes: tuple[str, ...] = ()
    kind: Kind | None = None
    model_not_approved: bool = False
    exceptions_30_over: int = -1
    exceptions_90_over: int = -1
    exposure_over: int = -1
    exposure_unit: Unit | None = None

    def holds(self, facts: Facts) -> bool:
        return not self.unmet(facts)

    def unmet(self, facts: Facts) -> tuple[str, ...]:
        """Every condition that these facts do not meet, by the word that app.yaml has for it."""
        met = (
            ("limit", self.limit is Limit.SOFT or facts.limit is Limit.HARD),
            ("amount", facts.amount > self.over and self.unit in (None, facts.unit)),
            ("percent", facts.percent > self.percent_over),
            ("duration", facts.duration > self.longer_than),
            ("data", facts.data >= self.data),
            ("scope", not self.scopes or any(fnmatchcase(facts.scope, pattern) for pattern in self.scopes)),
            ("kind", self.kind in (None, facts.kind)),
            ("model", not self.model_not_approved or bool(facts.unapproved)),
            ("exceptions in 30 days", facts.exceptions_30 > self.exceptions_30_over),
            ("exceptions in 90 days", facts.exceptions_90 > self.exceptions_90_over),
            ("exposure", facts.exposure > self.exposure_over and self.exposure_unit in (None, facts.unit)),
        )
        return tuple(name for name, holds in met if not holds)


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom a rule asks: `who` is "manager", "manager's manager", "owner", a group's name, or "" with `people` named.

    `first` is how many of them are asked at first, the others only when these do not answer; 0 is all of them.
    """

    who: str = ""
    people: tuple[PersonId, ...] = ()
    quorum: int = 1
    first: int = 0

    def __post_init__(self) -> None:
        _at_least_one(self.quorum)


def _at_least_one(quorum: int) -> None:
    if quorum < 1:
        raise ValueError(f"a quorum of {quorum} asks nobody")


@dataclass(frozen=True, slots=True)
class Approve:
    """Guardrails: inside all of them a rule approves. Each says "this or milder"; None is no bound. Amounts are in its units."""

    mode: Mode
    limit: Limit = Limit.HARD
    amount: int | None = None
    percent: int | None = None
    duration: timedelta | None = None
    data: Data = Data.RESTRICTED
    model_approved: bool = False
    exceptions_30: int | None = None
    exceptions_90: int | None = None
    exposure: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A named line of the routing policy: it asks, refuses with a sentence, or approves inside guardrails.

    Of a rule that approves, `when` says only for which scopes, kind and units it is.
    """

    name: str
    when: When = When()
    ask: tuple[Ask, ...] = ()
    refuse: str = ""
    approve: Approve | None = None
    at_once: bool = False  # it also refuses approvals of requests that were made before it


@dataclass(frozen=True, slots=True)
class Org:
    """The people a route can use, looked up before routing. `line` is the requester's manager, that one's manager, and so on.

    `excluded` may never decide (requester, beneficiary, who stands in for them); `lacking` have no authority for the amount.
    """

    line: tuple[PersonId, ...]
    owner: PersonId | None
    groups: Mapping[str, tuple[PersonId, ...]]
    reachable: frozenset[PersonId]
    excluded: frozenset[PersonId]
    fallback: str = "platform"
    lacking: frozenset[PersonId] = frozenset()
    turn: int = 0  # whose turn it is where few of many are asked first

    def able(self, people: Iterable[PersonId]) -> tuple[PersonId, ...]:
        """Those who can be asked, each once, in the order given."""
        barred = self.excluded | self.lacking
        return tuple(dict.fromkeys(p for p in people if p in self.reachable and p not in barred))

    def boss(self, level: int) -> tuple[PersonId, ...]:
        """Who is so far up the line (the manager 0), or the first above with the authority for it."""
        return next(((p,) for p in self.line[level:] if p not in self.lacking), ())

    def above(self, people: Collection[PersonId]) -> tuple[PersonId, ...]:
        """The line above the highest of these, whoever of it can be asked; none when they are not of the line."""
        places = [n for n, p in enumerate(self.line) if p in people]
        return self.able(self.line[max(places) + 1 :]) if places else ()


@dataclass(frozen=True, slots=True)
class Stage:
    """People of whom `quorum` must agree. `name` is who they are, `rules` why they are asked, `instead` who was missing.

    `rungs` are asked one after the other, beside those who are, when nobody answers; `climbed` counts those that were.
    `first` is how many the rule asks at first, 0 for all.
    """

    name: str
    approvers: tuple[PersonId, ...]
    quorum: int = 1
    rules: tuple[str, ...] = ()
    instead: str = ""
    rungs: tuple[tuple[PersonId, ...], ...] = ()
    climbed: int = 0
    first: int = 0

    def __post_init__(self) -> None:
        _at_least_one(self.quorum)


@dataclass(frozen=True, slots=True)
class Route:
    """The stages of a request, in the order in which they are asked."""

    stages: tuple[Stage, ...] = field(default=())

    def approvers(self) -> tuple[PersonId, ...]:
        """Everyone who may vote, each once."""
        return tuple(dict.fromkeys(p for stage in self.stages for p in stage.approvers))


MANAGER, BOSS, OWNER = "manager", "manager's manager", "owner"  # the words of `ask` that name no group
SECURITY = "security"  # the group that an appeal against a rule goes to
LINE = 2  # rungs up the line; who is higher is not asked for a budget
DEFAULT = Rule("default", ask=(Ask(MANAGER),))  # when no rule asks anyone about the mildest request of the scope, unit and kind


def refusing(facts: Facts, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that refuse such a request."""
    return tuple(rule for rule in rules if rule.refuse and rule.when.holds(facts))


def route(facts: Facts, rules: Sequence[Rule], org: Org, appealed: Collection[str] = ()) -> Route | Refused:
    """The route of a request with these facts, or why there is none."""
    return route_all([(facts, org.owner)], rules, org, appealed)


def route_all(
    parts: Sequence[tuple[Facts, PersonId | None]], rules: Sequence[Rule], org: Org, appealed: Collection[str] = ()
) -> Route | Refused:
    """The route of a request for several quotas, each with its facts and its owner: whoever any of them asks is asked.

    An appeal names the rules against which it goes: they ask security then, before anybody else and with nobody in its place.
    """
    wanted = asked_all(parts, rules, org, appealed)
    way = wanted if isinstance(wanted, Refused) else _reachable(wanted.stages, org)
    broken = any(refusing(facts, rules) for facts, _ in parts)
    return _by_security(way) if isinstance(way, Route) and broken else way


def asked(facts: Facts, rules: Sequence[Rule], org: Org, appealed: Collection[str] = ()) -> Route | Refused:
    """The stages that the rules want, whether or not anybody of them can be asked; or why one refuses."""
    return asked_all([(facts, org.owner)], rules, org, appealed)


def asked_all(
    parts: Sequence[tuple[Facts, PersonId | None]], rules: Sequence[Rule], org: Org, appealed: Collection[str] = ()
) -> Route | Refused:
    """The same of a request for several quotas."""
    asks: list[tuple[Rule, Ask, PersonId | None]] = []
    for facts, owner in parts:
        matching = _matching(facts, rules, appealed)
        if isinstance(matching, Refused):
            return matching
        asks += [(rule, ask, owner) for rule in matching for ask in rule.ask]
    stages: dict[tuple[str, PersonId | None], Stage] = {}
    for because, ask, owner in sorted(asks, key=lambda wanted: not wanted[0].refuse):  # what an appeal is against comes first
        stage = _stage(because, ask, replace(org, owner=owner))
        key = stage.name, owner if ask.who == OWNER else None
        stages[key] = _merge(stages[key], stage) if key in stages else stage
    return Route(tuple(stages.values()))


def _matching(facts: Facts, rules: Sequence[Rule], appealed: Collection[str]) -> list[Rule] | Refused:
    """The rules that ask, those against which an appeal goes among them; or the one that refuses."""
    broken = refusing(facts, rules)
    for rule in broken:
        if rule.name not in appealed:
            return Refused(Why.RULE_REFUSES, {"rule": rule.name, "sentence": rule.refuse})
    matching = [rule for rule in rules if rule.ask and not rule.refuse and rule.when.holds(facts)]
    # Not "when no rule asks": then a rule that adds finance for large amounts would spare them the manager whom small ones ask.
    if not any(rule.when.holds(_mildest(facts)) for rule in matching):
        matching.insert(0, DEFAULT)
    return [*(replace(rule, ask=(Ask(SECURITY),)) for rule in broken), *matching]


def _by_security(way: Route) -> Route | Refused:
    """An appeal is decided by security: neither do others stand in for it, nor are they asked when it is slow."""
    first, *others = way.stages
    if first.instead:
        return Refused(Why.NO_APPROVER, {"stage": first.name, "quorum": first.quorum, "rules": first.rules})
    return Route((replace(first, rungs=()), *others))


def stopped(facts: Facts, rules: Iterable[Rule], appealed: Collection[str] = ()) -> Refused | None:
    """Whether a rule that holds at once, for requests made before it too, refuses one with these facts."""
    found = next((rule for rule in refusing(facts, rules) if rule.at_once and rule.name not in appealed), None)
    return Refused(Why.RULE_REFUSES, {"rule": found.name, "sentence": found.refuse}) if found else None


def _mildest(facts: Facts) -> Facts:
    return Facts(facts.scope, Limit.SOFT, 0, facts.unit, 0, timedelta(), Data.PUBLIC, facts.kind)


def _stage(rule: Rule, ask: Ask, org: Org) -> Stage:
    owner = (org.owner,) if org.owner else ()
    named = {MANAGER: org.boss(0), BOSS: org.boss(1), OWNER: owner, "": ask.people}
    people = named[ask.who] if ask.who in named else org.groups.get(ask.who, ())
    name = ask.who or "people:" + ",".join(sorted(set(ask.people)))
    return Stage(name, people, ask.quorum, (rule.name,), first=ask.first)


def _merge(one: Stage, two: Stage) -> Stage:
    rules = tuple(dict.fromkeys(one.rules + two.rules))
    first = max(one.first, two.first) if one.first and two.first else 0
    return replace(one, quorum=max(one.quorum, two.quorum), rules=rules, first=first)


def _reachable(stages: tuple[Stage, ...], org: Org) -> Route | Refused:
    """Swaps in the fallback group where too few can be asked; refuses when that is not enough either."""
    staffed: list[Stage] = []
    for stage in stages:
        able = replace(stage, approvers=org.able(stage.approvers))
        if seated((*staffed, able), able.approvers + _everyone(staffed)) < _seats((*staffed, able)):
            stand_ins = org.able(able.approvers + org.groups.get(org.fallback, ()))
            able = replace(able, approvers=stand_ins, instead=stage.name)
        staffed.append(able)
        if seated(staffed, _everyone(staffed)) < _seats(staffed):
            return Refused(Why.NO_APPROVER, {"stage": stage.name, "quorum": stage.quorum, "rules": stage.rules})
    return Route(tuple(_laddered(stage, org) for stage in _few(staffed, org)))


def _few(stages: Sequence[Stage], org: Org) -> tuple[Stage, ...]:
    """Where a rule asks few of many first, the others are a rung of their own. All are asked where few would not do."""
    few = tuple(_turned(stage, org.turn) for stage in stages)
    return few if seated(few, _everyone(few)) == _seats(few) else tuple(stages)


def _turned(stage: Stage, turn: int) -> Stage:
    most = max(stage.first, stage.quorum)
    if not stage.first or len(stage.approvers) <= most:
        return stage
    start = turn % len(stage.approvers)
    turned = stage.approvers[start:] + stage.approvers[:start]
    return replace(stage, approvers=turned[:most], rungs=(turned[most:],))


def _laddered(stage: Stage, org: Org) -> Stage:
    """The stage with its rungs: up the line from a manager, then the fallback group."""
    rungs = list(stage.rungs)
    up = [(p,) for p in org.above(stage.approvers)[:LINE]] if stage.name in (MANAGER, BOSS) else []
    for rung in (*up, org.able(org.groups.get(org.fallback, ()))):
        fresh = tuple(p for p in rung if p not in stage.approvers and not any(p in lower for lower in rungs))
        if fresh:
            rungs.append(fresh)
    return replace(stage, rungs=tuple(rungs))


def without(route: Route, gone: Collection[PersonId]) -> Route:
    """The route when some can no longer be asked."""
    return Route(tuple(replace(s, approvers=tuple(p for p in s.approvers if p not in gone)) for s in route.stages))


def climbed(route: Route, stages: Collection[Stage], never: Collection[PersonId]) -> Route | None:
    """The route when the next rung of these stages is asked, too; None when none of them has one. `never` are not asked."""
    raised = [_climb(stage, never) if stage in stages else stage for stage in route.stages]
    return Route(tuple(raised)) if tuple(raised) != route.stages else None


def _climb(stage: Stage, never: Collection[PersonId]) -> Stage:
    """Up to the first rung with somebody on it."""
    for n, rung in enumerate(stage.rungs, start=1):
        fresh = tuple(p for p in rung if p not in never and p not in stage.approvers)
        if fresh:
            more = stage.approvers + fresh
            return replace(stage, approvers=more, rungs=stage.rungs[n:], climbed=stage.climbed + 1)
    return stage


def staffed(route: Route, never: Collection[PersonId]) -> Route | None:
    """The route with rungs asked until every seat can have a person of its own; None when that cannot be."""
    while (able := filled(route.stages, route.approvers())) != tuple(stage.quorum for stage in route.stages):
        short = [stage for stage, seats in zip(route.stages, able, strict=True) if seats < stage.quorum]
        # Which of two stages with the same people comes out short is chance: where it has no rung, the others' may do.
        raised = climbed(route, short, never) or climbed(route, route.stages, never)
        if raised is None:
            return None
        route = raised
    return route


def _everyone(stages: Iterable[Stage]) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(p for stage in stages for p in stage.approvers))


def _seats(stages: Iterable[Stage]) -> int:
    return sum(stage.quorum for stage in stages)


def seated(stages: Sequence[Stage], voters: Collection[PersonId]) -> int:
    """How many seats these voters fill at most when each takes one: the size of a maximum matching."""
    return sum(filled(stages, voters))


def filled(stages: Sequence[Stage], voters: Collection[PersonId]) -> tuple[int, ...]:
    """Seats filled in each stage, earlier stages first; it depends on who voted, not on the order."""
    taken: dict[tuple[int, int], PersonId] = {}
    seats = [(n, seat) for n, stage in enumerate(stages) for seat in range(stage.quorum)]

    def place(seat: tuple[int, int], tried: set[PersonId]) -> bool:
        for voter in sorted(set(voters) & set(stages[seat[0]].approvers)):
            if voter in tried:
                continue
            tried.add(voter)
            held = next((s for s, who in taken.items() if who == voter), None)
            if held is None or place(held, tried):
                taken[seat] = voter
                return True
        return False

    for seat in seats:
        place(seat, set())
    return tuple(sum(1 for n, _ in taken if n == index) for index in range(len(stages)))

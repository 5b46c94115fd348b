"""Routing: who must agree to a request, and why.

Two rules. Every rule that matches adds its stages: a rule can only add or refuse, and its conditions only say "at least", so
stricter facts never give a weaker route.
The route is total: it names enough people, none of them excluded, or it is a refusal; it is never empty.

Where two stages have only the same people, the later one gets stand-ins. Whom it asks when nobody answers is compiled with it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.rules import Ask, Data, Facts, Limit, Rule
from workflows.seats import Route, Stage, seated


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


def _everyone(stages: Iterable[Stage]) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(p for stage in stages for p in stage.approvers))


def _seats(stages: Iterable[Stage]) -> int:
    return sum(stage.quorum for stage in stages)

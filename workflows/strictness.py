"""Strictness: which of two requests asks for more, and which of two answers asks less of people.

Two rules. Facts are compared one by one, and only where scope, unit and kind are the same: a request is as strict as another
when it is so in every fact, so many are neither stricter nor milder than one another. And a monotone policy gives the stricter
of two requests no weaker answer: `breaches` finds where one does.

Of answers a refusal is the strictest. What is approved without a person is the weakest; between them stand the stages.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations, product

from workflows.automatic import Automatic
from workflows.refusals import Refused
from workflows.routing import Data, Facts, Limit, Route, Rule
from workflows.times import INSTANT

Answer = Route | Refused | Automatic
"""What a policy says of a request: who is asked, that it is refused, or that nobody need be asked."""

Sizes = Sequence[int | timedelta]

# What is counted or measured: the word of app.yaml, the fact, and the condition that it is over something.
MEASURES = (
    ("amount", "amount", "over"),
    ("percent", "percent", "percent_over"),
    ("duration", "duration", "longer_than"),
    ("exceptions in 30 days", "exceptions_30", "exceptions_30_over"),
    ("exceptions in 90 days", "exceptions_90", "exceptions_90_over"),
    ("exposure", "exposure", "exposure_over"),
)


def at_least(one: Facts, two: Facts) -> bool:
    """Whether a request is as strict as another: a partial order. Of another scope, unit or kind it is not."""
    same = _family(one) == _family(two)
    return same and set(one.unapproved) >= set(two.unapproved) and _covers(_sizes(one), _sizes(two))


def _family(facts: Facts) -> tuple[object, ...]:
    """What is no stricter than one another: each has a policy of its own."""
    return facts.scope, facts.unit, facts.kind


def _sizes(facts: Facts) -> Sizes:
    """The facts as sizes: more is stricter."""
    return (
        facts.limit is Limit.HARD,
        facts.amount,
        facts.percent,
        facts.duration,
        facts.data,
        bool(facts.unapproved),
        facts.exceptions_30,
        facts.exceptions_90,
        facts.exposure,
    )


def _covers(one: Sizes, two: Sizes) -> bool:
    return all(mine >= other for mine, other in zip(one, two, strict=True))  # type: ignore[operator]


def weaker(one: Answer, than: Answer) -> bool:
    """Whether an answer asks less of people: it lacks a stage, or wants fewer people of one."""
    if isinstance(one, Refused) or isinstance(than, Automatic):
        return False
    if isinstance(than, Refused) or isinstance(one, Automatic):
        return True
    seats = {stage.name: stage.quorum for stage in one.stages}
    return any(seats.get(stage.name, 0) < stage.quorum for stage in than.stages)


def notches(facts: Facts, rules: Sequence[Rule]) -> Iterator[tuple[str, Facts]]:
    """The facts with one of them raised: to just over what the next rule names, or by the least there is where none does."""
    if facts.limit is Limit.SOFT:
        yield "limit", replace(facts, limit=Limit.HARD)
    if facts.data is not Data.RESTRICTED:
        yield "data", replace(facts, data=Data(facts.data + 1))
    if not facts.unapproved:
        yield "model", replace(facts, unapproved=("*",))
    whens = [rule.when for rule in rules if _concerns(rule, facts)]
    for word, fact, over in MEASURES:
        size = getattr(facts, fact)
        mark = min((getattr(when, over) for when in whens if getattr(when, over) >= size), default=size)
        yield word, replace(facts, **{fact: mark + (INSTANT if isinstance(mark, timedelta) else 1)})


def _concerns(rule: Rule, facts: Facts) -> bool:
    """Whether stricter facts of the same scope, unit and kind could make a rule hold."""
    units = {rule.when.unit, rule.when.exposure_unit} - {None, facts.unit}
    return not units and not {"scope", "kind"} & set(rule.when.unmet(facts))


@dataclass(frozen=True, slots=True)
class Breach:
    """A stricter request with a weaker answer: another request, or the milder one itself with one fact, `raised`, stricter."""

    mild: str
    strict: str
    before: Answer
    after: Answer
    raised: str = ""


Sort = tuple[object, ...]
"""Which conditions facts do not meet, rule by rule: those of one scope, unit and kind that are of one sort get one answer."""


class Answers:
    """What a policy says, asked once for each sort of facts."""

    def __init__(self, rules: Sequence[Rule], answer: Callable[[Facts], Answer]) -> None:
        self.rules = rules
        self._answer = answer
        self._given: dict[tuple[Sort, Sort], Answer] = {}

    def sort(self, facts: Facts) -> Sort:
        return tuple(rule.when.unmet(facts) for rule in self.rules)

    def to(self, facts: Facts) -> Answer:
        key = (_family(facts), self.sort(facts))
        if key not in self._given:
            self._given[key] = self._answer(facts)
        return self._given[key]


def breaches(known: Mapping[str, Facts], answers: Answers) -> Iterator[Breach]:
    """Every breach by one notch, and between requests one for each two sorts; `known` are requests' facts by their ids."""
    families: dict[Sort, dict[Sort, dict[str, Facts]]] = {}
    for name, facts in known.items():
        families.setdefault(_family(facts), {}).setdefault(answers.sort(facts), {})[name] = facts
        before = answers.to(facts)
        for word, stricter in notches(facts, answers.rules):
            if weaker(after := answers.to(stricter), before):
                yield Breach(name, name, before, after, word)
    for sorts in families.values():
        for some, others in permutations(sorts.values(), 2):
            before, after = (answers.to(next(iter(each.values()))) for each in (some, others))
            if weaker(after, before) and (pair := _pair(some, others)):
                yield Breach(*pair, before, after)


def _pair(milder: Mapping[str, Facts], stricter: Mapping[str, Facts]) -> tuple[str, str] | None:
    """The first two of which the second is stricter. Where not even the strictest of each fact would do, none is looked at."""
    lowest = [min(each) for each in zip(*map(_sizes, milder.values()), strict=True)]
    highest = [max(each) for each in zip(*map(_sizes, stricter.values()), strict=True)]
    if not _covers(highest, lowest):
        return None
    pairs = product(milder.items(), stricter.items())
    return next(((mild, strict) for (mild, one), (strict, two) in pairs if at_least(two, one)), None)

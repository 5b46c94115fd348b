"""Strictness: which of two requests asks for more, and which of two answers asks less of people.

Two rules. Facts are compared one by one, and only where scope, unit and kind are the same: a request is as strict as another
when it is so in every fact, so many are neither stricter nor milder than one another. And a monotone policy gives the stricter
of two requests no weaker answer: `breaches` finds where one does.

Of answers a refusal is the strictest. What is approved without a person is the weakest; between them stand the stages.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice, permutations, product

from workflows.automatic import Automatic
from workflows.guardrails import violated
from workflows.refusals import Refused
from workflows.rules import Data, Facts, Limit, Rule
from workflows.seats import Route
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
    return not _seats(one) >= _seats(than)


def _seats(route: Route) -> Counter[str]:
    """How many are asked of each kind: owners of several quotas are several stages."""
    seats: Counter[str] = Counter()
    for stage in route.stages:
        seats[stage.name] += stage.quorum
    return seats


def notches(facts: Facts, rules: Sequence[Rule]) -> Iterator[tuple[str, Facts]]:
    """The facts with one of them raised: to just over what the next rule names, or by the least there is where none does."""
    if facts.limit is Limit.SOFT:
        yield "limit", replace(facts, limit=Limit.HARD)
    if facts.data is not Data.RESTRICTED:
        yield "data", replace(facts, data=Data(facts.data + 1))
    if not facts.unapproved:
        yield "model", replace(facts, unapproved=("*",))
    mine = [rule for rule in rules if _concerns(rule, facts)]
    for word, fact, over in MEASURES:
        size = getattr(facts, fact)
        bounds = [getattr(rule.approve, fact) for rule in mine if rule.approve]
        marks = [getattr(rule.when, over) for rule in mine] + [bound for bound in bounds if bound is not None]
        mark = min((mark for mark in marks if mark >= size), default=size)
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
"""What decides about facts of one scope, unit and kind: those of one sort get one answer."""


def unmet(facts: Facts, rules: Sequence[Rule]) -> Sort:
    """Which conditions facts do not meet and which guardrails they are outside of, rule by rule: all that rules decide by."""
    return tuple((rule.when.unmet(facts), violated(rule.approve, facts) if rule.approve else ()) for rule in rules)


class Answers:
    """What a policy says, asked once for each sort of facts."""

    def __init__(
        self, rules: Sequence[Rule], answer: Callable[[Facts], Answer], sort: Callable[[Facts], Sort] | None = None
    ) -> None:
        self.rules = rules
        self.sort = sort or (lambda facts: unmet(facts, rules))
        self._answer = answer
        self._given: dict[tuple[Sort, Sort], Answer] = {}

    def to(self, facts: Facts) -> Answer:
        key = (_family(facts), self.sort(facts))
        if key not in self._given:
            self._given[key] = self._answer(facts)
        return self._given[key]


def breaches(known: Mapping[str, Facts], answers: Answers) -> Iterator[Breach]:
    """Each sort of requests that has a breach by one notch, and each two sorts with a breach between requests of them, once.

    `known` are requests' facts by their ids.
    """
    families: dict[Sort, dict[Sort, dict[str, Facts]]] = {}
    for name, facts in known.items():
        families.setdefault(_family(facts), {}).setdefault(answers.sort(facts), {})[name] = facts
    for sorts in families.values():
        for members in sorts.values():
            yield from _notched(members, answers)
        yield from _between([_Group(members, answers.to(next(iter(members.values())))) for members in sorts.values()])


def _notched(members: Mapping[str, Facts], answers: Answers) -> Iterator[Breach]:
    """Facts of one sort have the same next marks; only where a class begins one more must be looked at."""
    samples: dict[Sort, str] = {}
    for name, facts in members.items():
        samples.setdefault((facts.limit, facts.data, bool(facts.unapproved)), name)
    told: set[str] = set()
    for name in samples.values():
        before = answers.to(members[name])
        for word, stricter in notches(members[name], answers.rules):
            if word not in told and weaker(after := answers.to(stricter), before):
                told.add(word)
                yield Breach(name, name, before, after, word)


class _Group:
    """Requests of one sort, with the least and the most that any of them has of each fact."""

    def __init__(self, members: Mapping[str, Facts], answer: Answer) -> None:
        self.members = members
        self.answer = answer
        columns = list(zip(*map(_sizes, members.values()), strict=True))
        self.least, self.most = [min(column) for column in columns], [max(column) for column in columns]


def _between(groups: Sequence[_Group]) -> Iterator[Breach]:
    """Where not even the most of each fact is as strict as the least of the others, no pair need be looked at."""
    for mild, strict in permutations(groups, 2):
        if not _covers(strict.most, mild.least) or not weaker(strict.answer, mild.answer):
            continue
        pairs = product(mild.members.items(), strict.members.items())
        found = ((one, two) for (one, milder), (two, stricter) in pairs if at_least(stricter, milder))
        yield from (Breach(one, two, mild.answer, strict.answer) for one, two in islice(found, 1))

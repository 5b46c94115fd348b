"""Random organisations: circles of managers, groups that overlap, people who left, who are away, who stand in for each other.

Whoever asks for whatever, others decide it who are here, and of whom there are enough; or it is refused. And more is never
decided by fewer.
"""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.directory import FakeDirectory
from tests.fakes.memory import Memory
from workflows import assessing
from workflows.aways import Away
from workflows.cases import Case, Impact, Term
from workflows.metering import standing
from workflows.money import Unit
from workflows.people import Person, PersonId
from workflows.policy import Organization, People, Policy
from workflows.quotas import Quota
from workflows.refusals import Refused, Why
from workflows.requests import Way
from workflows.rules import Ask, Data, Limit, Rule, When
from workflows.seats import filled

T = TypeVar("T")
CAST = tuple(PersonId(f"U{n}") for n in range(9))
NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
KEY = "platform/search:tokens/month"
RULES = (
    Rule("acknowledge", ask=(Ask("manager"),)),
    Rule("hard stop", When(limit=Limit.HARD), (Ask("owner"), Ask("finance"))),
    Rule("large", When(over=40), (Ask("finance", quorum=2), Ask("manager's manager"))),
    Rule("sensitive", When(data=Data.CONFIDENTIAL), (Ask("security"),)),
    Rule("often", When(exceptions_30_over=0), (Ask(people=CAST[:3]),)),
)

people = st.sampled_from(CAST)
several = st.lists(people, max_size=5, unique=True).map(tuple)
classes = st.sampled_from(Data)
amounts = st.sampled_from([1, 40, 41, 90, 150])
companies = st.builds(
    People,
    managers=st.dictionaries(people, people, min_size=4),
    groups=st.fixed_dictionaries({"finance": several, "security": several, "platform": several}),
)


def two(each: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    """The smaller one first."""
    return st.lists(each, min_size=2, max_size=2).map(sorted)  # type: ignore[type-var]


def case(amount: int, data: Data) -> Case:
    return Case(KEY, amount, Unit.TOKENS, Term(span=timedelta(days=2)), "Why.", Impact("tickets", 1, "me"), data)


@st.composite
def offices(draw: st.DrawFn) -> tuple[Policy, FakeDirectory, Memory]:
    """A company's policy, its people of whom some have left, and who stands in for whom."""
    quota = Quota(KEY, "platform/search", 100, Unit.TOKENS, owner=draw(st.none() | people))
    policy = Policy(Organization("Acme"), (quota,), RULES, draw(companies))
    left = draw(st.sets(people, max_size=3))
    memory = Memory()
    with memory.units() as unit:
        for who, delegate in draw(st.dictionaries(people, people, max_size=4)).items():
            unit.aways.put(Away(who, NOW - timedelta(days=1), NOW + timedelta(days=1), delegate if delegate != who else None))
        unit.commit()
    return policy, FakeDirectory(Person(who, who, can_decide=who not in left) for who in CAST), memory


def way(office: tuple[Policy, FakeDirectory, Memory], requester: PersonId, asked: Case) -> Way | Refused:
    policy, directory, memory = office
    quota = policy.quotas[0]
    org = assessing.organisation(requester, quota, policy, directory)
    with memory.reads() as unit:
        return assessing.way(unit, policy, asked, stands=standing(unit, policy, quota, NOW), org=org, now=NOW)


@given(offices(), people, amounts, classes)
def test_whoever_asks_others_decide_who_are_here_and_enough(
    office: tuple[Policy, FakeDirectory, Memory], requester: PersonId, amount: int, data: Data
) -> None:
    found = way(office, requester, case(amount, data))
    if isinstance(found, Refused):
        assert found.why is Why.NO_APPROVER
        return
    _, directory, memory = office
    with memory.reads() as unit:
        stand_ins = {away.delegate for away in unit.aways.among([requester], NOW)}
    stages = found.route.stages
    ever = {p for stage in stages for p in (*stage.approvers, *(p for rung in stage.rungs for p in rung))}
    assert not ever & {requester, *stand_ins}
    assert {requester, *stand_ins} - {None} == set(found.excluded)
    assert all(directory.people[p].can_decide for p in ever)
    assert stages
    assert filled(stages, found.route.approvers()) == tuple(stage.quorum for stage in stages)


@given(
    offices(),
    people,
    st.tuples(amounts, amounts).map(sorted),
    st.tuples(st.sampled_from(Data), st.sampled_from(Data)).map(sorted),
)
def test_more_is_never_decided_by_fewer(
    office: tuple[Policy, FakeDirectory, Memory], requester: PersonId, amount: list[int], data: list[Data]
) -> None:
    less, more = way(office, requester, case(amount[0], data[0])), way(office, requester, case(amount[1], data[1]))
    if isinstance(less, Refused):
        assert isinstance(more, Refused)
    elif isinstance(more, Way):
        quorums = {stage.name: stage.quorum for stage in more.route.stages}
        assert all(quorums.get(stage.name, 0) >= stage.quorum for stage in less.route.stages)
        assert set(less.excluded) == set(more.excluded)

"""Strictness is a partial order, a monotone policy has no breach, and each way not to be monotone is found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_routing import ACME, SOFT, facts, policies, strictly
from workflows.automatic import Automatic, Mode
from workflows.guardrails import automatic
from workflows.money import Unit
from workflows.people import PersonId
from workflows.quotas import Kind
from workflows.refusals import Refused, Why
from workflows.routing import asked
from workflows.rules import Approve, Ask, Data, Facts, Limit, Rule, When
from workflows.seats import Route, Stage
from workflows.strictness import Answer, Answers, Breach, at_least, breaches, notches, weaker

BOB = PersonId("bob")
REFUSED = Refused(Why.RULE_REFUSES)
APPROVED = Automatic("routine", Mode.ON)
MANAGER, FINANCE = Stage("manager", (BOB,)), Stage("finance", (BOB,))
STRICTER: dict[str, dict[str, object]] = {
    "limit": {"limit": Limit.HARD},
    "amount": {"amount": SOFT.amount + 1},
    "percent": {"percent": SOFT.percent + 1},
    "duration": {"duration": SOFT.duration + timedelta(microseconds=1)},
    "data": {"data": Data.CONFIDENTIAL},
    "model": {"unapproved": ("*",)},
    "exceptions in 30 days": {"exceptions_30": 1},
    "exceptions in 90 days": {"exceptions_90": 1},
    "exposure": {"exposure": 1},
}


def said(rules: Sequence[Rule]) -> Answers:
    return Answers(rules, lambda known: asked(known, rules, ACME))


def changed(**changes: object) -> Facts:
    return replace(SOFT, **changes)  # type: ignore[arg-type]


@given(facts)
def test_a_request_is_as_strict_as_itself(one: Facts) -> None:
    assert at_least(one, one)


@given(facts, facts)
def test_two_that_are_as_strict_as_each_other_are_the_same(one: Facts, two: Facts) -> None:
    assert (at_least(one, two) and at_least(two, one)) == (one == two)


@given(facts, facts, facts)
def test_what_is_stricter_than_something_stricter_is_stricter(one: Facts, two: Facts, three: Facts) -> None:
    two, three = strictly(two, one), strictly(three, strictly(two, one))
    one, two, three = (replace(each, scope="a", unit=Unit.USD, kind=Kind.PRODUCTION) for each in (one, two, three))
    for low, middle, high in permutations((one, two, three)):
        if at_least(high, middle) and at_least(middle, low):
            assert at_least(high, low)


@pytest.mark.parametrize("name", STRICTER)
def test_each_fact_makes_a_request_stricter_and_not_as_strict_the_other_way(name: str) -> None:
    strict = changed(**STRICTER[name])
    assert at_least(strict, SOFT)
    assert not at_least(SOFT, strict)


@pytest.mark.parametrize("other", [{"scope": "platform/x"}, {"unit": Unit.TOKENS}, {"kind": Kind.EXPLORATORY}])
def test_what_has_a_policy_of_its_own_is_neither_stricter_nor_milder(other: dict[str, object]) -> None:
    strict = changed(amount=10**6, **other)
    assert not at_least(strict, SOFT)
    assert not at_least(SOFT, strict)


def test_one_that_asks_for_more_with_milder_data_is_neither() -> None:
    one, two = changed(amount=10**6), changed(data=Data.RESTRICTED)
    assert not at_least(one, two)
    assert not at_least(two, one)


LADDER: list[Answer] = [
    APPROVED,
    Route((MANAGER,)),
    Route((MANAGER, FINANCE)),
    Route((FINANCE, replace(MANAGER, quorum=2))),
    REFUSED,
]


def test_of_answers_each_is_weaker_than_those_after_it_and_none_than_itself() -> None:
    for n, one in enumerate(LADDER):
        assert [weaker(one, other) for other in LADDER] == [m > n for m in range(len(LADDER))]


def test_the_owners_of_two_quotas_are_more_than_one_of_them() -> None:
    owner = Stage("owner", (BOB,))
    assert weaker(Route((owner,)), Route((owner, owner)))
    assert not weaker(Route((owner, owner)), Route((replace(owner, quorum=2),)))


def test_answers_that_ask_different_people_are_weaker_than_one_another() -> None:
    one, two = Route((MANAGER,)), Route((FINANCE,))
    assert weaker(one, two)
    assert weaker(two, one)


@given(facts, policies())
def test_every_notch_is_stricter_in_the_fact_that_it_names(known: Facts, rules: list[Rule]) -> None:
    for name, raised in notches(known, rules):
        assert at_least(raised, known)
        assert raised != known
        (fact,) = {n for n in Facts.__dataclass_fields__ if getattr(raised, n) != getattr(known, n)}
        assert fact in STRICTER[name]


def test_every_fact_that_can_be_stricter_has_a_notch() -> None:
    assert [name for name, _ in notches(SOFT, [])] == sorted(STRICTER, key=["limit", "data", "model"].__contains__, reverse=True)
    worst = changed(limit=Limit.HARD, data=Data.RESTRICTED, unapproved=("m",))
    assert {"limit", "data", "model"}.isdisjoint(dict(notches(worst, [])))


def test_every_fact_is_compared_or_sets_requests_apart() -> None:
    compared = {name for changes in STRICTER.values() for name in changes}
    assert compared | {"scope", "unit", "kind"} == set(Facts.__dataclass_fields__)


def test_a_notch_goes_past_the_next_rule_for_such_requests() -> None:
    rules = [
        Rule("larger", When(over=1_000)),
        Rule("large", When(over=500, unit=Unit.USD)),
        Rule("small", When(over=50)),
        Rule("many tokens", When(over=200, unit=Unit.TOKENS)),
        Rule("elsewhere", When(over=300, scopes=("x*",))),
        Rule("experiments", When(over=300, kind=Kind.EXPLORATORY)),
    ]
    assert dict(notches(SOFT, rules))["amount"].amount == 501


def test_a_notch_goes_past_the_next_guardrail_too() -> None:
    rules = [Rule("large", When(over=500)), Rule("routine", approve=Approve(Mode.ON, amount=200, duration=timedelta(days=2)))]
    raised = dict(notches(SOFT, rules))
    assert raised["amount"].amount == 201
    assert raised["duration"].duration == timedelta(days=2, microseconds=1)
    assert raised["percent"].percent == SOFT.percent + 1


def test_a_rule_that_would_approve_only_what_is_large_is_found_by_its_mark() -> None:
    """`When` may say so, but no app.yaml can."""
    rules = [Rule("generous", When(over=200), approve=Approve(Mode.ON, amount=300))]

    def answer(known: Facts) -> Answer:
        auto = automatic(known, rules)
        return auto if auto and auto.would else Route((MANAGER,))

    known = {"R1": SOFT, "R2": changed(amount=250), "R3": changed(amount=400)}
    found = list(breaches(known, Answers(rules, answer)))
    assert [(b.mild, b.strict, b.raised) for b in found] == [("R1", "R1", "amount"), ("R1", "R2", "")]


@given(policies(), st.lists(facts, max_size=8))
def test_a_policy_of_rules_that_only_say_this_or_stricter_has_no_breach(rules: list[Rule], known: list[Facts]) -> None:
    assert list(breaches({f"R{n}": one for n, one in enumerate(known)}, said(rules))) == []


@given(policies(), st.lists(facts, max_size=8))
def test_facts_of_one_sort_get_the_same_answer(rules: list[Rule], known: list[Facts]) -> None:
    answers = said(rules)
    for one in known:
        direct, found = asked(one, rules, ACME), answers.to(one)
        assert isinstance(found, type(direct))
        assert not weaker(found, direct)
        assert not weaker(direct, found)


def spared(known: Facts) -> Answer:
    """Whom no policy should spare: who asks for more than 200 skips the manager."""
    return Route((MANAGER,)) if known.amount <= 200 else Route((FINANCE,))


SPARING = Answers([Rule("large", When(over=200), (Ask("finance"),))], spared)


def test_a_stricter_request_with_a_weaker_answer_is_named_with_the_milder_one() -> None:
    known = {
        "R1": changed(amount=100, data=Data.CONFIDENTIAL),
        "R2": changed(amount=300),
        "R3": changed(amount=300, data=Data.RESTRICTED),
    }
    found = [b for b in breaches(known, SPARING) if not b.raised]
    assert found == [Breach("R1", "R3", Route((MANAGER,)), Route((FINANCE,)))]


def test_one_request_alone_shows_it_when_a_notch_is_answered_more_weakly() -> None:
    found = list(breaches({"R1": SOFT}, SPARING))
    assert found == [Breach("R1", "R1", Route((MANAGER,)), Route((FINANCE,)), "amount")]


def test_a_rule_that_approves_what_is_large_is_found() -> None:
    generous = Answers([Rule("large", When(over=200))], lambda f: APPROVED if f.amount > 200 else Route((MANAGER,)))
    assert [b.raised for b in breaches({"R1": SOFT, "R2": changed(amount=300)}, generous)] == ["amount", ""]


def test_requests_of_different_scopes_are_never_a_pair() -> None:
    known = {"R1": SOFT, "R2": changed(amount=300, scope="platform/mobile")}
    assert [b.raised for b in breaches(known, SPARING)] == ["amount"]

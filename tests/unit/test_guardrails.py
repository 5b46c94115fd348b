"""Guardrails: each that is passed is named, alone and together; the stricter is never approved where the milder is not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_routing import facts, strictly
from workflows.automatic import Automatic, Mode
from workflows.guardrails import automatic, violated
from workflows.money import Unit, usd
from workflows.quotas import Kind
from workflows.rules import Approve, Data, Facts, Limit, Rule, When

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WITHIN = Approve(
    Mode.SHADOW,
    limit=Limit.SOFT,
    amount=usd(100),
    percent=5,
    duration=DAY,
    data=Data.INTERNAL,
    model_approved=True,
    exceptions_30=2,
    exceptions_90=4,
    exposure=usd(300),
)
EDGE = Facts(
    "platform/search",
    Limit.SOFT,
    usd(100),
    Unit.USD,
    5,
    DAY,
    Data.INTERNAL,
    exceptions_30=2,
    exceptions_90=4,
    exposure=usd(300),
)
PAST: dict[str, dict[str, Any]] = {
    "limit": {"limit": Limit.HARD},
    "amount": {"amount": usd(100) + 1},
    "percent": {"percent": 6},
    "duration": {"duration": DAY + timedelta(microseconds=1)},
    "data": {"data": Data.CONFIDENTIAL},
    "model": {"unapproved": ("claude-opus-*",)},
    "exceptions in 30 days": {"exceptions_30": 3},
    "exceptions in 90 days": {"exceptions_90": 5},
    "exposure": {"exposure": usd(300) + 1},
}
ROUTINE = Rule("routine", approve=WITHIN)


def test_on_every_edge_nothing_is_violated() -> None:
    assert violated(WITHIN, EDGE) == ()


@pytest.mark.parametrize("name", PAST)
def test_each_guardrail_is_named_when_it_alone_is_passed(name: str) -> None:
    assert violated(WITHIN, replace(EDGE, **PAST[name])) == (name,)


def test_all_are_named_when_all_are_passed() -> None:
    everything = {key: value for one in PAST.values() for key, value in one.items()}
    assert violated(WITHIN, replace(EDGE, **everything)) == tuple(PAST)


@pytest.mark.parametrize("name", PAST)
def test_a_guardrail_that_is_not_set_is_never_passed(name: str) -> None:
    assert violated(Approve(Mode.ON), replace(EDGE, **PAST[name])) == ()


def test_without_a_rule_that_approves_nothing_is_said() -> None:
    assert automatic(EDGE, [Rule("acknowledge"), Rule("no", refuse="No.")]) is None


OTHERS = {"scope": When(scopes=("platform/mobile",)), "kind": When(kind=Kind.EXPLORATORY), "unit": When(unit=Unit.TOKENS)}


@pytest.mark.parametrize("when", OTHERS.values(), ids=OTHERS)
def test_a_rule_for_another_scope_kind_or_unit_says_nothing(when: When) -> None:
    assert automatic(EDGE, [replace(ROUTINE, when=when)]) is None


@pytest.mark.parametrize("mode", Mode)
def test_a_rule_that_would_approve_does_so_only_when_it_is_on(mode: Mode) -> None:
    said = automatic(EDGE, [replace(ROUTINE, approve=replace(WITHIN, mode=mode))])
    assert said == Automatic("routine", mode)
    assert said.would
    assert said.approves is (mode is Mode.ON)


def test_what_lies_outside_of_every_rule_is_named_beside_its_own() -> None:
    said = automatic(replace(EDGE, amount=usd(500)), [ROUTINE], ("further quotas",))
    assert said == Automatic("routine", Mode.SHADOW, ("amount", "further quotas"))


def test_of_several_rules_the_one_that_approves_speaks_then_one_that_would_then_the_nearest() -> None:
    shadow = Rule("shadow", approve=Approve(Mode.SHADOW, amount=usd(500)))
    on = Rule("on", approve=Approve(Mode.ON, amount=usd(100)))
    strict = Rule("strict", approve=Approve(Mode.ON, amount=usd(10), percent=1, limit=Limit.SOFT))
    rules = [strict, shadow, on]
    said = [automatic(replace(EDGE, amount=usd(dollars)), rules) for dollars in (50, 400, 900)]
    assert [one and (one.rule, one.would) for one in said] == [("on", True), ("shadow", True), ("on", False)]


bounds = st.builds(
    Approve,
    mode=st.sampled_from(Mode),
    limit=st.sampled_from(Limit),
    amount=st.none() | st.integers(0, 4),
    percent=st.none() | st.integers(0, 4),
    duration=st.none() | st.integers(0, 4).map(lambda n: n * HOUR),
    data=st.sampled_from(Data),
    model_approved=st.booleans(),
    exceptions_30=st.none() | st.integers(0, 4),
    exceptions_90=st.none() | st.integers(0, 4),
    exposure=st.none() | st.integers(0, 4),
)
rules = st.lists(
    st.builds(
        Rule,
        st.sampled_from(["a", "b"]),
        st.builds(When, scopes=st.sampled_from([(), ("a*",)]), unit=st.none() | st.just(Unit.USD)),
        approve=st.none() | bounds,
    ),
    max_size=4,
)


@given(facts, facts, rules)
def test_stricter_facts_are_never_approved_where_milder_ones_are_not(mild: Facts, other: Facts, given_: list[Rule]) -> None:
    strict = strictly(mild, other)
    weaker, stronger = automatic(mild, given_), automatic(strict, given_)
    if stronger is not None:
        assert weaker is not None
        assert weaker.approves or not stronger.approves
        assert weaker.would or not stronger.would

"""Who is asked next: a ladder never leads to somebody who may not decide, and climbing it comes to an end."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_routing import ACME, ADA, BOB, CY, DI, EVE, PAT, SAM, SOFT, facts, orgs, people, policies
from workflows.people import PersonId
from workflows.refusals import Refused
from workflows.routing import Org, route
from workflows.rules import Ask, Facts, Rule
from workflows.seats import Route, Stage, climbed, filled, staffed, without

LIN, NOOR = PersonId("lin"), PersonId("noor")
LINE = replace(ACME, line=(BOB, CY, DI, SAM), reachable=ACME.reachable | {LIN, NOOR})
MANAGER, BOSS = [Rule("m", ask=(Ask("manager"),))], [Rule("b", ask=(Ask("manager's manager"),))]


@st.composite
def gradual(draw: st.DrawFn) -> list[Rule]:
    """Policies some of whose rules ask few of many first."""
    few = st.integers(0, 2)
    return [replace(rule, ask=tuple(replace(ask, first=draw(few)) for ask in rule.ask)) for rule in draw(policies())]


turning = st.builds(replace, orgs, turn=st.integers(0, 5))


def only(way: Route | Refused) -> Stage:
    assert isinstance(way, Route)
    (stage,) = way.stages
    return stage


@given(facts, gradual(), turning)
def test_no_rung_holds_somebody_who_may_not_or_cannot_decide_nor_somebody_twice(
    known: Facts, rules: list[Rule], org: Org
) -> None:
    way = route(known, rules, org)
    if isinstance(way, Refused):
        return
    for stage in way.stages:
        above = [p for rung in stage.rungs for p in rung]
        assert not set(above) & (org.excluded | org.lacking)
        assert set(above) <= org.reachable
        assert len({*above, *stage.approvers}) == len(above) + len(stage.approvers)
        assert all(stage.rungs)
        assert stage.climbed == 0


@given(facts, gradual(), turning, st.frozensets(people, max_size=3))
def test_climbing_asks_everybody_there_is_and_ends(known: Facts, rules: list[Rule], org: Org, never: frozenset[PersonId]) -> None:
    way = route(known, rules, org)
    if isinstance(way, Refused):
        return
    top, steps = way, 0
    while (higher := climbed(top, top.stages, never)) is not None:
        for before, after in zip(top.stages, higher.stages, strict=True):
            assert after.approvers[: len(before.approvers)] == before.approvers
            assert not (set(after.approvers) - set(before.approvers)) & never
            assert (after.name, after.quorum, after.rules) == (before.name, before.quorum, before.rules)
        top, steps = higher, steps + 1
    assert steps <= max(len(stage.rungs) for stage in way.stages)
    for stage, asked in zip(way.stages, top.stages, strict=True):
        assert set(asked.approvers) == {*stage.approvers, *(p for rung in stage.rungs for p in rung if p not in never)}


@given(facts, gradual(), turning, st.frozensets(people, max_size=3))
def test_a_route_without_some_is_staffed_again_or_cannot_be(
    known: Facts, rules: list[Rule], org: Org, gone: frozenset[PersonId]
) -> None:
    way = route(known, rules, org)
    if isinstance(way, Refused):
        return
    left = without(way, gone)
    assert not set(left.approvers()) & gone
    full = staffed(left, gone)
    every = {p for stage in left.stages for p in (*stage.approvers, *(p for rung in stage.rungs for p in rung))} - gone
    if full is None:
        most = left
        while (higher := climbed(most, most.stages, gone)) is not None:
            most = higher
        assert filled(most.stages, tuple(every)) != tuple(stage.quorum for stage in way.stages)
    else:
        assert filled(full.stages, full.approvers()) == tuple(stage.quorum for stage in way.stages)
        assert set(full.approvers()) <= every
        if filled(left.stages, left.approvers()) == tuple(stage.quorum for stage in way.stages):
            assert full == left


# Examples: bob manages ada, cy manages bob, di manages cy, sam manages di; pat stands in.


def test_a_manager_is_followed_by_two_of_the_line_and_then_by_who_stands_in() -> None:
    assert only(route(SOFT, MANAGER, LINE)) == Stage("manager", (BOB,), 1, ("m",), rungs=((CY,), (DI,), (PAT,)))
    assert only(route(SOFT, BOSS, LINE)).approvers == (CY,)
    assert only(route(SOFT, BOSS, LINE)).rungs == ((DI,), (SAM,), (PAT,))


def test_who_is_not_of_the_line_is_followed_by_who_stands_in() -> None:
    assert only(route(SOFT, [Rule("f", ask=(Ask("finance"),))], LINE)).rungs == ((PAT,),)
    owned = replace(LINE, owner=BOB)
    assert only(route(SOFT, [Rule("o", ask=(Ask("owner"),))], owned)).rungs == ((PAT,),)


def test_the_fallback_group_is_the_last_rung_and_nobody_stands_on_two() -> None:
    shared = replace(LINE, groups={**LINE.groups, "platform": (CY, LIN, BOB)})
    assert only(route(SOFT, MANAGER, shared)).rungs == ((CY,), (DI,), (LIN,))
    assert only(route(SOFT, MANAGER, replace(LINE, groups={}))).rungs == ((CY,), (DI,))


def test_above_a_stand_in_of_the_line_only_the_line_above_is_a_rung() -> None:
    missing = replace(LINE, reachable=LINE.reachable - {BOB}, groups={"platform": (CY, LIN)})
    stage = only(route(SOFT, MANAGER, missing))
    assert (stage.approvers, stage.instead, stage.rungs) == ((CY, LIN), "manager", ((DI,), (SAM,)))
    higher = replace(missing, line=(BOB, CY, DI, SAM, NOOR), groups={"platform": (CY, DI)})
    assert only(route(SOFT, MANAGER, higher)).rungs == ((SAM,), (NOOR,))
    apart = replace(missing, groups={"platform": (LIN,)})
    assert only(route(SOFT, MANAGER, apart)).rungs == ()


def test_who_lacks_the_authority_is_passed_over_in_the_line() -> None:
    poor = replace(LINE, lacking=frozenset({BOB, DI}))
    assert (only(route(SOFT, MANAGER, poor)).approvers, only(route(SOFT, MANAGER, poor)).rungs) == ((CY,), ((SAM,), (PAT,)))
    assert only(route(SOFT, BOSS, replace(LINE, lacking=frozenset({CY})))).approvers == (DI,)
    short = replace(LINE, line=(BOB,))
    assert (only(route(SOFT, BOSS, short)).approvers, only(route(SOFT, BOSS, short)).instead) == ((PAT,), "manager's manager")


def test_a_stage_climbs_to_the_first_rung_with_somebody_on_it_and_counts_it() -> None:
    stage = Stage("manager", (BOB,), rungs=((CY,), (DI, BOB), (SAM, EVE)))
    beside = Stage("owner", (PAT,), rungs=((LIN,),))
    up = climbed(Route((stage, beside)), [stage], {CY, ADA})
    assert up == Route((replace(stage, approvers=(BOB, DI), rungs=((SAM, EVE),), climbed=1), beside))
    assert up is not None
    again = climbed(up, [up.stages[0]], {SAM})
    assert again is not None
    assert again.stages[0] == replace(stage, approvers=(BOB, DI, EVE), rungs=(), climbed=2)
    assert climbed(again, [again.stages[0]], ()) is None
    assert climbed(Route((stage,)), [stage], {CY, DI, SAM, EVE}) is None
    assert climbed(Route((stage,)), [beside], ()) is None


def test_only_the_stage_that_is_short_is_helped_and_another_ladder_where_it_has_none() -> None:
    manager, owner = Stage("manager", (BOB,), rungs=((LIN,),)), Stage("owner", (CY,), rungs=((NOOR,),))
    helped = staffed(without(Route((manager, owner)), {CY}), {CY})
    assert helped is not None
    assert [stage.approvers for stage in helped.stages] == [(BOB,), (NOOR,)]
    crossed = Route((Stage("manager", (BOB,), rungs=((LIN,),)), Stage("owner", (BOB,))))
    both = staffed(crossed, ())
    assert both is not None
    assert [stage.approvers for stage in both.stages] == [(BOB, LIN), (BOB,)]
    assert staffed(Route((Stage("manager", ()),)), ()) is None

"""A route is total, never empty, never asks somebody excluded, can always be completed, and never gets weaker."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.automatic import Mode
from workflows.money import Unit
from workflows.people import PersonId
from workflows.quotas import Kind
from workflows.refusals import Refused, Why
from workflows.routing import Org, asked, route, route_all
from workflows.rules import Approve, Ask, Data, Facts, Limit, Rule, When
from workflows.seats import Route, Stage, filled, seated

ADA, BOB, CY, DI, SAM, PAT, EVE = CAST = tuple(PersonId(name) for name in ("ada", "bob", "cy", "di", "sam", "pat", "eve"))
HOUR = timedelta(hours=1)

people = st.sampled_from(CAST)
some = st.lists(people, max_size=4).map(tuple)
asks = st.builds(
    Ask,
    st.sampled_from(["manager", "manager's manager", "owner", "finance", "security", "platform", "nobody"]),
    quorum=st.integers(1, 3),
) | (st.builds(Ask, people=some, quorum=st.integers(1, 3)))
whens = st.builds(
    When,
    limit=st.sampled_from(Limit),
    over=st.integers(-1, 3),
    unit=st.none() | st.sampled_from([Unit.USD, Unit.TOKENS]),
    percent_over=st.integers(-1, 3),
    longer_than=st.integers(-1, 3).map(lambda n: n * HOUR),
    data=st.sampled_from(Data),
    scopes=st.sampled_from([(), ("a",), ("a*",), ("b", "c")]),
    kind=st.none() | st.sampled_from(Kind),
    model_not_approved=st.booleans(),
    exceptions_30_over=st.integers(-1, 2),
    exceptions_90_over=st.integers(-1, 2),
    exposure_over=st.integers(-1, 2),
    exposure_unit=st.none() | st.sampled_from([Unit.USD, Unit.TOKENS]),
)
easy = st.just(When()) | st.builds(When, limit=st.sampled_from(Limit)) | st.builds(When, data=st.sampled_from(Data)) | whens


@st.composite
def policies(draw: st.DrawFn, refusing: bool = True) -> list[Rule]:
    refusals = st.sampled_from(["", "", "", "no"]) if refusing else st.just("")
    rows = draw(st.lists(st.tuples(easy, st.lists(asks, max_size=2).map(tuple), refusals), max_size=4))
    return [Rule(f"rule {n}", when, ask, refuse) for n, (when, ask, refuse) in enumerate(rows)]


facts = st.builds(
    Facts,
    scope=st.sampled_from(["a", "ab", "b"]),
    limit=st.sampled_from(Limit),
    amount=st.integers(0, 4),
    unit=st.sampled_from([Unit.USD, Unit.TOKENS]),
    percent=st.integers(0, 4),
    duration=st.integers(0, 4).map(lambda n: n * HOUR),
    data=st.sampled_from(Data),
    kind=st.sampled_from(Kind),
    unapproved=st.sampled_from([(), ("m",), ("m", "n")]),
    exceptions_30=st.integers(0, 3),
    exceptions_90=st.integers(0, 3),
    exposure=st.integers(0, 3),
)
orgs = st.builds(
    Org,
    line=st.lists(people, max_size=3, unique=True).map(tuple),
    owner=st.none() | people,
    groups=st.fixed_dictionaries({}, optional={"finance": some, "security": some, "platform": some}),
    reachable=st.frozensets(people) | st.just(frozenset(CAST)),
    excluded=st.frozensets(people, max_size=2),
    lacking=st.just(frozenset()) | st.frozensets(people, max_size=2),
)


def enough(stages: Iterable[tuple[Iterable[PersonId], int]]) -> bool:
    """Whether every seat can have a person of its own, by Hall: any stages together have as many people as seats."""
    wanted = [(frozenset(people), quorum) for people, quorum in stages]
    return all(
        len(frozenset[PersonId]().union(*(people for people, _ in chosen))) >= sum(quorum for _, quorum in chosen)
        for size in range(len(wanted) + 1)
        for chosen in combinations(wanted, size)
    )


def boss(org: Org, level: int) -> tuple[PersonId, ...]:
    """Who is so high above the requester, or the next above them who may approve so much."""
    able = [p for n, p in enumerate(org.line) if n >= level and p not in org.lacking]
    return tuple(able[:1])


def wanted(known: Facts, rules: Sequence[Rule], org: Org) -> dict[str, tuple[tuple[PersonId | None, ...], int]]:
    """Whom the rules want, by stage, with the quorum: written as plainly as it goes."""
    asked = [ask for rule in rules if rule.when.holds(known) for ask in rule.ask]
    mild = Facts(known.scope, Limit.SOFT, 0, known.unit, 0, timedelta(), Data.PUBLIC, known.kind)
    if not any(rule.ask for rule in rules if rule.when.holds(mild)):
        asked.append(Ask("manager"))
    found: dict[str, tuple[tuple[PersonId | None, ...], int]] = {}
    for ask in asked:
        name = ask.who or f"people:{','.join(sorted(set(ask.people)))}"
        line = {"manager": boss(org, 0), "manager's manager": boss(org, 1), "owner": (org.owner,)}
        people = {**org.groups, **line}.get(ask.who, ()) if ask.who else ask.people
        found[name] = (people, max(ask.quorum, found.get(name, ((), 0))[1]))
    return found


def strictly(one: Facts, two: Facts) -> Facts:
    """The stricter of two facts, each way, on the scope, unit and kind of the first."""
    return replace(
        one,
        limit=Limit.HARD if Limit.HARD in (one.limit, two.limit) else Limit.SOFT,
        amount=max(one.amount, two.amount),
        percent=max(one.percent, two.percent),
        duration=max(one.duration, two.duration),
        data=max(one.data, two.data),
        unapproved=one.unapproved or two.unapproved,
        exceptions_30=max(one.exceptions_30, two.exceptions_30),
        exceptions_90=max(one.exceptions_90, two.exceptions_90),
        exposure=max(one.exposure, two.exposure),
    )


@given(facts, policies(), orgs)
def test_a_route_asks_somebody_and_only_people_who_may_and_can_decide(known: Facts, rules: list[Rule], org: Org) -> None:
    way = route(known, rules, org)
    if isinstance(way, Refused):
        assert way.why in (Why.RULE_REFUSES, Why.NO_APPROVER)
        return
    assert not any(rule.refuse for rule in rules if rule.when.holds(known))
    assert way.approvers()
    assert not set(way.approvers()) & (org.excluded | org.lacking)
    assert set(way.approvers()) <= org.reachable
    assert all(len(set(stage.approvers)) == len(stage.approvers) >= stage.quorum >= 1 for stage in way.stages)
    assert all(stage.rules for stage in way.stages)


@given(facts, policies(), orgs)
def test_a_route_can_be_completed_by_distinct_people(known: Facts, rules: list[Rule], org: Org) -> None:
    way = route(known, rules, org)
    if isinstance(way, Route):
        assert enough((stage.approvers, stage.quorum) for stage in way.stages)
        assert seated(way.stages, way.approvers()) == sum(stage.quorum for stage in way.stages)


@given(facts, facts, policies(), orgs)
def test_stricter_facts_never_give_a_weaker_route(mild: Facts, other: Facts, rules: list[Rule], org: Org) -> None:
    strict = strictly(mild, other)
    weaker, stronger = route(mild, rules, org), route(strict, rules, org)
    if isinstance(weaker, Refused):
        assert isinstance(stronger, Refused)
    elif isinstance(stronger, Route):
        quorums = {stage.name: stage.quorum for stage in stronger.stages}
        assert all(quorums.get(stage.name, 0) >= stage.quorum for stage in weaker.stages)


def test_a_rule_for_large_amounts_does_not_spare_them_the_manager_whom_small_ones_ask() -> None:
    rules = [Rule("large", When(over=1000), (Ask("finance"),))]
    assert names(route(SOFT, rules, ACME)) == ["manager"]
    assert names(route(replace(SOFT, amount=1001), rules, ACME)) == ["manager", "finance"]


@given(facts, policies(), orgs, st.data())
def test_the_order_of_rules_changes_only_the_order_of_stages(
    known: Facts, rules: list[Rule], org: Org, data: st.DataObject
) -> None:
    one, two = route(known, rules, org), route(known, data.draw(st.permutations(rules)), org)
    if isinstance(one, Refused):
        assert isinstance(two, Refused)
        assert two.why is one.why
    else:
        assert isinstance(two, Route)
        assert {(s.name, s.quorum, frozenset(s.rules)) for s in two.stages} == {
            (s.name, s.quorum, frozenset(s.rules)) for s in one.stages
        }


@given(facts, policies(refusing=False), orgs)
def test_the_stages_are_those_that_the_matching_rules_want(known: Facts, rules: list[Rule], org: Org) -> None:
    way, stages = route(known, rules, org), wanted(known, rules, org)
    if isinstance(way, Route):
        assert {stage.name: stage.quorum for stage in way.stages} == {name: quorum for name, (_, quorum) in stages.items()}


@given(facts, policies(refusing=False), orgs)
def test_nobody_stands_in_while_those_named_are_enough(known: Facts, rules: list[Rule], org: Org) -> None:
    way, stages = route(known, rules, org), wanted(known, rules, org)
    named = {name: org.able(p for p in people if p) for name, (people, _) in stages.items()}
    if enough((named[name], quorum) for name, (_, quorum) in stages.items()):
        assert isinstance(way, Route)
        assert {stage.name: stage.approvers for stage in way.stages} == named
        assert not any(stage.instead for stage in way.stages)
    elif isinstance(way, Route):
        spare = org.able(org.groups.get(org.fallback, ()))
        for stage in way.stages:
            assert stage.instead in ("", stage.name)
            assert set(stage.approvers) == {*named[stage.name], *(spare if stage.instead else ())}


@given(facts, policies(refusing=False), orgs)
def test_it_is_refused_exactly_when_even_with_stand_ins_there_are_too_few(known: Facts, rules: list[Rule], org: Org) -> None:
    spare = org.groups.get(org.fallback, ())
    most = [(org.able(p for p in (*people, *spare) if p), quorum) for people, quorum in wanted(known, rules, org).values()]
    assert isinstance(route(known, rules, org), Route) == enough(most)


@given(facts, policies(), orgs)
def test_a_rule_that_refuses_beats_all_others(known: Facts, rules: list[Rule], org: Org) -> None:
    refused = route(known, [*rules, Rule("wrong model", refuse="Not this model.")], org)
    assert isinstance(refused, Refused)
    assert refused.why is Why.RULE_REFUSES
    if not any(rule.refuse for rule in rules):
        assert refused.facts == {"rule": "wrong model", "sentence": "Not this model."}


# Examples: ada asks, bob manages her, cy and di are finance, sam is security, pat owns the platform.

SOFT = Facts("platform/search", Limit.SOFT, 100, Unit.USD, 10, timedelta(days=1), Data.INTERNAL)
ACME = Org(
    line=(BOB,),
    owner=PAT,
    groups={"finance": (CY, DI), "security": (SAM,), "platform": (PAT,)},
    reachable=frozenset(CAST),
    excluded=frozenset({ADA}),
)
DEFAULTS = [
    Rule("acknowledge", When(limit=Limit.SOFT), (Ask("manager"),)),
    Rule("hard stop", When(limit=Limit.HARD), (Ask("owner"), Ask("finance"))),
    Rule("sensitive", When(data=Data.CONFIDENTIAL), (Ask("security"),)),
]


@pytest.mark.parametrize("fact", ["over", "percent_over", "exceptions_30_over", "exceptions_90_over", "exposure_over"])
def test_a_rule_for_more_than_nothing_is_no_rule_for_the_mildest_request(fact: str) -> None:
    """Then the manager would be spared by a rule that asks finance about any second exception."""
    once = replace(SOFT, amount=1, percent=1, exceptions_30=1, exceptions_90=1, exposure=1)
    assert names(route(once, [Rule("any", When(**{fact: 0}), (Ask("finance"),))], ACME)) == ["manager", "finance"]  # type: ignore[arg-type]
    assert names(route(once, [Rule("all", When(**{fact: -1}), (Ask("finance"),))], ACME)) == ["finance"]  # type: ignore[arg-type]


def test_a_rule_for_the_kind_of_a_quota_is_its_policy() -> None:
    rules = [Rule("play", When(kind=Kind.EXPLORATORY), (Ask("finance"),))]
    assert names(route(replace(SOFT, kind=Kind.EXPLORATORY), rules, ACME)) == ["finance"]
    assert names(route(SOFT, rules, ACME)) == ["manager"]


def names(way: Route | Refused) -> list[str]:
    assert isinstance(way, Route)
    return [stage.name for stage in way.stages]


def test_a_soft_limit_asks_the_manager() -> None:
    assert route(SOFT, DEFAULTS, ACME) == Route((Stage("manager", (BOB,), 1, ("acknowledge",), rungs=((PAT,),)),))


def test_a_hard_limit_asks_owner_and_finance_too_and_sensitive_data_security() -> None:
    hard = replace(SOFT, limit=Limit.HARD)
    assert names(route(hard, DEFAULTS, ACME)) == ["manager", "owner", "finance"]
    assert names(route(replace(hard, data=Data.RESTRICTED), DEFAULTS, ACME)) == ["manager", "owner", "finance", "security"]


@pytest.mark.parametrize("rules", [[], [Rule("says nothing")], [Rule("large", When(over=10**9), (Ask("finance"),))]])
def test_without_a_rule_that_asks_the_manager_is_asked(rules: list[Rule]) -> None:
    way = route(SOFT, rules, ACME)
    assert way == Route((Stage("manager", (BOB,), 1, ("default",), rungs=((PAT,),)),))


def test_a_rule_that_asks_and_refuses_refuses() -> None:
    refused = route(SOFT, [Rule("both", ask=(Ask("manager"),), refuse="Not now.")], ACME)
    assert refused == Refused(Why.RULE_REFUSES, {"rule": "both", "sentence": "Not now."})


def test_a_request_for_two_quotas_asks_whoever_either_of_them_asks() -> None:
    rules = [
        Rule("owner", ask=(Ask("owner"),)),
        Rule("large", When(over=1_000), ask=(Ask("finance", quorum=2),)),
        Rule("some", ask=(Ask("finance"),)),
    ]
    way = route_all([(SOFT, PAT), (replace(SOFT, amount=1_001), SAM), (SOFT, PAT)], rules, ACME)
    assert isinstance(way, Route)
    asked = [(stage.name, stage.approvers, stage.quorum) for stage in way.stages]
    assert asked == [("owner", (PAT,), 1), ("finance", (CY, DI), 2), ("owner", (SAM,), 1)]


def test_whom_the_rules_want_is_known_also_where_they_cannot_be_asked() -> None:
    rules = [Rule("owner", When(data=Data.INTERNAL), (Ask("owner"), Ask("finance", quorum=2)))]
    alone = replace(ACME, reachable=frozenset({BOB}), owner=DI)
    wanted = [Stage("manager", (BOB,), 1, ("default",)), Stage("owner", (DI,), 1, ("owner",))]
    assert asked(SOFT, rules, alone) == Route((*wanted, Stage("finance", (CY, DI), 2, ("owner",))))
    assert isinstance(route(SOFT, rules, alone), Refused)
    assert isinstance(asked(SOFT, [Rule("never", refuse="No.")], ACME), Refused)


def test_a_rule_that_refuses_one_of_two_quotas_refuses_the_request() -> None:
    rules = [Rule("never", When(over=1_000), refuse="Too much.")]
    found = route_all([(SOFT, None), (replace(SOFT, amount=1_001), None)], rules, ACME)
    assert isinstance(found, Refused) and found.why is Why.RULE_REFUSES


@given(policies(), orgs, facts, facts)
def test_another_quota_never_gives_a_weaker_route(rules: list[Rule], org: Org, one: Facts, other: Facts) -> None:
    alone, both = route(one, rules, org), route_all([(one, org.owner), (other, ADA)], rules, org)
    if isinstance(both, Refused):
        return
    assert isinstance(alone, Route)
    for stage in alone.stages:
        stricter = (s for s in both.stages if s.name == stage.name and s.quorum >= stage.quorum)
        assert any(set(stage.rules) <= set(s.rules) for s in stricter)


def test_rules_that_ask_the_same_people_are_one_stage_with_the_larger_quorum() -> None:
    rules = [
        Rule("one", ask=(Ask("finance"),)),
        Rule("two", ask=(Ask("finance", quorum=2), Ask("finance"))),
        Rule("three", ask=(Ask(people=(SAM, EVE)), Ask(people=(EVE, SAM, EVE), quorum=2))),
    ]
    way = route(SOFT, rules, ACME)
    assert isinstance(way, Route)
    assert [(s.quorum, s.rules) for s in way.stages] == [(2, ("one", "two")), (2, ("three",))]
    assert set(way.stages[1].approvers) == {SAM, EVE}


def test_a_stage_of_excluded_or_unreachable_people_is_filled_by_the_fallback_which_says_so() -> None:
    for org in (
        replace(ACME, line=(ADA,)),
        replace(ACME, line=()),
        replace(ACME, reachable=frozenset({CY, DI, SAM, PAT})),
        replace(ACME, excluded=frozenset({ADA, BOB})),
    ):
        assert route(SOFT, DEFAULTS, org) == Route((Stage("manager", (PAT,), 1, ("acknowledge",), instead="manager"),))


def test_stand_ins_join_those_who_are_left() -> None:
    rules = [Rule("two of finance", ask=(Ask("finance", quorum=2),))]
    way = route(SOFT, rules, replace(ACME, excluded=frozenset({ADA, DI})))
    assert way == Route((Stage("finance", (CY, PAT), 2, ("two of finance",), instead="finance"),))


def test_a_person_who_would_have_to_sit_twice_is_helped_out() -> None:
    rules = [Rule("both", ask=(Ask("manager"), Ask("owner")))]
    way = route(SOFT, rules, replace(ACME, owner=BOB))
    first = Stage("manager", (BOB,), 1, ("both",), rungs=((PAT,),))
    assert way == Route((first, Stage("owner", (BOB, PAT), 1, ("both",), instead="owner")))


def test_too_few_people_are_a_refusal_that_names_the_stage() -> None:
    refused = route(SOFT, [Rule("three", ask=(Ask("finance", quorum=4),))], ACME)
    assert refused == Refused(Why.NO_APPROVER, {"stage": "finance", "quorum": 4, "rules": ("three",)})
    lonely = replace(ACME, line=(), groups={})
    assert isinstance(route(SOFT, DEFAULTS, lonely), Refused)


@pytest.mark.parametrize("quorum", [0, -1])
def test_a_stage_that_nobody_has_to_agree_to_cannot_be_written(quorum: int) -> None:
    with pytest.raises(ValueError, match="quorum"):
        Ask("manager", quorum=quorum)
    with pytest.raises(ValueError, match="quorum"):
        Stage("manager", (BOB,), quorum=quorum)


@pytest.mark.parametrize(
    ("when", "mild", "strict"),
    [
        (When(limit=Limit.HARD), {"limit": Limit.SOFT}, {"limit": Limit.HARD}),
        (When(over=100), {"amount": 100}, {"amount": 101}),
        (When(percent_over=50), {"percent": 50}, {"percent": 51}),
        (When(longer_than=24 * HOUR), {"duration": 24 * HOUR}, {"duration": 24 * HOUR + timedelta(seconds=1)}),
        (When(data=Data.CONFIDENTIAL), {"data": Data.INTERNAL}, {"data": Data.CONFIDENTIAL}),
        (When(data=Data.CONFIDENTIAL), {"data": Data.INTERNAL}, {"data": Data.RESTRICTED}),
        (When(model_not_approved=True), {"unapproved": ()}, {"unapproved": ("opus",)}),
        (When(exceptions_30_over=2), {"exceptions_30": 2}, {"exceptions_30": 3}),
        (When(exceptions_90_over=2), {"exceptions_90": 2, "exceptions_30": 9}, {"exceptions_90": 3}),
        (When(exposure_over=50), {"exposure": 50}, {"exposure": 51}),
        (When(exposure_over=50, exposure_unit=Unit.TOKENS), {"exposure": 51}, {"exposure": 51, "unit": Unit.TOKENS}),
        (When(kind=Kind.EXPLORATORY), {"kind": Kind.PRODUCTION}, {"kind": Kind.EXPLORATORY}),
        (When(unit=Unit.TOKENS), {"unit": Unit.USD}, {"unit": Unit.TOKENS}),
        (When(scopes=("x", "platform/*")), {"scope": "platform"}, {"scope": "platform/search"}),
    ],
)
def test_a_condition_says_this_or_stricter(when: When, mild: dict[str, object], strict: dict[str, object]) -> None:
    assert not when.holds(replace(SOFT, **mild))  # type: ignore[arg-type]
    assert when.holds(replace(SOFT, **strict))  # type: ignore[arg-type]


stages = st.lists(
    st.builds(Stage, st.just("s"), st.lists(people, unique=True, max_size=4).map(tuple), st.integers(1, 2)), max_size=3
)


@given(stages, st.lists(people, max_size=5))
@example([Stage("a", (BOB, CY)), Stage("b", (BOB,))], [BOB, CY])
@example([Stage("a", (BOB, CY)), Stage("b", (BOB,))], [CY, BOB])
def test_seats_are_filled_as_if_every_seating_was_tried(asked: list[Stage], voters: list[PersonId]) -> None:
    best = max(
        (
            tuple(min(sum(1 for at in seating if at == n), stage.quorum) for n, stage in enumerate(asked))
            for seating in product(range(-1, len(asked)), repeat=len(set(voters)))
            if all(at < 0 or who in asked[at].approvers for who, at in zip(sorted(set(voters)), seating, strict=True))
        ),
        key=lambda full: (sum(full), full),
    )
    assert filled(asked, voters) == best
    assert seated(asked, voters) == sum(best)


@given(stages, st.lists(people, max_size=6), st.data())
def test_who_voted_counts_and_not_the_order_nor_how_often(
    asked: list[Stage], voters: list[PersonId], data: st.DataObject
) -> None:
    again = data.draw(st.permutations([*voters, *voters]))
    assert filled(asked, again) == filled(asked, voters)


@given(stages, st.lists(people, max_size=5), people)
def test_another_voter_never_empties_a_seat(asked: list[Stage], voters: list[PersonId], one: PersonId) -> None:
    before, after = filled(asked, voters), filled(asked, [*voters, one])
    assert all(full <= fuller for full, fuller in zip(before, after, strict=True))
    assert sum(after) - sum(before) in (0, 1)


@pytest.mark.parametrize(
    ("when", "name"),
    [
        (When(limit=Limit.HARD), "limit"),
        (When(over=100), "amount"),
        (When(unit=Unit.TOKENS), "amount"),
        (When(percent_over=10), "percent"),
        (When(longer_than=timedelta(days=1)), "duration"),
        (When(data=Data.CONFIDENTIAL), "data"),
        (When(scopes=("x",)), "scope"),
        (When(kind=Kind.EXPLORATORY), "kind"),
        (When(model_not_approved=True), "model"),
        (When(exceptions_30_over=0), "exceptions in 30 days"),
        (When(exceptions_90_over=0), "exceptions in 90 days"),
        (When(exposure_over=0), "exposure"),
        (When(exposure_unit=Unit.TOKENS), "exposure"),
    ],
)
def test_a_condition_that_is_not_met_is_named(when: When, name: str) -> None:
    assert when.unmet(SOFT) == (name,)
    assert not when.holds(SOFT)


def test_every_condition_that_is_not_met_is_named_and_none_that_is() -> None:
    assert When(limit=Limit.HARD, over=99, data=Data.RESTRICTED).unmet(SOFT) == ("limit", "data")
    assert When(over=99, scopes=("platform/*",)).unmet(SOFT) == ()


def test_guardrails_that_nobody_wrote_are_none() -> None:
    assert Approve(Mode.ON) == Approve(
        Mode.ON,
        limit=Limit.HARD,
        amount=None,
        percent=None,
        duration=None,
        data=Data.RESTRICTED,
        model_approved=False,
        exceptions_30=None,
        exceptions_90=None,
        exposure=None,
    )


def test_a_word_that_is_stored_stays_the_word_and_data_keeps_its_order() -> None:
    assert [*Limit] == ["soft", "hard"]
    assert [(data.value, data.word) for data in Data] == [(0, "public"), (1, "internal"), (2, "confidential"), (3, "restricted")]
    assert Stage("manager", (BOB,)) == Stage("manager", (BOB,), 1, (), "", (), 0, 0)
    assert Route() == Route(())

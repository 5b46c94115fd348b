"""An appeal is decided by security first, by nobody in its place, and then by whomever the other rules ask."""

from dataclasses import replace

from tests.unit.test_routing import ACME, BOB, CY, PAT, SAM, SOFT
from workflows.refusals import Refused, Why
from workflows.routing import asked, route, route_all, stopped
from workflows.rules import Ask, Data, Limit, Rule, When
from workflows.seats import Route, Stage

NEVER = Rule("never", When(data=Data.RESTRICTED), refuse="Not this data.")
BOTH = Rule("both", When(data=Data.RESTRICTED), ask=(Ask("finance"),), refuse="Nor so.")
MILD = Rule("acknowledge", ask=(Ask("manager"),))
STRICT = replace(SOFT, data=Data.RESTRICTED)
SECURITY = Stage("security", (SAM,), 1, ("never",))
MANAGER = Stage("manager", (BOB,), 1, ("acknowledge",), rungs=((PAT,),))


def test_a_rule_against_which_an_appeal_goes_asks_security_first_and_nobody_when_it_is_slow() -> None:
    assert route(STRICT, [MILD, NEVER], ACME, ["never"]) == Route((SECURITY, MANAGER))
    assert asked(STRICT, [MILD, NEVER], ACME, ["never"]) == Route((SECURITY, replace(MANAGER, rungs=())))


def test_every_rule_must_be_appealed_and_one_that_is_not_refuses() -> None:
    refused = Refused(Why.RULE_REFUSES, {"rule": "both", "sentence": "Nor so."})
    assert route(STRICT, [NEVER, BOTH], ACME, ["never"]) == refused
    assert route(STRICT, [NEVER], ACME) == Refused(Why.RULE_REFUSES, {"rule": "never", "sentence": "Not this data."})
    way = route(STRICT, [MILD, NEVER, BOTH], ACME, ["never", "both"])
    assert isinstance(way, Route)
    assert [(stage.name, stage.rules) for stage in way.stages] == [("security", ("never", "both")), ("manager", ("acknowledge",))]


def test_nobody_stands_in_for_security() -> None:
    lonely = replace(ACME, groups={"platform": (PAT,), "finance": (CY,)})
    refused = route(STRICT, [MILD, NEVER], lonely, ["never"])
    assert refused == Refused(Why.NO_APPROVER, {"stage": "security", "quorum": 1, "rules": ("never",)})


def test_an_appeal_about_one_of_several_quotas_is_one_of_the_whole() -> None:
    way = route_all([(SOFT, PAT), (STRICT, PAT)], [MILD, NEVER], ACME, ["never"])
    assert way == Route((SECURITY, MANAGER))


def test_without_a_broken_rule_security_may_be_stood_in_for() -> None:
    lonely = replace(ACME, groups={"platform": (PAT,)})
    way = route(replace(SOFT, limit=Limit.HARD), [Rule("care", ask=(Ask("security"),))], lonely, ["never"])
    assert isinstance(way, Route)
    assert way.stages[0].instead == "security"


def test_what_was_appealed_is_not_stopped_by_the_rule_that_it_is_against() -> None:
    rule = replace(NEVER, at_once=True)
    assert stopped(STRICT, [rule], ["never"]) is None
    assert stopped(STRICT, [rule], ["other"]) == Refused(Why.RULE_REFUSES, {"rule": "never", "sentence": "Not this data."})

"""Few of many are asked first, and a rule may hold at once."""

from dataclasses import replace

import pytest

from tests.unit.test_routing import ACME, CY, DI, EVE, PAT, SAM, SOFT
from workflows.refusals import Refused, Why
from workflows.routing import asked, route, stopped
from workflows.rules import Ask, Data, Rule, When
from workflows.seats import Route, Stage

MANY = replace(ACME, groups={"finance": (CY, DI, SAM, EVE), "platform": (PAT,)})


@pytest.mark.parametrize("turn", range(8))
def test_few_of_a_group_are_asked_first_in_turn_and_the_others_when_they_do_not_answer(turn: int) -> None:
    way = route(SOFT, [Rule("few", ask=(Ask("finance", first=2),))], replace(MANY, turn=turn))
    assert isinstance(way, Route)
    finance = way.stages[-1]
    assert len(finance.approvers) == 2
    assert finance.approvers[0] == (CY, DI, SAM, EVE)[turn % 4]
    assert set(finance.approvers + finance.rungs[0]) == {CY, DI, SAM, EVE}
    assert finance.rungs[1] == (PAT,)


def test_no_fewer_are_asked_than_are_needed_and_all_where_few_would_not_do() -> None:
    two = route(SOFT, [Rule("few", ask=(Ask("finance", quorum=2, first=1),))], MANY)
    assert isinstance(two, Route)
    assert len(two.stages[-1].approvers) == 2
    twice = [Rule("few", ask=(Ask("finance", first=1), Ask("", (CY,))))]
    both = route(SOFT, twice, MANY)
    assert isinstance(both, Route)
    assert both.stages[0].approvers == (CY, DI, SAM, EVE)
    one = route(SOFT, [Rule("few", ask=(Ask("finance", first=2),)), Rule("all", ask=(Ask("finance"),))], MANY)
    assert isinstance(one, Route)
    assert len(one.stages[-1].approvers) == 4


def test_as_many_as_the_more_patient_rule_asks_are_asked_first() -> None:
    for one, two, asked_first in ((1, 3, 3), (3, 1, 3), (2, 2, 2), (0, 1, 4), (1, 0, 4)):
        rules = [Rule("one", ask=(Ask("finance", first=one),)), Rule("two", ask=(Ask("finance", first=two),))]
        way = route(SOFT, rules, MANY)
        assert isinstance(way, Route)
        assert len(way.stages[-1].approvers) == asked_first


def test_where_there_are_only_so_few_all_are_asked_in_their_order_and_nobody_is_left_for_later() -> None:
    way = route(SOFT, [Rule("few", ask=(Ask("finance", first=2),))], replace(ACME, turn=1))
    assert isinstance(way, Route)
    assert (way.stages[-1].approvers, way.stages[-1].rungs) == ((CY, DI), ((PAT,),))


def test_a_quota_that_nobody_owns_has_no_owner_to_ask() -> None:
    rules = [Rule("owner", ask=(Ask("owner"),))]
    nobodys = replace(ACME, owner=None)
    assert asked(SOFT, rules, nobodys) == Route((Stage("owner", (), 1, ("owner",)),))
    assert asked(SOFT, rules, ACME) == Route((Stage("owner", (PAT,), 1, ("owner",)),))


def test_only_a_rule_that_holds_at_once_stops_what_was_asked_before_it() -> None:
    rule = Rule("stop", When(data=Data.CONFIDENTIAL), refuse="Not this week.")
    strict = replace(SOFT, data=Data.RESTRICTED)
    assert stopped(strict, [rule]) is None
    assert stopped(SOFT, [replace(rule, at_once=True)]) is None
    assert stopped(strict, [replace(rule, at_once=True, refuse="")]) is None
    assert stopped(strict, [rule, replace(rule, at_once=True)]) == Refused(
        Why.RULE_REFUSES, {"rule": "stop", "sentence": "Not this week."}
    )

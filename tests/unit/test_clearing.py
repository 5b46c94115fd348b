"""What policy approves and who may take it back; and the route of an appeal, which is security's before it is anybody's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_decisions import did
from tests.unit.test_requests import ADA, BOB, CASE, CY, EVE, NOW, SAM, asks, why, yes
from tests.unit.test_routing import ACME, DEFAULTS, SOFT, facts, names, orgs, policies
from workflows.appeals import Appeal, Broken
from workflows.automatic import Automatic, Mode, Revoked
from workflows.decisions import decide
from workflows.events import Clear, Edit, Revoke, Undo
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.requests import Request, State, Way
from workflows.routing import SECURITY, Org, refusing, route, stopped
from workflows.rules import Data, Facts, Rule, When
from workflows.seats import Route, Stage
from workflows.voting import ending

ON = Automatic("routine", Mode.ON)
MANAGER = replace(asks(Stage("manager", (BOB,)), Stage("finance", (CY,))), auto=ON)
CLEARED = did(MANAGER, Clear())
TAKEN = did(CLEARED, Revoke(BOB, "It is over."))


def test_inside_every_guardrail_policy_approves_without_a_vote() -> None:
    assert (CLEARED.state, CLEARED.votes, CLEARED.decided, CLEARED.by_policy) == (State.APPROVED, (), NOW, True)
    assert CLEARED.version == MANAGER.version + 1


def test_only_what_policy_itself_approved_is_by_policy() -> None:
    people = replace(did(did(replace(MANAGER, auto=None), yes(BOB)), yes(CY)), auto=ON)
    watched = replace(CLEARED, auto=Automatic("routine", Mode.SHADOW))
    assert [each.by_policy for each in (CLEARED, MANAGER, people, watched, replace(CLEARED, auto=None))] == [
        True,
        False,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("auto", [None, Automatic("r", Mode.SHADOW), Automatic("r", Mode.ON, ("amount",))])
def test_in_shadow_or_past_a_guardrail_it_does_not(auto: Automatic | None) -> None:
    assert why(decide(replace(MANAGER, auto=auto), Clear(), now=NOW)) is Why.NOT_DUE


def test_what_people_approved_is_theirs_even_where_policy_would_have() -> None:
    shadowed = replace(MANAGER, auto=Automatic("routine", Mode.SHADOW))
    done = did(did(shadowed, yes(BOB)), yes(CY))
    assert done.state is State.APPROVED and not done.by_policy
    assert why(decide(done, Revoke(SAM, "no"), now=NOW)) is Why.NOT_TO_REVOKE
    assert did(done, Revoke(BOB, "It is over.")).revoked == Revoked(BOB, NOW, "It is over.")


def test_a_yes_that_was_said_before_policy_approved_decided_nothing_and_takes_nothing_back() -> None:
    cleared = did(did(MANAGER, yes(BOB)), Clear())
    assert cleared.by_policy
    assert ending(cleared) == {"state": State.APPROVED, "by": None, "at": NOW}
    assert why(decide(cleared, Undo(BOB, timedelta(hours=1)), now=NOW)) is Why.STANDS_ANYWAY


def test_whoever_would_have_been_asked_may_take_it_back_and_it_stays_decided() -> None:
    for person in (BOB, CY):
        taken = did(CLEARED, Revoke(person, "It is over."))
        assert taken.revoked == Revoked(person, NOW, "It is over.")
        assert (taken.state, taken.version) == (State.APPROVED, CLEARED.version + 1)


@pytest.mark.parametrize(
    ("request_", "event", "expected"),
    [
        (CLEARED, Revoke(ADA, "no"), Why.OWN_REQUEST),
        (CLEARED, Revoke(EVE, "no"), Why.NOT_ASKED),
        (replace(CLEARED, excluded=(BOB,)), Revoke(BOB, "no"), Why.CONCERNED),
        (CLEARED, Revoke(BOB, " "), Why.REASON_MISSING),
        (TAKEN, Revoke(CY, "no"), Why.TAKEN_BACK),
        (MANAGER, Revoke(BOB, "no"), Why.ALREADY_DECIDED),
    ],
)
def test_else_it_cannot_be_taken_back(request_: Request, event: Revoke, expected: Why) -> None:
    refused = decide(request_, event, now=NOW)
    assert why(refused) is expected


def test_less_is_looked_at_by_the_guardrails_again_and_keeps_its_route() -> None:
    outside = replace(MANAGER, auto=Automatic("routine", Mode.ON, ("amount",)))
    case = replace(CASE, amount=CASE.amount // 2)
    elsewhere = Way(Route((Stage("owner", (SAM,)),)), MANAGER.limit, auto=ON)
    less = did(outside, Edit(ADA, case, elsewhere, outside.revision))
    assert (less.auto, less.route) == (ON, MANAGER.route)


def test_an_appeal_by_an_edit_is_routed_anew_even_where_it_asks_for_no_more() -> None:
    appeal = Appeal((Broken("wrong model", "No."),), "because")
    way = Way(Route((Stage(SECURITY, (SAM,)),)), MANAGER.limit, appeal=appeal)
    voted = did(MANAGER, yes(BOB))
    edited = did(voted, Edit(ADA, replace(CASE, justification="another reason"), way, voted.revision))
    assert (edited.appeal, edited.route, edited.votes) == (appeal, way.route, ())


# The route of an appeal.

WRONG = Rule("wrong model", When(data=Data.RESTRICTED, model_not_approved=True), refuse="Not this model.")
FREEZE = Rule("freeze", When(), refuse="Not this week.")
RESTRICTED = replace(SOFT, data=Data.RESTRICTED, unapproved=("opus",))


def test_security_is_asked_first_then_whom_the_others_ask() -> None:
    way = route(RESTRICTED, [*DEFAULTS, WRONG], ACME, ["wrong model"])
    assert names(way) == ["security", "manager"]
    assert isinstance(way, Route)
    assert way.stages[0].rules == ("wrong model", "sensitive")


def test_an_appeal_does_not_spare_the_manager_whom_no_rule_names() -> None:
    assert names(route(SOFT, [FREEZE], ACME, ["freeze"])) == ["security", "manager"]


def test_an_appeal_against_one_rule_is_none_against_another() -> None:
    refused = route(RESTRICTED, [WRONG, FREEZE], ACME, ["wrong model"])
    assert refused == Refused(Why.RULE_REFUSES, {"rule": "freeze", "sentence": "Not this week."})


def test_nobody_stands_in_for_security_and_nobody_else_is_asked_when_it_is_slow() -> None:
    lonely = replace(ACME, reachable=ACME.reachable - {SAM})
    assert why(route(RESTRICTED, [*DEFAULTS, WRONG], lonely, ["wrong model"])) is Why.NO_APPROVER
    way = route(RESTRICTED, [*DEFAULTS, WRONG], replace(ACME, fallback="finance"), ["wrong model"])
    assert isinstance(way, Route)
    assert way.stages[0].rungs == () and way.stages[1].rungs != ()


def test_a_rule_that_holds_at_once_spares_what_security_allowed() -> None:
    now = replace(WRONG, at_once=True)
    assert stopped(RESTRICTED, [now]) is not None
    assert stopped(RESTRICTED, [now], ["wrong model"]) is None
    assert stopped(RESTRICTED, [now, replace(FREEZE, at_once=True)], ["wrong model"]) is not None


@given(facts, policies(), orgs)
def test_an_appeal_is_decided_by_security_and_asks_everybody_who_would_be_asked(
    known: Facts, rules: list[Rule], org: Org
) -> None:
    broken = refusing(known, rules)
    way = route(known, rules, org, [rule.name for rule in broken])
    if not isinstance(way, Route):
        return
    without = route(known, [rule for rule in rules if rule not in broken], org)
    if broken:
        first = way.stages[0]
        assert first.name == SECURITY and set(first.approvers) <= set(org.groups[SECURITY])
        assert {rule.name for rule in broken} <= set(first.rules)
    if isinstance(without, Route):
        assert {stage.name for stage in without.stages} <= {stage.name for stage in way.stages}


@given(st.permutations([BOB, CY]), st.booleans())
def test_of_two_who_take_it_back_the_first_is_kept(order: list[PersonId], later: bool) -> None:
    first = did(CLEARED, Revoke(order[0], "one"))
    second = decide(first, Revoke(order[1], "two"), now=NOW + timedelta(hours=later))
    assert why(second) is Why.TAKEN_BACK
    assert first.revoked is not None and first.revoked.by == order[0]

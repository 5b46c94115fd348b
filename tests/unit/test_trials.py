"""Trials: a rule's word beside people's, counted by how each request ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workflows.automatic import Automatic, Mode, Revoked
from workflows.ballots import Verdict, Vote
from workflows.cases import Case, Impact, Term
from workflows.money import Unit, usd
from workflows.people import PersonId
from workflows.requests import Request, State
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage
from workflows.trials import Apart, Ending, Trial, ending, trials

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ADA, BOB = PersonId("U0ADA"), PersonId("U0BOB")
INSIDE = Automatic("routine", Mode.SHADOW)


def request(name: str = "R1", state: State = State.PENDING, auto: Automatic | None = INSIDE, **changes: Any) -> Request:
    case = Case("q", usd(100), Unit.USD, Term(span=timedelta(1)), "because", Impact("m", 1, "e"), Data.INTERNAL)
    whole = Request(name, ADA, case, Route((Stage("manager", (BOB,)),)), Limit.SOFT, NOW, NOW + timedelta(5))
    yes = (Vote(BOB, Verdict.APPROVE, NOW),) if state is State.APPROVED else ()
    return replace(whole, state=state, auto=auto, **{"votes": yes, **changes})


def less(**said: Any) -> Request:
    return request(state=State.APPROVED, votes=(Vote(BOB, Verdict.APPROVE, NOW, **said),))


def by_policy(**changes: Any) -> Request:
    return request(state=State.APPROVED, auto=replace(INSIDE, mode=Mode.ON), votes=(), **changes)


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (request(state=State.APPROVED), Ending.GRANTED),
        (less(amount=usd(50)), Ending.LESS),
        (less(term=Term(span=timedelta(hours=4))), Ending.LESS),
        (request(state=State.DENIED), Ending.DENIED),
        (request(), Ending.WAITING),
        (request(state=State.WITHDRAWN), Ending.UNDECIDED),
        (request(state=State.LAPSED), Ending.UNDECIDED),
        (by_policy(), Ending.BY_POLICY),
        (by_policy(revoked=Revoked(BOB, NOW, "no")), Ending.REVOKED),
    ],
)
def test_a_request_ends_in_one_way(ended: Request, expected: Ending) -> None:
    assert ending(ended) is expected


def test_requests_that_no_rule_judged_are_no_trial() -> None:
    assert trials([request(auto=None)]) == ()


def test_a_rule_is_told_with_every_ending_and_every_disagreement() -> None:
    outside = Automatic("routine", Mode.SHADOW, ("amount", "data"))
    judged = [
        request("R1", State.APPROVED),
        request("R2", State.APPROVED),
        request("R3", State.DENIED),
        request("R4"),
        request("R5", State.APPROVED, outside),
        request("R6", State.DENIED, replace(outside, violated=("amount",))),
        request("R7", auto=None),
    ]
    (told,) = trials(judged)
    assert told == Trial(
        "routine",
        Mode.SHADOW,
        6,
        ((Ending.GRANTED, 2), (Ending.DENIED, 1), (Ending.WAITING, 1)),
        (("amount", 2), ("data", 1)),
        1,
        (Apart("R3", "q", usd(100), Unit.USD, Ending.DENIED),),
    )
    assert (told.would, told.ended(Ending.GRANTED), told.ended(Ending.LESS)) == (4, 2, 0)


def test_rules_and_their_modes_are_told_apart() -> None:
    other = Automatic("another", Mode.SHADOW)
    told = trials([request(), by_policy(), request(auto=other)])
    assert [(trial.rule, trial.mode) for trial in told] == [
        ("another", Mode.SHADOW),
        ("routine", Mode.ON),
        ("routine", Mode.SHADOW),
    ]

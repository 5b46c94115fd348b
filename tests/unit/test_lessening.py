"""A yes to less: what can be chosen is never more than what is offered, and what is cast is what was typed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_requests import BOB, CASE, CY, NOW, after, asks, yes
from workflows import lessening
from workflows.ballots import Verdict, Vote
from workflows.cases import Term
from workflows.confirming import retyped, to_confirm
from workflows.decisions import decide
from workflows.drafting import PRESETS
from workflows.money import show, usd
from workflows.policy import Decisions, Organization, Policy
from workflows.refusals import Refused, Why
from workflows.requests import Request
from workflows.seats import Stage

ASKED = asks(Stage("manager", (BOB,)), Stage("finance", (CY,)))  # $500 for two days


def cast(request: Request, **typed: str) -> Vote | tuple[Why, ...]:
    said = lessening.cast(request, typed, by=CY, at=NOW, revision=request.revision)
    return said if isinstance(said, Vote) else tuple(problem.why for problem in said)


def test_less_and_shorter_are_in_the_vote_and_as_much_as_was_asked_for_is_not() -> None:
    assert cast(ASKED, amount="$300", duration="days:1", reason=" Enough. ") == Vote(
        CY, Verdict.APPROVE, NOW, 1, reason="Enough.", amount=usd(300), term=Term(span=timedelta(days=1))
    )
    assert cast(ASKED, amount="500", duration="same") == Vote(CY, Verdict.APPROVE, NOW, 1)


def test_every_problem_is_told_at_once() -> None:
    assert cast(ASKED, amount="501", duration="days:3", reason="x" * 2001) == (Why.NOT_LESS, Why.NOT_SHORTER, Why.TOO_MANY_WORDS)
    assert cast(ASKED, amount="", duration="same") == (Why.MISSING,)
    assert cast(ASKED, amount="1.500", duration="same") == (Why.BAD_AMOUNT,)


def test_only_durations_shorter_than_what_is_offered_can_be_chosen() -> None:
    assert list(lessening.terms(ASKED, NOW)) == ["hours:4", "days:1", "same"]
    shorter = Vote(BOB, Verdict.APPROVE, NOW, term=Term(span=timedelta(hours=6)))
    assert list(lessening.terms(after(ASKED, shorter), NOW)) == ["hours:4", "same"]


@given(st.integers(1, usd(500)), st.sampled_from([*PRESETS, "same"]), st.integers(1, usd(500)))
def test_whatever_is_cast_is_counted_and_offers_no_more_than_before(first: int, duration: str, then: int) -> None:
    lesser = after(ASKED, Vote(BOB, Verdict.APPROVE, NOW, amount=first))
    said = lessening.cast(
        lesser,
        {"amount": show(then - then % usd("0.01") or usd("0.01"), CASE.unit), "duration": duration},
        by=CY,
        at=NOW,
        revision=2,
    )
    if isinstance(said, tuple):
        assert {problem.why for problem in said} <= {Why.NOT_LESS, Why.NOT_SHORTER}
        return
    decided = decide(lesser, Vote(said.by, said.verdict, said.at, lesser.revision, amount=said.amount, term=said.term), now=NOW)
    assert not isinstance(decided, Refused)
    assert decided.offered()[0] <= lesser.offered()[0]
    assert decided.offered()[1].length(NOW) <= lesser.offered()[1].length(NOW)


def policy(over: int | None) -> Policy:
    return Policy(Organization("Acme"), (), decisions=Decisions(over))


@pytest.mark.parametrize(("over", "expected"), [(None, False), (usd(499), True), (usd(500), False), (usd(501), False)])
def test_only_more_than_the_mark_is_typed_again(over: int | None, expected: bool) -> None:
    assert to_confirm(policy(over), ASKED) is expected


def test_what_is_offered_counts_and_not_what_was_asked_for() -> None:
    lesser = after(ASKED, Vote(BOB, Verdict.APPROVE, NOW, amount=usd(200)))
    assert not to_confirm(policy(usd(300)), lesser)
    assert retyped(lesser, "$200") is None
    assert (retyped(lesser, "500") or yes(BOB)) == Refused(
        Why.NOT_RETYPED, {"amount": usd(200), "typed": usd(500), "unit": CASE.unit}, place="amount"
    )


@pytest.mark.parametrize(
    ("typed", "why"), [("", Why.MISSING), ("5.000", Why.BAD_AMOUNT), ("50", Why.NOT_RETYPED), ("$500.00", None)]
)
def test_the_amount_is_to_be_typed_as_it_is(typed: str, why: Why | None) -> None:
    found = retyped(ASKED, typed)
    assert (found.why if found else None) is why

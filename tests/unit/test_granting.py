"""What an approval creates: what is released at first, what is held back, what carries on, and what follows an end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.ballots import Verdict, Vote
from workflows.cases import Case, Impact, Part, Term
from workflows.granting import Terms, grant, grants, stepped
from workflows.money import Unit
from workflows.overrides import Grace, Override
from workflows.people import PersonId
from workflows.requests import Request, State
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage

T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA, BOB, CY = PersonId("ada"), PersonId("bob"), PersonId("cy")
RESET = T0 + 7 * DAY
TERMS = Terms(HOUR)


def asked(amount: int = 1_000, *also: Part, term: Term | None = None, first: tuple[int | None, ...] = ()) -> Request:
    """A request that somebody approved for each of `first`, which is what they release."""
    case = Case("q", amount, Unit.USD, term or Term(span=DAY), "because", Impact("tickets", 4, "me"), Data.PUBLIC, also=also)
    votes = tuple(Vote(who, Verdict.APPROVE, T0, first=part) for who, part in zip((BOB, CY), first, strict=False))
    stages = (Stage("manager", (BOB,)), Stage("finance", (CY,)))
    return Request("R-1", ADA, case, Route(stages), Limit.SOFT, T0, T0 + DAY, state=State.APPROVED, votes=votes)


def told(request: Request, terms: Terms = TERMS) -> list[tuple[str, str, int, bool]]:
    return [(o.id, o.quota, o.amount, o.held) for o in grants(request, terms, now=T0)]


def test_what_is_not_released_at_first_is_held_back() -> None:
    assert told(asked(first=(400,))) == [("O-1", "q", 400, False), ("O-1.2", "q", 600, True)]


def test_the_least_that_anybody_releases_is_released() -> None:
    assert told(asked(first=(400, 300)))[0] == ("O-1", "q", 300, False)
    assert told(asked(first=(400, None)))[0] == ("O-1", "q", 400, False)


@pytest.mark.parametrize("first", [None, 1_000, 2_000])
def test_who_releases_all_of_it_holds_nothing_back(first: int | None) -> None:
    assert told(asked(first=(first,))) == [("O-1", "q", 1_000, False)]


def test_of_several_quotas_the_same_share_is_released_at_first() -> None:
    above = (Part("above", 1_500, Unit.USD), Part("tokens", 3, Unit.TOKENS))
    assert told(asked(1_000, *above, first=(400,))) == [
        ("O-1", "q", 400, False),
        ("O-1.2", "above", 600, False),
        ("O-1.3", "tokens", 2, False),
        ("O-1.4", "q", 600, True),
        ("O-1.5", "above", 900, True),
        ("O-1.6", "tokens", 1, True),
    ]


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**6))
def test_what_is_released_and_what_is_held_back_are_what_was_granted(amount: int, above: int, first: int) -> None:
    request = asked(amount, Part("above", above, Unit.USD), first=(first,))
    made = grants(request, TERMS, now=T0)
    for quota, whole in (("q", amount), ("above", above)):
        parts = [o for o in made if o.quota == quota]
        assert sum(o.amount for o in parts) == whole
        assert all(o.amount > 0 for o in parts)
        assert [o.held for o in parts] in ([False], [False, True])
    assert len({o.id for o in made}) == len(made)


def test_what_begins_later_need_not_be_confirmed_before() -> None:
    since = T0 + 3 * DAY
    assert grant(asked(term=Term(span=DAY, since=since)), now=T0, within=HOUR).activate_by == since + HOUR
    assert grant(asked(term=Term(span=DAY, since=T0 - DAY)), now=T0, within=HOUR).activate_by == T0 + HOUR
    soon = Term(until=since + HOUR / 2, since=since)
    assert grant(asked(term=soon), now=T0, within=HOUR).activate_by == since + HOUR / 2


def test_an_extension_carries_on_what_the_other_had_on_each_quota() -> None:
    had = {"q": replace(grant(asked(), now=T0, within=HOUR), id="O-0")}
    made = grants(asked(1_000, Part("above", 5, Unit.USD)), Terms(HOUR, carried=had), now=T0)
    assert [(o.quota, o.follows) for o in made] == [("q", "O-0"), ("above", "")]


def test_grace_is_granted_with_what_is_released_and_not_with_what_is_held() -> None:
    grace = Grace(50, DAY)
    assert [o.grace for o in grants(asked(first=(400,)), Terms(HOUR, grace=grace), now=T0)] == [grace, None]


def ran(amount: int = 1_000, percent: int = 50, ends: datetime = T0 + DAY) -> Override:
    made = grants(asked(amount), Terms(HOUR, grace=Grace(percent, 2 * HOUR)), now=T0)[0]
    return replace(made, starts=T0, ends=ends)


def test_an_end_is_followed_by_less_for_a_while() -> None:
    less = stepped(ran(), number=2, reset=RESET, now=T0)
    assert less is not None
    assert (less.id, less.request, less.quota, less.amount, less.unit, less.holder) == ("O-1.2", "R-1", "q", 500, Unit.USD, ADA)
    assert (less.term, less.follows, less.grace) == (Term(until=T0 + DAY + 2 * HOUR, since=T0 + DAY), "O-1", None)
    assert (less.granted, less.activate_by) == (T0, T0 + DAY + 2 * HOUR)


def test_what_follows_an_end_is_over_at_the_reset() -> None:
    less = stepped(ran(), number=2, reset=T0 + DAY + HOUR, now=T0)
    assert less is not None
    assert less.term.until == T0 + DAY + HOUR


def test_nothing_follows_where_nothing_is_left_or_the_quota_begins_anew() -> None:
    assert stepped(ran(amount=1), number=2, reset=RESET, now=T0) is None
    assert stepped(ran(), number=2, reset=T0 + DAY, now=T0) is None
    assert stepped(replace(ran(), grace=None), number=2, reset=RESET, now=T0) is None
    assert stepped(replace(ran(), ends=None), number=2, reset=RESET, now=T0) is None

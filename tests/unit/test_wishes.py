"""Where a request came from: a wish in a gateway, and how it ended there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.given import NOW, request
from workflows.decisions import decide
from workflows.events import Overtaken, Withdraw
from workflows.refusals import Refused, Why
from workflows.requests import Request, State
from workflows.voting import ending
from workflows.wishes import End, Source, source

NAMES = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1)


@given(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1),
    NAMES,
    st.none() | st.sampled_from(End),
)
def test_an_origin_is_read_as_it_was_written(store: str, wish: str, end: End | None) -> None:
    assert source(str(Source(store, wish, end))) == Source(store, wish, end)


@pytest.mark.parametrize(
    "origin", ["", "platform/search:usd/month@20261101T0000@warning70@7", "wish:", "wish:claude", "wish:claude/"]
)
def test_another_origin_is_no_wish(origin: str) -> None:
    assert source(origin) is None


def overtaken(end: str = "approved") -> Request:
    after = decide(request(origin="wish:claude/slir_1"), Overtaken(f"wish:claude/slir_1/{end}"), now=NOW)
    assert isinstance(after, Request)
    return after


def test_what_was_decided_in_the_gateway_is_over_here_and_nobodys_doing() -> None:
    after = overtaken()
    assert (after.state, after.decided, source(after.origin)) == (State.WITHDRAWN, NOW, Source("claude", "slir_1", End.APPROVED))
    assert ending(after) == {"state": State.WITHDRAWN, "by": None, "at": NOW}
    assert decide(after, Overtaken("wish:claude/slir_1/denied"), now=NOW) == Refused(Why.ALREADY_DECIDED, ending(after))


def test_who_takes_back_what_came_from_a_wish_is_named() -> None:
    mine = request(origin="wish:claude/slir_1")
    after = decide(mine, Withdraw(mine.requester), now=NOW)
    assert isinstance(after, Request) and ending(after)["by"] == mine.requester

"""Races: two or three people act at once. All read before any writes; one wins, and the others are told who did and when.

SQLite lets one writer in at a time, so a unit here reads the request before it has the lock, as on PostgreSQL, where many write,
it does anyway.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store
from tests.journeys.conftest import BOTH
from tests.journeys.office import ADA, BOB, CY, DI, EVE, KEY, TYPED, kit, opened, standing
from tests.journeys.turns import Early
from workflows import requesting, reviewing, waking
from workflows.audit import broken
from workflows.ballots import Verdict, Vote
from workflows.money import usd
from workflows.people import PersonId
from workflows.refusals import Refused, Why
from workflows.requests import Request, State

pytestmark = BOTH

Move = Callable[[], Any]
ROUNDS = 5


class Meeting:
    """Where threads wait for each other, once each, between reading and writing."""

    def __init__(self, parties: int = 2) -> None:
        self._barrier = threading.Barrier(parties)
        self._been = threading.local()

    def wait(self) -> None:
        if not getattr(self._been, "here", False):
            self._been.here = True
            self._barrier.wait(timeout=10)


@pytest.fixture
def store(tmp_path: Path, database: str) -> Iterator[Store]:
    store = opened(tmp_path, standing(), database=database)
    yield store
    store.close()


def filed(store: Store, token: str = "V1", **typed: str) -> Request:
    made = requesting.submit(kit(store, standing()), ADA, TYPED | typed, token=token)
    assert isinstance(made, Request)
    return made


def voting(store: Store, meeting: Meeting, request: Request, by: PersonId, verdict: Verdict) -> Move:
    clock = standing(timedelta(hours=1))
    early = kit(store, clock, units=lambda: Early(store, meeting.wait))  # type: ignore[arg-type,return-value]
    return lambda: reviewing.vote(early, request.id, Vote(by, verdict, clock.now(), reason="No."))


def both(*moves: Move) -> tuple[Any, ...]:
    with ThreadPoolExecutor(len(moves)) as pool:
        running = [pool.submit(move) for move in moves]
        return tuple(each.result(timeout=20) for each in running)


def settled(store: Store, request: Request, results: tuple[Any, ...]) -> Request:
    """One won; the losers were told how it ended. Returns the request as it is."""
    (winner,) = [r for r in results if isinstance(r, Request)]
    losers = [r for r in results if isinstance(r, Refused)]
    assert len(losers) == len(results) - 1
    for loser in losers:
        assert loser.why is Why.ALREADY_DECIDED
        assert loser.facts["state"] is winner.state
        assert loser.facts["at"] == winner.decided
    with store.reads() as unit:
        now = unit.requests.get(request.id)
        assert now == winner
        assert not broken(unit.record.chain(request.id))
        assert (unit.overrides.of(request.id) is not None) == (winner.state is State.APPROVED)
    return winner


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_of_an_approval_and_a_denial_one_wins_and_the_other_is_told(store: Store, turn: int) -> None:
    request, meeting = filed(store), Meeting()
    moves = [voting(store, meeting, request, BOB, Verdict.APPROVE), voting(store, meeting, request, EVE, Verdict.DENY)]
    settled(store, request, both(*moves[:: 1 if turn % 2 else -1]))


@pytest.mark.parametrize("other", [BOB, EVE])
def test_of_two_approvals_one_grants(store: Store, other: PersonId) -> None:
    request, meeting = filed(store), Meeting()
    moves = [voting(store, meeting, request, by, Verdict.APPROVE) for by in (BOB, other)]
    winner = settled(store, request, both(*moves))
    assert len(winner.votes) == 1


def test_the_last_two_of_a_quorum_both_count(store: Store) -> None:
    request, meeting = filed(store, amount="1,500"), Meeting()
    plain = kit(store, standing(timedelta(hours=1)))
    reviewing.vote(plain, request.id, Vote(BOB, Verdict.APPROVE, request.submitted))
    results = both(*(voting(store, meeting, request, by, Verdict.APPROVE) for by in (CY, DI)))
    assert sorted(r.state for r in results) == [State.APPROVED, State.PENDING]
    with store.reads() as unit:
        assert len(unit.overrides.current(KEY)) == 1


def test_of_an_approval_and_a_withdrawal_one_wins_and_the_other_is_told(store: Store) -> None:
    request, meeting = filed(store), Meeting()
    early = kit(store, standing(timedelta(hours=1)), units=lambda: Early(store, meeting.wait))  # type: ignore[arg-type,return-value]
    settled(
        store,
        request,
        both(voting(store, meeting, request, BOB, Verdict.APPROVE), lambda: reviewing.withdraw(early, request.id, ADA)),
    )


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_of_three_who_end_it_at_the_same_moment_one_wins_and_two_are_told(store: Store, turn: int) -> None:
    request, meeting = filed(store), Meeting(3)
    early = kit(store, standing(timedelta(hours=1)), units=lambda: Early(store, meeting.wait))  # type: ignore[arg-type,return-value]
    moves = [
        voting(store, meeting, request, BOB, Verdict.APPROVE),
        voting(store, meeting, request, EVE, Verdict.DENY),
        lambda: reviewing.withdraw(early, request.id, ADA),
    ]
    settled(store, request, both(*moves[turn % 3 :], *moves[: turn % 3]))


class Late(Meeting):
    """Lets the lapse happen between a voter's reading and writing."""

    def __init__(self, between: Move) -> None:
        self._between, self._done = between, False

    def wait(self) -> None:
        if not self._done:
            self._done = True
            self._between()


def test_a_lapse_between_reading_and_writing_a_vote_wins(store: Store) -> None:
    request = filed(store)
    meeting = Late(lambda: waking.wake(kit(store, standing(timedelta(days=5)))))
    lost = voting(store, meeting, request, BOB, Verdict.APPROVE)()
    assert isinstance(lost, Refused)
    assert lost.facts["state"] is State.LAPSED
    with store.reads() as unit:
        assert not unit.overrides.current(KEY)


def test_a_lapse_after_a_vote_changes_nothing(store: Store) -> None:
    request = filed(store)
    reviewing.vote(kit(store, standing()), request.id, Vote(BOB, Verdict.APPROVE, request.submitted))
    waking.wake(kit(store, standing(timedelta(days=5))))
    with store.reads() as unit:
        now = unit.requests.get(request.id)
    assert now is not None
    assert now.state is State.APPROVED


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_the_same_form_twice_at_once_is_one_request(store: Store, turn: int) -> None:
    meeting = Meeting()
    early = kit(store, standing(), units=lambda: Early(store, meeting.wait))  # type: ignore[arg-type,return-value]
    one, two = both(*[lambda: requesting.submit(early, ADA, TYPED, token="V1")] * 2)
    assert one == two
    with store.reads() as unit:
        assert len(unit.requests.latest(KEY, 10)) == 1


def test_two_forms_at_once_are_one_request_and_the_other_is_told(store: Store) -> None:
    meeting = Meeting()
    early = kit(store, standing(), units=lambda: Early(store, meeting.wait))  # type: ignore[arg-type,return-value]
    results = both(*[lambda t=token: requesting.submit(early, ADA, TYPED, token=t) for token in ("V1", "V2")])
    (winner,) = [r for r in results if isinstance(r, Request)]
    ((refused,),) = [r for r in results if not isinstance(r, Request)]
    assert refused.why is Why.OPEN_REQUEST
    assert refused.facts["request"] == winner.id
    assert winner.case.amount == usd(400)

"""Two and three people act on one request, their steps in every order: what comes of it is what comes of one after the other.

So there is one winner of a decision, the others are told who and when, the sequence is whole, and there is exactly one override.
`make fuzz` plays all that is listed; in CI every two meet on SQLite, and three who vote, think again and wait too long.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations_with_replacement, count, pairwise, permutations
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store
from tests.journeys.conftest import BOTH
from tests.journeys.office import ADA, BOB, CY, DI, EVE, KEY, START, kit, opened, standing
from tests.journeys.turns import Early, Move, Played, Wait, every_order, play
from workflows import reviewing, waking
from workflows.audit import broken
from workflows.ballots import Verdict, Vote
from workflows.cases import Case, Impact, Term
from workflows.decisions import decide
from workflows.effects import Alarm, Wake
from workflows.events import Ask, Edit, Escalate, Event, Lapse, Lose, Nudge, Pass, Reassign, Reopen, Undo, Withdraw
from workflows.keeping import SYSTEM, Act, attempt, follow, keep_request
from workflows.money import Unit, usd
from workflows.overrides import Reason
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requests import Request, State, Way
from workflows.rules import Data, Limit
from workflows.seats import Route, Stage

HOUR = timedelta(hours=1)
DEADLINE = START + timedelta(days=5)
CASE = Case(KEY, usd(1_500), Unit.USD, Term(span=3 * HOUR), "Why.", Impact("queries", 1, "The dashboard"), Data.INTERNAL)
ROUTE = Route((Stage("leads", (BOB, EVE)), Stage("finance", (CY, DI), 2, rungs=((EVE,),))))


def yes(by: PersonId) -> Vote:
    return Vote(by, Verdict.APPROVE, START)


# One yes is missing, that of di; eve could still say no, bob and cy could think again.
PENDING = Request("R-0", ADA, CASE, ROUTE, Limit.SOFT, submitted=START, deadline=DEADLINE, votes=(yes(BOB), yes(CY)), revision=1)
DENIED = replace(PENDING, state=State.DENIED, decided=START, votes=(*PENDING.votes, replace(yes(EVE), verdict=Verdict.DENY)))


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does, and how many hours after the request was filed by their clock."""

    by: str
    event: Event
    hours: float

    @property
    def at(self) -> timedelta:
        return self.hours * HOUR


DEEDS = {
    "approve": Deed(DI, yes(DI), 1),
    "approve less": Deed(DI, replace(yes(DI), amount=usd(100)), 1.5),
    "deny": Deed(EVE, replace(yes(EVE), verdict=Verdict.DENY, reason="No."), 2),
    "agree too": Deed(EVE, yes(EVE), 2),
    "withdraw": Deed(ADA, Withdraw(ADA), 1),
    "lapse": Deed(SYSTEM, Lapse(), 5 * 24),
    "edit": Deed(ADA, Edit(ADA, replace(CASE, amount=usd(2_000)), Way(ROUTE, Limit.HARD), 1), 1),
    "reword": Deed(ADA, Edit(ADA, replace(CASE, justification="Better."), Way(ROUTE, Limit.SOFT), 1), 1),
    "undo": Deed(CY, Undo(CY, 3 * HOUR), 0.5),
    "undo a denial": Deed(EVE, Undo(EVE, 3 * HOUR), 1),
    "reopen": Deed(ADA, Reopen(ADA, replace(CASE, justification="News."), Way(ROUTE, Limit.SOFT)), 2),
    "pass": Deed(DI, Pass(DI), 1),
    "reassign": Deed(DI, Reassign(DI, EVE), 2),
    "escalate": Deed(SYSTEM, Escalate(), 3),
    "lose": Deed(SYSTEM, Lose(frozenset({DI})), 1),
    "ask": Deed(DI, Ask(DI, "Why?"), 1),
    "nudge": Deed(ADA, Nudge(ADA, HOUR), 2),
}
ENDINGS = ("approve", "deny", "withdraw")
OPEN = [name for name in DEEDS if name not in ("undo a denial", "reopen")]
TRIPLES = [
    ("approve", "undo", "lapse"),
    ("approve", "edit", "withdraw"),
    ("approve", "edit", "deny"),
    ("approve", "approve", "undo"),
    ("approve less", "pass", "escalate"),
    ("reword", "approve", "ask"),
]
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
# Where rows are locked by PostgreSQL the same orders mean the same; there a few of each kind are enough.
FEW = [*combinations_with_replacement(ENDINGS, 2), ("approve", "undo"), ("approve", "edit"), ("approve", "lapse")]
numbers = count(1)


@pytest.fixture
def store(tmp_path: Path, database: str) -> Iterator[Store]:
    store = opened(tmp_path, standing(), database=database)
    yield store
    store.close()


def filed(store: Store, request: Request) -> Request:
    """A request of its own for each order of turns, as it is in the middle of its life."""
    fresh = replace(request, id=f"R-{next(numbers)}", requester=ADA)

    def keep(unit: UnitOfWork) -> None:
        keep_request(unit, fresh, Act(ADA, "submitted", START))
        if fresh.state is State.PENDING:
            follow(unit, START, [], [Alarm(Wake.LAPSE, fresh.id, DEADLINE)])

    attempt(store.units, keep)
    return fresh


def move(store: Store, request: Request, deed: Deed) -> Move:
    if isinstance(deed.event, Lapse):
        return lambda _wait: waking.wake(kit(store, standing(deed.at)))

    def change(wait: Wait) -> Request | Refused:
        early = kit(store, standing(deed.at), units=lambda: Early(store, wait))  # type: ignore[arg-type,return-value]
        return reviewing.change(early, request.id, deed.event, deed.by)

    return change


def one_after_the_other(request: Request, deeds: Sequence[Deed], order: Sequence[int]) -> tuple[Request, list[Any]]:
    """What comes of it without any race, by the rules alone; of a lapse nobody is told."""
    results: list[Any] = [None] * len(deeds)
    for n in order:
        decided = decide(request, deeds[n].event, now=START + deeds[n].at)
        request = request if isinstance(decided, Refused) else decided
        results[n] = None if isinstance(deeds[n].event, Lapse) else decided
    return request, results


def clear(store: Store, request: Request) -> None:
    """Nobody has two open requests on one quota: this one ends, so that the next can be filed."""
    if request.state is State.PENDING:
        reviewing.withdraw(kit(store, standing()), request.id, ADA)


def whole(store: Store, request: Request) -> Request:
    """The request as it is stored, with its sequence whole, and as many overrides as it was approved."""
    with store.reads() as unit:
        now = unit.requests.get(request.id)
        chain = unit.record.chain(request.id)
        granted = unit.overrides.every(request.id)
        alarms = {alarm.key for alarm in unit.agenda.due(DEADLINE + 300 * HOUR, 1000) if alarm.wake is Wake.LAPSE}
    assert now is not None
    assert not broken(chain)
    assert [entry.seq for entry in chain] == list(range(1, now.version + 1))
    states = [str(entry.after["state"]) for entry in chain]
    approvals = sum(one != "approved" == two for one, two in pairwise(states))
    assert len(granted) == approvals
    if now.state is State.APPROVED:
        assert sum(override.why is not Reason.REVOKED for override in granted) == 1
    else:
        assert all(override.stopped for override in granted)
    assert (request.id in alarms) == (now.state is State.PENDING)
    return now


def every_way(store: Store, request: Request, names: Sequence[str]) -> Iterator[tuple[Request, Played]]:
    """Each order of turns of these deeds, checked against every order of the deeds as wholes."""
    deeds = [DEEDS[name] for name in names]

    filings: list[Request] = []

    def once(prefix: Sequence[int]) -> Played:
        filings.append(filed(store, request))
        return play([move(store, filings[-1], deed) for deed in deeds], prefix)

    for played in every_order(once):
        mine = filings[-1]
        end = whole(store, mine)
        results = [None if isinstance(deed.event, Lapse) else result for deed, result in zip(deeds, played.results, strict=True)]
        serial = [one_after_the_other(mine, deeds, order) for order in permutations(range(len(deeds)))]
        assert (end, results) in serial, f"{names} in the order {played.order} is like no order of one after the other"
        yield end, played
        clear(store, end)


@BOTH
@pytest.mark.parametrize("names", FEW, ids=" + ".join)
def test_what_comes_of_a_race_comes_of_one_after_the_other(store: Store, names: tuple[str, ...]) -> None:
    orders = [tuple(played.order) for _, played in every_way(store, PENDING, names)]
    assert len(orders) == len(set(orders)) >= 3


@pytest.mark.parametrize("name", OPEN)
def test_what_comes_of_any_two_comes_of_one_after_the_other(store: Store, name: str) -> None:
    for other in OPEN[OPEN.index(name) :]:
        assert len(list(every_way(store, PENDING, (name, other)))) >= 2


@pytest.mark.parametrize("names", TRIPLES if THOROUGH else TRIPLES[:1], ids=" + ".join)
def test_what_comes_of_three_comes_of_one_after_the_other(store: Store, names: tuple[str, ...]) -> None:
    assert len(list(every_way(store, PENDING, names))) >= 30


@pytest.mark.parametrize(
    "names", [("undo a denial", "reopen"), ("reopen", "reopen"), ("undo a denial", "undo a denial")], ids=" + ".join
)
def test_a_denial_is_opened_again_once_however_many_want_it(store: Store, names: tuple[str, ...]) -> None:
    for end, played in every_way(store, DENIED, names):
        assert (end.state, end.round) == (State.PENDING, 2)
        assert sum(isinstance(result, Request) for result in played.results) == 1


@BOTH
@pytest.mark.parametrize("names", [("approve", "deny", "withdraw"), ("approve", "approve"), ("deny", "withdraw")], ids=" + ".join)
def test_of_several_who_end_it_one_wins_and_each_other_is_told_who_and_when(store: Store, names: tuple[str, ...]) -> None:
    won = set()
    for end, played in every_way(store, PENDING, names):
        (winner,) = [result for result in played.results if isinstance(result, Request)]
        losers = [result for result in played.results if isinstance(result, Refused)]
        assert winner == end
        assert len(losers) == len(names) - 1
        ended_by = {"state": end.state, "by": DEEDS[names[played.results.index(winner)]].by, "at": end.decided}
        assert all(loser == Refused(Why.ALREADY_DECIDED, ended_by) for loser in losers)
        won.add(names[played.results.index(winner)])
    assert won == set(names)


def test_every_order_of_turns_is_played_once() -> None:
    """Two who take two steps each and do nothing: all six orders, and no other."""

    def idle(wait: Wait) -> None:
        wait()

    orders = [tuple(played.order) for played in every_order(lambda prefix: play([idle, idle], prefix))]
    assert sorted(orders) == sorted(set(permutations((0, 0, 1, 1))))

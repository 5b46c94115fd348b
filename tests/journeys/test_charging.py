"""What people are charged is what the requests that are open or approved hold of their authority, whoever does what when."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from bot.store import Store
from tests.journeys.conftest import BOTH
from tests.journeys.office import ADA, BOB, CY, DI, EVE, POLICY, START, TYPED, kit, opened, standing
from workflows import charging, requesting, reviewing
from workflows.authority import Authority, Cap, Charged
from workflows.aways import Away
from workflows.ballots import Verdict, Vote
from workflows.events import Edit, Reopen, Undo
from workflows.keeping import Kit
from workflows.money import usd
from workflows.people import PersonId
from workflows.ports import UnitOfWork
from workflows.refusals import Refused, Why
from workflows.requests import Request, State, Way
from workflows.seats import Route, Stage
from workflows.times import Period

pytestmark = BOTH

TEN = timedelta(minutes=10)
MONTH = Period.MONTH
CAPS = Authority({BOB: Cap(usd(700), MONTH)}, {"finance": Cap(usd(4_000), MONTH)})  # Eve may approve any amount
CAPPED = replace(POLICY, people=replace(POLICY.people, authority=CAPS))


@pytest.fixture
def store(tmp_path: Path, database: str) -> Iterator[Store]:
    store = opened(tmp_path, standing(), database=database)
    yield store
    store.close()


def at(store: Store, hours: float = 0, **more: Any) -> Kit:
    """The use cases under caps, some hours after the start."""
    return replace(kit(store, standing(timedelta(hours=hours)), **more), policy=CAPPED)


def files(store: Store, by: PersonId = ADA, amount: str = "400", *, token: str = "V1", hours: float = 0) -> Request:
    made = requesting.submit(at(store, hours), by, TYPED | {"amount": amount}, token=token)
    assert isinstance(made, Request), made
    return made


def votes(store: Store, request: Request, by: PersonId, hours: float = 1, **more: Any) -> Request | Refused:
    now = at(store, hours)
    cast = Vote(by, more.pop("verdict", Verdict.APPROVE), now.clock.now(), more.pop("revision", request.revision), **more)
    return reviewing.vote(now, request.id, cast)


def used(store: Store, who: PersonId) -> int:
    """What somebody is charged in the period that holds the start."""
    cap = CAPS.cap(who, CAPPED.people.groups)
    assert cap is not None
    with store.reads() as unit:
        found = unit.charges.get(who, charging.start_of(CAPPED, cap, at(store).clock.now()))
    return found.used if found else 0


def now(store: Store, request: Request) -> Request:
    with store.reads() as unit:
        found = unit.requests.get(request.id)
    assert found is not None
    return found


def test_a_smaller_yes_is_charged_by_what_it_agrees_to(store: Store) -> None:
    request = files(store, amount="400")
    votes(store, request, BOB, amount=usd(150))
    assert used(store, BOB) == usd(150)


def test_an_approval_that_is_undone_is_given_back(store: Store) -> None:
    request = files(store)
    votes(store, request, BOB)
    assert used(store, BOB) == usd(400)
    undone = reviewing.change(at(store, 1.1), request.id, Undo(BOB, TEN), BOB)
    assert isinstance(undone, Request)
    assert (undone.state, used(store, BOB)) == (State.PENDING, 0)


def test_a_denial_that_is_undone_takes_up_again_what_others_agreed_to(store: Store) -> None:
    request = files(store, amount="1,500")
    votes(store, request, CY)
    votes(store, request, DI, verdict=Verdict.DENY, reason="No.")
    assert used(store, CY) == 0
    undone = reviewing.change(at(store, 1.1), request.id, Undo(DI, TEN), DI)
    assert isinstance(undone, Request)
    assert (len(undone.votes), used(store, CY)) == (1, usd(1_500))


def test_a_yes_that_is_past_the_cap_when_a_denial_is_undone_must_be_said_again(store: Store) -> None:
    first = files(store, ADA, "3,000")
    votes(store, first, CY)
    votes(store, first, DI, verdict=Verdict.DENY, reason="No.")
    votes(store, files(store, BOB, "3,000", token="V2"), CY)
    undone = reviewing.change(at(store, 1.1), first.id, Undo(DI, TEN), DI)
    assert isinstance(undone, Request)
    assert (undone.votes, {vote.by for vote in undone.voided}, used(store, CY)) == ((), {CY, DI}, usd(3_000))


def test_what_a_denial_gave_back_is_not_given_back_again_when_it_is_opened_again(store: Store) -> None:
    votes(store, files(store, BOB, "1,200", token="V0"), CY)
    request = files(store, ADA, "1,500")
    votes(store, request, CY)
    denied = votes(store, request, DI, verdict=Verdict.DENY, reason="No.")
    assert isinstance(denied, Request)
    case = replace(denied.case, justification="With new facts, for the same work.")
    way = Way(denied.route, denied.limit, denied.facts, denied.policy, denied.excluded)
    assert isinstance(reviewing.change(at(store, 2), denied.id, Reopen(ADA, case, way), ADA), Request)
    assert used(store, CY) == usd(1_200)


def test_a_change_that_voids_a_yes_gives_it_back(store: Store) -> None:
    request = votes(store, files(store, amount="1,500"), CY)
    assert isinstance(request, Request)
    case = replace(request.case, amount=usd(1_600))
    way = Way(request.route, request.limit, request.facts, request.policy, request.excluded)
    assert isinstance(
        reviewing.change(at(store, 2), request.id, Edit(ADA, case=case, way=way, revision=request.revision), ADA), Request
    )
    assert used(store, CY) == 0


def away(store: Store, who: PersonId, delegate: PersonId) -> None:
    """Somebody is away for the day, and named who decides in their place."""
    with store.units() as unit:
        unit.aways.put(Away(who, START, START + timedelta(days=1), delegate))
        unit.commit()


def test_who_stands_in_is_charged_to_whom_they_stand_in_for(store: Store) -> None:
    request = files(store, amount="400")
    away(store, BOB, CY)
    votes(store, request, CY)
    assert (used(store, BOB), used(store, CY)) == (usd(400), 0)
    assert (now(store, request).votes[0].seat, now(store, request).state) == (BOB, State.APPROVED)


def test_standing_in_for_somebody_gives_nobody_more_authority_than_their_own(store: Store) -> None:
    request = files(store, amount="800")
    assert BOB not in request.route.approvers()
    away(store, EVE, BOB)
    refused = votes(store, request, BOB)
    assert isinstance(refused, Refused)
    assert (refused.why, used(store, BOB)) == (Why.OVER_AUTHORITY, 0)
    assert votes(store, request, EVE) == now(store, request)


def test_past_the_cap_where_nobody_is_above_the_yes_is_refused_and_charges_nothing(store: Store) -> None:
    votes(store, files(store, EVE, "500", token="V0"), BOB)
    request = files(store, CY, "400", token="V1")
    assert request.waiting_on() == (BOB, EVE)
    votes(store, files(store, DI, "100", token="V2"), BOB)
    refused = votes(store, request, BOB)
    assert isinstance(refused, Refused)
    assert (refused.why, used(store, BOB)) == (Why.OVER_AUTHORITY, usd(600))
    assert now(store, request) == request


class Meeting:
    """Where two threads wait for each other, once each, after both have read what is charged."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(2)
        self._been = threading.local()

    def wait(self) -> None:
        if not getattr(self._been, "here", False):
            self._been.here = True
            self._barrier.wait(timeout=20)


class Hasty:
    """A unit of work that reads before it holds the lock, and meets the other thread when it has read what is charged."""

    def __init__(self, store: Store, meeting: Meeting) -> None:
        self._store, self._meeting = store, meeting
        self._held: UnitOfWork | None = None

    def __enter__(self) -> "Hasty":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._held is not None:
            self._held.__exit__(kind, error, trace)

    def __getattr__(self, name: str) -> Any:
        if self._held is None:
            self._held = self._store.units().__enter__()
        return getattr(self._held, name)

    @property
    def requests(self) -> Any:
        return self if self._held is None else self._held.requests

    @property
    def charges(self) -> Any:
        return Counted(self._store, self._meeting) if self._held is None else self._held.charges

    def get(self, request: str) -> Request | None:
        with self._store.reads() as unit:
            return unit.requests.get(request)

    def save(self, request: Request) -> None:
        self.__getattr__("requests").save(request)

    def open(self, quota: str, requester: PersonId) -> Request | None:
        return self.__getattr__("requests").open(quota, requester)


class Counted:
    """Reads what is charged, early."""

    def __init__(self, store: Store, meeting: Meeting) -> None:
        self._store, self._meeting = store, meeting

    def get(self, person: PersonId, start: datetime) -> Charged | None:
        with self._store.reads() as unit:
            found = unit.charges.get(person, start)
        self._meeting.wait()
        return found


@pytest.mark.parametrize("before", [0, 1])
def test_two_yes_at_once_never_exceed_a_cap_and_nobody_is_turned_away_by_an_error(store: Store, before: int) -> None:
    if before:
        votes(store, files(store, EVE, "100", token="V9"), BOB)  # so that there is a row already
    requests = [files(store, who, "400", token=f"V{n}") for n, who in enumerate((ADA, CY))]
    for request in requests:
        laddered(store, request)
    meeting = Meeting()

    def move(request: Request) -> Request | Refused:
        hasty = at(store, 1, units=lambda: Hasty(store, meeting))
        return reviewing.vote(hasty, request.id, Vote(BOB, Verdict.APPROVE, hasty.clock.now(), request.revision))

    with ThreadPoolExecutor(2) as pool:
        done = [each.result(timeout=60) for each in [pool.submit(move, request) for request in requests]]
    assert all(isinstance(one, Request) for one in done)
    states = sorted(one.state for one in done if isinstance(one, Request))
    assert states == [State.APPROVED, State.PENDING]
    assert used(store, BOB) == usd(400) + before * usd(100)
    (waiting,) = [one for one in done if isinstance(one, Request) and one.state is State.PENDING]
    assert (waiting.votes[0].over, waiting.waiting_on()) == (True, (DI,))


def laddered(store: Store, request: Request) -> None:
    """The request as if Di stood above Bob, who alone is asked."""
    route = Route((Stage("leads", (BOB,), rungs=((DI,),)),))
    with store.units() as unit:
        unit.requests.save(replace(request, route=route, version=request.version + 1))
        unit.commit()

"""What carries an override on leaves no gap and counts nothing twice, whenever it is asked for and approved."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.test_overrides import ACTIVE, DAY, ENDS, HOUR, T0
from tests.unit.test_parts import ADA, BOB, NOW, POLICY, SEARCH, TOP, TYPED, Office
from workflows import enforcing, overruling, requesting, returning, reviewing, tranches
from workflows.ballots import Verdict, Vote
from workflows.cases import Case, Impact, Part, Term
from workflows.events import Revoke
from workflows.extending import Line, line
from workflows.money import Unit, usd
from workflows.overrides import Grace, Override, Reason, Status, extra
from workflows.policy import Policy, Timing
from workflows.refusals import Refused, Why
from workflows.requests import Request
from workflows.rules import Data

GRACE = Grace(25, timedelta(hours=10))
ALONE = {**TYPED, "also": (), "duration": "days:1"}


class Desk(Office):
    """An office under a policy of its own, for one quota."""

    def __init__(self, **timing: object) -> None:
        super().__init__()
        policy: Policy = replace(POLICY, timing=replace(Timing(), **timing))  # type: ignore[arg-type]
        self.kit = replace(self.kit, policy=policy)

    def files(self, token: str, **typed: object) -> Request | tuple[Refused, ...]:
        return requesting.submit(self.kit, ADA, {**ALONE, **typed}, token=token)  # type: ignore[arg-type]

    def approves(self, asked: Request | tuple[Refused, ...]) -> Override:
        assert isinstance(asked, Request), asked
        done = reviewing.vote(self.kit, asked.id, Vote(BOB, Verdict.APPROVE, self.clock.now()))
        assert isinstance(done, Request), done
        self.works()
        with self.memory.reads() as unit:
            return next(o for o in unit.overrides.every(done.id) if o.quota == SEARCH)

    def at(self, hours: float) -> None:
        """It is so many hours after the beginning; what is due is done."""
        self.clock.at = max(self.clock.at, NOW + hours * HOUR)
        self.works()

    def counts(self) -> int:
        """What overrides add by the record, which must be what the store enforces beyond the base."""
        with self.memory.reads() as unit:
            added = extra(unit.overrides.current(SEARCH), self.clock.now())
        assert self.limits.limits[SEARCH] == usd(1_000) + added
        return added


hours = st.integers(1, 60)


@settings(deadline=None)
@given(
    asked=st.integers(1, 23),
    approved=hours,
    days=st.sampled_from([1, 3]),
    amount=st.sampled_from([100, 400]),
    looks=st.lists(hours),
)
def test_at_every_moment_the_limit_is_what_was_granted_for_it(
    asked: int, approved: int, days: int, amount: int, looks: list[int]
) -> None:
    desk = Desk()
    first = desk.approves(desk.files("first"))
    approved = max(asked, approved)
    ends = 24 + 24 * days

    def expected(hour: float) -> int:
        before = usd(400) if hour < 24 else 0
        after = usd(amount) if max(24, approved) <= hour < ends else 0
        return before + after

    desk.at(asked)
    request = desk.files("second", amount=str(amount), duration=f"days:{days}", extends=first.id)
    for hour in sorted({*looks, 23.99, 24, 24.01, ends - 0.01, ends, approved, approved - 0.01}):
        if hour < asked:
            continue
        desk.at(hour)
        if hour == approved and hour < ends:
            after = desk.approves(request)
            assert after.ends == NOW + ends * HOUR
        assert desk.counts() == expected(hour), hour


@settings(deadline=None)
@given(approved=st.integers(2, 40))
def test_a_step_down_gives_way_to_it_and_never_counts_beside_it(approved: int) -> None:
    desk = Desk(grace=GRACE)
    first = desk.approves(desk.files("first"))
    desk.at(1)
    request = desk.files("second", duration="days:3", extends=first.id)
    for hour in range(1, 48):
        desk.at(hour)
        if hour == approved:
            desk.approves(request)
        before, less = (usd(400) if hour < 24 else 0), (usd(100) if 24 <= hour < 34 and hour < approved else 0)
        after = usd(400) if hour >= max(24, approved) else 0
        assert desk.counts() == before + less + after, hour
    with desk.memory.reads() as unit:
        (stepped,) = [o for o in unit.overrides.every(first.request) if o.follows == first.id]
    assert stepped.reason() is (Reason.SUPERSEDED if approved < 34 else Reason.EXPIRED)


@pytest.mark.parametrize("how", ["return", "revoke"])
def test_whatever_was_to_follow_ends_with_what_it_follows(how: str) -> None:
    desk = Desk(grace=GRACE)
    first = desk.approves(desk.files("first"))
    desk.at(1)
    after = desk.approves(desk.files("second", extends=first.id))
    desk.at(2)
    done: object = (
        returning.give_back(desk.kit, first.id, ADA)
        if how == "return"
        else overruling.revoke(desk.kit, first.request, Revoke(BOB, "It is over."))
    )
    assert not isinstance(done, Refused)
    for hour in (2, 24, 25, 60):
        desk.at(hour)
        assert desk.counts() == 0
    with desk.memory.reads() as unit:
        every = [*unit.overrides.every(first.request), *unit.overrides.every(after.request)]
    reason = Reason.RETURNED if how == "return" else Reason.REVOKED
    assert {o.status(desk.clock.now()) for o in every} == {Status.ENDED}
    # The first step-down gave way to the extension, which has one of its own.
    assert [o.reason() for o in every] == [reason, Reason.SUPERSEDED, reason, reason]


def test_a_revocation_ends_the_step_down_too() -> None:
    desk = Desk(grace=GRACE)
    first = desk.approves(desk.files("first"))
    assert not isinstance(overruling.revoke(desk.kit, first.request, Revoke(BOB, "It is over.")), Refused)
    desk.at(25)
    assert desk.counts() == 0
    with desk.memory.reads() as unit:
        assert [o.reason() for o in unit.overrides.every(first.request)] == [Reason.REVOKED, Reason.REVOKED]


def test_no_other_limit_is_written_at_the_joint() -> None:
    desk = Desk()
    first = desk.approves(desk.files("first"))
    desk.at(1)
    desk.approves(desk.files("second", extends=first.id))
    before = len(desk.limits.writes)
    desk.at(24)
    desk.at(25)
    enforcing.sync(desk.kit, SEARCH)
    assert {write.limit for write in desk.limits.writes[before:]} <= {usd(1_400)}


# How often, how long, how much.

STILL = Term(until=ENDS + DAY, since=ENDS)
CASE = Case(SEARCH, 500, Unit.USD, STILL, "why it is still needed", Impact("m", 1, "e"), Data.INTERNAL, extends="O-1")
SHORT = Timing(extensions=2, extended_at_most=4 * DAY)


def after(had: Override) -> Override:
    return replace(had, id=had.id + "'", request=had.request + "'", starts=had.ends, ends=(had.ends or T0) + DAY, follows=had.id)


MINE = replace(ACTIVE, quota=SEARCH)
HAD = {SEARCH: 500}


def whys(found: tuple[Refused, ...]) -> list[tuple[Why, str]]:
    return [(refused.why, refused.place) for refused in found]


def test_the_same_for_a_while_more_can_be_asked_for() -> None:
    assert Line((MINE,), HAD).refuses(CASE, SHORT) == ()


def test_every_reason_is_said_at_once_with_its_numbers() -> None:
    case = replace(CASE, amount=501, term=Term(until=ENDS + 3 * DAY, since=ENDS), also=(Part(TOP, 301, Unit.USD),))
    found = Line((MINE,), {SEARCH: 500, TOP: 300}).refuses(case, SHORT)
    assert whys(found) == [(Why.EXTENDED_LONG, "duration"), (Why.EXTENDS_MORE, "amount"), (Why.EXTENDS_MORE, "also")]
    began = MINE.starts
    assert began is not None
    assert found[0].facts == {"would": ENDS + 3 * DAY - began, "most": 4 * DAY, "until": began + 4 * DAY}
    assert [each.facts["most"] for each in found[1:]] == [500, 300]


def test_the_longest_is_counted_from_the_first_start_and_may_be_reached() -> None:
    began = MINE.starts
    assert began is not None
    reached = replace(CASE, term=Term(until=began + 4 * DAY, since=ENDS))
    assert Line((MINE,), HAD).refuses(reached, SHORT) == ()
    longer = replace(CASE, term=Term(until=began + 4 * DAY + timedelta(microseconds=1), since=ENDS))
    assert whys(Line((MINE,), HAD).refuses(longer, SHORT)) == [(Why.EXTENDED_LONG, "duration")]


def test_so_often_and_no_more() -> None:
    once = Line((after(MINE), MINE), HAD)
    twice = Line((after(after(MINE)), after(MINE), MINE), HAD)
    assert once.full(Timing(extensions=2)) is None
    assert twice.full(Timing(extensions=2)) == Refused(Why.EXTENDED_ENOUGH, {"had": 2, "most": 2})
    assert Line((MINE,), HAD).full(Timing(extensions=0)) == Refused(Why.EXTENDED_ENOUGH, {"had": 0, "most": 0})


def test_the_line_of_an_override_is_what_it_carried_on() -> None:
    desk = Desk()
    first = desk.approves(desk.files("first"))
    desk.at(1)
    second = desk.approves(desk.files("second", extends=first.id))
    desk.at(25)
    third = desk.approves(desk.files("third", extends=second.id))
    with desk.memory.reads() as unit:
        found = line(unit, third)
    assert [o.id for o in found.overrides] == [third.id, second.id, first.id]
    assert (found.extensions, found.began) == (2, first.starts)
    refused = desk.files("fourth", extends=third.id)
    assert isinstance(refused, tuple)


def test_what_was_released_in_parts_is_carried_on_whole_without_a_gap() -> None:
    desk = Desk()
    asked = desk.files("first")
    assert isinstance(asked, Request)
    reviewing.vote(desk.kit, asked.id, Vote(BOB, Verdict.APPROVE, desk.clock.now(), first=usd(100)))
    desk.works()
    with desk.memory.reads() as unit:
        first, _ = unit.overrides.every(asked.id)
    desk.at(1)
    assert not isinstance(tranches.check_in(desk.kit, first.id, ADA, {"words": "Half of it is evaluated."}), tuple)
    desk.works()
    assert desk.counts() == usd(400)
    with desk.memory.reads() as unit:
        assert line(unit, first).amounts == {SEARCH: usd(400)}
    more = desk.files("second", amount="401", extends=first.id)
    assert isinstance(more, tuple) and whys(more) == [(Why.EXTENDS_MORE, "amount")]
    after = desk.approves(desk.files("second", extends=first.id))
    assert after.starts == first.ends
    for hour in (23, 24, 25, 47):
        desk.at(hour)
        assert desk.counts() == usd(400)
    desk.at(48)
    assert desk.counts() == 0

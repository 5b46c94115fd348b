"""Quota stores: what is read is what is enforced."""

from dataclasses import replace

import pytest

from tests.contract.given import HOUR, NOW, SEARCH, SUPPORT
from tests.fakes.clock import ManualClock
from tests.fakes.limits import FakeLimits, Fault
from workflows.limits import Lift, Reading, Wanted
from workflows.money import LARGEST, Unit, usd
from workflows.ports import LimitStore, Rejected, Unavailable
from workflows.quotas import Quota

MINE = Quota(SEARCH, "platform/engineering/search", usd(1_000))
OTHER = Quota(SUPPORT, "platform/operations/support", usd(1_000), Unit.TOKENS)


def test_a_quota_without_a_limit_reads_none(limits: LimitStore) -> None:
    assert limits.read(MINE) == Reading(None, NOW, frozenset())


def test_what_is_written_is_read_back_as_of_now(limits: LimitStore, clock: ManualClock) -> None:
    limits.write(MINE, Wanted(usd(1_000)))
    later = clock.forward(HOUR)
    assert limits.read(MINE) == Reading(usd(1_000), later, frozenset())


def test_writing_the_same_twice_is_harmless(limits: LimitStore) -> None:
    for _ in range(2):
        limits.write(MINE, Wanted(usd(1_000), (Lift("O-1", usd(500)),)))
    assert limits.read(MINE) == Reading(usd(1_500), NOW, frozenset({"O-1"}))


def test_the_last_write_holds(limits: LimitStore) -> None:
    limits.write(MINE, Wanted(usd(1_000), (Lift("O-1", usd(500)),)))
    limits.write(MINE, Wanted(usd(1_000)))
    assert limits.read(MINE) == Reading(usd(1_000), NOW, frozenset())


def test_quotas_do_not_touch_each_other(limits: LimitStore) -> None:
    limits.write(MINE, Wanted(1))
    limits.write(OTHER, Wanted(2))
    assert (limits.read(MINE).limit, limits.read(OTHER).limit) == (1, 2)


@pytest.mark.parametrize("limit", [0, LARGEST])
def test_the_smallest_and_the_largest_limit_are_limits(limits: LimitStore, limit: int) -> None:
    quota = replace(MINE, unit=Unit.REQUESTS)
    limits.write(quota, Wanted(limit))
    assert limits.read(quota).limit == limit


def test_the_fake_fails_as_it_is_told(clock: ManualClock) -> None:
    fake = FakeLimits(clock)
    fake.faults.extend([Fault.IGNORED, Fault.LATE])
    fake.write(MINE, Wanted(1))
    fake.write(MINE, Wanted(2))
    assert fake.read(MINE).limit is None
    fake.settle()
    assert fake.read(MINE).limit == 2


def test_the_fake_that_does_not_answer_may_have_applied_the_write(clock: ManualClock) -> None:
    fake = FakeLimits(clock)
    fake.faults.extend([Fault.UNANSWERED, Fault.LOST, Fault.CONFLICT, Fault.BUSY, Fault.BROKEN, Fault.REFUSED])
    for limit, error in enumerate([Unavailable] * 5 + [Rejected], start=1):
        with pytest.raises(error):
            fake.write(MINE, Wanted(limit))
    assert fake.read(MINE).limit == 1


def test_the_fake_that_applies_a_write_twice_may_undo_a_later_one(clock: ManualClock) -> None:
    fake = FakeLimits(clock)
    fake.faults.append(Fault.AGAIN)
    fake.write(MINE, Wanted(1))
    fake.write(MINE, Wanted(2))
    assert fake.read(MINE).limit == 2
    fake.settle()
    assert fake.read(MINE).limit == 1

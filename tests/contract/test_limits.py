"""Quota stores: what is read is what is enforced."""

import pytest

from tests.contract.given import HOUR, NOW, SEARCH, SUPPORT
from tests.fakes.clock import ManualClock
from tests.fakes.limits import FakeLimits, Fault
from workflows.money import LARGEST, Unit, usd
from workflows.ports import LimitStore, Reading, Rejected, Unavailable


def test_a_quota_without_a_limit_reads_none(limits: LimitStore) -> None:
    assert limits.read(SEARCH) == Reading(None, NOW)


def test_what_is_written_is_read_back_as_of_now(limits: LimitStore, clock: ManualClock) -> None:
    limits.write(SEARCH, usd(1_000), Unit.USD, [])
    later = clock.forward(HOUR)
    assert limits.read(SEARCH) == Reading(usd(1_000), later)


def test_writing_the_same_twice_is_harmless(limits: LimitStore) -> None:
    for _ in range(2):
        limits.write(SEARCH, usd(1_500), Unit.USD, ["O1"])
    assert limits.read(SEARCH).limit == usd(1_500)


def test_the_last_write_holds(limits: LimitStore) -> None:
    limits.write(SEARCH, usd(1_500), Unit.USD, ["O1"])
    limits.write(SEARCH, usd(1_000), Unit.USD, [])
    assert limits.read(SEARCH).limit == usd(1_000)


def test_quotas_do_not_touch_each_other(limits: LimitStore) -> None:
    limits.write(SEARCH, 1, Unit.TOKENS, [])
    limits.write(SUPPORT, 2, Unit.TOKENS, [])
    assert (limits.read(SEARCH).limit, limits.read(SUPPORT).limit) == (1, 2)


@pytest.mark.parametrize("limit", [0, LARGEST])
def test_the_smallest_and_the_largest_limit_are_limits(limits: LimitStore, limit: int) -> None:
    limits.write(SEARCH, limit, Unit.REQUESTS, [])
    assert limits.read(SEARCH).limit == limit


def test_the_fake_fails_as_it_is_told(clock: ManualClock) -> None:
    fake = FakeLimits(clock)
    fake.faults.extend([Fault.IGNORED, Fault.LATE])
    fake.write(SEARCH, 1, Unit.TOKENS, [])
    fake.write(SEARCH, 2, Unit.TOKENS, [])
    assert fake.read(SEARCH).limit is None
    fake.settle()
    assert fake.read(SEARCH).limit == 2


def test_the_fake_that_does_not_answer_may_have_applied_the_write(clock: ManualClock) -> None:
    fake = FakeLimits(clock)
    fake.faults.extend([Fault.UNANSWERED, Fault.LOST, Fault.REFUSED])
    for limit, error in ((1, Unavailable), (2, Unavailable), (3, Rejected)):
        with pytest.raises(error):
            fake.write(SEARCH, limit, Unit.TOKENS, [])
    assert fake.read(SEARCH).limit == 1

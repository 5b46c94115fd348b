"""Sessions and meters on every store: what is told in two ways, or by several writers at once, counts once."""

from collections.abc import Sequence

from tests.contract.conftest import World
from tests.contract.given import NOW
from tests.contract.racing import race
from workflows.metering import Recorded, record
from workflows.money import Unit
from workflows.policy import Organization, Policy
from workflows.ports import Units
from workflows.pricing import Price
from workflows.quotas import Quota
from workflows.spend import Tokens, Usage
from workflows.streams import Part, Reading, Signal, Via

QUOTA = Quota("tokens", "platform", 10**12, Unit.TOKENS)
POLICY = Policy(Organization("Acme", "Europe/Warsaw"), (QUOTA,))
PRICES = {"mini": Price(3_000, 5_000, 1_000, 4_000)}


def meter(at: int, amount: int, session: bytes = b"s") -> Usage:
    via = Via(Signal.METRICS, session, reading=Reading(b"meter of " + session, at, Part.INPUT, amount))
    return Usage(b"m%d" % at, NOW, "platform", "mini", Tokens(), via=via)


def call(number: int, also: bytes = b"") -> Usage:
    return Usage(b"c%d" % number, NOW, "platform", "mini", Tokens(10), via=Via(Signal.EVENTS, b"s", (b"service",), also))


def count(units: Units, *usages: Usage) -> Recorded:
    return record(usages, policy=POLICY, prices=PRICES, units=units, now=NOW)


def spent(world: World) -> int:
    with world.reads() as unit:
        return unit.meter.spent("tokens", POLICY.window(QUOTA, NOW))


def test_a_meter_counts_by_what_it_grew_whoever_read_it_before(world: World) -> None:
    count(world.units, meter(1, 10))
    count(world.other, meter(2, 25))
    count(world.units, meter(1, 10), meter(2, 25), meter(3, 25))
    assert spent(world) == 25


def test_who_told_first_tells_whoever_heard_it(world: World) -> None:
    count(world.units, call(1))
    count(world.other, meter(1, 999), meter(1, 999, session=b"service"))
    assert spent(world) == 10
    with world.reads() as unit:
        assert unit.streams.passed() == 2


def test_a_call_that_two_tell_of_at_once_counts_once(world: World) -> None:
    race(lambda: count(world.units, call(1, b"r")), lambda: count(world.other, call(2, b"r")))
    assert spent(world) == 10


def test_readings_that_several_writers_send_at_once_in_any_order_count_once(world: World) -> None:
    readings = [meter(n, 7 * n) for n in range(1, 13)]

    def write(units: Units, order: Sequence[Usage]) -> None:
        for reading in order:
            count(units, reading)

    race(
        lambda: write(world.units, readings),
        lambda: write(world.other, readings[::-1]),
        lambda: write(world.units, readings[6:] + readings[:6]),
    )
    assert spent(world) == 7 * 12


def test_calls_and_meters_of_one_session_that_come_at_once_are_counted_by_one_of_the_two(world: World) -> None:
    race(lambda: count(world.units, call(1)), lambda: count(world.other, meter(1, 999)))
    assert spent(world) in (10, 999)

"""The ledger: what providers say they charged, a day replaced as a whole, and beside usage; and when they are to be asked."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import World
from tests.contract.given import DAY, HOUR, NOW, booked, reported, usage
from tests.contract.racing import race
from workflows.governed import Bill, Pull, Vendor
from workflows.ports import UnitOfWork, Units

TODAY = NOW.date()
ALWAYS = (date(2026, 1, 1), date(2027, 1, 1))
BILL = Bill(Vendor.OPENAI, TODAY, NOW, {"proj_1: gpt-5, input": 12_345, "proj_2: images": 1})


def test_a_bill_comes_back_as_it_was_put(world: World) -> None:
    world.keep(lambda unit: unit.ledger.put([BILL]))
    with world.reads() as unit:
        assert unit.ledger.bills(TODAY, TODAY) == [BILL]


def test_a_bill_of_nothing_is_known_to_be_one(world: World) -> None:
    nothing = Bill(Vendor.OPENAI, TODAY, NOW)
    world.keep(lambda unit: unit.ledger.put([nothing]))
    with world.reads() as unit:
        assert unit.ledger.bills(*ALWAYS) == [nothing]


def test_putting_a_day_again_doubles_nothing_and_leaves_nothing_of_what_it_was(world: World) -> None:
    amended = Bill(Vendor.OPENAI, TODAY, NOW + DAY, {"proj_1: gpt-5, output": 7})
    for bill in (BILL, BILL, amended):
        world.keep(lambda unit, bill=bill: unit.ledger.put([bill]))
    with world.reads() as unit:
        assert unit.ledger.bills(*ALWAYS) == [amended]


def test_vendors_and_days_are_bills_of_their_own(world: World) -> None:
    bills = [Bill(vendor, TODAY - n * DAY, NOW, {"all": n + 1}) for vendor in Vendor for n in range(3)]
    world.keep(lambda unit: unit.ledger.put(bills))
    world.keep(lambda unit: unit.ledger.put([Bill(Vendor.OPENAI, TODAY, NOW, {"all": 9})]))
    with world.reads() as unit:
        found = unit.ledger.bills(TODAY - DAY, TODAY)
    assert [(bill.vendor, bill.day, bill.total) for bill in found] == [
        (Vendor.ANTHROPIC, TODAY - DAY, 2),
        (Vendor.ANTHROPIC, TODAY, 1),
        (Vendor.OPENAI, TODAY - DAY, 2),
        (Vendor.OPENAI, TODAY, 9),
    ]


def test_no_bills_are_put_harmlessly(world: World) -> None:
    world.keep(lambda unit: unit.ledger.put([]))
    with world.reads() as unit:
        assert unit.ledger.bills(*ALWAYS) == []


def test_what_providers_charge_is_no_usage(world: World) -> None:
    world.keep(lambda unit: unit.ledger.put([BILL]))
    with world.reads() as unit:
        assert (unit.meter.slices(*ALWAYS), unit.meter.sold(*ALWAYS), unit.meter.sold_since()) == ([], [], None)


bills = st.builds(
    Bill,
    vendor=st.sampled_from(Vendor),
    day=st.integers(0, 3).map(lambda n: TODAY - n * DAY),
    as_of=st.integers(0, 99).map(lambda n: NOW + n * HOUR),
    lines=st.dictionaries(st.sampled_from(["a", "b", "c, input"]), st.integers(1, 10**15), max_size=3),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(told=st.lists(st.lists(bills, max_size=4, unique_by=lambda b: (b.vendor, b.day)), max_size=4))
def test_of_every_vendor_and_day_the_last_bill_holds(world: World, told: list[list[Bill]]) -> None:
    with world.units() as unit:
        for each in told:
            unit.ledger.put(each)
        last = {(bill.vendor, bill.day): bill for each in told for bill in each}
        assert unit.ledger.bills(*ALWAYS) == [last[key] for key in sorted(last)]


PULL = Pull(Vendor.OPENAI, NOW, None, 3, "OpenAI did not answer")


def test_a_pull_is_kept_replaced_and_due_at_its_time(world: World) -> None:
    world.keep(lambda unit: unit.ledger.save(Pull(Vendor.OPENAI, NOW + DAY, NOW)))
    world.keep(lambda unit: [unit.ledger.save(PULL), unit.ledger.save(Pull(Vendor.ANTHROPIC, NOW - HOUR, NOW - DAY))])
    with world.units() as unit:
        assert unit.ledger.due(NOW - timedelta(microseconds=1)) == [Pull(Vendor.ANTHROPIC, NOW - HOUR, NOW - DAY)]
        assert unit.ledger.due(NOW) == [Pull(Vendor.ANTHROPIC, NOW - HOUR, NOW - DAY), PULL]
        assert unit.ledger.pulls() == [Pull(Vendor.ANTHROPIC, NOW - HOUR, NOW - DAY), PULL]


def test_two_workers_never_take_the_same_pull(world: World) -> None:
    world.keep(lambda unit: unit.ledger.save(PULL))

    def work(units: Units) -> list[Pull]:
        with units() as unit:
            mine = unit.ledger.due(NOW)
            for pull in mine:
                unit.ledger.save(Pull(pull.vendor, NOW + HOUR))
            unit.commit()
        return mine

    one, two = race(lambda: work(world.units), lambda: work(world.other))
    assert one + two == [PULL]


def test_what_is_sold_adds_up_by_the_utc_day_whatever_the_local_one(world: World) -> None:
    """One local day in Warsaw, from 23:00 UTC: its first hour is the day before for whoever bills by UTC."""
    night = NOW.replace(hour=22, minute=30) - DAY
    calls = [
        usage(b"1", at=NOW, cost=5),
        usage(b"2", at=NOW + HOUR, cost=6),
        usage(b"3", at=night + HOUR, cost=7),
        usage(b"4", at=night, cost=11),
        usage(b"5", at=NOW, cost=13, provider="azure"),
    ]

    def keep(*mine: int) -> None:
        def work(unit: UnitOfWork) -> None:
            chosen = [calls[n] for n in mine]
            unit.meter.fresh([(call.at.date(), call.key) for call in chosen])
            unit.meter.append(booked(*map(reported, chosen)))

        world.keep(work)

    keep(0, 2, 3)
    keep(1, 4)
    with world.reads() as unit:
        found = [(sold.day, sold.provider, sold.cost) for sold in unit.meter.sold(*ALWAYS)]
        assert found == [(TODAY - DAY, "", 7 + 11), (TODAY, "", 11), (TODAY, "azure", 13)]
        assert [sold.cost for sold in unit.meter.sold(TODAY, TODAY)] == [11, 13]
        assert unit.meter.sold_since() == TODAY - DAY

"""Corrections on every store: the same story leaves the same sums, and of writers at once one wins."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import World
from tests.contract.given import NOW
from tests.contract.racing import race
from tests.fakes.memory import Memory
from workflows.correcting import correct, unlike
from workflows.corrections import Correction, Fault, subject
from workflows.metering import record
from workflows.money import Unit, usd
from workflows.outcomes import Produced
from workflows.policy import Organization, Policy
from workflows.ports import Units
from workflows.pricing import Price
from workflows.producing import produce
from workflows.quotas import Quota
from workflows.restating import restate
from workflows.spend import NOTHING, Sums, Tokens, Usage
from workflows.times import Period

SEARCH, MOBILE = "platform/search", "platform/mobile"
QUOTAS = (
    Quota("search", SEARCH, usd(10)),
    Quota("tokens", SEARCH, 10**9, unit=Unit.TOKENS, period=Period.DAY),
    Quota("mobile", MOBILE, usd(10)),
    Quota("all", "platform", usd(20), period=Period.QUARTER),
)
POLICY = Policy(Organization("Acme", "Europe/Berlin"), QUOTAS)
LIST = {"mini": Price(10**6, 0, 0, 0), "opus": Price(10**7, 0, 0, 0)}


def call(number: int, cost: int | None, back: int = 0) -> Usage:
    at = NOW - timedelta(days=back)
    return Usage(b"u%d" % number, at, SEARCH, "mini", Tokens(900, 50), cost, user="ada", latency=70)


def correction(name: str, of: str, **said: Any) -> Correction:
    return Correction(name.encode(), (of.encode(),), name, "finance", "billed twice", **said)


def book(units: Units, *corrections: Correction) -> frozenset[bytes]:
    return correct(corrections, policy=POLICY, prices=LIST, units=units, now=NOW).new


def facts(units: Units) -> dict[str, Any]:
    """All that corrections touch."""
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    with units() as unit:
        sums: dict[Any, Sums] = {}
        for piece in unit.meter.slices(first, last):
            here = piece.day, piece.series
            sums[here] = sums.get(here, NOTHING).plus(piece.sums)
        chains = [unit.record.chain(name) for name in unit.record.subjects() if name.startswith("event:")]
        return {
            "counters": [(c.quota, c.window, c.spent) for c in unit.meter.counters(NOW)],
            "days": {q.key: unit.meter.days(q.key, first, last) for q in QUOTAS},
            "sums": {here: amounts for here, amounts in sums.items() if amounts != NOTHING},
            "entries": [(e.subject, e.seq, e.did, e.after) for chain in chains for e in chain],
            "wrong": [said for chain in chains if (said := unlike(unit, chain))],
        }


changes = st.one_of(
    st.just({"void": True}),
    st.just({}),
    st.builds(lambda cost: {"cost": cost}, st.integers(0, usd(9))),
    st.builds(
        lambda scope, model: {"words": {"scope": scope, "model": model}},
        *[st.sampled_from(x) for x in ((SEARCH, MOBILE), tuple(LIST))],
    ),
    st.builds(lambda tokens: {"numbers": {"input": tokens, "latency": 5}}, st.integers(0, 5_000)),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=8)
@given(st.lists(st.tuples(st.integers(0, 2), changes), max_size=8), st.data())
def test_the_same_story_leaves_the_same_in_every_store(
    world: World, story: list[tuple[int, dict[str, Any]]], data: st.DataObject
) -> None:
    mark = data.draw(st.uuids()).hex  # the store is not emptied between examples: every one has keys of its own
    memory = Memory()
    usages = [call(n, cost, n * 40)._replace(key=f"{mark}{n}".encode()) for n, cost in enumerate((usd(3), None, usd(7)))]
    before = facts(world.units)
    for units in (memory.units, world.units):
        record(usages, policy=POLICY, prices=LIST, units=units, now=NOW)
        holds = {n: f"{mark}{n}" for n in range(3)}
        for number, (which, said) in enumerate(story):
            one = correction(f"{mark}c{number}", holds[which], **said)
            if book(units, one):
                holds[which] = one.name
    mine, stored = facts(memory.units), facts(world.units)
    assert stored["wrong"] == []
    ours = {subject(usage.key) for usage in usages}
    assert [e for e in stored["entries"] if e[0] in ours] == mine["entries"]
    assert grown(before["days"], stored["days"]) == grown({q.key: {} for q in QUOTAS}, mine["days"])


def grown(before: dict[str, dict[date, int]], after: dict[str, dict[date, int]]) -> dict[tuple[str, date], int]:
    added = {(key, day): n - before[key].get(day, 0) for key, days in after.items() for day, n in days.items()}
    return {here: amount for here, amount in added.items() if amount}


def test_of_writers_at_once_one_wins_and_the_others_are_told(world: World) -> None:
    record([call(1, usd(5))], policy=POLICY, prices=LIST, units=world.units, now=NOW)

    def writer(number: int, units: Units) -> Any:
        one = correction(f"c{number}", "u1", cost=usd(number))
        return lambda: correct([one], policy=POLICY, prices=LIST, units=units, now=NOW)

    done = race(*(writer(n, world.units if n % 2 else world.other) for n in range(4)))
    assert sorted(len(one.new) for one in done) == [0, 0, 0, 1]
    (winner,) = [n for n, one in enumerate(done) if one.new]
    told = [faulty for one in done for faulty in one.faulty.values()]
    assert {(faulty.fault, faulty.instead) for faulty in told} == {(Fault.OVERTAKEN, f"c{winner}")}
    with world.other() as unit:
        assert unit.meter.spent("search", POLICY.window(QUOTAS[0], NOW)) == usd(winner)


def test_the_same_correction_from_writers_at_once_is_booked_once(world: World) -> None:
    record([call(1, usd(5))], policy=POLICY, prices=LIST, units=world.units, now=NOW)
    one = correction("c1", "u1", void=True)

    def writer(units: Units) -> Any:
        return lambda: correct([one], policy=POLICY, prices=LIST, units=units, now=NOW)

    done = race(*(writer(units) for units in (world.units, world.other, world.units)))
    assert sorted((len(each.new), len(each.known)) for each in done) == [(0, 1), (0, 1), (1, 0)]
    assert facts(world.units)["sums"] == {}


def test_of_writers_at_once_who_correct_what_was_produced_one_wins(world: World) -> None:
    produce([Produced(b"p1", NOW, SEARCH, "tickets", 40)], policy=POLICY, units=world.units, now=NOW)

    def writer(number: int, units: Units) -> Any:
        one = correction(f"c{number}", "p1", numbers={"quantity": number})
        return lambda: restate([one], policy=POLICY, units=units, now=NOW)

    done = race(*(writer(n, world.units if n % 2 else world.other) for n in range(4)))
    (winner,) = [n for n, one in enumerate(done) if one.new]
    assert {faulty.instead for one in done for faulty in one.faulty.values()} == {f"c{winner}"}
    with world.other() as unit:
        assert [made.quantity for made in unit.yields.sums(date.min, date.max)] == [winner]

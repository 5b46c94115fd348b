"""The outbox: one row for each effect, one worker at a time for each row, and nothing that was asked for is forgotten."""

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import World
from tests.contract.given import DAY, HOUR, NOW
from tests.contract.racing import race
from workflows.effects import Do, Effect
from workflows.ports import Errand, UnitOfWork, Units

SYNC = Effect(Do.SYNC_LIMIT, "platform/search:usd/month")
SHOW = Effect(Do.SHOW_REQUEST, "R1")


def put(world: World, *effects: Effect, at: datetime = NOW) -> None:
    world.keep(lambda unit: [unit.outbox.put(effect, at) for effect in effects])


def claim(world: World, at: datetime = NOW, limit: int = 9) -> list[Errand]:
    with world.units() as unit:
        errands = unit.outbox.claim(at, at + HOUR, limit)
        unit.commit()
    return errands


def test_what_is_asked_for_is_due_at_once(world: World) -> None:
    put(world, SYNC)
    assert claim(world) == [Errand(SYNC, 1, 0, NOW)]


def test_asking_twice_before_delivery_is_asking_once(world: World) -> None:
    put(world, SYNC, SHOW, SYNC)
    assert [e.effect for e in claim(world)] == [SHOW, SYNC]


def test_the_oldest_come_first_and_no_more_than_wanted(world: World) -> None:
    put(world, SHOW, at=NOW)
    put(world, SYNC, at=NOW - HOUR)
    assert [e.effect for e in claim(world, limit=1)] == [SYNC]
    assert [e.effect for e in claim(world, limit=1)] == [SHOW]
    assert claim(world) == []


def test_nothing_is_due_before_its_time(world: World) -> None:
    put(world, SYNC)
    assert claim(world, NOW - HOUR) == []


def test_what_is_claimed_is_hidden_until_its_worker_counts_as_dead(world: World) -> None:
    put(world, SYNC)
    claim(world)
    assert claim(world, NOW + HOUR / 2) == []
    assert [e.effect for e in claim(world, NOW + HOUR)] == [SYNC]


def test_what_failed_and_is_tried_again_is_listed_until_it_is_done_or_given_up(world: World) -> None:
    put(world, SYNC)
    put(world, SHOW, at=NOW - HOUR)
    assert failing(world) == []
    show, sync = claim(world)
    world.keep(lambda unit: (unit.outbox.fail(sync, "gone", NOW + HOUR), unit.outbox.fail(show, "gone, too", NOW + HOUR)))
    assert [(e.effect, e.since, e.error) for e in failing(world)] == [(SHOW, NOW - HOUR, "gone, too"), (SYNC, NOW, "gone")]
    [one, two] = claim(world, NOW + HOUR)
    world.keep(lambda unit: (unit.outbox.done(one), unit.outbox.fail(two, "never", None)))
    assert failing(world) == []


def failing(world: World) -> list[Errand]:
    with world.reads() as unit:
        return unit.outbox.failing()


def test_two_workers_never_claim_the_same(world: World) -> None:
    names = [Effect(Do.SHOW_REQUEST, f"R{n}") for n in range(20)]
    put(world, *names)

    def work(units: Units) -> list[Effect]:
        mine: list[Effect] = []
        for _ in range(4):
            with units() as unit:
                mine += [e.effect for e in unit.outbox.claim(NOW, NOW + HOUR, 3)]
                unit.commit()
        return mine

    one, two = race(lambda: work(world.units), lambda: work(world.other))
    assert sorted(one + two, key=lambda e: e.key) == sorted(names, key=lambda e: e.key)


def test_what_is_done_is_gone(world: World) -> None:
    put(world, SYNC)
    [errand] = claim(world)
    world.keep(lambda unit: unit.outbox.done(errand))
    assert claim(world, NOW + DAY) == []
    with world.units() as unit:
        assert unit.outbox.waiting() is None


def test_what_was_asked_for_again_during_delivery_is_due_as_soon_as_that_is_done(world: World) -> None:
    put(world, SYNC)
    [first] = claim(world)
    put(world, SYNC, at=NOW + HOUR / 4)
    world.keep(lambda unit: unit.outbox.done(first))
    [second] = claim(world, NOW + HOUR / 4)
    assert (second.generation, second.tries, second.since) == (2, 0, NOW)
    world.keep(lambda unit: unit.outbox.done(second))
    assert claim(world, NOW + DAY) == []


def test_a_second_worker_does_not_overtake_the_first_when_it_is_asked_for_again(world: World) -> None:
    put(world, SYNC)
    claim(world)
    put(world, SYNC, at=NOW + HOUR / 4)
    assert claim(world, NOW + HOUR / 2) == []


def test_what_failed_is_tried_again_at_its_time(world: World) -> None:
    put(world, SYNC)
    [errand] = claim(world)
    world.keep(lambda unit: unit.outbox.fail(errand, "503", NOW + HOUR))
    assert claim(world, NOW + HOUR / 2) == []
    assert claim(world, NOW + HOUR) == [Errand(SYNC, 1, 1, NOW, "503")]


def test_asking_again_ends_the_wait_after_a_failure(world: World) -> None:
    put(world, SYNC)
    [errand] = claim(world)
    world.keep(lambda unit: unit.outbox.fail(errand, "503", NOW + DAY))
    put(world, SYNC, at=NOW + HOUR)
    assert claim(world, NOW + HOUR) == [Errand(SYNC, 2, 0, NOW)]


def test_what_is_never_tried_again_is_kept_for_operators(world: World) -> None:
    put(world, SYNC)
    [errand] = claim(world)
    world.keep(lambda unit: unit.outbox.fail(errand, "channel_not_found", None))
    assert claim(world, NOW + 9 * DAY) == []
    with world.units() as unit:
        assert unit.outbox.dead() == [Errand(SYNC, 1, 1, NOW, "channel_not_found")]
        assert unit.outbox.waiting() is None


def test_asking_for_a_dead_one_brings_it_back_as_new(world: World) -> None:
    put(world, SYNC)
    [errand] = claim(world)
    world.keep(lambda unit: unit.outbox.fail(errand, "channel_not_found", None))
    put(world, SYNC, at=NOW + DAY)
    assert claim(world, NOW + DAY) == [Errand(SYNC, 2, 0, NOW + DAY)]
    with world.units() as unit:
        assert unit.outbox.dead() == []


def test_a_refusal_of_what_was_asked_for_before_does_not_kill_what_was_asked_for_since(world: World) -> None:
    put(world, SYNC)
    [errand] = claim(world)
    put(world, SYNC, at=NOW + HOUR / 4)
    world.keep(lambda unit: unit.outbox.fail(errand, "too_large", None))
    [again] = claim(world, NOW + HOUR / 4)
    assert again.generation == 2


def test_an_outage_holds_for_what_was_asked_for_since_too(world: World) -> None:
    put(world, SYNC)
    [errand] = claim(world)
    put(world, SYNC)
    world.keep(lambda unit: unit.outbox.fail(errand, "429", NOW + HOUR))
    assert claim(world, NOW + HOUR / 2) == []
    assert [e.generation for e in claim(world, NOW + HOUR)] == [2]


def test_it_is_known_when_the_next_one_may_be_tried(world: World) -> None:
    with world.units() as unit:
        assert unit.outbox.waiting() is None
    put(world, SYNC, at=NOW + HOUR)
    put(world, SHOW, at=NOW)
    with world.units() as unit:
        assert unit.outbox.waiting() == NOW
    claim(world, NOW, limit=1)
    with world.units() as unit:
        assert unit.outbox.waiting() == NOW + HOUR


Step = st.sampled_from(["put", "claim", "done", "fail"])


def play(unit: UnitOfWork, steps: list[str]) -> bool:
    """Does the steps, a minute apart; whether something was asked for after the last delivery began."""
    held: list[Errand] = []
    owed, at = False, NOW
    for step in steps:
        at += HOUR / 60
        if step == "put":
            unit.outbox.put(SYNC, at)
            owed = True
        elif step == "claim" and (found := unit.outbox.claim(at, at + 9 * DAY, 1)):
            held, owed = found, False
        elif step == "done" and held:
            unit.outbox.done(held.pop())
        elif step == "fail" and held:
            unit.outbox.fail(held.pop(), "503", at + HOUR)
            owed = True
    for errand in held:
        unit.outbox.done(errand)
    return owed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(Step, max_size=25))
def test_whatever_was_asked_for_since_the_last_delivery_is_delivered(world: World, steps: list[str]) -> None:
    with world.units() as unit:
        owed = play(unit, steps)
        assert bool(unit.outbox.claim(NOW + DAY, NOW + 2 * DAY, 1)) is owed

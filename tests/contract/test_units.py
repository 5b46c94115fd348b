"""A unit of work is one transaction: together or not at all."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.contract.conftest import World
from tests.contract.given import NOW, SEARCH, booked, notice, override, reported, request, usage
from tests.contract.racing import race
from workflows.audit import entry
from workflows.effects import Alarm, Do, Effect, Wake
from workflows.overrides import Happened, Outcome
from workflows.people import PersonId
from workflows.ports import Post, Stale, UnitOfWork


def everything(unit: UnitOfWork) -> None:
    asked = request()
    unit.requests.add(asked)
    unit.overrides.add(override(asked))
    unit.outcomes.add(Outcome("O1", Happened.YES, NOW, PersonId("U0ADA")))
    unit.meter.fresh([(NOW.date(), b"k1")])
    unit.meter.append(booked(reported(usage())))
    unit.meter.tell(notice(70))
    unit.record.append(entry(None, subject="R1", at=NOW, by="U0ADA", did="asked", after={}))
    unit.agenda.set(Alarm(Wake.LAPSE, "R1", NOW))
    unit.outbox.put(Effect(Do.SHOW_REQUEST, "R1"), NOW)
    unit.posts.put(Post("R1", "card", "C0", "1.0", "d"))


def kept(unit: UnitOfWork) -> list[object]:
    found: list[object] = [unit.requests.get("R1"), unit.overrides.get("O1"), unit.outcomes.get("O1")]
    found += [unit.meter.latest(SEARCH, notice(70).window), unit.record.last("R1"), unit.outbox.waiting()]
    return [*found, *unit.agenda.due(NOW, 9), *unit.posts.of("R1")]


def test_a_unit_that_is_not_committed_leaves_nothing(world: World) -> None:
    with world.units() as unit:
        everything(unit)
    with world.units() as unit:
        assert kept(unit) == [None] * 6
        assert unit.meter.fresh([(NOW.date(), b"k1")]) == {b"k1"}


def test_a_unit_that_fails_leaves_nothing_and_lets_the_next_one_in(world: World) -> None:
    with pytest.raises(ZeroDivisionError), world.units() as unit:
        everything(unit)
        raise ZeroDivisionError
    with world.other() as unit:
        assert kept(unit) == [None] * 6


def test_a_unit_sees_what_it_wrote_before_it_commits(world: World) -> None:
    with world.units() as unit:
        everything(unit)
        assert None not in kept(unit)


def test_what_was_committed_is_there_for_everyone(world: World) -> None:
    world.keep(everything)
    with world.other() as unit:
        assert None not in kept(unit)


def test_what_is_written_after_the_commit_needs_another(world: World) -> None:
    with world.units() as unit:
        unit.posts.put(Post("R1", "card", "C0", "1.0", "d"))
        unit.commit()
        unit.posts.put(Post("R2", "card", "C0", "2.0", "d"))
    with world.units() as unit:
        assert unit.posts.get("R1", "card")
        assert unit.posts.get("R2", "card") is None


def test_a_unit_for_looking_sees_one_moment_and_waits_for_no_writer(world: World) -> None:
    world.keep(lambda unit: unit.requests.add(request("R1")))
    with world.reads() as before:
        assert before.requests.get("R1")
        with world.units() as writer:
            writer.requests.add(request("R2", by=PersonId("U0BOB")))
            with world.reads() as beside:
                assert beside.requests.get("R2") is None
            writer.commit()
        assert before.requests.get("R2") is None


def test_a_unit_for_looking_cannot_commit(world: World) -> None:
    with world.reads() as unit, pytest.raises(RuntimeError, match="looking"):
        unit.commit()


def test_additions_of_many_writers_are_all_counted(world: World) -> None:
    def ask(name: str) -> Callable[[], None]:
        units = world.units if int(name) % 2 else world.other

        def once(turn: int) -> bool:
            with suppress(Stale), units() as unit:
                unit.requests.add(request(f"R{name}{turn}", by=PersonId(name), quota=f"q{turn}"))
                latest = unit.record.last("all")
                unit.record.append(entry(latest, subject="all", at=NOW, by=name, did="asked", after={}))
                unit.commit()
                return True
            return False

        def run() -> None:
            for turn in range(5):
                while not once(turn):
                    pass

        return run

    race(*(ask(str(n)) for n in range(6)))
    with world.units() as unit:
        assert [e.seq for e in unit.record.chain("all")] == list(range(1, 31))

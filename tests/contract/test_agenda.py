"""The agenda: alarms by kind and key, due at their time, and to one worker only."""

from tests.contract.conftest import World
from tests.contract.given import DAY, HOUR, NOW
from tests.contract.racing import race
from workflows.effects import Alarm, Wake
from workflows.ports import Units

LAPSE = Alarm(Wake.LAPSE, "R1", NOW)


def test_an_alarm_is_due_at_its_time_and_not_before(world: World) -> None:
    world.keep(lambda unit: unit.agenda.set(LAPSE))
    with world.units() as unit:
        assert unit.agenda.due(NOW - HOUR, 9) == []
        assert unit.agenda.due(NOW, 9) == [LAPSE]


def test_an_alarm_that_is_set_stays_as_it_is(world: World) -> None:
    world.keep(lambda unit: unit.agenda.set(LAPSE))
    world.keep(lambda unit: unit.agenda.set(Alarm(Wake.LAPSE, "R1", NOW + DAY)))
    with world.units() as unit:
        assert unit.agenda.due(NOW + 2 * DAY, 9) == [LAPSE]


def test_kinds_of_one_key_are_alarms_of_their_own(world: World) -> None:
    end, activation = Alarm(Wake.END, "O1", NOW), Alarm(Wake.ACTIVATION, "O1", NOW - HOUR)
    world.keep(lambda unit: [unit.agenda.set(end), unit.agenda.set(activation)])
    with world.units() as unit:
        unit.agenda.drop(activation)
        assert unit.agenda.due(NOW, 9) == [end]


def test_those_of_a_kind_are_told_by_key_whether_due_or_not(world: World) -> None:
    reviews = [Alarm(Wake.REVIEW, f"R{n}", NOW - n * DAY) for n in (2, 1, -3)]
    world.keep(lambda unit: [unit.agenda.set(alarm) for alarm in (LAPSE, *reviews)])
    with world.reads() as unit:
        assert unit.agenda.every(Wake.REVIEW) == [reviews[2], reviews[1], reviews[0]]
        assert unit.agenda.every(Wake.LAPSE) == [LAPSE]
        assert unit.agenda.every(Wake.RESET) == []


def test_the_earliest_come_first_and_no_more_than_wanted(world: World) -> None:
    alarms = [Alarm(Wake.END, f"O{n}", NOW - n * HOUR) for n in range(5)]
    world.keep(lambda unit: [unit.agenda.set(alarm) for alarm in alarms])
    with world.units() as unit:
        assert unit.agenda.due(NOW, 2) == [alarms[4], alarms[3]]


def test_the_alarms_of_some_keys_come_earliest_first_whenever_they_are_due(world: World) -> None:
    end, activation = Alarm(Wake.END, "O1", NOW + DAY), Alarm(Wake.ACTIVATION, "O1", NOW)
    later = Alarm(Wake.LAPSE, "R1", NOW + 2 * DAY)
    world.keep(lambda unit: [unit.agenda.set(a) for a in (end, activation, later, Alarm(Wake.END, "O1.2", NOW))])
    with world.reads() as unit:
        assert unit.agenda.of(["R1", "O1"]) == [activation, end, later]
        assert unit.agenda.of([]) == []


def test_a_dropped_alarm_is_gone_and_dropping_it_again_is_harmless(world: World) -> None:
    world.keep(lambda unit: unit.agenda.set(LAPSE))
    world.keep(lambda unit: [unit.agenda.drop(LAPSE), unit.agenda.drop(LAPSE)])
    with world.units() as unit:
        assert unit.agenda.due(NOW + DAY, 9) == []


def test_a_unit_that_fails_leaves_its_alarms_set(world: World) -> None:
    world.keep(lambda unit: unit.agenda.set(LAPSE))
    with world.units() as unit:
        unit.agenda.drop(LAPSE)
    with world.units() as unit:
        assert unit.agenda.due(NOW, 9) == [LAPSE]


def test_two_workers_never_take_the_same_alarm(world: World) -> None:
    alarms = [Alarm(Wake.END, f"O{n:02}", NOW) for n in range(20)]
    world.keep(lambda unit: [unit.agenda.set(alarm) for alarm in alarms])

    def work(units: Units) -> list[Alarm]:
        fired: list[Alarm] = []
        for _ in range(4):
            with units() as unit:
                mine = unit.agenda.due(NOW, 3)
                for alarm in mine:
                    unit.agenda.drop(alarm)
                unit.commit()
            fired += mine
        return fired

    one, two = race(lambda: work(world.units), lambda: work(world.other))
    assert sorted(one + two, key=lambda a: a.key) == alarms

"""Denials: one for each person, quota and window; those that were for nobody here are found again."""

from tests.contract.conftest import World
from tests.contract.given import DAY, HOUR, MONTH, NOW, SUPPORT, WEEK, denied


def test_a_denial_is_kept_once_as_it_was_first(world: World) -> None:
    first, again = denied(), denied(at=NOW + HOUR)
    with world.units() as unit:
        assert unit.denials.add(first)
        assert not unit.denials.add(again)
        unit.commit()
    with world.units() as unit:
        assert not unit.denials.add(again)
        assert unit.denials.get(first.key) == first
        assert unit.denials.get("nothing") is None


def test_another_person_quota_or_window_is_another_denial(world: World) -> None:
    every = [denied(), denied("bob@acme.example"), denied(quota=SUPPORT), denied(window=WEEK)]
    with world.units() as unit:
        assert all(unit.denials.add(one) for one in every)


def test_what_is_not_committed_is_not_kept(world: World) -> None:
    with world.units() as unit:
        unit.denials.add(denied())
    with world.units() as unit:
        assert unit.denials.get(denied().key) is None


def test_those_for_nobody_here_are_told_of_while_their_window_lasts_oldest_first(world: World) -> None:
    late, early, known = denied("one", at=NOW + HOUR), denied("two"), denied("three")
    short = denied("four", window=WEEK)
    world.keep(lambda unit: [unit.denials.add(one) for one in (late, early, known, short)])
    world.keep(lambda unit: [unit.denials.miss(one.key) for one in (late, early, short)])
    with world.reads() as unit:
        assert unit.denials.missed(WEEK.start) == [early, short, late]
        assert unit.denials.missed(WEEK.end) == ([early, late] if WEEK.end in MONTH else [])
        assert unit.denials.missed(MONTH.end) == []
        assert unit.denials.missed(MONTH.start - DAY) == []

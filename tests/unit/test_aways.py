"""Whoever is away may be stood in for by one person, who passes nothing on."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from workflows.aways import Away, seats_of
from workflows.people import PersonId

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ADA, BOB, CY, DI = PEOPLE = tuple(map(PersonId, ("U0ADA", "U0BOB", "U0CY", "U0DI")))

days = st.integers(-3, 3).map(lambda n: NOW + n * DAY)
people = st.sampled_from(PEOPLE)
absences = st.builds(Away, people, days, days, st.none() | people)
every = st.lists(absences, max_size=4, unique_by=lambda away: away.person)


def away(person: PersonId, delegate: PersonId | None = None, start: int = -1, end: int = 1) -> Away:
    return Away(person, NOW + start * DAY, NOW + end * DAY, delegate)


def test_who_is_asked_decides_for_themselves_also_while_away() -> None:
    assert seats_of(BOB, [BOB], [away(BOB, CY)], NOW) == (BOB,)


def test_who_was_named_decides_for_who_is_away() -> None:
    assert seats_of(CY, [BOB], [away(BOB, CY)], NOW) == (BOB,)
    assert seats_of(CY, [BOB, CY], [away(BOB, CY)], NOW) == (CY, BOB)


def test_an_absence_holds_from_its_start_until_before_its_end() -> None:
    assert seats_of(CY, [BOB], [away(BOB, CY, start=0)], NOW) == (BOB,)
    assert seats_of(CY, [BOB], [away(BOB, CY, end=0)], NOW) == ()


def test_who_is_away_decides_for_nobody_else() -> None:
    assert seats_of(CY, [BOB], [away(BOB, CY), away(CY)], NOW) == ()
    assert seats_of(CY, [BOB, CY], [away(BOB, CY), away(CY, DI)], NOW) == (CY,)


def test_nobody_decides_for_a_stand_in() -> None:
    assert seats_of(DI, [BOB], [away(BOB, CY), away(CY, DI)], NOW) == ()


@given(people, st.sets(people), every)
def test_a_seat_is_ones_own_or_that_of_somebody_away_who_named_one(by: PersonId, asked: set[PersonId], known: list[Away]) -> None:
    now_away = {a.person: a.delegate for a in known if a.at(NOW)}
    for seat in seats_of(by, asked, known, NOW):
        assert seat in asked
        assert seat == by or (now_away.get(seat) == by and by not in now_away)

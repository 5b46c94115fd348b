"""What is known of a limit in its store: our writes are told from what somebody else did, and theirs from ours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workflows.holdings import REMEMBERED, Edit, Holding, Sight, confirmed, edit, fresh, left, noticed, writing
from workflows.limits import Edits, Lift, Place, Reading, Traits, Wanted
from workflows.quotas import Quota

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PLACE = Place("litellm", (("team", "search"),))
QUOTA = Quota("team", "platform/search", 1_000, place=PLACE)
HELD = Holding("team", 1_000, PLACE, written=(1_400, 1_000), added=400, adding=400, version=3)
LIFT = Lift("O-1", 400, NOW + timedelta(hours=1))
STORE = Traits("LiteLLM")


def sight(
    found: int | None, *lifts: Lift, held: Holding | None = HELD, base: int = 1_000, names: tuple[str, ...] | None = None
) -> Sight:
    """What is seen when the store says `found`, and names these overrides of 400 each."""
    reading = Reading(found, NOW, None if names is None else frozenset(names))
    return Sight(1_000, Wanted(base, lifts), reading, STORE, held, None if names is None else 400 * len(names))


# Whose is it?


@pytest.mark.parametrize("found", [1_400, 1_000])
def test_what_we_wrote_lately_is_ours(found: int) -> None:
    assert edit(sight(found, LIFT)) is None
    assert edit(sight(found)) is None


def test_what_is_as_wanted_is_nobodys_edit_also_where_nothing_is_known() -> None:
    assert edit(sight(1_400, LIFT, held=None)) is None


def test_anything_else_is_an_edit_of_what_we_wrote_last() -> None:
    assert edit(sight(2_000, LIFT)) == Edit(1_400, 400, 2_000)
    assert edit(sight(None, LIFT)) == Edit(1_400, 400, None)


@pytest.mark.parametrize("held", [None, fresh(QUOTA, 2), Holding("team", 1_000, PLACE)])
def test_where_we_never_wrote_the_limit_is_somebodys(held: Holding | None) -> None:
    assert edit(sight(800, held=held)) == Edit(1_000, 0, 800)
    assert edit(sight(800, held=held, names=("O-1",))) == Edit(1_000, 400, 800)
    assert edit(sight(None, held=held)) == Edit(1_000, 0, None)


def test_a_place_is_new_until_something_was_written_or_found_there() -> None:
    gone = replace(HELD, unlimited=True, written=())
    known = [None, fresh(QUOTA), HELD, gone, replace(HELD, unlimited=True)]
    assert [sight(1, held=held).first for held in known] == [True, True, False, False, False]


def test_that_there_is_no_limit_is_told_once_and_a_limit_after_it_is_an_edit() -> None:
    gone = replace(HELD, unlimited=True, written=(), added=0, adding=0)
    assert edit(sight(None, held=gone)) is None
    assert edit(sight(900, held=gone)) == Edit(1_000, 0, 900)
    assert edit(sight(900, held=replace(gone, adopted=700))) == Edit(700, 0, 900)


@pytest.mark.parametrize(
    ("names", "added", "adding", "told"),
    [
        (("O-1",), 0, 900, 400),  # it names what it is made of
        (("O-1",), 900, 900, 400),
        ((), 0, 900, 0),  # as the last that we know of: none
        ((), 300, 900, 900),  # it lost the names: the most that may be in it
        (None, 300, 900, 900),
        (None, 900, 300, 900),
    ],
)
def test_what_overrides_add_of_an_edit_is_what_the_store_names_or_the_most_it_may_be(
    names: tuple[str, ...] | None, added: int, adding: int, told: int
) -> None:
    found = edit(sight(5_000, held=replace(HELD, added=added, adding=adding), names=names))
    assert found == Edit(1_400, told, 5_000)
    assert found.base == 5_000 - told


def test_a_store_that_ends_overrides_by_itself_was_edited_by_nobody() -> None:
    seen = sight(1_050, LIFT, base=1_050)
    assert edit(seen) is not None
    assert edit(replace(seen, traits=replace(STORE, expires=True))) is None
    assert edit(replace(seen, traits=replace(STORE, expires=True), wanted=Wanted(1_051, (LIFT,)))) is not None


def test_a_limit_fits_as_far_as_the_store_can_hold_it_and_is_whole_with_its_names() -> None:
    cents = replace(sight(1_400, LIFT, base=1_009), traits=Traits("OpenAI", grain=10))
    assert (cents.due, cents.fits) == (1_400, True)
    assert sight(1_400, LIFT).whole
    assert sight(1_400, LIFT, names=("O-1",)).whole
    assert not sight(1_400, LIFT, names=()).whole
    assert not sight(1_400, LIFT, names=("O-1", "O-2")).whole
    assert not sight(1_300, LIFT, names=("O-1",)).whole


# What is kept of it.


def test_an_adopted_limit_counts_until_app_yaml_says_another() -> None:
    seen = sight(2_000, LIFT)
    after = noticed(seen, QUOTA, Edit(1_400, 400, 2_000), Edits.ADOPT, now=NOW)
    assert after == Holding("team", 1_000, PLACE, 1_600, False, (2_000,), 400, 400, NOW, 4)
    assert (after.base(1_000), after.base(1_001), HELD.base(1_000), HELD.base(5)) == (1_600, 1_001, 1_000, 5)


def test_what_was_carried_over_is_not_adopted_with_it() -> None:
    seen = sight(2_050, LIFT, base=1_050)
    assert noticed(seen, QUOTA, Edit(1_450, 400, 2_050), Edits.ADOPT, now=NOW).adopted == 1_600
    assert noticed(replace(seen, ledgered=None), QUOTA, Edit(1_050, 0, 2_050), Edits.ADOPT, now=NOW).adopted == 2_000
    again = replace(HELD, adopted=1_600)
    seen = sight(2_150, LIFT, base=1_650, held=again)
    assert noticed(seen, QUOTA, Edit(2_050, 400, 2_150), Edits.ADOPT, now=NOW).adopted == 1_700


def test_a_restored_limit_is_noted_and_counts_for_nothing() -> None:
    had = replace(HELD, declared=900, adopted=1, unlimited=True)
    after = noticed(sight(2_000, held=had), QUOTA, Edit(1_400, 0, 2_000), Edits.RESTORE, now=NOW)
    assert after == Holding("team", 1_000, PLACE, None, False, (2_000,), 0, 0, NOW, 4)


def test_that_somebody_took_the_limit_away_is_kept() -> None:
    after = noticed(sight(None, LIFT), QUOTA, Edit(1_400, 400, None), Edits.ADOPT, now=NOW)
    assert after == Holding("team", 1_000, PLACE, None, True, (), 400, 400, NOW, 4)
    assert noticed(sight(None, held=None), QUOTA, Edit(1_000, 0, None), Edits.RESTORE, now=NOW).version == 1


def test_before_a_write_what_it_will_be_and_what_is_there_are_ours() -> None:
    had = replace(HELD, unlimited=True, adopted=1_100)
    after = writing(sight(1_234, LIFT, held=had, base=1_100), QUOTA)
    assert after == Holding("team", 1_000, PLACE, 1_100, False, (1_500, 1_234, 1_400, 1_000), 400, 400, None, 4)
    assert writing(sight(None, held=None), QUOTA) == Holding("team", 1_000, PLACE, written=(1_000,))


@pytest.mark.parametrize(("added", "adding", "lifts", "most"), [(5, 7, (), 7), (9, 7, (), 9), (5, 7, (LIFT,), 400)])
def test_the_most_that_may_be_in_it_is_known_before_it_is_written(
    added: int, adding: int, lifts: tuple[Lift, ...], most: int
) -> None:
    after = writing(sight(1_400, *lifts, held=replace(HELD, added=added, adding=adding)), QUOTA)
    assert (after.added, after.adding) == (added, most)


def test_only_the_latest_writes_are_remembered() -> None:
    had = replace(HELD, written=tuple(range(REMEMBERED)))
    assert writing(sight(50, held=had), QUOTA).written == (1_000, 50, *range(REMEMBERED - 2))
    assert confirmed(sight(1_000), had, QUOTA).written == (1_000, *range(REMEMBERED - 1))
    assert REMEMBERED >= 8


def test_what_app_yaml_says_newly_takes_the_place_of_what_was_adopted() -> None:
    had = replace(HELD, declared=900, adopted=1_100, unlimited=True)
    for after in (writing(sight(1_000, held=had), QUOTA), confirmed(sight(1_000, held=had), had, QUOTA)):
        assert (after.declared, after.adopted, after.unlimited) == (1_000, None, False)
    kept = replace(HELD, adopted=1_100)
    assert confirmed(sight(1_100, held=kept, base=1_100), kept, QUOTA).adopted == 1_100


def test_what_was_confirmed_is_all_that_may_be_in_it() -> None:
    had = replace(HELD, added=5, adding=900)
    after = confirmed(sight(1_400, LIFT), had, QUOTA)
    assert after == replace(HELD, version=4)
    assert confirmed(sight(1_400, LIFT), HELD, QUOTA) is HELD
    assert confirmed(sight(1_000, held=None), None, QUOTA) == Holding("team", 1_000, PLACE, written=(1_000,))
    assert confirmed(sight(1_000), replace(fresh(QUOTA), written=(1_000,)), QUOTA).version == 1


# What is left behind.


@pytest.mark.parametrize(
    ("found", "adopted", "writes"),
    [
        (1_400, None, 1_000),  # ours
        (1_000, None, None),  # nothing of ours is in it
        (1_400, 1_100, 1_100),
        (2_000, None, 1_600),  # somebody's, with ours in it
        (100, None, 0),
        (None, None, None),
    ],
)
def test_a_place_is_left_without_what_overrides_add(found: int | None, adopted: int | None, writes: int | None) -> None:
    assert left(replace(HELD, adopted=adopted), found) == writes


def test_what_may_have_been_added_is_left_behind_neither() -> None:
    assert left(replace(HELD, added=0, adding=300), 2_000) == 1_700
    assert left(replace(HELD, added=300, adding=0), 2_000) == 1_700
    assert left(replace(HELD, added=0, adding=0), 2_000) is None
    assert left(replace(HELD, declared=1, adding=1_998), 1_999) == 1

"""The management line: the first source wins, and in any organisation the line ends, never with the one whose it is."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.directory import FakeDirectory
from workflows.line import LONGEST, above, line
from workflows.people import PersonId
from workflows.policy import People
from workflows.ports import Unavailable

ADA, BOB, CY, DI, SAM, PAT, EVE, NOOR = CAST = tuple(PersonId(n) for n in ("ada", "bob", "cy", "di", "sam", "pat", "eve", "noor"))

person = st.sampled_from(CAST)
managers = st.dictionaries(person, person)


def of(who: PersonId, managers: Mapping[PersonId, PersonId]) -> tuple[PersonId, ...]:
    return line(who, managers.get)


@given(person, managers)
def test_the_line_of_anybody_in_any_organisation_ends_without_them_and_names_each_once(
    who: PersonId, managers: dict[PersonId, PersonId]
) -> None:
    found = of(who, managers)
    assert who not in found
    assert len(set(found)) == len(found) <= LONGEST
    assert all(managers[below] == boss for below, boss in zip((who, *found), found, strict=False))


@given(person, managers)
def test_the_line_goes_as_far_as_it_can(who: PersonId, managers: dict[PersonId, PersonId]) -> None:
    found = of(who, managers)
    beyond = managers.get((who, *found)[-1])
    assert len(found) == LONGEST or beyond is None or beyond in (who, *found)


@given(person, managers)
def test_a_line_begins_with_the_line_of_the_manager(who: PersonId, managers: dict[PersonId, PersonId]) -> None:
    found = of(who, managers)
    if found:
        rest = of(found[0], managers)
        until = rest.index(who) if who in rest else len(rest)
        assert found[1:] == rest[:until][: LONGEST - 1]


def test_a_line_is_cut_where_it_comes_round() -> None:
    assert of(ADA, {ADA: BOB, BOB: CY, CY: BOB}) == (BOB, CY)
    assert of(ADA, {ADA: BOB, BOB: ADA}) == (BOB,)
    assert of(ADA, {ADA: ADA}) == ()
    assert of(ADA, {}) == ()


def test_a_long_line_stops_at_the_fifth() -> None:
    assert of(ADA, dict(pairwise(CAST))) == (BOB, CY, DI, SAM, PAT)


NAMED = {"profile": BOB, "file": CY, "app.yaml": DI}


def sources(*named: str, field: str = "Manager") -> tuple[People, FakeDirectory]:
    directory = FakeDirectory()
    directory.managers = {ADA: BOB} if "profile" in named else {}
    reported, managers = ({ADA: NAMED[source]} if source in named else {} for source in ("file", "app.yaml"))
    return People(managers, reported, field), directory


@pytest.mark.parametrize(
    ("named", "manager"),
    [
        (("profile", "file", "app.yaml"), BOB),
        (("profile", "app.yaml"), BOB),
        (("file", "app.yaml"), CY),
        (("file",), CY),
        (("app.yaml",), DI),
        ((), None),
    ],
)
def test_the_profile_goes_before_the_file_and_the_file_before_app_yaml(named: tuple[str, ...], manager: PersonId | None) -> None:
    assert above(*sources(*named))(ADA) == manager


def test_a_profile_that_is_not_to_be_read_is_not_asked_for() -> None:
    people, directory = sources("profile", "file", field="")
    directory.down = True
    assert above(people, directory)(ADA) == CY


def test_a_profile_that_cannot_be_read_is_no_empty_one() -> None:
    people, directory = sources("profile", "file")
    directory.down = True
    with pytest.raises(Unavailable):
        above(people, directory)(ADA)


def test_a_source_that_names_people_as_their_own_managers_names_nobody() -> None:
    people, directory = sources("file")
    directory.managers = {ADA: ADA}
    assert above(people, directory)(ADA) == CY


def test_each_step_of_a_line_asks_the_sources_anew() -> None:
    directory = FakeDirectory()
    directory.managers = {ADA: BOB, CY: DI}
    people = People({BOB: EVE, DI: SAM}, {BOB: CY}, "Manager")
    assert line(ADA, above(people, directory)) == (BOB, CY, DI, SAM)

"""What people are called in a terminal."""

import pytest

from bot.cli.naming import ids, names
from tests.fakes.directory import FakeDirectory
from workflows.people import Person, PersonId

ADA, TWIN = PersonId("U0ADA"), PersonId("U0TWIN")


def test_people_are_called_by_name_strangers_by_id_and_of_two_with_one_name_the_second_by_both() -> None:
    name = names(FakeDirectory([Person(ADA, "Ada Okafor"), Person(TWIN, "Ada Okafor")]))
    assert [name(who) for who in (ADA, TWIN, ADA, "U0GONE", "leeway")] == [
        "Ada Okafor",
        "Ada Okafor (U0TWIN)",
        "Ada Okafor",
        "U0GONE",
        "Leeway",
    ]
    assert (ids(ADA), ids("leeway")) == ("U0ADA", "Leeway")


def test_whoever_cannot_be_looked_up_is_called_by_id_and_that_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    directory = FakeDirectory()
    directory.down = True
    name = names(directory)
    assert [name(ADA), name(ADA)] == ["U0ADA", "U0ADA"]
    assert capsys.readouterr().err == "warning: U0ADA could not be looked up: the directory is down\n"

"""Part of a grant is released at first; its holder says how it goes, and the rest is released at once."""

import pytest

from bot.demo.actor import Missing, buttons, said
from tests.journeys.conftest import BOTH
from tests.journeys.test_lessening import lessens
from tests.journeys.world import Person, World, usd
from workflows.overrides import Override, Reason, Status

WORDS = "Two of five suites ran; the rest needs the larger index."


def rows(world: World) -> list[Override]:
    with world.stage.store.reads() as unit:
        return unit.overrides.every(world.search.request.id)


def grants(world: World, **asked: str) -> None:
    """Ada asks for $1,000, and Bob releases $400 of it at first."""
    world.ada.asks(usd(1_000), duration="days:3", **asked)
    assert not lessens(world.bob, amount="1000", first="400", duration="same")


def checks_in(person: Person, words: str = WORDS, link: str = "") -> dict[str, str]:
    ack = person.press(person.card("progress"), "progress")
    assert not ack.error, ack
    return person.submit(words=words, link=link).errors


@BOTH
def test_the_rest_is_released_at_once_by_a_check_in_and_everybody_reads_how_it_goes(world: World) -> None:
    grants(world)
    first, rest = rows(world)
    assert (first.amount, rest.amount) == (usd(400), usd(600))
    assert rest.status(world.now) is Status.HELD
    assert world.search.limit == usd(10_400)
    assert world.told("team-search", "is active until", "$400 of $1,000 now, $600 after a check-in")
    assert "progress" not in buttons(world.bob.sees("+$1,000 for Search", channel="leeway"))
    world.days_pass(1)
    assert not checks_in(world.ada, link="https://tickets.acme.example/1")
    first, rest = rows(world)
    assert world.search.limit == usd(11_000)
    assert (rest.status(world.now), rest.ends) == (Status.ACTIVE, first.ends)
    news = world.told("team-search", "checked in", "the other $600 of $1,000 are released", WORDS)
    assert len(news) == 1
    assert WORDS in said(world.bob.sees("+$1,000 for Search", channel="leeway"))
    with pytest.raises(Missing):
        world.ada.card("progress")
    world.days_pass(2)
    assert world.search.limit == usd(10_000)
    assert len(world.told("team-search", "the override of +$1,000 on Search is over: it ended on time")) == 1
    assert not world.told("team-search", "the override of +$600")


def test_half_way_its_holder_is_asked_and_can_answer_there(world: World) -> None:
    grants(world)
    world.days_pass(1)
    with pytest.raises(Missing):
        world.ada.sees("Half of the time", channel="leeway")
    world.days_pass(0.5)
    asked = world.ada.sees("Half of the time", "the other $600 are released", channel="leeway")
    assert "progress" in buttons(asked)
    assert not checks_in(world.ada)
    assert "progress" not in buttons(world.ada.sees("Thank you for checking in", channel="leeway"))
    world.days_pass(3)
    assert not world.told("team-search", "Half of the time")


def test_whoever_checked_in_before_is_not_asked_half_way(world: World) -> None:
    grants(world)
    assert not checks_in(world.ada)
    world.days_pass(2)
    with pytest.raises(Missing):
        world.ada.sees("Half of the time", channel="leeway")


@BOTH
def test_what_no_check_in_releases_lapses_with_the_first_part(world: World) -> None:
    grants(world)
    world.days_pass(3)
    _, rest = rows(world)
    assert (rest.status(world.now), rest.reason()) == (Status.ENDED, Reason.LAPSED)
    assert world.search.limit == usd(10_000)
    ended = world.told("team-search", "the override of +$400 on Search is over: it ended on time")
    assert len(ended) == 1
    assert "The other $600 were never released, because nobody checked in." in said(ended[0])


def test_words_about_private_work_stay_out_of_the_channel(world: World) -> None:
    world.ada.asks(usd(1_000), duration="days:3", data="restricted")
    assert not lessens(world.bob, amount="1000", first="400", duration="same")
    world.sam.approves()
    assert not checks_in(world.ada)
    assert world.told("team-search", "checked in")
    assert not world.told("team-search", WORDS)
    assert WORDS in said(world.bob.sees("+$1,000 for Search", channel="leeway"))


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("1000", "less than $1,000"),
        ("0", "not plainly an amount"),
        ("2000", "less than $1,000"),
        ("lots", "not plainly an amount"),
    ],
)
def test_what_is_no_part_of_it_is_said_beside_its_field(world: World, first: str, words: str) -> None:
    world.ada.asks(usd(1_000))
    assert words in lessens(world.bob, amount="1000", first=first, duration="same")["first"]


def test_an_undone_approval_ends_what_was_held_back_with_the_rest(world: World) -> None:
    grants(world)
    world.bob.press(world.bob.card("undo"), "undo")
    assert {row.status(world.now) for row in rows(world)} == {Status.ENDED}
    assert world.search.limit == usd(10_000)


def test_a_check_in_says_something_and_holds_no_key(world: World) -> None:
    grants(world)
    assert "fill this in" in checks_in(world.ada, words=" ")["words"]
    assert "key or a password" in world.ada.submit(words="sk-" + "a" * 30).errors["words"]
    assert world.search.limit == usd(10_400)

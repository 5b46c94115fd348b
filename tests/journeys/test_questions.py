"""Questions: an approver asks, the requester answers by a button, and both stand where the decision is made."""

import pytest

from bot.demo.actor import Missing, buttons, said
from tests.journeys.clicks import press
from tests.journeys.conftest import BOTH
from tests.journeys.world import Person, World, usd
from workflows.requests import State

WHICH = "Which queries are they, and why not the small model?"
THESE = "The 1,200 of the help centre; the small one misses half of them."


def asks(person: Person, text: str, channel: str = "leeway") -> dict[str, str]:
    ack = person.press(person.card("question", channel), "question")
    assert not ack.error, ack
    return person.submit(question=text).errors


def answers(person: Person, text: str) -> dict[str, str]:
    ack = person.press(person.card("answer"), "answer")
    assert not ack.error, ack
    return person.submit(answer=text).errors


@BOTH
def test_a_question_and_its_answer_stand_in_the_thread_and_on_the_card_and_are_told_to_both(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400))
    assert not asks(world.bob, WHICH)
    thread = world.ada.sees("90 % warning")["ts"]
    assert WHICH in said(world.eve.sees("asked about", thread=thread))
    assert WHICH in said(world.ada.card("answer"))
    assert "did not answer yet" in said(world.bob.card("approve"))
    assert not answers(world.ada, THESE)
    assert THESE in said(world.eve.sees("answered", thread=thread))
    assert THESE in said(world.bob.card("approve"))
    assert THESE in said(world.bob.sees("answered you", channel="leeway"))
    assert "answer" not in buttons(world.ada.sees(THESE, channel="leeway"))
    assert world.search.request.state is State.PENDING
    world.bob.approves()
    assert world.search.request.state is State.APPROVED


def test_a_question_about_sensitive_data_stays_out_of_the_channel(world: World) -> None:
    world.search.spends(usd(9_000))
    world.ada.asks(usd(400), data="confidential")
    asks(world.bob, WHICH)
    answers(world.ada, THESE)
    assert not world.told("team-search", WHICH)
    assert not world.told("team-search", THESE)
    assert world.told("team-search", "1 question, none still open")
    assert THESE in said(world.bob.card("approve"))


def test_a_question_is_answered_once_and_by_the_requester(world: World) -> None:
    world.ada.asks(usd(400))
    asks(world.bob, WHICH)
    message = world.ada.card("answer")
    where, value = (message["channel"], message["ts"], ""), f"{world.search.request.id}:0"
    world.posts(press(world, world.eve, action="answer", value=value, where=where))
    assert world.eve.sees("Only the person who asked can do this", channel="leeway")
    assert not answers(world.ada, THESE)
    world.posts(press(world, world.ada, action="answer", value=value, where=where))
    assert "This question was answered" in world.ada.whispers("leeway")[-1]
    assert "asked about" in said(world.ada.sees(THESE, channel="leeway"))


def test_an_answer_after_the_decision_is_refused_beside_its_field_and_the_button_goes(world: World) -> None:
    world.ada.asks(usd(400))
    asks(world.bob, WHICH)
    world.ada.press(world.ada.card("answer"), "answer")
    world.bob.approves()
    assert "already approved" in world.ada.submit(answer=THESE).errors["answer"]
    assert "needs no answer any more" in said(world.ada.sees(WHICH, channel="leeway"))
    with pytest.raises(Missing):
        world.ada.card("answer")


def test_a_question_says_nothing_without_words_and_takes_no_key(world: World) -> None:
    world.ada.asks(usd(400))
    assert "question" in asks(world.bob, " ")
    assert "key or a password" in world.bob.submit(question="Is it sk-abcdefghijklmnopqrstuvwx?").errors["question"]
    assert world.search.request.questions == ()

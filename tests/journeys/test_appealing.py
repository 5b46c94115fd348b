"""Appeals: what a rule refuses is said at once, counted, and may be asked of security all the same."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.demo.actor import said, texts
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import Person, World, usd
from tests.journeys.world import world as opened
from workflows.audit import broken
from workflows.requests import State
from workflows.times import Window
from workflows.violations import Violation

RESTRICTED = {"data": "restricted", "models": ["claude-opus-*"]}
SENTENCE = "Restricted data needs an approved model."
WORDS = "The model runs in our own network, under the contract of March."


def violations(world: World) -> list[Violation]:
    with world.stage.store.reads() as unit:
        return unit.violations.within(Window(world.now - timedelta(days=400), world.now + timedelta(seconds=1)))


def shown(person: Person) -> str:
    """What the form on top says."""
    return " ".join(texts(person.modal()["view"]))


def appeals(world: World, words: str = WORDS) -> None:
    world.ada.asks(usd(400), **RESTRICTED)
    sent = world.ada.submit(words=words)
    assert not sent.errors and not sent.error


@pytest.fixture
def lonely() -> Iterator[World]:
    """A world in which nobody is security."""
    text = POLICY.replace("    security: [sam@acme.example, max@acme.example]\n", "")
    with opened(text.replace("  - {name: sensitive, when: {data: confidential}, ask: security}\n", "")) as made:
        yield made


def test_a_refusal_says_the_rules_sentence_and_who_could_allow_it(world: World) -> None:
    world.ada.asks(usd(400), **RESTRICTED)
    told = shown(world.ada)
    assert SENTENCE in told and "wrong model" in told
    assert world.sam.id in told
    assert not world.search.requests
    (violation,) = violations(world)
    assert (violation.by, violation.case.amount, violation.appeal) == (world.ada.id, usd(400), "")
    assert [each.rule for each in violation.broken] == ["wrong model"]


def test_the_same_submission_is_one_violation_and_another_is_another(world: World) -> None:
    world.ada.asks(usd(400), **RESTRICTED)
    world.ada.closes()
    world.ada.submit()
    assert len(violations(world)) == 1
    world.ada.closes()
    world.ada.submit(amount="300")
    assert [violation.case.amount for violation in violations(world)] == [usd(400), usd(300)]


def test_whoever_changes_the_refused_form_can_still_send_it(world: World) -> None:
    world.ada.asks(usd(400), **RESTRICTED)
    world.ada.closes()
    sent = world.ada.submit(models=["internal/*"])
    assert not sent.errors
    assert world.search.request.appeal is None
    assert len(violations(world)) == 1


@BOTH
def test_an_appeal_goes_to_security_first_and_grants_what_was_asked(world: World) -> None:
    appeals(world)
    request = world.search.request
    assert request.appeal is not None
    assert [stage.name for stage in request.route.stages] == ["security", "manager"]
    assert request.route.stages[0].rules == ("wrong model", "sensitive")
    assert request.route.stages[0].rungs == ()
    assert violations(world)[0].appeal == request.id
    world.sam.approves()
    world.bob.approves()
    assert world.search.request.state is State.APPROVED
    assert world.search.limit == usd(10_400)


def test_security_sees_what_was_broken_and_the_words_and_the_channel_only_the_rule(world: World) -> None:
    appeals(world)
    card = said(world.sam.card("approve"))
    assert "This is an appeal" in card and SENTENCE in card and WORDS in card
    (thread,) = (m for m in world.told("team-search", "This is an appeal"))
    assert SENTENCE in said(thread) and WORDS not in said(thread)


def test_an_appeal_that_was_made_is_not_made_again(world: World) -> None:
    world.ada.asks(usd(400), **RESTRICTED)
    world.ada.submit(words=WORDS)
    assert len(world.search.requests) == 1
    again = world.ada.asks(usd(400), **RESTRICTED)
    assert "not decided yet" in again.errors["quota"]
    assert len(violations(world)) == 1


def test_a_denied_appeal_grants_nothing(world: World) -> None:
    appeals(world)
    world.sam.denies("The contract does not cover this data.")
    assert world.search.request.state is State.DENIED
    assert world.search.limit == usd(10_000)


def test_an_appeal_says_why_or_is_not_sent(world: World) -> None:
    world.ada.asks(usd(400), **RESTRICTED)
    sent = world.ada.submit(words="please")
    assert set(sent.errors) == {"words"}
    assert not world.search.requests


def test_nobody_stands_in_for_security(world: World) -> None:
    world.leaves(world.sam)
    world.leaves(world.max)
    world.time_passes(hours=2)
    sent = world.ada.asks(usd(400), **RESTRICTED)
    assert SENTENCE in " ".join(sent.errors.values())
    assert len(violations(world)) == 1


def test_without_a_group_for_security_the_refusal_is_all_there_is(lonely: World) -> None:
    sent = lonely.ada.asks(usd(400), **RESTRICTED)
    assert SENTENCE in " ".join(sent.errors.values())
    assert len(violations(lonely)) == 1


def test_the_chain_of_a_violation_says_what_became_of_it(world: World) -> None:
    appeals(world)
    (violation,) = violations(world)
    with world.stage.store.reads() as unit:
        chain = unit.record.chain(violation.id)
    assert [entry.did for entry in chain] == ["refused", "appealed"]
    assert not broken(chain)


def test_the_preview_says_that_it_cannot_be_sent(world: World) -> None:
    world.ada.opens()
    world.ada.pick("data", "restricted")
    world.ada.pick("models", ["claude-opus-*"])
    assert SENTENCE in shown(world.ada)
    assert not violations(world)

"""Appeals: what a rule refuses is said at once, counted, and may be asked of security all the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.demo.actor import said, texts
from tests.journeys.conftest import BOTH
from tests.journeys.policies import POLICY
from tests.journeys.world import Person, World, usd
from tests.journeys.world import world as opened
from workflows.audit import broken
from workflows.inbox import alike
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
    assert {violation.case.amount for violation in violations(world)} == {usd(400), usd(300)}  # at one moment, in no order


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
    assert "Nothing is different" in str(again.errors)
    assert len(violations(world)) == 1


@BOTH
def test_a_change_that_a_rule_refuses_is_appealed_as_the_same_request(world: World) -> None:
    world.ada.asks(usd(400), data="confidential")
    world.bob.approves()
    first = world.search.request
    world.ada.press(world.ada.card("edit"), "edit")
    world.ada.submit(**RESTRICTED)
    assert SENTENCE in shown(world.ada)
    assert world.search.request == first, "refused, it is as it was"
    assert violations(world)[0].request == first.id
    assert not world.ada.submit(words=WORDS).errors
    changed = world.search.request
    assert (changed.id, changed.revision, changed.votes) == (first.id, 2, ())
    assert [stage.name for stage in changed.route.stages] == ["security", "manager"]
    assert changed.appeal is not None and changed.appeal.words == WORDS
    assert len(world.search.requests) == 1


def test_an_appeal_that_is_changed_stays_one_until_nothing_refuses_it_any_more(world: World) -> None:
    appeals(world)
    world.ada.press(world.ada.card("edit"), "edit")
    assert SENTENCE not in shown(world.ada)
    assert not world.ada.submit(amount="300").errors
    assert world.search.request.appeal is not None
    assert world.search.request.route.stages[0].name == "security"
    assert len(violations(world)) == 1
    world.ada.press(world.ada.card("edit"), "edit")
    assert not world.ada.submit(models=["internal/*"], amount="350").errors
    changed = world.search.request
    assert changed.appeal is None
    assert [stage.name for stage in changed.route.stages] == ["manager", "security"]


def test_what_a_rule_refuses_to_open_again_can_be_appealed_as_a_new_request(world: World) -> None:
    world.ada.asks(usd(400))
    world.bob.denies("Not this week.")
    denied = world.search.request
    world.policy("routing:\n", "routing:\n  - {name: freeze, when: {limit: soft}, refuse: Nothing until Monday.}\n")
    world.is_down(minutes=1)
    world.ada.press(world.ada.card("reopen"), "reopen")
    world.ada.submit(new="The launch was moved to Friday.")
    assert "Nothing until Monday." in shown(world.ada)
    assert not world.ada.submit(words=WORDS).errors
    (appeal,) = (request for request in world.search.requests if request.id != denied.id)
    assert appeal.state is State.PENDING and appeal.route.stages[0].name == "security"
    assert denied in world.search.requests


def test_an_appeal_is_decided_by_itself_and_not_with_others_at_once(world: World) -> None:
    world.policy("routing:\n", "routing:\n  - {name: freeze, when: {scope: platform/search}, refuse: Nothing until Monday.}\n")
    world.is_down(minutes=1)
    world.ada.asks(usd(400))
    world.ada.submit(words=WORDS)
    assert world.search.request.appeal is not None
    assert not alike(world.stage.policy, world.search.request)
    assert alike(world.stage.policy, replace(world.search.request, appeal=None))


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

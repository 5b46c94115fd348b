"""Every reason to refuse has one sentence, and it reads well wherever it is put."""

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.rendering import Renderer
from tests.golden.cast import ADA, BOB, NOW, PLAIN, ZONE, barriers
from tests.golden.conftest import TEMPLATES
from tests.golden.operating import findings
from tests.golden.scenes import WORDINGS
from workflows.ballots import Verdict
from workflows.health import Kind
from workflows.money import Unit, usd
from workflows.refusals import Refused, Why
from workflows.requests import State

FACTS: dict[Why, dict[str, object]] = {
    Why.NOT_ASKED: {"waiting": (BOB,)},
    Why.ALREADY_VOTED: {"at": NOW, "verdict": Verdict.APPROVE},
    Why.ALREADY_DECIDED: {"state": State.APPROVED, "by": BOB, "at": NOW},
    Why.DEADLINE_PASSED: {"deadline": NOW},
    Why.NOT_YOURS: {"requester": ADA},
    Why.OPEN_REQUEST: {"request": "R-ABCDEFGHIJ", "at": NOW},
    Why.NO_EFFECT: {"barrier": barriers()[1]},
    Why.NO_LIMIT: {"scope": "platform/search", "where": "litellm team search"},
    Why.STORE_REFUSES: {"scope": "platform/search", "where": "litellm team search"},
    Why.NO_APPROVER: {"stage": "manager", "quorum": 1, "rules": ("acknowledge",)},
    Why.RULE_REFUSES: {"rule": "wrong model", "sentence": "Restricted data may only go to models approved for it."},
    Why.TOO_LONG: {"longest": timedelta(days=30)},
    Why.STARTS_TOO_LATE: {"within": timedelta(days=30)},
    Why.NO_TIME: {"begins": NOW},
    Why.NOT_PART: {"amount": usd(400), "unit": Unit.USD},
    Why.BAD_AMOUNT: {"text": "1.500", "unit": Unit.USD},
    Why.TOO_LARGE: {"largest": usd(1_000_000), "unit": Unit.USD},
    Why.OVER_BOUND: {"most": usd(5_000), "unit": Unit.USD},
    Why.OVER_SHARE: {"percent": 200, "most": usd(20_000), "unit": Unit.USD},
    Why.TOO_MANY_OPEN: {"open": 3, "scope": "platform/search"},
    Why.DENIED_LATELY: {"at": NOW, "again": NOW + timedelta(days=1)},
    Why.BAD_NUMBER: {"text": "a few"},
    Why.BAD_LINK: {"text": "wiki"},
    Why.TOO_MANY_WORDS: {"longest": 2000, "length": 2400},
    Why.ANSWERED: {"at": NOW},
    Why.NOT_YOUR_ACCOUNT: {"account": "ci-bot"},
    Why.NOT_RETYPED: {"typed": usd(600), "amount": usd(6_000), "unit": Unit.USD},
    Why.NO_SUCH_USE_CASE: {"text": "triage"},
    Why.NOT_RUNNING: {"state": "ended", "at": NOW},
    Why.GOES_ON: {"until": NOW},
    Why.EXTENDED_ENOUGH: {"had": 2, "most": 2},
    Why.EXTENDED_LONG: {"would": timedelta(days=95), "most": timedelta(days=90), "until": NOW},
    Why.EXTENDS_MORE: {"most": usd(400), "unit": Unit.USD, "quota": "platform/search:usd/month"},
    Why.TAKEN_BACK: {"by": BOB, "at": NOW},
    Why.NOT_LESS: {"most": usd(400), "unit": Unit.USD},
    Why.TOO_LATE_TO_UNDO: {"within": timedelta(minutes=10), "at": NOW},
    Why.REOPENED_BEFORE: {"at": NOW},
    Why.QUESTION_ANSWERED: {"at": NOW},
    Why.TOO_MANY_QUESTIONS: {"most": 20},
    Why.NUDGED_LATELY: {"again": NOW},
    Why.NO_STAND_IN: {"who": BOB},
    Why.NOT_ON_CALL: {"group": "oncall"},
    Why.GLASS_TOO_MUCH: {"most": usd(500), "unit": Unit.USD},
    Why.GLASS_OPEN: {"request": "R-ABCDEFGHIJ", "due": NOW},
    Why.NO_REVIEWER: {"group": "security"},
    Why.NO_REVIEW_OF_YOURS: {"waiting": (BOB,)},
    Why.REVIEWED: {"by": BOB, "at": NOW, "fine": True},
    Why.AWAY_TOO_LONG: {"longest": timedelta(days=92)},
    Why.STAND_IN_OUTSIDE: {"who": BOB},
    Why.STAND_IN_AWAY: {"who": BOB, "until": NOW},
    Why.STANDS_IN: {"who": BOB, "until": NOW},
    Why.PAUSED: {"by": BOB, "at": NOW, "reason": "LiteLLM is being upgraded."},
    Why.ALREADY_PAUSED: {"by": BOB, "at": NOW, "reason": "LiteLLM is being upgraded."},
    Why.NOT_OPERATOR: {"group": "platform"},
}


def sentence(renderer: Renderer, why: Why, *, plain: bool = False, **facts: Any) -> str:
    return renderer.sentence(Refused(why, {**FACTS.get(why, {}), **facts}), ZONE, plain=plain)


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("why", list(Why))
def test_every_reason_has_a_sentence(renderer: Renderer, why: Why, plain: bool) -> None:
    said = sentence(renderer, why, plain=plain)
    assert re.fullmatch(r"[A-Z“].{10,400}[.)]", said)
    assert "  " not in said and " ," not in said and " ." not in said and "!" not in said.replace("<!date", "")


def test_no_sentence_is_for_a_reason_that_is_not() -> None:
    macros = re.findall(r"{% macro (\w+)\(f, zone\)", (TEMPLATES / "words.j2").read_text("utf-8"))
    assert sorted(macros) == sorted(why.value for why in Why)


@pytest.mark.parametrize("why", list(Why))
def test_beside_a_field_a_sentence_has_no_markup(renderer: Renderer, why: Why) -> None:
    said = sentence(renderer, why, plain=True)
    assert not re.search(r"<[@!#]|`|&\w+;", said)


@pytest.mark.parametrize("state", list(State))
def test_the_loser_of_a_race_is_told_how_it_ended(renderer: Renderer, state: State) -> None:
    said = sentence(renderer, Why.ALREADY_DECIDED, state=state)
    told = {"lapsed": "lapsed", "pending": "This request is open"}  # what is open cannot be opened again
    assert told.get(state, f"already {state} by <@U0BOB>") in said


@pytest.mark.parametrize("state", ["activating", "active", "ending", "ended"])
def test_an_override_that_cannot_change_says_so(renderer: Renderer, state: str) -> None:
    said = renderer.sentence(Refused(Why.ALREADY_DECIDED, {"state": state, "at": None}), ZONE)
    assert said.startswith("This override is already ")


def test_what_was_typed_is_repeated_without_effect(renderer: Renderer) -> None:
    hostile = WORDINGS["hostile"].said
    for why, fact in ((Why.BAD_AMOUNT, "text"), (Why.BAD_LINK, "text"), (Why.BAD_NUMBER, "text"), (Why.RULE_REFUSES, "sentence")):
        typed: Any = {fact: hostile}
        said = sentence(renderer, why, **typed)
        assert not re.search(r"<|>|\*|`|\u202e|&(?!amp;|lt;|gt;)", said)
        assert "\u202e" not in sentence(renderer, why, plain=True, **typed)


def test_a_failure_names_its_error(renderer: Renderer) -> None:
    assert "error E-7" in sentence(renderer, Why.FAILED, number="E-7")
    assert sentence(renderer, Why.MISSING, least=10) == "Please write at least 10 characters."


@pytest.mark.parametrize("kind", list(Kind))
def test_whatever_needs_a_person_has_a_sentence_of_its_own_and_something_to_do(renderer: Renderer, kind: Kind) -> None:
    found = {finding.kind: finding for finding in findings(PLAIN)}
    said, todo = renderer.ops("finding", found[kind], ZONE), renderer.ops("todo", found[kind])
    assert re.fullmatch(r"[A-Z0-9].{10,400}[.”]", said)
    assert re.fullmatch(r"[A-Zl].{10,200}[.]", todo)
    assert ("Nobody is at work" in said) == (kind is Kind.LATE)

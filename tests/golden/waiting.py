"""Scenes of waiting: reminders, that others are asked as well, and people who are away."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.slack.leaving import Days
from tests.golden import cast
from tests.golden.cast import BOB, CY, DI, NOW, PAT, Words
from workflows.aways import Away
from workflows.ballots import Verdict, Vote
from workflows.chasing import More, Reminder
from workflows.requests import State

Scene = tuple[str, dict[str, Any]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def absence(words: Words, delegate: bool = True) -> Away:
    start = NOW.replace(hour=23, minute=0) - DAY
    return Away(BOB, start, start + 5 * DAY, PAT if delegate else None, words.said[:200])


def waiting(words: Words) -> dict[str, Scene]:
    return {**_reminders(words), **_more(words), **_absences(words), **_cards(words)}


def _reminders(words: Words) -> dict[str, Scene]:
    asked, quota = cast.request(words), cast.quota(words)
    first = Reminder(asked, ("20261123T1105/1",), asked.submitted, again=NOW + DAY, more=NOW + 2 * DAY)
    found = {
        "reminder": first,
        "reminder-last": replace(first, again=None, more=None),
        "reminder-place": replace(first, place=BOB),
        "reminder-nudged": replace(first, nudged=True),
    }
    return {name: ("reminder.yaml", {"reminder": told, "quota": quota}) for name, told in found.items()}


def _more(words: Words) -> dict[str, Scene]:
    asked = cast.request(words)
    stages = (replace(asked.route.stages[0], approvers=(BOB, CY), climbed=1), *asked.route.stages[1:])
    climbed = replace(asked, route=replace(asked.route, stages=stages))
    said = {"request": climbed, "quota": cast.quota(words), "fresh": [CY]}
    found: dict[str, Scene] = {f"more-{why}": ("more.yaml", {**said, "why": why}) for why in More if why is not More.NOBODY}
    nobody: Scene = ("more.yaml", {**said, "why": More.NOBODY, "fresh": []})
    return {**found, "more-two": ("more.yaml", {**said, "why": More.LATE, "fresh": [CY, DI]}), "more-nobody": nobody}


def _absences(words: Words) -> dict[str, Scene]:
    away, alone, today = absence(words), absence(words, delegate=False), NOW.date()
    told: dict[str, tuple[Away | None, bool]] = {
        "own": (away, True),
        "own-alone": (alone, True),
        "own-over": (None, True),
        "delegate": (away, False),
        "delegate-over": (None, False),
    }
    return {
        "away": ("away.yaml", {"days": Days(None, today, None)}),
        "away-known": ("away.yaml", {"days": Days(away, today, today + 4 * DAY)}),
        "away-alone": ("away.yaml", {"days": Days(alone, today, today + 4 * DAY)}),
        "back": ("back.yaml", {"before": away}),
        "back-alone": ("back.yaml", {"before": alone}),
        "back-never": ("back.yaml", {"before": None}),
        **{
            f"away-told-{name}": ("away-told.yaml", {"person": BOB, "away": known, "own": own})
            for name, (known, own) in told.items()
        },
    }


def _cards(words: Words) -> dict[str, Scene]:
    asked = cast.request(words)
    pending = replace(cast.card(asked, None, words), away=(absence(words),))
    alone = replace(cast.card(asked, None, words), away=(absence(words, delegate=False),))
    yes = (Vote(PAT, Verdict.APPROVE, NOW, acting_for=BOB), Vote(CY, Verdict.APPROVE, NOW), Vote(DI, Verdict.APPROVE, NOW))
    some = cast.card(replace(asked, votes=yes[:2]), None, words)
    approved = replace(cast.decided(asked, State.APPROVED), votes=yes)
    no = Vote(PAT, Verdict.DENY, NOW, reason=words.said, acting_for=BOB)
    denied = replace(cast.decided(asked, State.DENIED, words), votes=(no,))
    nudged = cast.card(replace(asked, nudged=NOW - HOUR), None, words)
    found = {
        "card-away-approver": (pending, "approver"),
        "card-away-alone-thread": (alone, "thread"),
        "card-for-approver": (some, "approver"),
        "card-for-approved-thread": (cast.card(approved, cast.active(approved), words), "thread"),
        "card-for-denied-thread": (cast.card(denied, None, words), "thread"),
        "card-nudged-requester": (nudged, "requester"),
    }
    return {name: ("card.yaml", {"card": card, "viewer": viewer}) for name, (card, viewer) in found.items()}

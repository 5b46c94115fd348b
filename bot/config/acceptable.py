"""The `acceptable_use` section: what becomes of prompts, and how use cases may run."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from bot.config.models import DATA
from bot.config.place import Place
from bot.config.problems import listed, nearest
from bot.config.tree import Text
from bot.config.words import choice, person
from workflows.acceptable import Acceptable, Approval, Oversight, UseCase
from workflows.people import PersonId
from workflows.rules import Data

EXAMPLE = "support triage: {scope: platform/support, runs: automatically}"
HOW = "{scope: platform/support, runs: automatically}"
APPROVED = "{approved_by: sam@acme.example, until: 2027-03-31}"
RUNS = {how.value: how for how in Oversight}
NAME = 75  # characters: more does not fit an option of a form
SENTENCE = 300  # characters: it stands on every card
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOBODY = PersonId("")


def acceptable(place: Place, scopes: Sequence[str]) -> Acceptable:
    """What is acceptable; `scopes` are those of the tree."""
    fields = place.fields(("retention", "use_cases"), example="{retention: {restricted: No prompt is kept.}}")
    retention = _retention(fields["retention"]) if "retention" in fields else {}
    return Acceptable(retention, _use_cases(fields["use_cases"], scopes) if "use_cases" in fields else ())


def _retention(place: Place) -> dict[Data, str]:
    """A sentence for each data class that is named."""
    found: dict[Data, str] = {}
    for key, value in place.entries("restricted: No prompt is kept."):
        said = value.text("a sentence, as No prompt is kept.")
        if key.written not in DATA:
            key.bad("no such data class", nearest(key.written, DATA) or f"write {listed(DATA)}")
        elif len(said) > SENTENCE:
            value.bad(f"longer than {SENTENCE} characters", "say it shorter: it stands on every card")
        else:
            found[DATA[key.written]] = said
    return found


def _use_cases(place: Place, scopes: Sequence[str]) -> tuple[UseCase, ...]:
    found: dict[str, UseCase] = {}
    for key, value in place.entries(EXAMPLE):
        name = key.written.strip()
        if not name or len(name) > NAME or not name.isprintable():
            key.bad("not a name for a use case", f"write what senders call it, in at most {NAME} characters")
        elif first := found.get(name.casefold()):
            key.bad(f'the same as "{first.name}": capitals do not count', "keep one")
        found[name.casefold()] = _use_case(name, value, scopes)
    return tuple(found.values())


def _use_case(name: str, place: Place, scopes: Sequence[str]) -> UseCase:
    fields = place.fields(("scope", "runs", "high_risk"), example=HOW)
    for key, example in (("scope", "scope: platform/support"), ("runs", f"runs: {listed(RUNS)}")):
        if key not in fields:
            place.missing(key, f"write {example}")
    high = fields.get("high_risk")
    return UseCase(
        name,
        _scopes(fields["scope"], scopes) if "scope" in fields else (),
        choice(fields["runs"], RUNS, Oversight.REVIEWED) if "runs" in fields else Oversight.REVIEWED,
        high_risk=high is not None,
        approval=_approval(name, high) if high else None,
    )


def _scopes(place: Place, scopes: Sequence[str]) -> tuple[str, ...]:
    places = place.some("[platform/support, platform/search]")
    named = [(at, at.text("platform/support")) for at in places]
    for at, said in named:
        if said and said not in scopes:
            at.bad("no such scope in quotas", nearest(said, scopes) or "write one of those")
    if not places:
        place.bad("no scope", "name at least one")
    return tuple(dict.fromkeys(said for _, said in named if said))


def _approval(name: str, place: Place) -> Approval | None:
    """Who approved it and until when; None when app.yaml says that nobody did."""
    if isinstance(place.tree, Text):
        said = place.text(f"{APPROVED}, or not approved")
        if said and said != "not approved":
            place.bad("not an approval", f"write {APPROVED}, or not approved")
        elif said:
            place.doubtful(f'nobody approved the high-risk workflow "{name}"', f"have it approved, and write {APPROVED}")
        return None
    fields = place.fields(("approved_by", "until"), example=APPROVED)
    for key, example in (("approved_by", "sam@acme.example"), ("until", "2027-03-31")):
        if key not in fields:
            place.missing(key, f"write {key}: {example}")
    by = person(fields["approved_by"]) if "approved_by" in fields else NOBODY
    until = _day(fields["until"]) if "until" in fields else None
    if until is None:
        return None
    ended = f'the approval of the high-risk workflow "{name}" ended'
    fields["until"].doubtful_after(until, ended, "have it approved again, or take the use case out")
    return Approval(by, until)


def _day(place: Place) -> date | None:
    """ "2027-03-31"."""
    said = place.text("2027-03-31")
    with suppress(ValueError):
        if DAY.fullmatch(said):
            return date.fromisoformat(said)
    if said:
        place.bad("not a day", "write 2027-03-31")
    return None

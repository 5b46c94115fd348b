"""The `acceptable_use` section: what is written, what is refused, and what is warned of on which day."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config import Draft, hash_of, lines, read_bytes, resolve
from tests.edges.commands import leeway
from tests.fakes.lookup import Workspace, person_id
from workflows.acceptable import Acceptable, Approval, Oversight, UseCase
from workflows.people import PersonId
from workflows.policy import Policy
from workflows.rules import Data

SMALL = "organization: {name: Acme}\nquotas: {platform/support: {limit: $250 a month, owner: '@pat'}}\n"
MARCH = date(2027, 3, 31)


def read(section: str) -> Draft:
    found = read_bytes((SMALL + "acceptable_use: " + section).encode())
    assert isinstance(found, Draft), lines(found, "app.yaml")
    return found


def use(high: str) -> str:
    return f"{{use_cases: {{contracts: {{scope: platform, runs: automatically, high_risk: {high}}}}}}}"


def test_use_cases_say_where_they_are_how_they_run_and_who_approved_them() -> None:
    section = """
  retention: {restricted: No prompt is kept.}
  use_cases:
    Support triage: {scope: platform/support, runs: automatically}
    contracts: {scope: [platform, platform/support], runs: with human review, high_risk: {approved_by: '@sam', until: 2027-03-31}}
    scoring: {scope: platform, runs: with human review, high_risk: not approved}
"""
    policy = resolve(read(section), Workspace())
    assert isinstance(policy, Policy)
    sam = PersonId(person_id("sam"))
    assert policy.acceptable == Acceptable(
        {Data.RESTRICTED: "No prompt is kept."},
        (
            UseCase("Support triage", ("platform/support",), Oversight.AUTOMATIC),
            UseCase("contracts", ("platform", "platform/support"), Oversight.REVIEWED, True, Approval(sam, MARCH)),
            UseCase("scoring", ("platform",), Oversight.REVIEWED, True),
        ),
    )
    assert hash_of(policy) != hash_of(replace(policy, acceptable=Acceptable()))


@pytest.mark.parametrize("section", ["{}", "{retention: {}, use_cases: {}}"])
def test_a_section_that_says_nothing_is_nothing(section: str) -> None:
    assert read(section).policy.acceptable == Acceptable()


NEEDED = "{approved_by: sam@acme.example, until: 2027-03-31}"
REFUSED = [
    ("no", '  "no": not a mapping; write {retention: {restricted: No prompt is kept.}}'),
    ("{retentions: {}}", '.retentions  unknown key; did you mean "retention"?'),
    ("{retention: {restrictd: x}}", '.retention.restrictd  "restrictd": no such data class; did you mean "restricted"?'),
    ("{retention: {zz: x}}", '.retention.zz  "zz": no such data class; write public, internal, confidential or restricted'),
    ("{retention: {public: }}", ".retention.public  empty; write a sentence, as No prompt is kept."),
    ("{use_cases: [a]}", ".use_cases  not a mapping; write support triage: {scope: platform/support, runs: automatically}"),
    ("{use_cases: {a: {runs: automatically}}}", ".use_cases.a.scope  missing; write scope: platform/support"),
    ("{use_cases: {a: {scope: platform}}}", ".use_cases.a.runs  missing; write runs: automatically or with human review"),
    (
        "{use_cases: {a: {scope: platform/suport, runs: automatically}}}",
        '.use_cases.a.scope  "platform/suport": no such scope in quotas; did you mean "platform/support"?',
    ),
    ("{use_cases: {a: {scope: [], runs: automatically}}}", ".use_cases.a.scope  no scope; name at least one"),
    (
        "{use_cases: {a: {scope: platform, runs: by itself}}}",
        '.use_cases.a.runs  "by itself": not one of the words for this; write automatically or with human review',
    ),
    (
        "{use_cases: {a: {scope: platform, runs: automatically}, A: {scope: platform, runs: automatically}}}",
        '.use_cases.A  "A": the same as "a": capitals do not count; keep one',
    ),
    (
        f"{{use_cases: {{{'a' * 76}: {{scope: platform, runs: automatically}}}}}}",
        f'.use_cases.{"a" * 76}  "{"a" * 76}": not a name for a use case; write what senders call it, in at most 75 characters',
    ),
    (use("yes"), f'.use_cases.contracts.high_risk  "yes": not an approval; write {NEEDED}, or not approved'),
    (use("{until: 2027-03-31}"), ".use_cases.contracts.high_risk.approved_by  missing; write approved_by: sam@acme.example"),
    (use("{approved_by: '@sam'}"), ".use_cases.contracts.high_risk.until  missing; write until: 2027-03-31"),
    (
        use("{approved_by: sam, until: 2027-03-31}"),
        '.use_cases.contracts.high_risk.approved_by  "sam": not a person; write an e-mail address, "@handle" or a Slack id',
    ),
    *(
        (
            use(f"{{approved_by: '@sam', until: {day}}}"),
            f'.use_cases.contracts.high_risk.until  "{day}": not a day; write 2027-03-31',
        )
        for day in ("March", "2027-02-30", "20270331", "31.3.2027")
    ),
]


@pytest.mark.parametrize(("section", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_wrong_is_said_with_what_to_write(section: str, expected: str) -> None:
    found = read_bytes((SMALL + "acceptable_use: " + section).encode())
    assert isinstance(found, list)
    assert lines(found, "app.yaml") == [f"app.yaml:3  acceptable_use{expected}"]


def test_a_sentence_that_no_card_has_room_for_is_refused() -> None:
    found = read_bytes((SMALL + f"acceptable_use: {{retention: {{public: {'a' * 301}}}}}").encode())
    assert isinstance(found, list)
    assert lines(found, "app.yaml")[0].endswith("longer than 300 characters; say it shorter: it stands on every card")


def test_somebody_whom_slack_does_not_know_cannot_have_approved() -> None:
    found = resolve(read(use("{approved_by: '@zoe', until: 2027-03-31}")), Workspace())
    assert isinstance(found, list)
    assert [problem.path for problem in found] == ["acceptable_use.use_cases.contracts.high_risk.approved_by"]


def doubts(draft: Draft, day: date) -> list[str]:
    return [line for line in lines(draft.doubts(day), "app.yaml") if "acceptable_use" in line]


def test_an_approval_that_ended_is_warned_of_from_the_day_after() -> None:
    draft = read(use("{approved_by: '@sam', until: 2027-03-31}"))
    assert doubts(draft, MARCH) == []
    (said,) = doubts(draft, MARCH + timedelta(days=1))
    assert said == (
        'app.yaml:3  acceptable_use.use_cases.contracts.high_risk.until  "2027-03-31": the approval of the high-risk workflow '
        '"contracts" ended; have it approved again, or take the use case out'
    )


def test_a_high_risk_workflow_that_nobody_approved_is_warned_of() -> None:
    (said,) = doubts(read(use("not approved")), MARCH)
    assert said == (
        'app.yaml:3  acceptable_use.use_cases.contracts.high_risk  "not approved": nobody approved the high-risk workflow '
        f'"contracts"; have it approved, and write {NEEDED}'
    )


@pytest.mark.parametrize(("days", "warned"), [(-2, True), (2, False)])
def test_leeway_check_warns_of_an_approval_that_ended_before_today(tmp_path: Path, days: int, warned: bool) -> None:
    until = (SystemClock().now() + timedelta(days=days)).date()
    (tmp_path / "app.yaml").write_text(SMALL + "acceptable_use: " + use(f"{{approved_by: '@sam', until: {until}}}"))
    done = leeway("check", "--json", env={}, folder=tmp_path)
    assert done.code == 0, done.err
    said = json.loads(done.out)["warnings"]
    assert any("the approval of the high-risk workflow" in line for line in said) is warned

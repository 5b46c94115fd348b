"""Rules that approve: what is a guardrail, what is refused as one, and what is warned of."""
# ruff: noqa: E501  (a case is a line: what was written, and what is said of it)

from datetime import timedelta

import pytest

from bot.config import Draft, lines, read_bytes
from workflows.automatic import Mode
from workflows.money import Unit, usd
from workflows.quotas import Kind
from workflows.rules import Approve, Data, Limit, Rule, When

HEAD = """organization: {name: Acme}
models: {approved_for: {restricted: ['internal/*']}}
quotas: {platform/support: {limit: $250 a month, owner: '@pat'}}
routing:
"""


def drafted(rule: str) -> Draft:
    found = read_bytes((HEAD + "  - " + rule).encode())
    assert isinstance(found, Draft), lines(found, "app.yaml")
    return found


def rule(text: str) -> Rule:
    (read,) = drafted(text).policy.rules
    return read


def test_the_rule_of_the_sketch_is_read() -> None:
    when = "{limit: soft, amount: up to $100, duration: up to 1 day, data: [public, internal]}"
    assert rule(f"{{name: routine, when: {when}, approve: shadow}}") == Rule(
        "routine",
        When(unit=Unit.USD),
        approve=Approve(Mode.SHADOW, limit=Limit.SOFT, amount=usd(100), duration=timedelta(days=1), data=Data.INTERNAL),
    )


def test_every_guardrail_is_read() -> None:
    when = (
        "{scope: 'platform/*', kind: exploratory, percent: up to 5 %, data: public, model: approved,"
        " exceptions: up to 2 in 30 days, exposure: up to $300}"
    )
    assert rule(f"{{name: routine, when: {when}, approve: on}}") == Rule(
        "routine",
        When(scopes=("platform/*",), kind=Kind.EXPLORATORY, exposure_unit=Unit.USD),
        approve=Approve(Mode.ON, percent=5, data=Data.PUBLIC, model_approved=True, exceptions_30=2, exposure=usd(300)),
    )


@pytest.mark.parametrize("mode", ["approve: ", "approve: ~", "approve: shadow"])
def test_a_rule_only_records_what_it_would_do_unless_told_otherwise(mode: str) -> None:
    approve = rule(f"{{name: routine, when: {{amount: up to $100}}, {mode}}}").approve
    assert approve == Approve(Mode.SHADOW, amount=usd(100))


DOWNWARD = "a rule that approves holds up to a value: with this, a larger request would be approved where a smaller one is not"
REFUSED = [
    ("{limit: soft}", "shadow", ".when.amount  missing; a rule that approves says how much at most: write amount: up to $100"),
    ("{amount: over $5}", "shadow", f'.when.amount  "over $5": only "up to" is a guardrail: {DOWNWARD}; write up to $100'),
    ("{amount: $5}", "shadow", '.when.amount  "$5": not a guardrail; write up to $100'),
    (
        "{amount: up to five}",
        "shadow",
        '.when.amount  "up to five": not an amount; write up to $100, up to 2M tokens or up to 500 requests',
    ),
    ("{percent: up to much}", "shadow", '.when.percent  "up to much": not a percentage; write up to 5 %'),
    ("{percent: up to 5 %, duration: up to a day}", "on", '.when.duration  "up to a day": not a time; write up to 1 day'),
    (
        "{percent: up to 5 %, duration: over 1 day}",
        "on",
        f'.when.duration  "over 1 day": only "up to" is a guardrail: {DOWNWARD}; write up to 1 day',
    ),
    (
        "{percent: up to 5 %, data: [internal]}",
        "shadow",
        ".when.data  a rule that approves internal data approves every milder class, too; write internal, or [public, internal]",
    ),
    ("{percent: up to 5 %, data: []}", "shadow", ".when.data  no data class; write public, internal, confidential or restricted"),
    ("{percent: up to 5 %, model: not approved}", "shadow", '.when.model  "not approved": not a guardrail; write approved'),
    (
        "{percent: up to 5 %, exceptions: over 3 in 30 days}",
        "shadow",
        f'.when.exceptions  "over 3 in 30 days": only "up to" is a guardrail: {DOWNWARD}; write up to 2 in 30 days',
    ),
    ("{percent: up to 5 %, amont: up to $5}", "shadow", '.when.amont  unknown key; did you mean "amount"?'),
    ("{amount: up to $5}", "yes", '.approve  "yes": not one of the words for this; write shadow or on'),
]


@pytest.mark.parametrize(("when", "mode", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_guardrail_is_refused_with_the_reason(when: str, mode: str, expected: str) -> None:
    found = read_bytes((HEAD + f"  - {{name: a, when: {when}, approve: {mode}}}").encode())
    assert isinstance(found, list)
    assert lines(found, "app.yaml") == [f"app.yaml:5  routing[0]{expected}"]


@pytest.mark.parametrize("other", ["ask: manager", "refuse: No."])
def test_a_rule_that_approves_does_nothing_else(other: str) -> None:
    found = read_bytes((HEAD + f"  - {{name: a, when: {{amount: up to $5}}, approve: on, {other}}}").encode())
    assert isinstance(found, list)
    said = lines(found, "app.yaml")[0]
    assert said.endswith("approves; a rule does one of them")


def test_without_when_it_is_said_that_an_amount_is_needed() -> None:
    found = read_bytes((HEAD + "  - {name: a, approve: shadow}").encode())
    assert isinstance(found, list)
    assert lines(found, "app.yaml") == [
        "app.yaml:5  routing[0].when  missing; a rule that approves says how much at most: write when: {amount: up to $100}"
    ]


@pytest.mark.parametrize("condition", ["amount: up to $100", "percent: up to 5 %", "duration: up to 1 day"])
def test_a_guardrail_is_no_condition_of_a_rule_that_asks(condition: str) -> None:
    found = read_bytes((HEAD + f"  - {{name: a, when: {{{condition}}}, ask: manager}}").encode())
    assert isinstance(found, list)
    assert "a rule holds from a value upwards" in lines(found, "app.yaml")[0]


def test_a_rule_that_is_on_is_warned_of_and_one_in_shadow_is_not() -> None:
    said = [
        lines(drafted(f"{{name: a, when: {{amount: up to $5}}, approve: {mode}}}").warnings, "f") for mode in ("on", "shadow")
    ]
    assert [any("approves by itself" in line for line in every) for every in said] == [True, False]


def test_a_rule_that_asks_tests_what_a_scope_was_granted_and_what_runs() -> None:
    when = "{exceptions: [over 2 in 30 days, over 4 in 90 days], exposure: over 2M tokens}"
    assert rule(f"{{name: often, when: {when}, ask: owner}}").when == When(
        exceptions_30_over=2, exceptions_90_over=4, exposure_over=2_000_000, exposure_unit=Unit.TOKENS
    )


UPWARD = "a rule holds from a value upwards: with this, a stricter request would get a weaker route"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{exceptions: up to 2 in 30 days}", f'exceptions  "up to 2 in 30 days": only "over" is a condition: {UPWARD}; write over 2 in 30 days'),
        ("{exceptions: over 2}", 'exceptions  "over 2": not a number of exceptions; write over 2 in 30 days, or in 90 days'),
        ("{exceptions: [over 2 in 30 days, over 3 in 30 days]}", 'exceptions[1]  "over 3 in 30 days": a second number in 30 days; keep one'),
        ("{exposure: over much}", 'exposure  "over much": not an amount; write over $1,000, over 2M tokens or over 500 requests'),
    ],
)  # fmt: skip
def test_a_condition_on_the_past_that_is_none_is_refused(when: str, expected: str) -> None:
    found = read_bytes((HEAD + f"  - {{name: often, when: {when}, ask: owner}}").encode())
    assert not isinstance(found, Draft)
    assert lines(found, "app.yaml") == [f"app.yaml:5  routing[0].when.{expected}"]

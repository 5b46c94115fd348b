"""The `decisions` section: what is written, and what is refused with what to write instead."""

import pytest

from bot.config import Draft, lines, read_bytes
from workflows.money import usd

SMALL = "organization: {name: Acme}\nquotas: {platform: {limit: $250 a month}}\n"
WRITTEN = {
    "": None,
    "decisions: {}": None,
    "decisions: {confirm_over: never}": None,
    'decisions: {confirm_over: "$5,000"}': usd(5_000),
    "decisions: {confirm_over: $2.5k}": usd(2_500),
}
WHAT = "write $5,000, or never"
REFUSED = {
    "decisions: {confirm_over: 5000}": f'app.yaml:3  decisions.confirm_over  "5000": not an amount in dollars; {WHAT}',
    "decisions: {confirm_over: 2M tokens}": 'app.yaml:3  decisions.confirm_over  "2M tokens": only amounts in dollars are typed'
    f" again; {WHAT}",
    "decisions: {confirm_ovr: $5}": 'app.yaml:3  decisions.confirm_ovr  unknown key; did you mean "confirm_over"?',
    "decisions: $5": 'app.yaml:3  decisions  "$5": not a mapping; write {confirm_over: $5,000}',
    "decision: {}": 'app.yaml:3  decision  unknown key; did you mean "decisions"?',
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.items(), ids=range(len(WRITTEN)))
def test_the_amount_above_which_it_is_typed_again_is_read(text: str, expected: int | None) -> None:
    found = read_bytes((SMALL + text).encode())
    assert isinstance(found, Draft)
    assert found.policy.decisions.confirm_over == expected


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_wrong_is_said_with_what_to_write(text: str, expected: str) -> None:
    found = read_bytes((SMALL + text).encode())
    assert isinstance(found, list)
    assert lines(found, "app.yaml") == [expected]

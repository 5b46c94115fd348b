"""What is wrong about breaking the glass is said where it stands."""

import pytest

from tests.edges.mistakes import ORG, said

ONCALL = "people: {groups: {oncall: ['@cy', '@di'], duty: ['@cy'], security: ['@sam']}, fallback: security}\n"
GLASS = [
    ("{}", "who  missing; write who: oncall"),
    ("yes", '  "yes": not a mapping; write {who: oncall, at_most: $500, for_at_most: 4 hours, review: security}'),
    ("{who: oncal, WHAT}", 'who  "oncal": no such group; did you mean "oncall"?'),
    ("{who: oncall, WHAT, review: securty}", 'review  "securty": no such group; did you mean "security"?'),
    ("{who: oncall, WHAT, at_most: 500}", 'at_most  "500": not an amount in dollars; write $500'),
    ("{who: oncall, WHAT, at_most: 2M tokens}", 'at_most  "2M tokens": not an amount in dollars; write $500'),
    ("{who: oncall, WHAT, for_at_most: long}", 'for_at_most  "long": not a time; write 30 minutes, 4 hours, 5 days or 1 week'),
    (
        "{who: oncall, WHAT, for_at_most: 8 days}",
        'for_at_most  "8 days": longer than a week: for that there is time to ask; write 4 hours',
    ),
    (
        "{who: oncall, WHAT, review: duty}",
        'review  "duty": its one member may break the glass, and nobody else could review that; add somebody to the group',
    ),
    ("{who: oncall, WHAT, whom: x}", 'whom  unknown key; did you mean "who"?'),
]


def _glass(text: str) -> str:
    """The case with whatever it does not say itself."""
    rest = {"at_most": "$500", "for_at_most": "4 hours", "review": "security"}
    return text.replace("WHAT", ", ".join(f"{key}: {value}" for key, value in rest.items() if f" {key}:" not in text))


@pytest.mark.parametrize(("text", "expected"), GLASS, ids=[expected for _, expected in GLASS])
def test_what_is_wrong_about_breaking_the_glass_is_a_line(text: str, expected: str) -> None:
    found = said(ORG + ONCALL + "quotas: {platform: {limit: $250 a month}}\nbreak_glass: " + _glass(text))
    assert found[0] == f"app.yaml:4  break_glass{expected if expected.startswith(' ') else '.' + expected}"
    assert len(found) == (4 if text == "{}" else 1)

"""What app.yaml may say and may not mean is a warning: what does not fit, can never hold, or is left out at a price."""
# ruff: noqa: E501  (a case is a line: what was written, and what is said of it)

import pytest

from tests.edges.mistakes import GROUPS, ORG, SMALL, warned

PRICED = "models: {fallback_price: {input: $0 per 1M tokens, output: $0 per 1M tokens}}\n"


def nobody(line: int, root: str) -> str:
    """What is said where usage that no rule attributes has no owner."""
    what = "nobody owns usage that no rule attributes"
    return f"app.yaml:{line}  quotas.{root}.owner  {what}; name an owner, or give {root}/unattributed a quota that has one"


def test_usage_that_no_rule_attributes_has_the_owner_of_the_whole_or_its_own() -> None:
    start = ORG + GROUPS + PRICED
    assert warned(start + "quotas: {a/b: {limit: $1 a day, owner: '@pat'}}") == [nobody(4, "a")]
    assert warned(start + "quotas: {a: {limit: $1 a day, channel: '#a'}}") == [nobody(4, "a")]
    assert warned(start + "quotas: {a: {limit: $1 a day, owner: '@pat'}}") == []
    assert warned(start + "quotas: {a: {limit: $1 a day}, a/unattributed: {limit: $1 a day, owner: '@pat'}}") == []
    assert warned(start + "quotas: {a: {limit: $1 a day, owner: '@pat'}, a/unattributed: {limit: $1 a day}}") == [nobody(4, "a")]


PREMIUM = "models: {premium: opus-*, cheap: mini-*, fallback_price: {input: $0 per 1M tokens, output: $0 per 1M tokens}}\n"
TOO_MUCH = [
    (  # all together
        "  a: {limit: $10 a day}\n  a/b/c: {limit: $8 a day}\n  a/d: {limit: $5 a day}\n  a/d/e: {limit: $1 a day}",
        ['6  quotas.a.limit  "$10 a day": the quotas below it add up to $13, $3 more than this'],
    ),
    (  # one alone, and then all together
        "  a: {limit: $10 a day}\n  a/b: {limit: $13 a day}\n  a/c: {limit: $5 a day}",
        [
            '6  quotas.a.limit  "$10 a day": the quotas below it add up to $18, $8 more than this',
            '7  quotas.a/b.limit  "$13 a day": $3 more than "a" has ($10 a day), so it can never be reached',
        ],
    ),
    (  # a level without a quota is skipped
        "  a: {limit: 10 requests a day}\n  a/b/c: {limit: 13 requests a day}",
        [
            '7  quotas.a/b/c.limit  "13 requests a day": 3 requests more than "a" has (10 requests a day), so it can never be reached'
        ],
    ),
    (  # weeks in a month
        "  a: {limit: $1k a month}\n  a/b: {limit: $200 a week}\n  a/c: {limit: $100 a week}",
        ['6  quotas.a.limit  "$1k a month": the quotas below it add up to about $1,305, about $305 more than this'],
    ),
    (  # months in a quarter are exact
        "  a: {limit: $3k a quarter}\n  a/b: {limit: $800 a month}\n  a/c: {limit: $300 a month}",
        ['6  quotas.a.limit  "$3k a quarter": the quotas below it add up to $3,300, $300 more than this'],
    ),
    (  # it can be reached on a day, and is too much for a month
        "  a: {limit: $1k a month}\n  a/b: {limit: $50 a day}",
        ['7  quotas.a/b.limit  "$50 a day": comes to about $1,521 a month, about $521 more than "a" has ($1,000 a month)'],
    ),
    (  # a month of the days above it
        "  a: {limit: 10 tokens a day}\n  a/b: {limit: 400 tokens a month}",
        [
            '7  quotas.a/b.limit  "400 tokens a month": about 95 tokens more than "a" has (10 tokens a day), so it can never be reached'
        ],
    ),
    (  # of what bounds a child the narrowest counts
        "  a: {limit: $1k a month}\n  a/b: {limit: $9k a quarter, also: [{limit: $30 a day}]}\n  a/c: {limit: $80 a month}",
        ['7  quotas.a/b.limit  "$9k a quarter": about $6,262 more than "a/b" has ($30 a day), so it can never be reached'],
    ),
    (  # each of a child's is compared with its own match
        "  a: {limit: $1k a month, also: [{limit: $60 a day}]}\n  a/b: {limit: $900 a month, also: [{limit: $50 a day}]}",
        [],
    ),
    (  # a guardrail above what its scope may spend, or what is above it may
        "  a: {limit: $10 a day, also: [{models: premium, limit: $12 a day}]}\n  a/b/c: {limit: $1 a month, also: [{models: cheap, limit: $2 a day}]}",
        [
            '6  quotas.a.also[0].limit  "$12 a day": $2 more than "a" has ($10 a day), so it can never be reached',
            '7  quotas.a/b/c.also[0].limit  "$2 a day": $1 more than "a/b/c" has ($1 a month), so it can never be reached',
        ],
    ),
    (  # guardrails add up among the same models only
        "  a: {limit: $10 a day, also: [{models: premium, limit: $4 a day}]}\n  a/b: {limit: $5 a day, also: [{models: premium, limit: $3 a day}]}\n  a/c: {limit: $5 a day, also: [{models: premium, limit: $2 a day}, {models: cheap, limit: $4 a day}]}",
        ['6  quotas.a.also[0].limit  "$4 a day": the quotas below it add up to $5, $1 more than this'],
    ),
    (  # the longer of two on one scope must have room for the shorter
        "  a: {limit: $10 a month, also: [{limit: $11 a day}]}",
        ['6  quotas.a.also[0].limit  "$11 a day": $1 more than "a" has ($10 a month), so it can never be reached'],
    ),
    ("  a: {limit: $10 a month, also: [{limit: $9 a day}, {limit: 9M tokens a day}]}\n  a/b: {limit: 8M tokens a week}", []),
    ("  a: {limit: $10 a day}\n  a/b: {limit: $80 a month}\n  a/c: {limit: 20B tokens a day}", []),
]


@pytest.mark.parametrize(("quotas", "expected"), TOO_MUCH)
def test_what_is_more_than_it_stands_in_is_a_warning_that_says_by_how_much(quotas: str, expected: list[str]) -> None:
    owned = "quotas:\n  o: {limit: $1 a day, owner: '@pat'}\n"
    assert warned(ORG + GROUPS + PREMIUM + owned + quotas) == [f"app.yaml:{line}" for line in expected]


RULES = """
attribution:
  - {when: {team: "search*"}, scope: platform}
  - {when: {team: SEARCH-1, tag: rag}, scope: platform}
  - {when: {team: [search, sales]}, scope: platform}
  - {when: {tag: rag, team: [search, search-2]}, scope: platform}
  - {when: {tag: [rag, "b?"]}, scope: platform}
  - {when: {tag: "b?", user: "*"}, scope: platform}
  - {when: {tag: ba, user: "@ada"}, scope: platform}
"""


def test_a_rule_that_can_never_match_is_a_warning_and_one_that_may_is_none() -> None:
    never = "never matches: the rule on line {} claims all of it first; move it up, or remove it"
    assert warned(ORG + GROUPS + PRICED + "quotas: {platform: {limit: $1 a day, owner: '@pat'}}" + RULES) == [
        f"app.yaml:7  attribution[1]  {never.format(6)}",
        f"app.yaml:9  attribution[3]  {never.format(6)}",
        f"app.yaml:11  attribution[5]  {never.format(10)}",
        'app.yaml:12  attribution[6].when.user  "@ada": senders name people by e-mail address or id, not by handle; write the address, as ada@acme.example',
    ]


def test_more_than_can_be_left_is_carried_over_with_a_warning() -> None:
    text = (
        ORG
        + GROUPS
        + PRICED
        + "quotas: {a: {limit: $10 a day, owner: '@pat', rollover: up to $10}, b: {limit: $10 a day, rollover: up to $11}}"
    )
    assert warned(text) == [
        'app.yaml:4  quotas.b.rollover  "up to $11": more than the limit itself, of which no more than all can be left; write yes'
    ]


def test_what_is_left_out_at_a_price_is_a_warning() -> None:
    refused = "a request is refused when its approvers cannot be asked; name a group that stands in, as fallback:"
    free = "calls to a model without a known price count as $0; write fallback_price: {input: $15.00 per 1M tokens, output: $75.00 per 1M tokens}"
    assert warned(SMALL) == [
        f"app.yaml:1  people.fallback  {refused} platform",
        f"app.yaml:1  models.fallback_price  {free}",
        nobody(2, "platform"),
    ]
    assert warned(SMALL + "people: {groups: {finance: ['@cy']}}\nmodels: {top: a-*}") == [
        nobody(2, "platform"),
        f"app.yaml:3  people.fallback  {refused} finance",
        f"app.yaml:4  models.fallback_price  {free}",
    ]

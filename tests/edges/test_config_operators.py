"""`operators`: who is told when something needs them, what is refused, and what `leeway check` warns of."""

import pytest

from bot.config import Draft, lines, read_bytes, resolve
from tests.fakes.lookup import Workspace, channel_id
from workflows.operators import Operators
from workflows.policy import Policy

ORG = "organization: {name: Acme}\n"
PEOPLE = "people: {groups: {platform: ['@pat'], leads: ['@bob']}, fallback: leads}\n"
SMALL = ORG + PEOPLE + "quotas: {platform: {limit: $250 a month}}\n"
STORES = "stores: {litellm: {url: https://llm.acme.example}}\n"
PLACED = ORG + PEOPLE + STORES + "quotas: {platform: {limit: $250 a month, store: {litellm: {team: search}}}}\n"


def drafted(text: str) -> Draft:
    found = read_bytes(text.encode())
    assert isinstance(found, Draft), lines(found, "app.yaml")
    return found


READ = {
    "operators: {who: platform, channel: '#ai-ops'}": Operators("platform", "#ai-ops"),
    "operators: {who: platform}": Operators("platform"),
    "": Operators("leads"),
}


@pytest.mark.parametrize(("text", "expected"), READ.items(), ids=READ)
def test_operators_are_who_app_yaml_says_or_else_those_who_stand_in(text: str, expected: Operators) -> None:
    assert drafted(SMALL + text).policy.operators == expected


def test_their_channel_is_looked_up() -> None:
    policy = resolve(drafted(SMALL + "operators: {who: platform, channel: '#ai-leadership'}"), Workspace())
    assert isinstance(policy, Policy)
    assert policy.operators == Operators("platform", channel_id("ai-leadership"))


AT = "app.yaml:4  operators"
REFUSED = {
    "operators: platform": f'{AT}  "platform": not a mapping; write {{who: platform, channel: "#ai-ops"}}',
    "operators: {channel: '#ai-ops'}": f"{AT}.who  missing; write who: platform",
    "operators: {who: platfrom}": f'{AT}.who  "platfrom": no such group; did you mean "platform"?',
    "operators: {who: platform, chanel: '#ai-ops'}": f'{AT}.chanel  unknown key; did you mean "channel"?',
    "operators: {who: platform, channel: AI ops}": f'{AT}.channel  "AI ops": not a channel; write "#ai-ops"',
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=REFUSED)
def test_what_is_wrong_with_operators_is_said_with_what_to_write(text: str, expected: str) -> None:
    found = read_bytes((SMALL + text).encode())
    assert isinstance(found, list)
    assert lines(found, "app.yaml") == [expected]


WARNED = {
    SMALL: [],
    PLACED + "operators: {who: platform, channel: '#ai-ops'}": [],
    PLACED: ['app.yaml:1  operators.channel  ALONE; write operators: {who: platform, channel: "#ai-ops"}'],
    PLACED + "operators: {who: platform}": ['app.yaml:5  operators.channel  ALONE; write channel: "#ai-ops"'],
}


@pytest.mark.parametrize(("text", "expected"), WARNED.items(), ids=range(len(WARNED)))
def test_a_gateway_without_a_channel_for_operators_is_warned_of(text: str, expected: list[str]) -> None:
    alone = "operators are told of a gateway one by one, and nobody sees who looks at it"
    doubts = [line for line in lines(drafted(text).warnings, "app.yaml") if "operators" in line]
    assert doubts == [line.replace("ALONE", alone) for line in expected]

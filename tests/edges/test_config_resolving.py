"""Resolving: names become ids, each is looked up once, and what Slack does not know is said where it was written."""

import pytest

from bot.config import Draft, Settled, lines, read_bytes, resolve, settle
from tests.fakes.lookup import Workspace, channel_id, person_id
from workflows.policy import Policy

SMALL = "organization: {name: Acme}\nquotas: {platform: {limit: $250 a month}}\n"


def drafted(text: str) -> Draft:
    draft = read_bytes(text.encode())
    assert isinstance(draft, Draft), lines(draft, "app.yaml")
    return draft


def unknown(text: str) -> list[str]:
    found = resolve(drafted(SMALL + text), Workspace())
    return lines(found, "app.yaml") if isinstance(found, list) else []


CASES = [
    (
        "people: {groups: {f: [zed@acme.example]}}",
        'groups.f[0]  "zed@acme.example": nobody in this workspace has this e-mail address',
    ),
    ("people: {groups: {f: ['@zed']}}", 'groups.f[0]  "@zed": nobody in this workspace has this handle'),
    ("people: {groups: {f: [U0ZED000]}}", 'groups.f[0]  "U0ZED000": nobody in this workspace has this Slack id'),
    ("people: {groups: {f: ['@twin']}}", 'groups.f[0]  "@twin": 2 have this name in the workspace; write the Slack id'),
    (
        "people: {groups: {f: {slack_group: oncal}}}",
        'groups.f.slack_group  "oncal": this workspace has no user group with this handle',
    ),
    ("people: {managers: {'@zed': '@bob'}}", 'managers.@zed  "@zed": nobody in this workspace has this handle'),
    ("people: {managers: {'@bob': bob@acme.example}}", 'managers.@bob  "bob@acme.example": nobody is their own manager'),
    (
        "people: {managers: {'@ada': '@bob', ada@acme.example: '@cy'}}",
        'managers.ada@acme.example  "ada@acme.example": the same person as @ada; name each person once',
    ),
    (
        "people: {accounts: {ci: {owners: ['@cy', cy@acme.example], scope: platform}}}",
        'accounts.ci.owners[1]  "cy@acme.example": the same person as @cy; name each person once',
    ),
    (
        "people: {groups: {f: ['@cy', '@di', cy@acme.example]}}",
        'groups.f[2]  "cy@acme.example": the same person as @cy; name each person once',
    ),
    (
        "people: {authority: {'@cy': $5 a day, cy@acme.example: $6 a day}}",
        'authority.cy@acme.example  "cy@acme.example": the same person as @cy; name each person once',
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[expected for _, expected in CASES])
def test_a_person_or_group_whom_slack_does_not_know_is_a_line(text: str, expected: str) -> None:
    assert unknown(text) == [f"app.yaml:3  people.{expected}"]


def test_a_channel_that_slack_does_not_know_is_a_line() -> None:
    why = "this workspace has no channel of this name that the app can see; if it is private, invite the app first"
    assert unknown("digest: {leadership: '#ai-lead'}") == [f'app.yaml:3  digest.leadership  "#ai-lead": {why}']


def test_the_id_of_a_channel_is_not_looked_up_because_that_needs_a_scope() -> None:
    workspace = Workspace()
    found = resolve(drafted(SMALL + "digest: {leadership: C0NOWHERE}"), workspace)
    assert isinstance(found, Policy)
    assert (found.digest.leadership, workspace.asked) == ("C0NOWHERE", [])


def test_a_mistyped_group_that_looks_like_a_handle_is_understood() -> None:
    text = "people: {groups: {finance: ['@cy']}}\nrouting: [{name: a, ask: [manager, '@finanse']}]"
    assert unknown(text) == [
        'app.yaml:4  routing[0].ask[1]  "@finanse": no such group, and nobody of that name; did you mean "finance"?'
    ]


def test_one_person_under_two_names_is_not_two_of_a_quorum() -> None:
    assert unknown("routing: [{name: a, ask: [manager, {people: ['@cy', cy@acme.example], quorum: 2}]}]") == [
        'app.yaml:3  routing[0].ask[1].people[1]  "cy@acme.example": the same person as @cy; name each person once'
    ]


def test_every_unknown_name_is_said_at_once() -> None:
    text = "people: {groups: {f: ['@x1', '@y2', '@cy']}}\ndigest: {leadership: '#nowhere'}"
    assert len(unknown(text)) == 3


def test_a_name_is_looked_up_once_wherever_it_stands() -> None:
    workspace = Workspace()
    people = "people: {managers: {'@ada': '@bob', '@eve': '@bob'}, groups: {platform: ['@bob']}}"
    assert isinstance(resolve(drafted(SMALL + people), workspace), Policy)
    assert sorted(workspace.asked) == ["@ada", "@bob", "@eve"]


def test_a_name_that_slack_does_not_know_any_more_does_not_keep_the_app_from_running() -> None:
    """Somebody left, a channel was renamed: what runs already must end on time all the same."""
    people = "people: {groups: {f: ['@gone', '@cy'], g: {slack_group: nobodys}}, managers: {'@ada': '@gone'}}"
    owned = "quotas: {platform: {limit: $250 a month, owner: '@gone', channel: '#nowhere'}}"
    found = settle(drafted(f"organization: {{name: Acme}}\n{owned}\n{people}"), Workspace(), strict=False)
    assert isinstance(found, Settled)
    (quota,), who = found.policy.quotas, found.policy.people
    assert (quota.owner, quota.channel) == (None, "")
    assert who.groups == {"f": ("?@gone", person_id("cy")), "g": ()}
    assert (who.managers, who.usergroups) == ({person_id("ada"): "?@gone"}, {})
    assert len(found.warnings) == 5
    assert all(warning.suggestion == "until then it counts as not there" for warning in found.warnings)


def test_a_draft_needs_nobody_to_be_looked_up() -> None:
    draft = drafted(SMALL + "people: {groups: {platform: ['@nobody']}}\ndigest: {leadership: '#nowhere'}")
    assert [ref.text for ref in draft.refs] == ["@nobody", "#nowhere"]


def test_ids_and_names_of_one_channel_and_person_give_the_same_policy() -> None:
    text = "people: {{groups: {{platform: ['{}']}}}}\ndigest: {{leadership: '{}'}}"
    named = resolve(drafted(SMALL + text.format("@bob", "#eng-ai")), Workspace())
    by_id = resolve(drafted(SMALL + text.format(person_id("bob"), channel_id("eng-ai"))), Workspace())
    assert isinstance(named, Policy)
    assert named == by_id

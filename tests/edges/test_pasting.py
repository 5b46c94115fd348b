"""The section that is pasted: every number in its place, all else as it was written, and no sender's word becomes YAML."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Draft, lines, read_bytes
from bot.config.pasting import Entry, pasted, section
from tests.edges.commands import ROOT
from workflows.money import NANO, Unit
from workflows.policy import Policy
from workflows.quotas import Quota

SHIPPED = (ROOT / "app.yaml").read_bytes()


def drafted(raw: bytes) -> Draft:
    read = read_bytes(raw)
    assert isinstance(read, Draft), lines(read, "app.yaml")
    return read


def other(raw: bytes, *comments: str, fresh: tuple[str, ...] = ()) -> tuple[str, Draft]:
    """The section with every limit a dollar figure of its own, and what the file says with it."""
    quotas = drafted(raw).policy.quotas
    amounts = [f"${n},000" if quota.unit is Unit.USD else f"{n},000 {quota.unit}" for n, quota in enumerate(quotas, 1)]
    entries = {q.key: Entry(f"{amount} a {q.period}", comments) for q, amount in zip(quotas, amounts, strict=True)}
    part = section(raw, quotas, entries, {scope: Entry(f"${n} a month", comments) for n, scope in enumerate(fresh, 1)})
    return part, drafted(pasted(raw, part))


def without_limits(policy: Policy) -> list[Quota]:
    return [replace(quota, limit=1) for quota in policy.quotas]


def figures(policy: Policy) -> list[int]:
    """Thousands."""
    return [quota.limit // (1_000 * (NANO if quota.unit is Unit.USD else 1)) for quota in policy.quotas]


FILES = {
    "the shipped one": SHIPPED,
    "in a line": b"organization: {name: Acme}\nquotas: {platform: {limit: $250 a month}, platform/a: {limit: $1 a month}}\n",
    "quoted and commented": b"""organization: {name: Acme}
models: {premium: ["a-*"]}
quotas:   # ours
  # the whole
  platform:
    limit: "$250,000 a month"   # agreed in May
    channel: '#ai'

  platform/a: {limit: '$10,000 a month', also: {models: premium, limit: $1 a day}, kind: exploratory}
  platform/b:
    also: [{limit: 2M tokens a day, hard: 150 %}, {limit: 9 requests a week}]
    limit: $5 a week
# what follows
routing: []
""",
    "with aliases": b"""organization: {name: Acme}
quotas:
  platform: &whole
    limit: $250 a month
    hard: 150 %
  platform/a: *whole
  platform/b: &b {limit: $1 a month, also: &more [{limit: $1 a day}]}
  platform/c: {limit: $2 a month, also: [{limit: $1 a day}]}
""",
}


@pytest.mark.parametrize("raw", FILES.values(), ids=FILES)
def test_every_number_is_in_its_place_and_all_else_is_as_it_was(raw: bytes) -> None:
    before = drafted(raw).policy
    _, after = other(raw, "why: {a: [b")
    assert without_limits(after.policy) == without_limits(before)
    assert figures(after.policy) == list(range(1, len(before.quotas) + 1))


def test_what_the_file_says_beside_limits_is_kept_to_the_letter() -> None:
    part, after = other(SHIPPED)
    before = drafted(SHIPPED).policy
    assert without_limits(after.policy) == without_limits(before)
    assert (after.policy.rules, after.policy.models) == (before.rules, before.models)
    assert "    hard: 150 %                    # customers wait for it: more room before it stops\n" in part


def test_comments_stand_right_above_their_number() -> None:
    part, _ = other(FILES["quoted and commented"], "one", "two")
    assert re.search(r"    # one\n    # two\n    limit: \$1,000 a month +# agreed in May\n", part)
    assert (
        "  # one\n  # two\n" * 2 + '  platform/a: {limit: "$2,000 a month", also: {models: premium, limit: "$3,000 a day"}'
        in part
    )
    assert part.startswith("quotas:   # ours\n  # the whole\n") and "what follows" not in part


def test_new_scopes_stand_after_their_nearest_relatives() -> None:
    part, after = other(SHIPPED, fresh=("platform/engineering/search/answers", "platform/operations", "other/root"))
    scopes = list(dict.fromkeys(quota.scope for quota in after.policy.quotas))
    search, experiments = "platform/engineering/search/answers", "platform/engineering/search/experiments"
    assert scopes.index(search) == scopes.index(experiments) + 1
    assert scopes[-2:] == ["platform/operations", "other/root"]
    assert "\n\n  platform/engineering/search/answers:\n    limit: $1 a month\n\n  platform/engineering/mobile:\n" in part


@given(st.text(max_size=80))
def test_whatever_a_comment_says_it_stays_a_comment(said: str) -> None:
    _, after = other(FILES["with aliases"], said)
    assert figures(after.policy) == list(range(1, 7))


def test_the_file_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "app.yaml"
    path.write_bytes(SHIPPED)
    other(path.read_bytes())
    assert path.read_bytes() == SHIPPED

"""Whatever stands in app.yaml, reading it gives a draft or problems: it never raises, and what it accepts can be used."""

import io
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.config import Draft, lines, read_bytes, resolve
from tests.fakes.lookup import Workspace
from workflows.policy import Policy

SHIPPED = (Path(__file__).parents[2] / "app.yaml").read_text()
WORDS = (
    "organization name timezone currency fiscal_year_starts people managers default groups fallback slack_group models "
    "approved_for prices fallback_price input output thresholds warning soft hard quotas platform limit channel owner kind also "
    "routing when ask refuse amount percent duration data scope model group quorum time lapse_after digest leadership "
    "remind_after escalate_after working_hours working_days holidays nudge_every undo_within "
    "ada@acme.example finance premium restricted confidential store approve "
    "stores litellm url effective_within edits expiring team member key tag << ~"
)
SAYINGS = (
    "$10,000 a month|2M tokens a day|$1.500 a day|70 %|70|100 %|over $5,000|up to $5|over 50 %|5 days|no|UTC|Europe/Berlin|april|"
    "USD|manager|owner|finance|@cy|cy@acme.example|U0CY0000|#eng-ai|C0ENGAI|premium|claude-*|restricted|confidential|hard|soft|"
    "4 working hours|1 working day|09:00 to 17:00|DE-BE|DE|2026-12-24|monday|never|"
    "not approved|monday 09:00|$3 per 1M tokens|platform|platform/*|exploratory|profile-field|none|2||null|²|٣ %"
)
KEYS, VALUES = WORDS.split(), SAYINGS.split("|")

scalars = st.one_of(st.sampled_from(VALUES), st.text(max_size=8), st.integers(), st.floats(), st.booleans(), st.none())
keys = st.one_of(st.sampled_from(KEYS), st.text(max_size=5), st.integers())
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=15,
)
SECTIONS = ("organization", "people", "models", "thresholds", "quotas", "routing", "time", "digest", "reports", "stores")


def holds(raw: bytes) -> None:
    read = read_bytes(raw)
    if isinstance(read, Draft):
        found = resolve(read, Workspace())
        assert isinstance(found, Policy) or found
    else:
        assert read
        assert all(line.isprintable() for line in lines(read, "app.yaml"))


def written(tree: object) -> bytes:
    out = io.BytesIO()
    YAML(typ="safe", pure=True).dump(tree, out)
    return out.getvalue()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(SECTIONS), trees, max_size=9))
def test_any_structure_gives_a_draft_or_problems(tree: dict[str, object]) -> None:
    holds(written(tree))


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(alphabet="ab:{}[]-?&*!|>'\"%@#, \n\t$1.~<", max_size=80).map(str.encode)))
def test_any_bytes_give_a_draft_or_problems(raw: bytes) -> None:
    holds(raw)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_the_shipped_file_with_one_value_exchanged_gives_a_draft_or_problems(data: st.DataObject) -> None:
    rows = SHIPPED.splitlines()
    number = data.draw(st.integers(0, len(rows) - 1))
    key, colon, _ = rows[number].partition(": ")
    rows[number] = key + colon + data.draw(st.sampled_from(VALUES))
    holds("\n".join(rows).encode())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SHIPPED)))
def test_the_shipped_file_cut_anywhere_gives_a_draft_or_problems(end: int) -> None:
    holds(SHIPPED[:end].encode())

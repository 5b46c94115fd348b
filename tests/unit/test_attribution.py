"""An event counts in the scope that it names, else where the first matching rule says, else where nobody claims it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.attribution import TESTED, Attribution, Claim, Origin
from workflows.policy import Organization, Policy
from workflows.quotas import Quota, lineage

SCOPES = frozenset({*lineage("platform/eng/search/retrieval"), "platform/ops", "platform/unattributed"})
CLAIMS = (
    Claim("platform/eng/search/retrieval", {"team": ("search",), "tag": ("rag", "rag-*")}),
    Claim("platform/eng/search", {"service": ("search-*",)}),
    Claim("platform/eng/search", {"team": ("search",)}),
    Claim("platform/ops", {"user": ("*@ops.acme.example",), "environment": ("prod*",)}),
)
FOUND = Attribution(CLAIMS, SCOPES, "platform/unattributed").scope_of


@pytest.mark.parametrize(
    ("origin", "named", "scope"),
    [
        (Origin(), "", "platform/unattributed"),
        (Origin(), "platform/ops", "platform/ops"),
        (Origin(teams=("search",)), "platform/ops", "platform/ops"),
        (Origin(teams=("search",)), "gone/from/app.yaml", "platform/eng/search"),
        (Origin(teams=("search",), tags=("blue", "rag-2")), "", "platform/eng/search/retrieval"),
        (Origin(teams=("t-123", "Search")), "", "platform/eng/search"),
        (Origin(service="search-api"), "", "platform/eng/search"),
        (Origin(service="research-api"), "", "platform/unattributed"),
        (Origin(user="Eve@OPS.acme.example", environment="production"), "", "platform/ops"),
        (Origin(user="eve@ops.acme.example"), "", "platform/unattributed"),
        (Origin(teams=("search",), use_case="Retrieval"), "", "platform/eng/search/retrieval"),
        (Origin(use_case="retrieval"), "platform/eng/search", "platform/eng/search/retrieval"),
        (Origin(use_case="summaries"), "platform/eng/search", "platform/eng/search"),
        (Origin(use_case="retrieval"), "", "platform/unattributed"),
    ],
)
def test_a_named_scope_wins_then_the_first_rule_and_a_use_case_goes_below(origin: Origin, named: str, scope: str) -> None:
    assert FOUND(origin, named) == scope


texts = st.sampled_from(["", "search", "rag", "prod", "x"])
pairs = st.lists(texts, max_size=2).map(tuple)
origins = st.builds(Origin, pairs, texts, pairs, pairs, texts, texts, texts, texts, texts, texts, texts)
patterns = st.lists(st.sampled_from(["search", "r*", "*", "?", "prod"]), min_size=1, max_size=2).map(tuple)
claims = st.lists(
    st.builds(Claim, st.sampled_from(sorted(SCOPES)), st.dictionaries(st.sampled_from(sorted(TESTED)), patterns, max_size=3)),
    max_size=4,
).map(tuple)


@given(claims, origins, st.sampled_from(["", *sorted(SCOPES), "nowhere"]))
def test_every_event_has_a_scope_of_the_tree(rules: tuple[Claim, ...], origin: Origin, named: str) -> None:
    assert Attribution(rules, SCOPES, "platform/unattributed").scope_of(origin, named) in SCOPES


@given(claims, claims, origins)
def test_a_rule_that_comes_later_changes_nothing_for_what_is_claimed(
    rules: tuple[Claim, ...], more: tuple[Claim, ...], origin: Origin
) -> None:
    before = Attribution(rules, SCOPES, "nobody's").scope_of(origin)
    if before != "nobody's":
        assert Attribution(rules + more, SCOPES, "nobody's").scope_of(origin) == before


@given(origins)
def test_nothing_said_matches_no_pattern_and_no_condition_matches_everything(origin: Origin) -> None:
    said = Claim("x", {"user": ("*",)}).matches(origin)
    assert said == bool(origin.user)
    assert Claim("x").matches(origin)


def test_what_nobody_claims_goes_below_the_first_root() -> None:
    policy = Policy(Organization("Acme"), (Quota("q", "company/eng", 1),))
    assert policy.unattributed == "company/unattributed"
    assert policy.unattributed in policy.scopes
    assert policy.attribution.scope_of(Origin()) == "company/unattributed"

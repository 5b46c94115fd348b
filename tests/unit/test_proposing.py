"""A whole tree's budgets: what there is, what has usage and no budget, what nobody claims; and a hostile sender adds nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.baseline import History, Verdict
from workflows.money import Unit, usd
from workflows.policy import Organization, Policy
from workflows.proposing import MOST_NEW, Baseline, propose
from workflows.quotas import Quota
from workflows.spend import CostSource, Series, Slice, Sums
from workflows.times import Period

LAST = date(2026, 11, 24)
PLAIN = Series("p/search", "gpt-5", "", "", "", "", "", CostSource.PRICED, "base")
POLICY = Policy(
    Organization("Acme"),
    (
        Quota("p:usd/month", "p", usd(50_000)),
        Quota("p/search:usd/week", "p/search", usd(900), period=Period.WEEK),
        Quota("p/ops/support:usd/month", "p/ops/support", usd(1_000)),
    ),
)


def daily(dollars: int, days: int = 56, **said: object) -> list[Slice]:
    return [
        Slice(LAST - timedelta(days=n), PLAIN._replace(**said), Sums(1, 1, 10, 0, 0, 0, usd(dollars), 0, 0)) for n in range(days)
    ]


def baseline(*slices: list[Slice], policy: Policy = POLICY, headroom: int = 20) -> Baseline:
    every = [piece for some in slices for piece in some]
    return propose(policy, History(LAST - timedelta(days=55), LAST, every), headroom)


def verdicts(found: Baseline) -> dict[str, Verdict]:
    return {p.quota.key: p.verdict for p in found.proposals}


def test_every_quota_of_app_yaml_is_there_in_its_order() -> None:
    found = baseline(daily(100))
    assert list(verdicts(found)) == [quota.key for quota in POLICY.quotas]
    assert verdicts(found) == {
        "p:usd/month": Verdict.LOWER,
        "p/search:usd/week": Verdict.KEEP,
        "p/ops/support:usd/month": Verdict.LEAVE,
    }


def test_a_scope_of_the_tree_with_usage_and_no_quota_gets_one() -> None:
    (new,) = [p for p in baseline(daily(10, scope="p/ops")).proposals if p.verdict is Verdict.NEW]
    assert (new.quota.key, new.limit) == ("p/ops:usd/month", usd(1_000))  # $372 of its own; support below it may spend 1,000


def test_a_use_case_that_the_tree_does_not_know_gets_a_quota_for_its_parents_period() -> None:
    found = baseline(daily(10, use_case="Answers"))
    (new,) = [p for p in found.proposals if p.verdict is Verdict.NEW]
    assert (new.quota.key, new.quota.unit, new.limit) == ("p/search/answers:usd/week", Unit.USD, usd(84))


def test_a_use_case_that_has_its_scope_gets_no_second_one() -> None:
    policy = Policy(POLICY.organization, (*POLICY.quotas, Quota("p/search/answers:usd/month", "p/search/answers", usd(500))))
    assert Verdict.NEW not in verdicts(baseline(daily(10, use_case="answers"), policy=policy)).values()


def test_a_use_case_with_too_little_history_is_named_with_its_days() -> None:
    found = baseline(daily(100), daily(10, 12, use_case="answers"))
    assert (found.waiting, Verdict.NEW in verdicts(found).values()) == ({"p/search/answers": 12}, False)


NO_SCOPES = ["two words", "a/b", "../x", "", "é", "x\n  admin: {}", "-x", "a" * 300]


@pytest.mark.parametrize("name", NO_SCOPES)
def test_a_use_case_whose_name_is_no_scope_gets_no_quota(name: str) -> None:
    found = baseline(daily(100, use_case=name))
    assert (found.waiting, Verdict.NEW in verdicts(found).values()) == ({}, False)


def test_a_sender_that_makes_use_cases_up_gets_no_more_than_some_those_with_the_most_spend() -> None:
    found = baseline(*(daily(n, use_case=f"case-{n:02}") for n in range(1, 41)))
    new = [p.quota.scope for p in found.proposals if p.verdict is Verdict.NEW]
    assert new == [f"p/search/case-{n:02}" for n in range(41 - MOST_NEW, 41)]


def test_usage_that_nobody_claims_gets_no_budget_and_is_said_with_who_sent_it() -> None:
    found = baseline(daily(3, scope="p/unattributed", team="ads"), daily(2, 10, scope="p/unattributed", use_case="x"))
    assert found.unclaimed is not None
    assert (found.unclaimed.total, found.unclaimed.days) == (usd(3 * 56 + 2 * 10), 56)
    assert found.unclaimed.cohorts == {"team": {"": 0, "ads": usd(21)}, "use_case": {"": usd(21), "x": 0}}
    alone = baseline(daily(3, scope="p/unattributed", team="ads")).unclaimed
    assert alone is not None and alone.cohorts == {"team": {"ads": usd(21)}}
    assert not any("unattributed" in key for key in verdicts(found))
    assert baseline(daily(100)).unclaimed is None


def test_cohorts_are_told_where_they_tell_something_apart_and_in_the_order_of_their_names() -> None:
    found = baseline(daily(30, team="search", environment="prod"), daily(90, team="ads", environment="prod"))
    assert found.cohorts["p:usd/month"] == {"team": {"ads": usd(630), "search": usd(210)}}


def test_what_counts_at_the_fallback_price_is_said() -> None:
    found = baseline(daily(100), daily(2, 5, cost_source=CostSource.FALLBACK))
    assert found.unpriced == (5, usd(10))


@pytest.mark.parametrize(("days", "useful"), [(0, False), (12, False), (21, True)])
def test_it_is_useful_when_anything_could_be_proposed(days: int, useful: bool) -> None:
    found = baseline(daily(100, days))
    assert (found.useful, found.days) == (useful, days)


said = st.lists(
    st.builds(
        daily,
        st.integers(0, 200),
        st.integers(0, 56),
        scope=st.sampled_from(["p", "p/search", "p/ops", "p/ops/support", "p/unattributed"]),
        use_case=st.sampled_from(["", "answers", "Answers", "two words", "triage"]),
        approval=st.sampled_from(["base", "beyond", "refused", "O-1"]),
    ),
    max_size=6,
)


@given(said, st.integers(0, 100))
def test_whatever_was_spent_nothing_is_oversubscribed_and_every_new_scope_is_new(told: list[list[Slice]], headroom: int) -> None:
    found = baseline(*told, headroom=headroom)
    assert [p.quota for p in found.proposals[:3]] == list(POLICY.quotas)
    for proposal in found.proposals:
        assert proposal.limit >= max(proposal.below, proposal.need)
        assert (proposal.verdict is Verdict.NEW) == (proposal.quota.key not in POLICY.by_key)
        assert proposal.verdict is not Verdict.NEW or proposal.facts.enough
    assert len({p.quota.key for p in found.proposals}) == len(found.proposals)

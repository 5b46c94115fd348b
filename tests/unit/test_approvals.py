"""Approval: within base, under the override that was in force, beyond, or refused; and cutting a batch changes none of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.approvals import Approval, Books, Grants
from workflows.cases import Term
from workflows.money import Unit
from workflows.overrides import Override
from workflows.people import PersonId
from workflows.policy import Organization, Policy
from workflows.quotas import Quota
from workflows.spend import NOTHING, Booked, Costed, CostSource, Sums, Tokens, Usage, grouped, summed, tally
from workflows.times import Period, Window

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEAM, ABOVE, BESIDE = "platform/search", "platform", "platform/mobile"
ZONE = "Europe/Berlin"
QUOTAS = (
    Quota("team", TEAM, 10),
    Quota("team opus", TEAM, 4, models=("opus",), period=Period.WEEK),
    Quota("team requests", TEAM, 7, unit=Unit.REQUESTS, period=Period.DAY),
    Quota("above", ABOVE, 25),
)


def spend(key: object, cost: int, at: datetime = NOON, **said: object) -> Costed:
    usage = Usage(str(key).encode(), at, TEAM, "mini", Tokens(cost, 0, 0, 0), cost)._replace(**said)  # type: ignore[arg-type]
    return Costed(usage, cost, CostSource.REPORTED)


def override(name: str, quota: str, starts: datetime, ends: datetime, amount: int = 5) -> Override:
    term = Term(span=ends - starts)
    made = (name, f"R{name}", quota, amount, Unit.USD, PersonId("U1"), term, starts, starts)
    return Override(*made, starts=starts, ends=ends)


class Ledger:
    """Books batches one after the other, as metering does, and remembers the approval of every event."""

    def __init__(self, overrides: Iterable[Override] = (), quotas: tuple[Quota, ...] = QUOTAS) -> None:
        self.policy = Policy(Organization("Acme", ZONE), quotas)
        self.overrides = list(overrides)
        self.carried = 0
        self.stands: dict[tuple[str, Window], int] = {}
        self.approvals: dict[bytes, str] = {}
        self.sums: dict[tuple[date, str], Sums] = {}

    def book(self, batch: Sequence[Costed]) -> list[Booked]:
        groups = grouped(batch, ZONE)
        added = tally(groups, self.policy.by_scope, ZONE)
        before = {key: self.stands.get(key, 0) for key in added.counters}
        self.stands |= {key: before[key] + amount for key, amount in added.counters.items()}
        grants = Grants(lambda quota, _: quota.limit + self.carried, self.during)
        books = Books(self.policy.by_scope, self.policy.window, grants, before=before, after=self.stands)
        booked = books.book(groups, batch)
        for each in booked:
            self.approvals |= {event.usage.key: each.series.approval for event in each.events}
            here = each.day, each.series.approval
            self.sums[here] = self.sums.get(here, NOTHING).plus(each.sums)
        return booked

    def during(self, quota: str, window: Window) -> list[Override]:
        return [o for o in self.overrides if o.quota == quota and o.starts and o.starts < window.end]

    def said(self, *batch: Costed) -> list[str]:
        self.book(batch)
        return [self.approvals[event.usage.key] for event in batch]


def test_what_was_carried_over_is_part_of_the_base() -> None:
    ledger = Ledger(quotas=(replace(QUOTAS[0], rollover=10),))
    ledger.carried = 3
    assert ledger.said(spend(1, 12), spend(2, 1), spend(3, 1)) == ["base", "base", "beyond"]


def test_what_began_within_every_base_is_within_base_and_what_came_after_is_beyond() -> None:
    assert Ledger().said(spend(1, 9), spend(2, 5), spend(3, 1)) == ["base", "base", "beyond"]


def test_a_base_that_is_used_up_exactly_is_gone_for_what_comes_next() -> None:
    ledger = Ledger()
    assert ledger.said(spend(1, 10)) == ["base"]
    assert ledger.said(spend(2, 1)) == ["beyond"]


def test_what_costs_nothing_is_beyond_only_when_others_were_already() -> None:
    assert Ledger().said(spend(1, 10), spend(2, 0), spend(3, 1), spend(4, 0)) == ["base", "base", "beyond", "beyond"]


def test_beyond_base_counts_the_override_that_was_in_force_when_it_happened() -> None:
    ledger = Ledger([override("O1", "team", NOON - HOUR, NOON), override("O2", "team", NOON, NOON + HOUR)])
    ledger.book([spend(0, 10)])
    times = [NOON - 2 * HOUR, NOON - HOUR, NOON, NOON + HOUR]
    assert ledger.said(*(spend(n, 1, at) for n, at in enumerate(times, 1))) == ["beyond", "O1", "O2", "beyond"]


def test_an_event_that_comes_late_is_under_the_override_that_ended_since() -> None:
    ledger = Ledger([override("O1", "team", NOON - 3 * HOUR, NOON - 2 * HOUR)])
    assert ledger.said(spend(1, 10), spend(2, 1), spend(3, 1, NOON - 2.5 * HOUR)) == ["base", "beyond", "O1"]


def test_an_override_of_one_quota_covers_nothing_that_another_does_not_allow() -> None:
    ledger = Ledger([override("O1", "team", NOON - HOUR, NOON + HOUR)])
    ledger.book([spend(0, 10), spend("b", 15, scope=BESIDE)])
    assert ledger.said(spend(1, 1)) == ["beyond"]
    ledger.overrides.append(override("O2", "above", NOON - HOUR, NOON + HOUR))
    assert ledger.said(spend(2, 1), spend(3, 1, scope=BESIDE)) == ["O1", "O2"], "the nearest to the leaf is named"


def test_a_call_that_the_gateway_refused_is_refused_whatever_the_quotas_stand_at() -> None:
    ledger = Ledger([override("O1", "team", NOON - HOUR, NOON + HOUR)])
    refused = {"ended": "refused"}
    assert ledger.said(spend(1, 1, **refused), spend(2, 9), spend(3, 0, **refused), spend(4, 1)) == [
        "refused",
        "base",
        "refused",
        "O1",
    ]


def test_the_first_beyond_may_be_so_because_of_an_event_of_another_kind_before_it() -> None:
    """Groups of alike events are booked together, but what is beyond follows the order in which they came."""
    batch = [spend(1, 6), spend(2, 6, team="x"), spend(3, 1), spend(4, 1, team="x")]
    assert Ledger().said(*batch) == ["base", "base", "beyond", "beyond"]
    refused_first = [spend(1, 10, ended="refused"), spend(2, 1), spend(3, 1, team="x")]
    assert Ledger().said(*refused_first) == ["refused", "beyond", "beyond"]


def test_a_quota_of_nothing_is_beyond_from_the_first_event_on() -> None:
    assert Ledger(quotas=(Quota("team", TEAM, 0),)).said(spend(1, 0), spend(2, 1)) == ["base", "beyond"]


def test_a_new_window_begins_within_base() -> None:
    ledger = Ledger()
    next_month = NOON + timedelta(days=10)
    assert ledger.said(spend(1, 11), spend(2, 1), spend(3, 1, next_month)) == ["base", "beyond", "base"]


events = st.builds(
    spend,
    key=st.uuids(),
    cost=st.integers(0, 6),
    at=st.integers(-60, 60).map(lambda hours: NOON + hours * HOUR),
    scope=st.sampled_from([TEAM, TEAM, ABOVE, BESIDE]),
    model=st.sampled_from(["mini", "opus"]),
    team=st.sampled_from(["", "x"]),
    requests=st.integers(0, 3),
    ended=st.sampled_from(["", "", "ok", "refused"]),
)
batches = st.lists(events, max_size=25)
spans = st.tuples(st.integers(-60, 59), st.integers(1, 30)).map(lambda s: (NOON + s[0] * HOUR, NOON + (s[0] + s[1]) * HOUR))
granted = st.lists(st.tuples(st.sampled_from([q.key for q in QUOTAS]), spans), max_size=4).map(
    lambda given_: [override(f"O{n}", quota, *span) for n, (quota, span) in enumerate(given_)]
)
cuts = st.lists(st.integers(1, 8), max_size=25)


def pieces(batch: Sequence[Costed], sizes: Sequence[int]) -> list[Sequence[Costed]]:
    found, rest = [], batch
    for size in [*sizes, len(batch) or 1]:
        found.append(rest[:size])
        rest = rest[size:]
    return [piece for piece in found if piece]


@given(batches, granted, cuts)
@example([spend(1, 10), spend(2, 0), spend(3, 1)], [], [2])
@example([spend(1, 5), spend(2, 5, team="x"), spend(3, 5), spend(4, 5, team="x")], [], [1, 1, 1])
@example([spend(1, 10, ended="refused"), spend(2, 1)], [], [1])
def test_however_a_batch_is_cut_each_event_has_the_same_approval(
    batch: list[Costed], overrides: list[Override], sizes: list[int]
) -> None:
    whole, parts = Ledger(overrides), Ledger(overrides)
    whole.book(batch)
    for piece in pieces(batch, sizes):
        parts.book(piece)
    assert parts.approvals == whole.approvals
    assert parts.sums == whole.sums


@given(batches, granted)
def test_every_event_is_booked_once_and_the_sums_are_those_of_the_groups(batch: list[Costed], overrides: list[Override]) -> None:
    booked = Ledger(overrides).book(batch)
    kept = [event for each in booked for event in each.events]
    assert sorted(event.usage.key for event in kept) == sorted(event.usage.key for event in batch)
    assert all(each.sums == summed(each.events) for each in booked)
    total, groups = NOTHING, NOTHING
    for each in booked:
        total = total.plus(each.sums)
    for group in grouped(batch, ZONE):
        groups = groups.plus(group.sums)
    assert total == groups == summed(batch)
    assert len({(each.day, each.series) for each in booked}) == len(booked)
    assert booked == sorted(booked, key=lambda each: (each.day, each.series))


@given(batches, granted)
def test_approvals_are_what_the_rule_says_of_each_event_by_itself(batch: list[Costed], overrides: list[Override]) -> None:
    """The rule once more, without groups, windows of windows or short cuts: one event after the other."""
    ledger, spent = Ledger(overrides), dict[tuple[str, Window], int]()
    ledger.book(batch)
    for event in batch:
        usage, covers = event.usage, []
        for quota in QUOTAS[:3] * (usage.scope == TEAM) + QUOTAS[3:]:
            if not quota.counts(usage.model):
                continue
            window = ledger.policy.window(quota, usage.at)
            amount = {Unit.USD: event.cost, Unit.TOKENS: usage.tokens.total, Unit.REQUESTS: usage.requests}[quota.unit]
            before = spent.get((quota.key, window), 0)
            spent[quota.key, window] = before + amount
            if before >= quota.limit and before + amount > quota.limit:
                ran = [o.id for o in overrides if o.quota == quota.key and o.in_force(usage.at)]
                covers.append(ran[0] if ran else "beyond")
        expected = "beyond" if "beyond" in covers else covers[0] if covers else "base"
        assert ledger.approvals[usage.key] == ("refused" if usage.ended == "refused" else expected)


@pytest.mark.parametrize("state", list(Approval))
def test_no_override_can_have_the_name_of_a_state(state: Approval) -> None:
    assert not state.startswith("O")

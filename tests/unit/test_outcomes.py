"""Outcomes stand next to spend: exactly, in the order of app.yaml, and without a figure where there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.memory import Memory
from workflows.audit import broken
from workflows.correcting import Corrected
from workflows.corrections import Correction, Fault, Faulty
from workflows.money import LARGEST, usd
from workflows.outcomes import Made, Produced, Worth, Yield, each, spent_by, use_case_of, worths
from workflows.policy import Organization, Policy
from workflows.producing import produce
from workflows.quotas import Quota
from workflows.restating import restate, subject, unlike
from workflows.spend import NOTHING, CostSource, Series, Slice

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TODAY, DAY = NOW.date(), timedelta(days=1)
SEARCH, RETRIEVAL, CHAT, MOBILE = "platform/search", "platform/search/retrieval", "platform/search/chat", "platform/mobile"
SCOPES = ("platform", SEARCH, RETRIEVAL, CHAT, MOBILE)
POLICY = Policy(Organization("Acme", "Europe/Berlin"), tuple(Quota(scope, scope, usd(100)) for scope in SCOPES))


def spend(scope: str, dollars: int, use_case: str = "", day: date = TODAY) -> Slice:
    series = Series(scope, "mini", "", "", use_case, "", "", CostSource.PRICED, "base")
    return Slice(day, series, NOTHING._replace(cost=usd(dollars)))


def harvest(scope: str, quantity: int, metric: str = "tickets", **said: Any) -> Yield:
    return Yield(TODAY, scope, "", metric, 1, quantity, 0, 0)._replace(**said)


# The cost of one.


@pytest.mark.parametrize(
    ("spent", "quantity", "cost"),
    [(10, 4, 2), (14, 4, 4), (6, 4, 2), (7, 2, 4), (5, 2, 2), (0, 3, 0), (5, 0, None), (5, -1, None)],
)
def test_the_cost_of_one_is_whole_nano_dollars_half_to_even_and_none_where_there_is_none(
    spent: int, quantity: int, cost: int | None
) -> None:
    assert each(spent, quantity) == cost


@given(st.integers(0, LARGEST), st.integers(1, LARGEST))
def test_the_cost_of_one_is_exact_to_half_a_nano_dollar(spent: int, quantity: int) -> None:
    cost = each(spent, quantity)
    assert cost is not None and abs(cost - Fraction(spent, quantity)) <= Fraction(1, 2)


# What a use case spent.


def test_a_use_case_that_is_a_scope_spends_what_is_spent_in_it_and_below() -> None:
    slices = [spend(SEARCH, 1), spend(RETRIEVAL, 2, "retrieval"), spend(f"{RETRIEVAL}/ranking", 4), spend(f"{SEARCH}-eval", 8)]
    assert spent_by(slices, SEARCH) == usd(7)
    assert spent_by(slices, RETRIEVAL) == usd(6)


def test_a_use_case_below_a_scope_spends_what_bears_its_name() -> None:
    slices = [spend(SEARCH, 1, "summaries"), spend(SEARCH, 2, "Summaries"), spend(SEARCH, 4), spend(MOBILE, 8, "summaries")]
    assert spent_by(slices, SEARCH, "summaries") == usd(3)


@pytest.mark.parametrize(
    ("scope", "said", "name"), [(RETRIEVAL, "Retrieval", ""), (SEARCH, "Summaries", "summaries"), (SEARCH, "", "")]
)
def test_a_use_case_has_a_name_of_its_own_where_no_scope_is_it(scope: str, said: str, name: str) -> None:
    assert use_case_of(scope, said) == name


# Spend next to outcomes.


def test_worths_stand_in_the_order_of_the_scopes_whatever_was_spent_or_produced() -> None:
    slices = [spend(RETRIEVAL, 1), spend(CHAT, 90), spend(MOBILE, 5)]
    yields = [harvest(MOBILE, 1), harvest(CHAT, 900), harvest(RETRIEVAL, 2, "reviews"), harvest(RETRIEVAL, 3)]
    assert worths(SCOPES, slices, yields) == (
        Worth(RETRIEVAL, "", usd(1), (Made("reviews", 2), Made("tickets", 3))),
        Worth(CHAT, "", usd(90), (Made("tickets", 900),)),
        Worth(MOBILE, "", usd(5), (Made("tickets", 1),)),
    )


def test_a_leaf_that_spent_and_reported_nothing_says_so_and_a_branch_does_not() -> None:
    assert worths(SCOPES, [spend(SEARCH, 1), spend(CHAT, 2)], []) == (Worth(CHAT, "", usd(2)),)


def test_what_was_reported_of_nothing_spent_is_told_too() -> None:
    assert worths(SCOPES, [], [harvest(CHAT, 0)]) == (Worth(CHAT, "", 0, (Made("tickets", 0),)),)


def test_a_metric_of_which_every_report_is_void_was_not_reported() -> None:
    voided = [harvest(CHAT, 5), harvest(CHAT, -5, reports=-1)]
    assert worths(SCOPES, [spend(CHAT, 2)], voided) == (Worth(CHAT, "", usd(2)),)


def test_days_and_reports_of_one_metric_add_up() -> None:
    yields = [
        harvest(SEARCH, 2, use_case="summaries", seconds=60),
        harvest(SEARCH, 3, use_case="summaries", value=7, day=TODAY - DAY),
    ]
    (found,) = worths(SCOPES, [spend(SEARCH, 9, "summaries")], yields)
    assert found == Worth(SEARCH, "summaries", usd(9), (Made("tickets", 5, 60, 7),))


def test_what_is_told_has_no_room_for_a_person() -> None:
    assert not {"user", "by", "person"} & {*Produced._fields, *Yield._fields, *Worth.__slots__, *Made.__slots__}


# Reports come in once.


def report(key: object, quantity: int = 1, **said: Any) -> Produced:
    return Produced(str(key).encode(), NOW, RETRIEVAL, "tickets", quantity)._replace(**said)


def keep(memory: Memory, *batch: Produced, policy: Policy = POLICY) -> frozenset[bytes]:
    return produce(batch, policy=policy, units=memory.units, now=NOW)


def sums(memory: Memory) -> dict[tuple[object, ...], tuple[int, ...]]:
    with memory.reads() as unit:
        return {one[:4]: one[4:] for one in unit.yields.sums(date.min, date.max) if any(one[4:])}


def test_a_report_counts_once_on_the_local_day_on_which_it_happened() -> None:
    memory, late = Memory(), datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert keep(memory, report(1, 3, at=late), report(2, 4)) == {b"1", b"2"}
    assert keep(memory, report(2, 9), report(3, 5)) == {b"3"}
    assert sums(memory) == {(TODAY, RETRIEVAL, "", "tickets"): (3, 12, 0, 0)}


# Corrections of them.


def correction(key: str, of: str = "1", **said: Any) -> Correction:
    return Correction(key.encode(), (of.encode(),), key, "helpdesk", "counted twice", **said)


def put_right(memory: Memory, *corrections: Correction) -> Corrected:
    return restate(corrections, policy=POLICY, units=memory.units, now=NOW)


def kept(*batch: Produced) -> Memory:
    memory = Memory()
    keep(memory, *batch)
    return memory


def chain(memory: Memory, key: bytes = b"1") -> list[Any]:
    with memory.reads() as unit:
        return unit.record.chain(subject(key))


def test_a_report_can_be_void_or_say_something_else_and_stays_as_it_came() -> None:
    memory = kept(report(1, 40, seconds=60), report(2, 5))
    assert put_right(memory, correction("c1", numbers={"quantity": 4}), correction("c2", "2", void=True)).new == {b"c1", b"c2"}
    assert sums(memory) == {(TODAY, RETRIEVAL, "", "tickets"): (1, 4, 60, 0)}
    assert memory.data.kept.produced[b"1"][1].quantity == 40


def test_the_last_correction_alone_holds_and_the_first_of_two_wins() -> None:
    memory = kept(report(1, 40))
    done = put_right(memory, correction("c1", words={"metric": "reviews", "scope": MOBILE}), correction("c2", void=True))
    assert done.faulty == {b"c2": Faulty(Fault.OVERTAKEN, instead="c1")}
    assert sums(memory) == {(TODAY, MOBILE, "", "reviews"): (1, 40, 0, 0)}
    assert put_right(memory, correction("c3", "c1")).new == {b"c3"}
    assert sums(memory) == sums(kept(report(1, 40)))
    assert put_right(memory, correction("c4", "c3")).faulty == {b"c4": Faulty(Fault.SAME)}
    assert put_right(memory, correction("c5", "nobody")).faulty == {b"c5": Faulty(Fault.UNKNOWN)}
    assert put_right(memory, correction("c3", "c1")).known == {b"c3"}


def test_a_use_case_that_is_put_right_counts_where_its_scope_is() -> None:
    memory = kept(report(1, 40, scope=SEARCH, use_case="summaries"))
    put_right(memory, correction("c1", words={"use_case": "Chat"}))
    assert sums(memory) == {(TODAY, CHAT, "", "tickets"): (1, 40, 0, 0)}


def test_the_record_says_who_and_why_and_what_is_booked_beside_it_is_found() -> None:
    memory = kept(report(1, 40))
    put_right(memory, correction("c1", numbers={"quantity": 4}))
    (entry,) = chain(memory)
    assert (entry.by, entry.did, entry.after["reason"]) == ("helpdesk", "corrected", "counted twice")
    assert (entry.after["before"]["quantity"], entry.after["now"]["quantity"]) == (40, 4)
    assert wrong(memory) == []
    day, one = memory.data.kept.produced[b"c1"]
    memory.data.kept.produced[b"c1"] = day, one._replace(quantity=-30)
    assert wrong(memory) == [f"produced:{b'1'.hex()}: what is booked is not what entry 1 says"]
    del memory.data.kept.produced[b"1"]
    assert wrong(memory) == [f"produced:{b'1'.hex()}: the record knows it, and it is not stored any more"]


def wrong(memory: Memory) -> list[str]:
    with memory.reads() as unit:
        found = (unlike(unit, unit.record.chain(name)) for name in unit.record.subjects() if name.startswith("produced:"))
        return [said for said in found if said]


changes: st.SearchStrategy[Mapping[str, Any]] = st.one_of(
    st.just({"void": True}),
    st.just({}),
    st.fixed_dictionaries(
        {
            "words": st.fixed_dictionaries(
                {},
                optional={
                    "scope": st.sampled_from(SCOPES),
                    "metric": st.sampled_from(["tickets", "reviews"]),
                    "use_case": st.sampled_from(["", "chat", "other"]),
                },
            ),
            "numbers": st.fixed_dictionaries(
                {}, optional={name: st.integers(0, 99) for name in ("quantity", "seconds", "value")}
            ),
        }
    ),
)


@given(st.lists(changes, min_size=1, max_size=6))
def test_whatever_is_corrected_the_sums_are_those_of_the_last_value_and_replays_change_nothing(
    story: Sequence[Mapping[str, Any]],
) -> None:
    memory, one, holds, sent = kept(report(1, 40, seconds=7)), kept(report(1, 40, seconds=7)), "1", list[Correction]()
    for number, said in enumerate(story):
        sent.append(correction(f"c{number}", holds, **said))
        if put_right(memory, sent[-1]).new:
            holds = f"c{number}"
    put_right(one, replace(sent[-1], corrects=(b"1",)))
    assert sums(memory) == sums(one)
    assert wrong(memory) == [] and not broken(chain(memory))
    before = memory.data.copy()
    assert not put_right(memory, *sent).new
    assert memory.data == before
